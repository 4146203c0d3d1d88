"""NOTEARS against the authors' program, published claims, and its own invariances."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import NOTEARS, PriorKnowledge
from causal_dag.fit_warnings import ProjectionWarning
from causal_dag.graph import is_dag
from causal_dag.metrics import cpdag_distance, structural_hamming_distance
from causal_dag.registry import make_solver
from causal_dag.synthetic import make_linear_sem, make_nonlinear_sem


@pytest.fixture(scope="module")
def data():
    return make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)


def objective(X, W, lambda1=0.1):
    centred = X - X.mean(axis=0)
    return 0.5 * ((centred - centred @ W) ** 2).sum() / len(X) + lambda1 * np.abs(W).sum()


@pytest.mark.slow
@pytest.mark.parametrize("local_search", [False, True])
def test_the_authors_program_is_matched_on_its_own_data(reference_data, local_search):
    close, distance, reference_distance = 0, 0, 0
    files = [
        file
        for file in sorted((reference_data / "reference").glob("*.npz"))
        if "W_notears" in np.load(file)
    ]
    assert len(files) == 8
    for file in files:
        reference = np.load(file)
        X, W_true, W_reference = reference["X"], reference["W_true"], reference["W_notears"]
        model = NOTEARS(lambda1=0.1, local_search=local_search).fit(X)
        assert model.trace_[-1].h <= 1e-8
        assert model.objective_ == pytest.approx(objective(X, model.raw_weights_))
        close += model.objective_ <= 1.005 * objective(X, W_reference)
        distance += structural_hamming_distance(W_true, model.weights_)
        kept = W_reference * (np.abs(W_reference) > 0.3)
        reference_distance += structural_hamming_distance(W_true, kept)
    # The dense 20-variable set has many local minima: a change in the last bit of the data moves
    # the objective of the authors' own program by 2 %. The local search leaves the bad ones.
    assert close >= (8 if local_search else 7)
    assert distance <= (1.0 if local_search else 1.1) * reference_distance


def test_sparse_graphs_with_clear_effects_are_found():
    n_edges, distance = 0, 0
    for seed in range(5):
        X, sem = make_linear_sem(1000, 8, graph="er", edges_per_node=1, random_state=seed)
        n_edges += np.count_nonzero(sem.weights)
        distance += structural_hamming_distance(sem.weights, NOTEARS().fit(X).weights_)
    assert distance <= 0.1 * n_edges


def test_the_answer_is_better_than_no_edges_and_not_much_worse_than_the_truth(data):
    X, sem = data
    model = NOTEARS().fit(X)
    assert model.objective_ < objective(X, np.zeros((6, 6)))
    assert model.objective_ < 1.05 * objective(X, sem.weights)


@pytest.mark.parametrize(("seed", "program"), [(70000, 9.3227), (70003, 9.5687), (70006, 10.9862)])
def test_dense_graphs_end_no_higher_than_the_published_program(seed, program):
    # ``plain_notears`` ended at these objectives; without the search ours are 8 % apart.
    X, _ = make_linear_sem(1000, 10, edges_per_node=4, random_state=seed)
    assert NOTEARS().fit(X).objective_ <= 1.0005 * program


def test_permuting_the_columns_permutes_the_answer(data):
    X, _ = data
    permutation = np.array([4, 2, 0, 5, 3, 1])
    model, permuted = NOTEARS().fit(X), NOTEARS().fit(X[:, permutation])
    expected = model.raw_weights_[np.ix_(permutation, permutation)]
    # L-BFGS-B stops at a relative change of 2e-9 of an ill-conditioned objective.
    np.testing.assert_allclose(permuted.raw_weights_, expected, atol=0.02)
    assert permuted.objective_ == pytest.approx(model.objective_, rel=1e-3)


def test_scaling_the_data_scales_lambda1_by_the_square(data):
    # Three columns, for which there is one minimum to find.
    X = data[0][:, :3]
    plain, scaled = NOTEARS(lambda1=0.1).fit(X), NOTEARS(lambda1=0.4).fit(2 * X)
    assert scaled.objective_ == pytest.approx(4 * plain.objective_, rel=1e-3)
    np.testing.assert_array_equal(scaled.adjacency_, plain.adjacency_)


def test_a_larger_lambda1_gives_smaller_weights(data):
    X, _ = data
    norms = [np.abs(NOTEARS(lambda1=a).fit(X).raw_weights_).sum() for a in (0.01, 0.1, 1.0)]
    assert norms[0] > norms[1] > norms[2]


def test_forbidden_entries_are_exactly_zero_and_required_ones_are_kept(data):
    X, sem = data
    edges = np.argwhere(sem.weights).tolist()
    knowledge = PriorKnowledge(forbidden=[tuple(edges[0])], required=[tuple(edges[1])])
    model = NOTEARS(prior_knowledge=knowledge).fit(X)
    assert model.raw_weights_[tuple(edges[0])] == 0.0
    assert model.raw_weights_[tuple(edges[1])[::-1]] == 0.0
    assert model.weights_[tuple(edges[1])] != 0.0
    assert not np.diagonal(model.raw_weights_).any()


def test_cycles_that_units_leave_are_said_and_cut():
    X, _ = make_linear_sem(200, 6, graph="er", edges_per_node=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ProjectionWarning)
        with pytest.warns(ConvergenceWarning, match="still had cycles.*standardize"):
            model = NOTEARS().fit(1e8 * X)
    assert not model.converged_
    assert is_dag(model.weights_)


@pytest.mark.parametrize("d", [1, 2])
def test_one_and_two_columns(d):
    x = np.random.default_rng(0).normal(size=(200, 1))
    X = np.hstack([x, 2 * x + np.random.default_rng(1).normal(size=(200, 1))])[:, :d]
    model = NOTEARS().fit(X)
    assert model.converged_
    if d == 2:
        # The lasso of x1 on x0, in closed form: soft-thresholded covariance over variance.
        C = np.cov(X.T, bias=True)
        assert model.weights_[0, 1] == pytest.approx((C[0, 1] - 0.1) / C[0, 0], abs=1e-3)
        assert model.weights_[1, 0] == 0.0


@pytest.mark.parametrize(
    "parameters",
    [{"lambda1": -1}, {"max_iter": 0}, {"tol": -1.0}, {"h_tol": -1e-8}, {"rho_max": 1.0}],
)
def test_parameters_that_make_no_sense_are_refused_by_name(data, parameters):
    with pytest.raises(ValueError, match=f"{next(iter(parameters))}="):
        NOTEARS(**parameters).fit(data[0])


@pytest.mark.parametrize("acyclicity", ["polynomial", "power-series"])
def test_other_acyclicity_functions_find_the_same_graph(acyclicity):
    X, sem = make_linear_sem(1000, 6, graph="er", edges_per_node=1, random_state=0)
    model = NOTEARS(acyclicity=acyclicity).fit(X)
    np.testing.assert_array_equal(model.adjacency_, sem.weights != 0)
    assert model.converged_


def test_the_effect_between_two_binary_columns_is_their_log_odds():
    generator = np.random.default_rng(0)
    cause = generator.random(4000) < 0.5
    effect = generator.random(4000) < 1 / (1 + np.exp(-2.0 * cause))
    X = np.column_stack([cause, effect]).astype(float)
    knowledge = PriorKnowledge(forbidden=[(1, 0)])
    model = NOTEARS(loss="logistic", lambda1=0.0, prior_knowledge=knowledge)
    odds, base = (share / (1 - share) for share in (effect[cause].mean(), effect[~cause].mean()))
    assert model.fit(X).weights_[0, 1] == pytest.approx(np.log(odds / base), rel=1e-3)
    model.set_params(fit_intercept=False)  # the odds are even without the cause
    assert model.fit(X).weights_[0, 1] == pytest.approx(np.log(odds), rel=1e-3)


def test_the_effect_between_two_counts_solves_the_likelihood_equation():
    generator = np.random.default_rng(0)
    cause = generator.poisson(1.0, size=4000)
    effect = generator.poisson(np.exp(0.5 * cause))
    X = np.column_stack([cause, effect]).astype(float)
    knowledge = PriorKnowledge(forbidden=[(1, 0)])
    model = NOTEARS(loss="poisson", lambda1=0.0, prior_knowledge=knowledge, fit_intercept=False)
    w = model.fit(X).weights_[0, 1]
    assert w == pytest.approx(0.5, abs=0.02)
    assert (cause * (effect - np.exp(w * cause))).mean() == pytest.approx(0.0, abs=1e-2)


@pytest.mark.filterwarnings("ignore::causal_dag.fit_warnings.ProjectionWarning")
@pytest.mark.parametrize("mechanism", ["logistic", "poisson"])
def test_by_default_most_edges_of_binary_columns_and_counts_are_found(mechanism):
    X, sem = make_nonlinear_sem(1000, 8, mechanism=mechanism, random_state=1)
    solver, n_edges = make_solver(f"notears-{mechanism}"), sem.adjacency.sum()
    assert cpdag_distance(solver.fit(X).adjacency_, sem.adjacency) < n_edges / 2
    solver.set_params(lambda1=0.1, weight_threshold=0.3, fit_intercept=False)  # as published
    assert cpdag_distance(solver.fit(X).adjacency_, sem.adjacency) > 0.75 * n_edges


@pytest.mark.parametrize(("loss", "message"), [("logistic", "0 and 1"), ("poisson", "counts")])
def test_columns_of_other_values_are_refused_by_name(loss, message):
    with pytest.raises(ValueError, match=f"column 1 .*{message}"):
        NOTEARS(loss=loss).fit(np.array([[0.0, 1.0], [1.0, 2.5], [1.0, 0.0]]))


def test_scaling_the_data_and_lambda1_alike_keeps_the_weights():
    # Least squares is quadratic in the units, so lambda1 is in squared units.
    X, _ = make_linear_sem(300, 5, graph="er", edges_per_node=1, random_state=1)
    weights = NOTEARS(lambda1=0.1).fit(X).weights_
    scaled = NOTEARS(lambda1=0.1 * 9).fit(3 * X).weights_
    np.testing.assert_allclose(scaled, weights, atol=5e-3)


def test_an_edge_of_larger_penalty_weight_is_given_up_first():
    X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    edge = tuple(np.argwhere(sem.weights)[0].tolist())
    penalty_weights = np.ones((5, 5))
    penalty_weights[edge] = 1e4
    model = NOTEARS(penalty_weights=penalty_weights).fit(X)
    assert model.raw_weights_[edge] == 0.0
    free = NOTEARS(penalty_weights=np.zeros((5, 5))).fit(X)
    assert free.objective_ < NOTEARS().fit(X).objective_

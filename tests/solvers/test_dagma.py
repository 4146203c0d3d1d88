"""DAGMA against published figures, the authors' program, and its own invariances."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import DAGMA, NOTEARS, PriorKnowledge
from causal_dag.metrics import (
    cpdag_distance,
    structural_hamming_distance,
    structural_intervention_distance,
)
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.adam import StageObjective
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares
from causal_dag.synthetic import load_sachs, make_linear_sem


@pytest.fixture(scope="module")
def data():
    return make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)


# Saboksayr et al. 2024, table 2: 853 observational rows, centred, 17-edge graph.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_published_figures_on_the_sachs_table():
    sachs = load_sachs()
    model = DAGMA().fit(sachs.data)
    assert structural_hamming_distance(sachs.adjacency, model.adjacency_) == 16
    assert structural_intervention_distance(sachs.adjacency, model.adjacency_) == 52
    assert cpdag_distance(sachs.adjacency, model.adjacency_) == 15
    assert model.adjacency_.sum() == 2


@pytest.mark.slow
def test_the_authors_program_is_matched_on_its_own_data(reference_data):
    close, distance, reference_distance = 0, 0, 0
    files = sorted((reference_data / "reference").glob("*.npz"))
    assert len(files) == 12
    for file in files:
        reference = np.load(file)
        X, W_true, W_reference = reference["X"], reference["W_true"], reference["W_dagma"]
        model = DAGMA().fit(X)
        score = LeastSquares(np.cov(X.T, bias=True))
        objective = StageObjective(score, L1(0.05), 0.001, LogDeterminant(0.7))
        value = objective.value(model.raw_weights_, score.start_scale)
        close += value <= 1.005 * objective.value(W_reference, score.start_scale)
        distance += structural_hamming_distance(W_true, model.weights_)
        kept = W_reference * (np.abs(W_reference) > 0.3)
        reference_distance += structural_hamming_distance(W_true, kept)
        assert model.converged_
    assert close >= 10
    assert distance <= 1.1 * reference_distance


def test_sparse_graphs_with_clear_effects_are_found():
    n_edges, distance = 0, 0
    for seed in range(5):
        X, sem = make_linear_sem(1000, 8, graph="er", edges_per_node=1, random_state=seed)
        n_edges += np.count_nonzero(sem.weights)
        distance += structural_hamming_distance(sem.weights, DAGMA().fit(X).weights_)
    assert distance <= 0.2 * n_edges


def test_permuting_the_columns_permutes_the_answer(data):
    X, _ = data
    permutation = np.array([4, 2, 0, 5, 3, 1])
    weights = DAGMA().fit(X).raw_weights_
    permuted = DAGMA().fit(X[:, permutation]).raw_weights_
    # The subgradient of the ℓ1 norm makes entries around 0 flicker by about the step size.
    np.testing.assert_allclose(permuted, weights[np.ix_(permutation, permutation)], atol=1e-3)


def test_a_larger_lambda1_keeps_fewer_edges(data):
    X, _ = data
    norms = [np.abs(DAGMA(lambda1=value).fit(X).raw_weights_).sum() for value in (0.01, 0.1, 1)]
    assert norms[0] > norms[1] > norms[2]


def test_forbidden_entries_are_exactly_zero_and_required_ones_are_kept(data):
    X, sem = data
    edges = [tuple(edge) for edge in np.argwhere(sem.weights).tolist()]
    knowledge = PriorKnowledge(forbidden=[edges[0]], required=[edges[1]])
    model = DAGMA(prior_knowledge=knowledge).fit(X)
    assert model.raw_weights_[edges[0]] == 0.0
    assert model.weights_[edges[1]] != 0.0


def test_no_noise_scale_is_estimated(data):
    assert DAGMA().fit(data[0]).noise_scale_ is None


@pytest.mark.parametrize("parameters", [{"lambda1": -0.1}, {"mu": (1.0,)}, {"max_iter": 1.5}])
def test_parameters_that_make_no_sense_are_refused_by_name(data, parameters):
    with pytest.raises(ValueError, match=f"{next(iter(parameters))}="):
        DAGMA(**parameters).fit(data[0])


def test_proximal_steps_leave_exact_zeros_and_the_same_large_weights():
    X, _ = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)
    published, proximal = DAGMA().fit(X), DAGMA(l1_step="proximal").fit(X)
    assert (proximal.raw_weights_ == 0).sum() > 6 > (published.raw_weights_ == 0).sum() - 1
    np.testing.assert_allclose(proximal.weights_, published.weights_, atol=0.02)


def test_non_negative_weights_are_never_negative():
    X, sem = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)
    assert (sem.weights < 0).any()
    weights = DAGMA(nonnegative=True).fit(X).raw_weights_
    assert weights.min() == 0.0 < weights.max()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_edge_of_large_penalty_weight_is_given_up():
    X, sem = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)
    edge = tuple(np.argwhere(sem.weights)[0].tolist())
    penalty_weights = np.ones((6, 6))
    penalty_weights[edge] = 1e3
    assert DAGMA(penalty_weights=penalty_weights).fit(X).weights_[edge] == 0.0


def test_the_logistic_loss_ends_at_the_optimum_of_notears_over_two_columns():
    generator = np.random.default_rng(0)
    cause = generator.random(400) < 0.5
    effect = generator.random(400) < 1 / (1 + np.exp(-2.0 * cause))
    X = np.column_stack([cause, effect]).astype(float)
    knowledge = PriorKnowledge(forbidden=[(1, 0)])
    dagma = DAGMA(loss="logistic", lambda1=0.01, prior_knowledge=knowledge).fit(X)
    notears = NOTEARS(
        loss="logistic", lambda1=0.01, prior_knowledge=knowledge, fit_intercept=False
    ).fit(X)
    np.testing.assert_allclose(dagma.weights_, notears.weights_, atol=0.01)
    assert DAGMA(loss="logistic").column_values == "binary"


def test_proximal_steps_of_the_logistic_loss_leave_exact_zeros():
    generator = np.random.default_rng(0)
    X = (generator.random((400, 3)) < 0.5).astype(float)
    X[:, 1] = np.where(generator.random(400) < 0.9, X[:, 0], 1 - X[:, 0])
    settings = {
        "loss": "logistic",
        "lambda1": 0.02,
        "prior_knowledge": PriorKnowledge(tiers=[[0], [1], [2]]),
    }
    published = DAGMA(**settings).fit(X)
    proximal = DAGMA(l1_step="proximal", **settings).fit(X)
    assert (proximal.raw_weights_ == 0).sum() > (published.raw_weights_ == 0).sum()
    np.testing.assert_allclose(proximal.weights_, published.weights_, atol=0.02)


def test_non_negative_log_odds_are_never_negative():
    X = (np.random.default_rng(0).random((200, 3)) < 0.5).astype(float)
    X[:, 1] = 1 - X[:, 0]  # the log odds are negative, both ways
    X[:20, 1] = 1
    quick = {"loss": "logistic", "warm_up_iter": 1000, "max_iter": 1000, "lambda1": 0.01}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert DAGMA(**quick).fit(X).raw_weights_.min() < 0
        assert DAGMA(**quick, nonnegative=True).fit(X).raw_weights_.min() >= 0

"""CoLiDE against published figures, the authors' program, and its own invariances."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import CoLiDE, PriorKnowledge
from causal_dag.graph import is_dag
from causal_dag.metrics import (
    cpdag_distance,
    structural_hamming_distance,
    structural_intervention_distance,
)
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.adam import StageObjective
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import ConcomitantScore
from causal_dag.synthetic import load_sachs, make_linear_sem

NOISES = ["equal", "unequal"]


@pytest.fixture(scope="module")
def data():
    return make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)


def fit_quietly(model, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X)


def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


# Saboksayr et al. 2024, table 2: 853 observational rows, centred, 17-edge graph.
@pytest.mark.parametrize(
    ("noise", "shd", "sid", "cpdag", "edges"),
    [("equal", 13, 47, 13, 11), ("unequal", 12, 46, 14, 13)],
)
def test_the_published_figures_on_the_sachs_table(noise, shd, sid, cpdag, edges):
    sachs = load_sachs()
    model = fit_quietly(CoLiDE(noise=noise), sachs.data)
    assert structural_hamming_distance(sachs.adjacency, model.adjacency_) == shd
    assert structural_intervention_distance(sachs.adjacency, model.adjacency_) == sid
    assert cpdag_distance(sachs.adjacency, model.adjacency_) == cpdag
    assert model.adjacency_.sum() == edges


@pytest.mark.parametrize(("noise", "shd"), [("equal", 15), ("unequal", 16)])
def test_the_figures_on_the_standardized_sachs_table(noise, shd):
    sachs = load_sachs()
    model = CoLiDE(noise=noise).fit(standardized(sachs.data))
    assert structural_hamming_distance(sachs.adjacency, model.adjacency_) == shd
    assert model.converged_


def test_the_self_loop_that_units_leave_on_the_sachs_table_is_said():
    with pytest.warns(ConvergenceWarning, match="still had cycles.*standardize"):
        CoLiDE().fit(load_sachs().data)


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "key"), [("equal", "ev"), ("unequal", "nv")])
def test_the_authors_program_is_matched_on_its_own_data(reference_data, noise, key):
    close, distance, reference_distance = 0, 0, 0
    files = sorted((reference_data / "reference").glob("*.npz"))
    assert len(files) == 12
    for file in files:
        reference = np.load(file)
        X, W_true, W_reference = reference["X"], reference["W_true"], reference[f"W_colide_{key}"]
        model = CoLiDE(noise=noise).fit(X)
        d = X.shape[1]
        group = np.zeros(d, dtype=np.intp) if noise == "equal" else np.arange(d)
        score = ConcomitantScore(np.cov(X.T, bias=True), group)
        objective = StageObjective(score, L1(0.05), 0.001, LogDeterminant(0.7))
        value = objective.value(model.raw_weights_, score.best_scale(model.raw_weights_))
        reference_value = objective.value(W_reference, score.best_scale(W_reference))
        close += value <= 1.005 * reference_value
        distance += structural_hamming_distance(W_true, model.weights_)
        kept = W_reference * (np.abs(W_reference) > 0.3)
        reference_distance += structural_hamming_distance(W_true, kept)
        assert model.converged_
    assert close >= 10
    assert distance <= 1.1 * reference_distance


@pytest.mark.parametrize("noise", NOISES)
def test_sparse_graphs_with_clear_effects_are_found(noise):
    n_edges, distance = 0, 0
    for seed in range(5):
        X, sem = make_linear_sem(1000, 8, graph="er", edges_per_node=1, random_state=seed)
        model = CoLiDE(noise=noise).fit(X)
        n_edges += np.count_nonzero(sem.weights)
        distance += structural_hamming_distance(sem.weights, model.weights_)
    assert distance <= 0.2 * n_edges


def test_equal_noise_has_one_scale_for_all(data):
    X, _ = data
    scale = CoLiDE(noise="equal").fit(X).noise_scale_
    assert (scale == scale[0]).all()
    residual = X - X.mean(axis=0)
    W = CoLiDE(noise="equal").fit(X).raw_weights_
    assert scale[0] == pytest.approx(np.sqrt(((residual - residual @ W) ** 2).mean()))


def test_unequal_noise_has_a_scale_each(data):
    X, _ = data
    model = CoLiDE(noise="unequal").fit(X)
    centred = X - X.mean(axis=0)
    expected = (centred - centred @ model.raw_weights_).std(axis=0)
    np.testing.assert_allclose(model.noise_scale_, expected)


@pytest.mark.parametrize("noise", NOISES)
def test_permuting_the_columns_permutes_the_answer(data, noise):
    X, _ = data
    permutation = np.array([4, 2, 0, 5, 3, 1])
    weights = CoLiDE(noise=noise).fit(X).raw_weights_
    permuted = CoLiDE(noise=noise).fit(X[:, permutation]).raw_weights_
    # The subgradient of the ℓ1 norm makes entries around 0 flicker by about the step size.
    np.testing.assert_allclose(permuted, weights[np.ix_(permutation, permutation)], atol=1e-3)


@pytest.mark.parametrize("noise", NOISES)
def test_a_larger_lambda1_keeps_fewer_edges(data, noise):
    X, _ = data
    norms = [
        np.abs(CoLiDE(noise=noise, lambda1=lambda1).fit(X).raw_weights_).sum()
        for lambda1 in (0.01, 0.1, 1.0)
    ]
    assert norms[0] > norms[1] > norms[2]


@pytest.mark.parametrize("noise", NOISES)
def test_forbidden_entries_are_exactly_zero_and_required_ones_are_kept(data, noise):
    X, sem = data
    edges = np.argwhere(sem.weights).tolist()
    knowledge = PriorKnowledge(forbidden=[tuple(edges[0])], required=[tuple(edges[1])])
    model = CoLiDE(noise=noise, prior_knowledge=knowledge).fit(X)
    assert model.raw_weights_[tuple(edges[0])] == 0.0
    assert model.raw_weights_[tuple(edges[1])[::-1]] == 0.0
    assert model.weights_[tuple(edges[1])] != 0.0
    assert not np.diagonal(model.raw_weights_).any()


def test_a_start_at_the_truth_is_kept(data):
    X, sem = data
    model = CoLiDE(init=sem.weights, mu=(0.001,), s=(0.7,)).fit(X)
    assert structural_hamming_distance(sem.weights, model.weights_) <= 1


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("d", [1, 2])
def test_one_and_two_columns(noise, d):
    x = np.random.default_rng(0).normal(size=(200, 1))
    X = np.hstack([x, 2 * x + np.random.default_rng(1).normal(size=(200, 1))])[:, :d]
    model = CoLiDE(noise=noise).fit(X)
    assert model.raw_weights_.shape == (d, d)
    assert is_dag(model.weights_)
    if d == 2:
        assert model.weights_[0, 1] == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("noise", NOISES)
def test_columns_that_determine_each_other_divide_by_no_zero(noise):
    x = np.random.default_rng(0).normal(size=(100, 1))
    model = fit_quietly(CoLiDE(noise=noise, warm_up_iter=3000, max_iter=3000), np.hstack([x, x]))
    assert np.isfinite(model.raw_weights_).all()
    assert (model.noise_scale_ > 0).all()


@pytest.mark.parametrize(
    "parameters",
    [
        {"noise": "laplace"},
        {"lambda1": -0.1},
        {"mu": (1.0, 0.0), "s": (1.0, 0.9)},
        {"s": (1.0, 0.9, -0.8, 0.7)},
        {"mu": (), "s": ()},
        {"mu": (1.0,)},
        {"warm_up_iter": 0},
        {"max_iter": 1.5},
        {"checkpoint": 0},
        {"learning_rate": 0.0},
        {"tol": -1.0},
    ],
)
def test_parameters_that_make_no_sense_are_refused_by_name(data, parameters):
    with pytest.raises(ValueError, match=f"{next(iter(parameters))}="):
        CoLiDE(**parameters).fit(data[0])


def test_a_cyclic_start_outside_the_domain_is_refused(data):
    init = np.zeros((6, 6))
    init[0, 1] = init[1, 0] = 2.0
    with pytest.raises(ValueError, match=r"init: .*cycles too strong"):
        CoLiDE(init=init).fit(data[0])


def test_proximal_steps_leave_exact_zeros_and_the_same_large_weights():
    X, _ = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)
    published, proximal = CoLiDE().fit(X), CoLiDE(l1_step="proximal").fit(X)
    assert (proximal.raw_weights_ == 0).sum() > 6 > (published.raw_weights_ == 0).sum() - 1
    np.testing.assert_allclose(proximal.weights_, published.weights_, atol=0.02)


def test_non_negative_weights_are_never_negative():
    X, sem = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)
    assert (sem.weights < 0).any()
    weights = CoLiDE(nonnegative=True).fit(X).raw_weights_
    assert weights.min() == 0.0 < weights.max()


def test_an_edge_of_large_penalty_weight_is_given_up():
    X, sem = make_linear_sem(300, 6, graph="er", edges_per_node=1.5, random_state=1)
    edge = tuple(np.argwhere(sem.weights)[0].tolist())
    penalty_weights = np.ones((6, 6))
    penalty_weights[edge] = 1e3
    assert CoLiDE(penalty_weights=penalty_weights).fit(X).weights_[edge] == 0.0


@pytest.mark.parametrize("noise", NOISES)
def test_scaling_the_data_and_lambda1_alike_keeps_the_weights(data, noise):
    # The noise scale takes one unit; lambda1 keeps the other.
    X, _ = data
    weights = CoLiDE(noise=noise, lambda1=0.05).fit(X).weights_
    scaled = CoLiDE(noise=noise, lambda1=0.15).fit(3 * X).weights_
    np.testing.assert_allclose(scaled, weights, atol=0.02)


def test_the_floor_of_the_noise_scale_binds_where_asked():
    X, _ = make_linear_sem(300, 4, graph="er", edges_per_node=1, random_state=1)
    scale = CoLiDE(noise="unequal", scale_floor=0.9).fit(X).noise_scale_
    assert (scale >= 0.9 * X.std(axis=0) - 1e-12).all()
    with pytest.raises(ValueError, match="scale_floor"):
        CoLiDE(scale_floor=0.0).fit(X)

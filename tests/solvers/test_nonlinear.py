"""Nonlinear NOTEARS and DAGMA: recovery, and what an estimator does with learnt functions."""

import pickle

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from causal_dag import DAGMA, NOTEARS, TOPO, Moments, PriorKnowledge
from causal_dag.graph import is_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.synthetic import make_nonlinear_sem

KINDS = ["mlp", "sobolev"]
# DAGMA with networks, in seconds.
QUICK = {
    "nonlinear": "mlp", "mu": (0.1, 0.01), "s": (1.0, 1.0), "learning_rate": 5e-3, "tol": 1e-3,
    "checkpoint": 200, "random_state": 0,
}  # fmt: skip


def curved_chain(n=300, seed=0):
    """x0 → x1 → x2, along a curve that levels off and one that turns."""
    generator = np.random.default_rng(seed)
    x0 = generator.normal(size=n)
    x1 = 2 * np.tanh(2 * x0) + 0.5 * generator.normal(size=n)
    x2 = 2 * np.sin(x1) + 0.5 * generator.normal(size=n)
    return np.column_stack([x0 + 10.0, x1, x2 - 3.0])


@pytest.fixture(scope="module")
def X():
    return curved_chain()


@pytest.fixture(scope="module")
def fitted(X):
    return {kind: NOTEARS(nonlinear=kind, max_iter=100, random_state=0).fit(X) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_curved_relations_are_found_in_their_direction(fitted, kind):
    edges = {tuple(edge) for edge in np.argwhere(fitted[kind].adjacency_).tolist()}
    assert {(0, 1), (1, 2)} <= edges <= {(0, 1), (1, 2), (0, 2)}
    assert fitted[kind].converged_
    assert fitted[kind].trace_[-1].h <= 1e-8


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_strengths(fitted, kind):
    model = fitted[kind]
    assert (model.raw_weights_ >= 0).all()
    assert not np.diagonal(model.raw_weights_).any()
    np.testing.assert_array_equal(model.weights_[model.adjacency_],
                                  model.raw_weights_[model.adjacency_])  # fmt: skip


def test_predictions_are_those_of_the_network_without_cut_parents(X, fitted):
    model = fitted["mlp"]
    functions = model._equations_.functions
    centred = X - X.mean(axis=0)
    expected = np.empty_like(X)
    for j in range(3):
        V = functions.V[j] * model.adjacency_[:, j]
        hidden = 1 / (1 + np.exp(-(centred @ V.T + functions.biases[j])))
        output = hidden @ functions.output[j]
        expected[:, j] = output + (X[:, j] - output).mean()
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-12)


def test_predictions_are_those_of_the_sines_without_cut_parents(X, fitted):
    model = fitted["sobolev"]
    V, centred = model._equations_.functions.V, X - X.mean(axis=0)
    expected = np.zeros_like(X)
    for i, j in np.argwhere(model.adjacency_):
        for k in range(10):
            s = 2 / ((2 * k + 1) * np.pi)
            expected[:, j] += V[j, k, i] * s * np.sin(centred[:, i] / s)
    expected += (X - expected).mean(axis=0)
    np.testing.assert_allclose(model.predict(X), expected, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_intercept_noise_and_score_come_from_the_residuals(X, fitted, kind):
    model = fitted[kind]
    residual = X - model.predict(X)
    np.testing.assert_allclose(residual.mean(axis=0), 0.0, atol=1e-10)
    np.testing.assert_allclose(model.noise_variance_, residual.var(axis=0))
    assert model.noise_variance_[1] < 0.5 * X[:, 1].var()
    expected = -0.5 * (np.log(2 * np.pi * model.noise_variance_) + 1).sum()
    assert model.score(X) == pytest.approx(expected)
    np.testing.assert_allclose(model.predict(X)[:, 0], X[:, 0].mean())


@pytest.mark.parametrize("kind", KINDS)
def test_samples_follow_the_functions_and_obey_interventions(X, fitted, kind):
    model = fitted[kind]
    sample = model.sample(2000, do={0: 11.5}, random_state=0)
    assert (sample[:, 0] == 11.5).all()
    rows = X[:1].copy()
    rows[:, 0] = 11.5
    noise = sample - model.predict(sample)
    error = 5 * noise[:, 1].std() / np.sqrt(2000)
    assert sample[:, 1].mean() == pytest.approx(model.predict(rows)[0, 1], abs=error)
    np.testing.assert_allclose(noise.var(axis=0)[1:], model.noise_variance_[1:], rtol=0.2)
    # What is upstream of an intervention, or beside it, keeps its noise.
    other = model.sample(2000, do={1: 0.0}, random_state=0)
    np.testing.assert_array_equal(other[:, 0], model.sample(2000, random_state=0)[:, 0])
    np.testing.assert_allclose(other[:, 2] - model.predict(other)[:, 2], noise[:, 2])
    with pytest.raises(ValueError, match="do sets column 0 to an array of shape"):
        model.sample(10, do={0: [1.0, 2.0]})


@pytest.fixture(scope="module")
def fitted_by_dagma(X):
    return DAGMA(**QUICK).fit(X)


def test_dagma_finds_the_curves(X, fitted_by_dagma):
    model = fitted_by_dagma
    assert model.converged_
    assert {(0, 1), (1, 2)} <= {tuple(edge) for edge in np.argwhere(model.adjacency_).tolist()}
    assert is_dag(model.adjacency_)
    assert not np.diagonal(model.raw_weights_).any()
    residual = X - model.predict(X)
    np.testing.assert_allclose(residual.mean(axis=0), 0.0, atol=1e-10)
    assert (model.noise_variance_[1:] < 0.4).all()
    with pytest.raises(ValueError, match="compare samples"):
        model.total_effects()


def test_dagmas_objective_is_the_likelihood_with_the_penalties_and_the_barrier(X, fitted_by_dagma):
    record = fitted_by_dagma.trace_[-1]
    assert record.mu == 0.01
    assert fitted_by_dagma.objective_ == record.objective
    residual = X - fitted_by_dagma.predict(X)  # of the thresholded graph, hence not quite equal
    likelihood = 1.5 * np.log(residual.var(axis=0).sum())
    assert record.score == pytest.approx(likelihood, abs=0.5)


def test_dagmas_seed_and_constraints_hold(X):
    knowledge = PriorKnowledge(forbidden=[(0, 1)])
    models = [DAGMA(**QUICK, prior_knowledge=knowledge).fit(X) for _ in range(2)]
    assert models[0].raw_weights_[0, 1] == 0.0
    assert models[0].raw_weights_.tobytes() == models[1].raw_weights_.tobytes()


def test_the_defaults_of_dagma_are_the_published_ones():
    X = np.random.default_rng(0).normal(size=(20, 2))
    for kind, mu, step in ((None, 1.0, 3e-4), ("mlp", 0.1, 2e-4)):
        model = DAGMA(nonlinear=kind, warm_up_iter=100, callback=lambda record: True).fit(X)
        assert [(record.mu, record.step) for record in model.trace_] == [(mu, step)]


@pytest.mark.parametrize("kind", KINDS)
def test_effects_are_refused_with_a_remedy(fitted, kind):
    with pytest.raises(ValueError, match="compare samples under two interventions"):
        fitted[kind].total_effects()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bits_and_pickles(X, fitted, kind):
    again = NOTEARS(nonlinear=kind, random_state=0).fit(X.copy(order="F"))
    assert again.raw_weights_.tobytes() == fitted[kind].raw_weights_.tobytes()
    restored = pickle.loads(pickle.dumps(again))
    np.testing.assert_array_equal(restored.predict(X), fitted[kind].predict(X))


def test_another_seed_starts_elsewhere(X, fitted):
    other = NOTEARS(nonlinear="mlp", random_state=1).fit(X)
    assert other.raw_weights_.tobytes() != fitted["mlp"].raw_weights_.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_prior_knowledge_holds_exactly(X, kind):
    knowledge = PriorKnowledge(forbidden=[(0, 1), (1, 0)], required=[(0, 2)])
    model = NOTEARS(nonlinear=kind, prior_knowledge=knowledge, random_state=0).fit(X)
    assert model.raw_weights_[0, 1] == model.raw_weights_[1, 0] == model.raw_weights_[2, 0] == 0.0
    assert model.adjacency_[0, 2]
    assert is_dag(model.adjacency_)


def test_permuted_columns_give_the_permuted_graph_of_sines(X, fitted):
    permutation = np.array([2, 0, 1])
    permuted = NOTEARS(nonlinear="sobolev").fit(X[:, permutation])
    expected = fitted["sobolev"].weights_[np.ix_(permutation, permutation)]
    np.testing.assert_allclose(permuted.weights_, expected, rtol=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_one_column_has_no_parents(X, kind):
    model = NOTEARS(nonlinear=kind, random_state=0).fit(X[:, :1])
    np.testing.assert_allclose(model.predict(X[:, :1]), X[:, :1].mean())


def test_rows_are_needed_only_by_nonlinear_models(X):
    assert not NOTEARS().needs_rows
    with pytest.raises(ValueError, match=r"use fit\(X\)"):
        NOTEARS(nonlinear="mlp").fit_moments(Moments.from_rows(X))
    assert NOTEARS().fit(X).total_effects().shape == (3, 3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"nonlinear": "spline"}, "nonlinear='spline'"),
        ({"refit": True}, "refit=True"),
        ({"init": np.zeros((3, 3))}, "init gives linear weights"),
        ({"polish": "topo-bic"}, "polish='topo-bic'.*TOPO"),
        ({"hidden_units": 0}, "hidden_units=0"),
        ({"n_basis": 1.5}, "n_basis=1.5"),
        ({"lambda1": -1.0}, "lambda1=-1.0"),
        ({"lambda2": -1.0}, "lambda2=-1.0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(X, parameters, message):
    with pytest.raises(ValueError, match=message):
        NOTEARS(**({"nonlinear": "mlp"} | parameters)).fit(X)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"nonlinear": "sobolev"}, "nonlinear='sobolev'"),
        ({"refit": True}, "refit=True"),
        ({"hidden_units": 0}, "hidden_units=0"),
        ({"lambda2": -1.0}, "lambda2=-1.0"),
        ({"s": (1.0,)}, "same length"),
    ],
)
def test_what_makes_no_sense_to_dagma_is_refused_by_name(X, parameters, message):
    with pytest.raises(ValueError, match=message):
        DAGMA(**({"nonlinear": "mlp"} | parameters)).fit(X)
    with pytest.raises(ValueError, match=r"use fit\(X\)"):
        DAGMA(nonlinear="mlp").fit_moments(Moments.from_rows(X))


def test_an_order_search_goes_on_from_a_nonlinear_graph(X, fitted):
    model = TOPO(init=fitted["mlp"], n_restarts=1, random_state=0).fit(X)
    assert is_dag(model.adjacency_)


FEW_ITERATIONS = [
    NOTEARS(nonlinear=kind, hidden_units=2, n_basis=2, max_iter=2, random_state=0) for kind in KINDS
]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(FEW_ITERATIONS)
def test_scikit_learn_contract(estimator, check):
    if check.func.__name__.startswith("check_sample_weight_equivalence"):
        pytest.skip("fewer rows than columns")
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mechanism", "edges_per_node"),
    [("mlp", "mlp", 1), ("mlp", "gp", 1), ("sobolev", "sine", 1)],
)
def test_simulated_graphs_are_found_better_than_by_the_linear_method(
    kind, mechanism, edges_per_node
):
    n_edges, found, linear = 0, 0, 0
    for seed in range(3):
        X, sem = make_nonlinear_sem(
            1000, 8, mechanism=mechanism, edges_per_node=edges_per_node, random_state=seed
        )
        n_edges += sem.adjacency.sum()
        model = NOTEARS(nonlinear=kind, random_state=0).fit(X)
        found += structural_hamming_distance(sem.adjacency, model.adjacency_)
        linear += structural_hamming_distance(sem.adjacency, NOTEARS().fit(X).adjacency_)
    assert found < 0.5 * n_edges
    assert found < linear

"""From settings to data: streams, scales, and what scales reveal of the causal order."""

import numpy as np
import pytest

from causal_dag.graph import topological_order
from causal_dag.synthetic import (
    SCALES,
    LinearSEM,
    load_network,
    make_linear_sem,
    random_dag,
    random_weights,
)


def sortability(sem, criterion):
    """Share of edges along which a criterion of the two variables increases."""
    causes, effects = np.nonzero(sem.adjacency)
    return np.mean(criterion[causes] < criterion[effects])


def explained_variance(sem):
    """Population R² of each variable regressed on all others."""
    covariance = sem.covariance()
    return 1 - 1 / (covariance.diagonal() * np.linalg.inv(covariance).diagonal())


def mean_sortability(scale, criterion, **settings):
    sems = [
        make_linear_sem(1000, 20, edges_per_node=4, scale=scale, random_state=seed, **settings)
        for seed in range(30)
    ]
    return np.mean([sortability(sem, criterion(X, sem)) for X, sem in sems])


@pytest.mark.parametrize("scale", SCALES)
def test_data_are_a_sample_of_the_returned_model(scale):
    X, sem = make_linear_sem(50, 6, scale=scale, noise="gumbel", random_state=3)
    np.testing.assert_array_equal(X, sem.sample(50, random_state=3))


def test_the_pieces_with_the_same_seed_make_the_same_model():
    _, sem = make_linear_sem(10, 12, graph="sf", weight_range=(0.2, 0.4), random_state=9)
    adjacency = random_dag(12, graph="sf", edges_per_node=2, random_state=9)
    weights = random_weights(adjacency, weight_range=(0.2, 0.4), random_state=9)
    np.testing.assert_array_equal(sem.weights, weights)


@pytest.mark.parametrize("make_seed", [lambda: 5, lambda: np.random.default_rng(5)])
def test_another_number_of_rows_leaves_the_model_as_it_is(make_seed):
    X, sem = make_linear_sem(10, 8, noise_variance=(0.5, 10.0), random_state=make_seed())
    more, same = make_linear_sem(100, 8, noise_variance=(0.5, 10.0), random_state=make_seed())
    np.testing.assert_array_equal(sem.weights, same.weights)
    np.testing.assert_array_equal(sem.noise_variance, same.noise_variance)
    np.testing.assert_allclose(more[:10], X)


def test_other_settings_leave_the_graph_as_it_is():
    settings = [
        {},
        {"noise": "laplace"},
        {"noise_variance": (0.5, 10)},
        {"weight_range": (0.1, 0.2)},
        {"scale": "iscm"},
    ]
    graphs = [make_linear_sem(5, 10, random_state=1, **s)[1].adjacency for s in settings]
    for graph in graphs:
        np.testing.assert_array_equal(graph, graphs[0])


def test_same_seed_same_bits_and_other_seed_other_data():
    first, again, other = (make_linear_sem(20, 5, random_state=seed)[0] for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_noise_variances_lie_in_their_range():
    _, sem = make_linear_sem(5, 50, noise_variance=(0.5, 10.0), random_state=0)
    assert 0.5 <= sem.noise_variance.min() < 1.5
    assert 8.5 < sem.noise_variance.max() <= 10.0
    assert make_linear_sem(5, 5, noise_variance=3, random_state=0)[1].noise_variance[0] == 3.0


@pytest.mark.parametrize("scale", ["standardized", "iscm"])
@pytest.mark.parametrize("seed", range(5))
def test_scaled_models_have_unit_population_variances(scale, seed):
    _, sem = make_linear_sem(
        5, 20, edges_per_node=4, noise_variance=(0.5, 10.0), scale=scale, random_state=seed
    )
    np.testing.assert_allclose(sem.covariance().diagonal(), 1.0, rtol=1e-9)


def test_standardized_model_has_the_correlations_of_the_raw_one():
    _, raw = make_linear_sem(5, 10, random_state=0)
    _, standardized = make_linear_sem(5, 10, scale="standardized", random_state=0)
    deviation = np.sqrt(raw.covariance().diagonal())
    correlation = raw.covariance() / np.outer(deviation, deviation)
    np.testing.assert_allclose(standardized.covariance(), correlation, atol=1e-12)


def test_iscm_is_what_standardising_row_by_row_amounts_to():
    """Generate by the definition: every variable is standardized before its children see it."""
    n, d = 200_000, 6
    _, raw = make_linear_sem(5, d, noise_variance=(0.5, 4.0), random_state=2)
    _, sem = make_linear_sem(5, d, noise_variance=(0.5, 4.0), scale="iscm", random_state=2)
    generator = np.random.default_rng(0)
    X = np.zeros((n, d))
    for j in topological_order(raw.adjacency):
        noise = generator.normal(scale=np.sqrt(raw.noise_variance[j]), size=n)
        column = X @ raw.weights[:, j] + noise
        X[:, j] = (column - column.mean()) / column.std()
    assert sem.adjacency.sum() > 5
    np.testing.assert_allclose(X.T @ X / n, sem.covariance(), atol=5 * np.sqrt(2 / n))


def test_iscm_and_raw_weights_have_the_same_signs():
    _, raw = make_linear_sem(5, 10, random_state=0)
    _, sem = make_linear_sem(5, 10, scale="iscm", random_state=0)
    np.testing.assert_array_equal(np.sign(raw.weights), np.sign(sem.weights))


def test_only_raw_variances_reveal_the_order():
    def variance(X, sem):
        return X.var(axis=0)

    assert mean_sortability("raw", variance) > 0.9
    # 30 graphs of about 80 edges; edges of a graph are dependent.
    assert mean_sortability("standardized", variance) == pytest.approx(0.5, abs=0.06)
    assert mean_sortability("iscm", variance) == pytest.approx(0.5, abs=0.06)


def test_explained_variance_reveals_the_order_unless_standardized_inside():
    def r2(X, sem):
        return explained_variance(sem)

    standardized, iscm = mean_sortability("standardized", r2), mean_sortability("iscm", r2)
    assert standardized > 0.75
    assert abs(iscm - 0.5) < abs(standardized - 0.5) / 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": "unit"}, "scale='unit' is not known; choose one of 'raw'"),
        ({"noise": "none"}, "noise='none' is not known"),
        ({"noise_variance": -1}, "noise_variance=-1"),
        ({"noise_variance": (2, 1)}, "noise_variance=.* low <= high"),
        ({"weight_range": (2, 1)}, "weight_range=.* low <= high"),
        ({"graph": "tree"}, "graph='tree'"),
        ({"edges_per_node": 99}, "at most 4.5 edges per node"),
        ({"n_features": 0}, "n_features=0"),
        ({"n_samples": 0}, "n_samples=0"),
    ],
)
def test_bad_settings_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_linear_sem(**{"n_samples": 5, "n_features": 10, **arguments})


def test_a_single_variable_is_noise():
    X, sem = make_linear_sem(10, 1, edges_per_node=0, noise_variance=4.0, random_state=0)
    assert X.shape == (10, 1)
    assert isinstance(sem, LinearSEM)
    assert sem.covariance().tolist() == [[4.0]]


def test_a_given_graph_has_its_edges_and_names_and_the_weights_of_its_seed():
    adjacency = random_dag(6, random_state=4)
    X, sem = make_linear_sem(7, graph=adjacency.tolist(), random_state=1)
    np.testing.assert_array_equal(sem.weights, random_weights(adjacency, random_state=1))
    assert X.shape == (7, 6)
    network = load_network("child")
    for graph in (network, "child"):
        _, sem = make_linear_sem(2, graph=graph, scale="iscm", random_state=0)
        np.testing.assert_array_equal(sem.adjacency, network.adjacency)
        assert sem.feature_names == network.names
    names = [f"v{j}" for j in range(20)]
    assert make_linear_sem(2, 20, graph="child", feature_names=names)[1].feature_names[1] == "v1"


@pytest.mark.parametrize("scale", SCALES)
def test_noise_and_variances_can_be_given_for_every_variable(scale):
    variance = np.array([1.0, 2.0, 3.0])
    laws = ["gaussian", "uniform", "laplace"]
    _, sem = make_linear_sem(5, 3, edges_per_node=1, noise=laws, noise_variance=variance)
    np.testing.assert_array_equal(sem.noise_variance, variance)
    assert make_linear_sem(5, 3, edges_per_node=1, noise=laws, scale=scale)[1].noise == tuple(laws)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"graph": "er"}, "n_features is missing: pass the number of variables of the 'er'"),
        ({"graph": "alarm", "n_features": 5}, "n_features=5 does not fit the graph, which has 37"),
        ({"graph": "alarm", "edges_per_node": 3}, "edges_per_node=3 has no effect: the graph is"),
        ({"graph": [[0, 1], [2, 0]]}, "the cycle x0 -> x1 -> x0"),
        ({"graph": [[0, 1], [1, 0]]}, "or an undirected edge"),
        ({"graph": [[0]], "noise_variance": np.array([0.0])}, "must be > 0, one for each of 1 var"),
        (
            {"graph": "asia", "noise_variance": np.ones(3)},
            "must be > 0, one for each of 8 variables",
        ),
    ],
)
def test_settings_that_do_not_fit_a_graph_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_linear_sem(10, **arguments)

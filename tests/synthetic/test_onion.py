"""Correlations drawn by the onion method along a DAG (arXiv:2405.13100)."""

import numpy as np
import pytest
from scipy import stats

from causal_dag.metrics import varsortability
from causal_dag.synthetic import LinearSEM, make_linear_sem, onion_weights, random_dag

DRAWS = 1000


def correlations(adjacency, seed):
    weights, noise_variance = onion_weights(adjacency, random_state=seed)
    effects = np.linalg.inv(np.eye(len(weights)) - weights)
    return (effects.T * noise_variance) @ effects


def squared_correlations(adjacency):
    generator = np.random.default_rng(0)
    return np.array([correlations(adjacency, generator) for _ in range(DRAWS)]) ** 2


@pytest.mark.parametrize("seed", range(5))
def test_the_graph_is_kept_and_every_variance_is_one(seed):
    adjacency = random_dag(15, edges_per_node=3, random_state=seed)
    weights, noise_variance = onion_weights(adjacency, random_state=seed)
    np.testing.assert_array_equal(weights != 0, adjacency)
    np.testing.assert_array_equal(noise_variance == 1, ~adjacency.any(axis=0))
    sem = LinearSEM(weights, noise_variance=noise_variance)
    np.testing.assert_allclose(sem.covariance().diagonal(), 1.0, rtol=1e-10)


def test_the_complete_graph_has_uniform_correlation_matrices():
    """Uniform over correlation matrices, every r² is Beta(1/2, d/2): of mean 1/(d + 1)."""
    d = 4
    order = np.array([3, 0, 1, 2])
    complete = np.triu(np.ones((d, d), dtype=bool), 1)[np.ix_(order, order)]
    squares = squared_correlations(complete)
    law = stats.beta(1 / 2, d / 2)
    for i, j in zip(*np.triu_indices(d, 1), strict=True):
        assert squares[:, i, j].mean() == pytest.approx(1 / (d + 1), abs=4 * law.std() / DRAWS**0.5)
        assert stats.kstest(squares[:, i, j], law.cdf).pvalue > 1e-4


def test_two_separate_edges_are_not_drawn_alike():
    """The effect placed second has fewer variables after it: Beta(1/2, 3/2), then Beta(1/2, 1)."""
    adjacency = np.zeros((4, 4), dtype=bool)
    adjacency[0, 2] = adjacency[1, 3] = True
    squares = squared_correlations(adjacency)
    assert squares[:, 0, 2].mean() == pytest.approx(1 / 4, abs=0.04)
    assert squares[:, 1, 3].mean() == pytest.approx(1 / 3, abs=0.04)


def test_variances_say_nothing_of_the_order():
    sortability = [
        varsortability(X, sem.weights)
        for X, sem in (
            make_linear_sem(300, 20, edges_per_node=4, weights="dao", random_state=seed)
            for seed in range(20)
        )
    ]
    assert np.mean(sortability) == pytest.approx(0.5, abs=0.1)


def test_the_model_of_a_seed_is_that_of_its_graph_and_of_any_scale():
    _, sem = make_linear_sem(5, 12, weights="dao", noise="uniform", random_state=3)
    weights, noise_variance = onion_weights(random_dag(12, random_state=3), random_state=3)
    np.testing.assert_array_equal(sem.weights, weights)
    np.testing.assert_array_equal(sem.noise_variance, noise_variance)
    for scale in ("standardized", "iscm"):
        _, scaled = make_linear_sem(5, 12, weights="dao", scale=scale, random_state=3)
        np.testing.assert_allclose(scaled.weights, weights, rtol=1e-9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weights": "onion"}, "weights='onion' is not known; choose one of 'uniform', 'dao'"),
        ({"weights": "dao", "weight_range": (1, 2)}, r"weight_range=\(1, 2\) has no effect"),
        ({"weights": "dao", "noise_variance": 2}, "noise_variance=2 has no effect: .*omit"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        make_linear_sem(10, 5, **settings)


def test_a_cycle_is_named():
    with pytest.raises(ValueError, match="adjacency has the cycle 0 -> 1 -> 0"):
        onion_weights([[0, 1], [1, 0]])

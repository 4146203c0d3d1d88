"""Models of time series: what is drawn is stationary, and follows the equations."""

import numpy as np
import pytest

from causal_dag.graph import total_effects
from causal_dag.graph.lagged import propagate_lagged_noise, spectral_radius
from causal_dag.synthetic import LaggedSEM, make_time_series


@pytest.mark.parametrize("seed", range(5))
def test_rows_follow_the_equations(seed):
    generator = np.random.default_rng(seed)
    W = np.triu(generator.normal(size=(3, 3)), k=1)
    lagged, noise = generator.normal(size=(2, 3, 3)) / 4, generator.normal(size=(20, 3))
    start = generator.normal(size=(2, 3))
    do = {1: generator.normal(size=20)}
    for columns in ({}, do):
        X = np.vstack([start, propagate_lagged_noise(W, lagged, noise, start, columns)])
        expected = X[2:] @ W + X[1:-1] @ lagged[0] + X[:-2] @ lagged[1] + noise
        free = [j for j in range(3) if j not in columns]
        np.testing.assert_allclose(X[2:, free], expected[:, free], atol=1e-12)
    assert (X[2:, 1] == do[1]).all()


@pytest.mark.parametrize("seed", range(10))
def test_series_are_stationary_at_the_radius_asked_for(seed):
    X, process = make_time_series(
        5, 6, n_lags=3, weight_range=(0.5, 2.0), largest_radius=0.7, random_state=seed
    )
    # By the roots of the companion matrix, written out.
    reach = np.eye(6) + total_effects(process.weights)
    companion = np.eye(18, k=6)
    companion[:, :6] = np.vstack([lag @ reach for lag in process.lagged_weights])
    assert np.abs(np.linalg.eigvals(companion)).max() == pytest.approx(process.spectral_radius)
    assert process.spectral_radius <= 0.7 + 1e-9
    assert np.isfinite(X).all()


def test_the_first_row_has_the_stationary_variance():
    process = LaggedSEM(np.zeros((100, 100)), 0.8 * np.eye(100)[None])
    first = [process.sample(1, random_state=seed) for seed in range(10)]
    assert np.var(first) == pytest.approx(1 / (1 - 0.64), rel=0.15)


def test_the_seed_decides_and_the_length_does_not_change_the_model():
    (first, short), model = make_time_series([60, 30], 4, n_lags=2, random_state=8)
    again, same = make_time_series(60, 4, n_lags=2, random_state=8)
    assert (model.lagged_weights == same.lagged_weights).all()
    assert first.shape == again.shape == (60, 4)
    assert short.shape == (30, 4)
    assert not np.array_equal(first[:30], short)


def test_the_number_of_edges_is_as_asked_for():
    counts = [
        make_time_series(2, 10, n_lags=2, lagged_edges_per_node=2, own_effect=False,
                         random_state=seed)[1].lagged_adjacency.sum()
        for seed in range(15)
    ]  # fmt: skip
    assert np.mean(counts) == pytest.approx(20, abs=4)
    _, process = make_time_series(2, 10, lagged_edges_per_node=0)
    assert (process.lagged_adjacency[0] == np.eye(10, dtype=bool)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lagged_weights": np.array([[[1.2]]])}, "spectral radius is 1.200"),
        ({"lagged_weights": np.zeros((1, 2, 2))}, r"must be of shape \(n_lags, 1, 1\)"),
        ({"weights": np.ones((1, 1))}, "weights"),
        ({"noise_variance": 0.0}, "noise_variance=0.0 must be > 0"),
        ({"noise_variance": np.inf}, "noise_variance holds NaN or an infinite value"),
        ({"noise_variance": [1.0, 2.0]}, r"noise_variance has shape \(2,\); use one number"),
        ({"lagged_weights": np.full((1, 1, 1), np.nan)}, "lagged_weights holds NaN"),
        ({"weights": np.zeros((0, 0)), "lagged_weights": np.zeros((1, 0, 0))}, "no variable"),
        ({"noise": "cauchy"}, "cauchy"),
    ],
)
def test_impossible_models_are_refused(change, message):
    settings = {"weights": np.zeros((1, 1)), "lagged_weights": np.zeros((1, 1, 1))} | change
    with pytest.raises(ValueError, match=message):
        LaggedSEM(**settings)


def test_the_radius_of_one_variable_is_its_coefficient():
    assert spectral_radius(np.zeros((1, 1)), np.array([[[-0.6]]])) == pytest.approx(0.6)

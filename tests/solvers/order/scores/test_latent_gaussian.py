"""Latent Gaussian values of cut columns: their draws, their correlations, what a graph implies."""

import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

from causal_dag.solvers.order.scores.latent_gaussian import (
    implied,
    latent_moments,
    truncated_normal,
)


@pytest.mark.parametrize(
    ("lower", "upper"), [(-np.inf, -1.0), (-0.5, 0.7), (1.0, np.inf), (6.0, 6.5), (-9.0, -8.0)]
)
def test_draws_between_bounds_follow_the_truncated_normal_distribution(lower, upper):
    n, mean, scale = 2000, 0.3, 1.5
    draws = truncated_normal(
        np.full(n, mean), scale, np.full(n, lower), np.full(n, upper), np.random.default_rng(0)
    )
    assert (draws >= lower).all()
    assert (draws <= upper).all()
    low, high = (lower - mean) / scale, (upper - mean) / scale
    assert kstest(draws, truncnorm(low, high, mean, scale).cdf).pvalue > 0.001


@pytest.mark.parametrize(("lower", "upper"), [(-np.inf, -50.0), (50.0, 60.0), (50.0, np.inf)])
def test_draws_where_probabilities_underflow_are_finite_and_between_the_bounds(lower, upper):
    draws = truncated_normal(
        np.zeros(3), 1.0, np.full(3, lower), np.full(3, upper), np.random.default_rng(0)
    )
    assert np.isfinite(draws).all()
    assert (draws >= lower).all()
    assert (draws <= upper).all()


def test_correlations_of_a_complete_graph_are_those_of_the_columns():
    correlation = np.corrcoef(np.random.default_rng(0).normal(size=(20, 4)), rowvar=False)
    complete = np.triu(np.ones((3, 3), dtype=bool), 1)
    assert implied(correlation, complete, [[0], [1, 2], [3]]) == pytest.approx(
        correlation, abs=1e-5
    )


def test_latent_correlations_are_consistent_and_the_same_every_time():
    generator = np.random.default_rng(1)
    values = generator.normal(size=(4000, 3))
    values[:, 1] += values[:, 0]
    values[:, 2] -= 0.8 * values[:, 1]
    columns = values.copy()
    columns[:, 1] = np.digitize(values[:, 1], [-1.0, 0.5])
    columns[:, 2] = values[:, 2] > 0.3
    chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    prices = []

    def search(moments, penalty):
        prices.append(penalty)
        return chain

    is_cut = np.array([False, True, True])
    estimates = [
        latent_moments(columns, is_cut, [[0], [1], [2]], search).covariance for _ in range(2)
    ]
    assert prices[0] == max(prices)
    assert len(prices) == 10
    assert np.array_equal(*estimates)
    # The chain is true; a tetrachoric correlation has some twice the standard error of others.
    assert estimates[0] == pytest.approx(np.corrcoef(values, rowvar=False), abs=0.05)
    assert (
        np.abs(np.corrcoef(columns, rowvar=False) - np.corrcoef(values, rowvar=False)).max() > 0.1
    )

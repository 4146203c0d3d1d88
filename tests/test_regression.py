"""Regressions from a covariance beside the same regressions on rows."""

import itertools
from math import comb, log

import numpy as np
import pytest
from scipy.optimize import nnls

from causal_dag import Moments
from causal_dag.graph import cpdag, is_dag
from causal_dag.regression import (
    least_squares_weights,
    nonnegative_weights,
    parent_prices,
    price_of_graph,
    residual_variances,
)


def centred_rows(seed, n=60, d=5):
    """Correlated columns in units that differ by a million."""
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n, d)) @ generator.normal(size=(d, d)) * 10.0 ** np.arange(-3, d - 3)
    return X - X.mean(axis=0)


def random_dag(seed, d=5):
    return np.triu(np.random.default_rng(seed).random((d, d)) < 0.7, k=1)


@pytest.mark.parametrize("seed", range(5))
def test_weights_are_those_of_the_regressions_on_rows(seed):
    X, adjacency = centred_rows(seed), random_dag(seed)
    weights = least_squares_weights(X.T @ X / len(X), adjacency)
    assert not weights[~adjacency].any()
    for child in range(5):
        parents = adjacency[:, child]
        if parents.any():
            expected = np.linalg.lstsq(X[:, parents], X[:, child], rcond=None)[0]
            np.testing.assert_allclose(weights[parents, child], expected, rtol=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_non_negative_weights_are_those_of_the_regressions_on_rows(seed):
    X, adjacency = centred_rows(seed), random_dag(seed)
    weights = nonnegative_weights(X.T @ X / len(X), adjacency)
    assert not weights[~adjacency].any()
    units = np.sqrt((X**2).mean(axis=0))
    for child in range(5):
        parents = adjacency[:, child]
        if parents.any():
            expected = nnls(X[:, parents] / units[parents], X[:, child])[0] / units[parents]
            np.testing.assert_allclose(weights[parents, child], expected, rtol=1e-7, atol=1e-12)


def test_collinear_parents_share_the_effect_in_standard_deviations():
    x, noise = np.random.default_rng(0).normal(size=(2, 200))
    X = np.column_stack([x, 10 * x, x + noise])
    X -= X.mean(axis=0)
    adjacency = np.zeros((3, 3), dtype=bool)
    adjacency[:2, 2] = True
    covariance = X.T @ X / len(X)
    slope = covariance[0, 2] / covariance[0, 0]
    weights = least_squares_weights(covariance, adjacency)
    np.testing.assert_allclose(weights[:2, 2], [slope / 2, slope / 20], rtol=1e-9)
    bounded = nonnegative_weights(covariance, adjacency)[:2, 2]
    assert (bounded >= 0).all()
    assert bounded @ [1, 10] == pytest.approx(slope)


def test_two_equal_parents_count_as_one_where_none_may_be_negative():
    # The smaller eigenvalue of two equal columns is rounding error, and must not be divided by.
    covariance = np.array([[1.0, 1.0, -0.5], [1.0, 1.0, -0.5], [-0.5, -0.5, 1.0]])
    adjacency = np.zeros((3, 3), dtype=bool)
    adjacency[:2, 2] = True
    assert not nonnegative_weights(covariance, adjacency).any()


@pytest.mark.parametrize("seed", range(3))
def test_variances_are_those_of_the_residuals_of_rows(seed):
    X, adjacency = centred_rows(seed), random_dag(seed)
    weights = np.random.default_rng(seed).normal(size=(5, 5)) * adjacency
    expected = ((X - X @ weights) ** 2).mean(axis=0)
    np.testing.assert_allclose(residual_variances(X.T @ X / len(X), weights), expected, rtol=1e-9)


def test_variances_of_many_columns_with_few_edges_are_those_of_the_matrix_product():
    d = 300
    generator = np.random.default_rng(0)
    C = np.cov(generator.normal(size=(400, d)) * 10.0 ** generator.uniform(-2, 2, d), rowvar=False)
    weights = np.triu(generator.normal(size=(d, d)) * (generator.random((d, d)) < 0.01), k=1)
    residual = np.eye(d) - weights
    expected = np.diagonal(residual.T @ C @ residual)
    np.testing.assert_allclose(residual_variances(C, weights), expected, rtol=1e-9)


def test_no_subset_of_rounding_makes_a_variance_negative():
    for a, b in itertools.product([0.1, 0.3, 1 / 3], [3.0, 7.0, 11.0]):
        covariance = np.array([[a, a * b], [a * b, a * b * b]])
        assert residual_variances(covariance, np.array([[0.0, b], [0.0, 0.0]]))[1] >= 0.0


@pytest.mark.parametrize("gamma", [0.0, 0.3])
def test_automatic_prices_sum_to_the_number_of_parent_sets_of_every_size(gamma):
    n, d = 1000, 30
    prices = parent_prices(Moments(n, np.zeros(d), np.eye(d)), "auto", gamma)
    each = log(n) + 4 * gamma * log(d)
    for n_parents in ([0] * d, [1, 2, 3, *[0] * 27], list(range(0, 30, 2))):
        n_parents = np.minimum(n_parents, 20)  # above, the smallest price counts
        expected = sum(k * each + 2 * log(comb(d - 1, k)) for k in n_parents.tolist())
        assert price_of_graph(prices, n_parents) == pytest.approx(expected, rel=1e-12)
    assert prices[-2] == pytest.approx(0.5 * log(n) + 4 * gamma * log(d))
    assert np.all(np.diff(prices) <= 0)


def test_graphs_of_an_equivalence_class_have_the_same_automatic_price():
    prices = parent_prices(Moments(50, np.zeros(4), np.eye(4)), "auto")
    assert len(set(prices[:3])) == 3
    classes = {}
    for ends in itertools.product((0, 1, 2), repeat=6):
        A = np.zeros((4, 4), dtype=bool)
        for (i, j), end in zip(itertools.combinations(range(4), 2), ends, strict=True):
            A[i, j], A[j, i] = end == 1, end == 2
        if is_dag(A):
            price = price_of_graph(prices, A.sum(axis=0))
            classes.setdefault(cpdag(A).tobytes(), set()).add(price)
    assert len(classes) == 185
    assert all(len(found) == 1 for found in classes.values())

"""Kernels of pairwise likelihood ratios, each against a plain twin that follows its definition."""

import numpy as np
import pytest
from scipy.stats import norm

from causal_dag.solvers.order.exogeneity_kernels import (
    exp_of_minus,
    likelihood_ratio,
    mean_product,
    most_exogenous,
    negentropy,
    regress_out,
)

SEEDS = range(4)


def standardized(x):
    return (x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True)


def random_columns(d, n, seed):
    generator = np.random.default_rng(seed)
    mixing = np.eye(d) + np.tril(generator.normal(size=(d, d)), k=-1)
    return standardized(mixing @ generator.laplace(size=(d, n)))


def entropy(u):
    log_cosh, odd = np.log(np.cosh(u)).mean(), (u * np.exp(-(u**2) / 2)).mean()
    gaussian = (1 + np.log(2 * np.pi)) / 2
    return gaussian - 79.047 * (log_cosh - 0.37457) ** 2 - 7.4129 * odd**2


def residual(y, x):
    return standardized(y - (x @ y) / (x @ x) * x)


def ratio(x, y):
    return entropy(y) + entropy(residual(x, y)) - entropy(x) - entropy(residual(y, x))


def test_the_exponential_is_that_of_numpy():
    for x in np.linspace(0, 40, 1001):
        assert exp_of_minus(x) == pytest.approx(np.exp(-x), rel=1e-13)
    assert 0 <= exp_of_minus(1e6) < 1e-17


@pytest.mark.parametrize("n", [1, 7, 511, 512, 513, 1300])
def test_negentropy_is_what_a_gaussian_has_more(n):
    x, y = np.random.default_rng(n).standard_t(3, size=(2, n)) * 3
    expected = (1 + np.log(2 * np.pi)) / 2 - entropy(0.8 * x - 0.6 * y)
    assert negentropy(x, y, 0.8, -0.6) == pytest.approx(expected, rel=1e-9)


def test_a_gaussian_has_no_negentropy_and_a_uniform_variable_has():
    levels = (np.arange(2000) + 0.5) / 2000
    gaussian, uniform = standardized(norm.ppf(levels)), standardized(levels)
    assert negentropy(gaussian, gaussian, 1.0, 0.0) == pytest.approx(0, abs=1e-5)
    assert negentropy(uniform, uniform, 1.0, 0.0) > 0.01


def test_mean_product_is_the_mean_of_the_product():
    x, y = np.random.default_rng(0).normal(size=(2, 99))
    assert mean_product(x, y) == pytest.approx((x * y).mean())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_likelihood_ratio_is_a_difference_of_entropies_and_changes_sign_with_the_direction(
    seed,
):
    x, y = random_columns(2, 400, seed)
    of_x, of_y = (negentropy(u, u, 1.0, 0.0) for u in (x, y))
    assert likelihood_ratio(x, y, of_x, of_y) == pytest.approx(ratio(x, y), abs=1e-10)
    assert likelihood_ratio(y, x, of_y, of_x) == pytest.approx(-ratio(x, y), abs=1e-10)


@pytest.mark.parametrize("d", [1, 2, 5, 8])
@pytest.mark.parametrize("seed", SEEDS)
def test_leaving_out_comparisons_does_not_change_the_most_exogenous_node(d, seed):
    generator = np.random.default_rng(seed)
    columns = random_columns(d, 150, seed)
    is_left = generator.random(d) < 0.8
    is_candidate = is_left & (generator.random(d) < 0.7)
    is_left[0] = is_candidate[0] = True
    is_open = np.triu(generator.random((d, d)) < 0.9, k=1)
    is_open |= is_open.T
    sums = np.full(d, np.inf)
    for i in np.flatnonzero(is_candidate):
        rivals = np.flatnonzero(is_left & is_open[i])
        sums[i] = sum(min(0.0, ratio(columns[i], columns[j])) ** 2 for j in rivals)
    before = columns.copy()
    assert most_exogenous(columns, is_left, is_candidate, is_open) == np.argmin(sums)
    np.testing.assert_array_equal(columns, before)


@pytest.mark.parametrize("seed", SEEDS)
def test_regressing_out_leaves_standardized_residuals_of_those_left(seed):
    columns = random_columns(5, 80, seed)
    is_left = np.array([True, False, True, True, False])
    expected = columns.copy()
    for v in np.flatnonzero(is_left):
        expected[v] = residual(columns[v], columns[1])
    regress_out(columns, is_left, 1)
    np.testing.assert_allclose(columns, expected, atol=1e-12)

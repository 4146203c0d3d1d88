"""The score is the entropy of least-squares residuals: plain sums, known entropies, invariances."""

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats

from causal_dag import Moments
from causal_dag.solvers.order.scores.entropy_kernels import (
    BINS_PER_BANDWIDTH,
    REACH,
    predicted_gain,
)
from causal_dag.solvers.order.scores.residual_entropy import ResidualEntropy


@njit
def predicted(model, node, parents, k, other):
    return predicted_gain(model, node, parents, k, other)


def score_of(X, price=0.0):
    return ResidualEntropy(X, Moments.from_rows(X), price)


def plain(X, node, parents, price=0.0):
    """The same value from loops over rows, with numpy's least squares."""
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    chosen = np.flatnonzero(parents)
    r = Z[:, node] - Z[:, chosen] @ np.linalg.lstsq(Z[:, chosen], Z[:, node], rcond=None)[0]
    n = len(r)
    spread = min(r.std(), math.sqrt(math.pi / 2) * np.abs(r).mean())
    h = 0.9 * spread * n**-0.2
    bins = np.floor((r - r.min()) * (BINS_PER_BANDWIDTH / h)).astype(int)
    apart = np.abs(bins[:, None] - bins)
    kernels = stats.norm.pdf(apart / BINS_PER_BANDWIDTH) * (apart <= BINS_PER_BANDWIDTH * REACH)
    entropy = -np.log(kernels.mean(axis=1) / h).mean() + np.log(X[:, node].std())
    normal = 0.5 * math.log(2 * math.pi * math.e)
    return 2 * n * (entropy - normal) + price * chosen.size


@pytest.mark.parametrize("parents", [(), (1,), (0, 2), (0, 1, 2, 4)])
def test_the_kernel_equals_plain_sums(parents):
    X = np.random.default_rng(1).standard_t(4, size=(150, 5)) @ np.triu(np.ones((5, 5)))
    mask = np.isin(np.arange(5), parents)
    assert score_of(X, 3.0).given(3, mask).value == pytest.approx(plain(X, 3, mask, 3.0), abs=1e-6)


@pytest.mark.parametrize(
    ("law", "tolerance"),
    [(stats.norm(), 0.03), (stats.laplace(), 0.05), (stats.uniform(), 0.06), (stats.t(5), 0.05)],
)
def test_entropies_are_those_of_the_distribution(law, tolerance):
    n = 20_000
    X = law.rvs(size=(n, 2), random_state=3)
    value = score_of(X).given(0, np.zeros(2, dtype=bool)).value
    entropy = value / (2 * n) + 0.5 * math.log(2 * math.pi * math.e)
    assert entropy == pytest.approx(law.entropy(), abs=tolerance)


def test_coefficients_are_those_of_least_squares():
    X = np.random.default_rng(2).exponential(size=(100, 4)) @ np.triu(np.ones((4, 4)))
    weights = score_of(X).given(3, np.array([True, False, True, False])).weights
    design = np.column_stack([np.ones(100), X[:, [0, 2]]])
    assert weights[[0, 2]] == pytest.approx(np.linalg.lstsq(design, X[:, 3], rcond=None)[0][1:])
    assert weights[1] == weights[3] == 0


def test_units_shift_the_score_by_their_logarithm():
    X = np.random.default_rng(4).laplace(size=(200, 3))
    none = np.zeros(3, dtype=bool)
    one, other = (score_of(rows).given(0, none).value for rows in (X, X * [1000, 1, 1] + 5))
    assert other - one == pytest.approx(2 * 200 * math.log(1000))


def test_a_determined_column_and_a_repeated_parent_have_finite_scores():
    x = np.random.default_rng(5).laplace(size=(50, 2))
    X = np.column_stack([x, x[:, 0], x[:, 0] + x[:, 1]])
    score = score_of(X)
    assert math.isfinite(score.given(3, np.array([True, True, True, False])).value)
    repeated = score.given(1, np.array([True, False, True, False]))
    assert repeated.value == pytest.approx(
        score.given(1, np.array([True, False, False, False])).value
    )


def test_outliers_beyond_the_bins_are_counted():
    X = np.random.default_rng(6).standard_cauchy(size=(2000, 2))
    X[0] = 1e12
    assert math.isfinite(score_of(X).given(0, np.array([False, True])).value)


@pytest.mark.parametrize("parents", [(), (1,), (0, 2), (0, 1, 2, 4)])
def test_predicted_gains_are_those_of_the_normal_likelihood(parents):
    X = np.random.default_rng(7).laplace(size=(60, 6)) @ np.triu(np.ones((6, 6)))
    X -= X.mean(axis=0)
    model = score_of(X, 3.0).compiled(6).model

    def normal_score(chosen):
        left = X[:, 3] - X[:, chosen] @ np.linalg.lstsq(X[:, chosen], X[:, 3], rcond=None)[0]
        return 60 * math.log(left.var()) + 3.0 * len(chosen)

    for other in (0, 1, 2, 4, 5):
        changed = sorted({*parents} ^ {other})
        gain = predicted(model, 3, np.array(parents, dtype=np.intp), len(parents), other)
        assert gain == pytest.approx(normal_score(list(parents)) - normal_score(changed), abs=1e-8)


def test_nothing_is_expected_of_a_repeated_parent():
    x = np.random.default_rng(8).laplace(size=(50, 3))
    model = score_of(np.column_stack([x, x[:, 0]]), 3.0).compiled(4).model
    assert predicted(model, 1, np.array([0, 2]), 2, 3) == -math.inf
    assert predicted(model, 1, np.array([0, 3]), 2, 3) == pytest.approx(3.0)

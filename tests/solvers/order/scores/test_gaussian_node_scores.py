from itertools import chain, combinations

import numpy as np
import pytest

from causal_dag import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE
from causal_dag.solvers.order.scores.gaussian_node_scores import (
    EqualVarianceGaussian,
    GaussianBIC,
    shares_after_one_change,
    unexplained_shares,
)
from causal_dag.solvers.order.scores.local_score import grow_shrink


def random_rows(n, d, seed=0):
    generator = np.random.default_rng([n, d, seed])
    rows = generator.normal(size=(n, d)) @ generator.normal(size=(d, d))
    return rows * np.exp(generator.uniform(-3, 3, d)) + generator.normal(size=d)


def nodes_and_parents(d):
    for node in range(d):
        others = [i for i in range(d) if i != node]
        sets = chain.from_iterable(combinations(others, size) for size in range(d))
        yield from ((node, list(parents)) for parents in sets)


def regression(X, node, parents):
    """Mean square of the residuals, and coefficients, by least squares on the rows."""
    centred = X - X.mean(axis=0)
    coefficients = np.linalg.lstsq(centred[:, parents], centred[:, node], rcond=None)[0]
    return np.mean((centred[:, node] - centred[:, parents] @ coefficients) ** 2), coefficients


@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_the_bic_is_the_deviance_of_the_rows_plus_the_price_of_the_edges(penalty, gamma):
    from scipy.stats import norm

    n, d = 30, 4
    X = random_rows(n, d)
    score = GaussianBIC(Moments.from_rows(X), penalty, gamma)
    for node, parents in nodes_and_parents(d):
        variance, coefficients = regression(X, node, parents)
        centred = X - X.mean(axis=0)
        residual = centred[:, node] - centred[:, parents] @ coefficients
        deviance = -2 * norm(scale=np.sqrt(variance)).logpdf(residual).sum()
        constant = n * (1 + np.log(2 * np.pi))
        price = (penalty * np.log(n) + 4 * gamma * np.log(d)) * len(parents)
        fit = score.given(node, np.isin(np.arange(d), parents))
        assert fit.value == pytest.approx(deviance - constant + price)
        expected = np.zeros(d)
        expected[parents] = coefficients
        np.testing.assert_allclose(fit.weights, expected, rtol=1e-6)


def test_the_equal_variance_score_is_linear_in_the_residual_variance():
    n, d = 30, 4
    X = random_rows(n, d)
    score = EqualVarianceGaussian(Moments.from_rows(X), precision=0.3, penalty=1.5, gamma=0.5)
    for node, parents in nodes_and_parents(d):
        variance, _ = regression(X, node, parents)
        price = (1.5 * np.log(n) + 2 * np.log(d)) * len(parents)
        fit = score.given(node, np.isin(np.arange(d), parents))
        assert fit.value == pytest.approx(n * 0.3 * variance + price)


@pytest.mark.parametrize("penalty", [0.0, 2.0])
def test_the_equal_variance_score_is_the_tangent_of_the_equal_variance_criterion(penalty):
    n, d = 40, 4
    X = random_rows(n, d)
    moments = Moments.from_rows(X)

    def criterion(variances, n_edges):
        return n * d * np.log(variances.sum() / d) + penalty * np.log(n) * n_edges

    before = moments.variance
    score = EqualVarianceGaussian(moments, precision=d / before.sum(), penalty=penalty)
    for node, parents in nodes_and_parents(d):
        after = before.copy()
        after[node] = regression(X, node, parents)[0]
        tangent_change = (
            score.given(node, np.isin(np.arange(d), parents)).value
            - score.given(node, np.zeros(d, dtype=bool)).value
        )
        change = criterion(after, len(parents)) - criterion(before, 0)
        assert change <= tangent_change + 1e-9
        # To first order they are the same.
        small = before + 1e-6 * (after - before)
        slope = (criterion(small, 0) - criterion(before, 0)) / 1e-6
        price = penalty * np.log(n) * len(parents)
        assert slope + price == pytest.approx(tangent_change, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("kind", ["full rank", "fewer rows than columns", "duplicated column"])
@pytest.mark.parametrize(
    "make_score", [GaussianBIC, lambda m: EqualVarianceGaussian(m, precision=2.0)]
)
def test_the_table_holds_the_score_of_every_set(kind, make_score):
    X = {
        "full rank": random_rows(30, 5),
        "fewer rows than columns": random_rows(3, 5),
        "duplicated column": random_rows(30, 5)[:, [0, 1, 2, 0, 3]],
    }[kind]
    score = make_score(Moments.from_rows(X))
    table = score.table(unexplained_shares(score.moments.standardized().covariance))
    assert np.isfinite(table).all()
    for node, parents in nodes_and_parents(5):
        fit = score.given(node, np.isin(np.arange(5), parents))
        entry = table[node, sum(1 << i for i in parents)]
        assert entry == pytest.approx(fit.value, rel=1e-6, abs=1e-6)
        assert np.isfinite(fit.weights).all()


def test_no_set_leaves_less_than_the_smallest_share():
    X = random_rows(30, 4)
    X[:, 3] = X[:, 0] - 2 * X[:, 1]
    shares = unexplained_shares(Moments.from_rows(X).standardized().covariance)
    assert shares[3, 0b0011] == SMALLEST_VARIANCE_SHARE
    assert shares[3, 0b0111] == SMALLEST_VARIANCE_SHARE
    assert shares[3, 0b0001] > 0.01
    # What is known twice explains no more than once.
    assert shares[2, 0b1011] == pytest.approx(shares[2, 0b0011])


@pytest.mark.parametrize("seed", range(4))
def test_the_best_parents_hold_the_required_and_no_single_change_is_better(seed):
    moments = Moments.from_rows(random_rows(50, 6, seed))
    score = GaussianBIC(moments)
    candidates = np.array([False, True, True, True, True, False])
    required = np.array([False, False, True, False, False, False])
    best = score.best(0, candidates, required, start=np.zeros(6, dtype=bool))
    parents = best.weights != 0
    assert (required <= parents).all()
    assert (parents <= candidates).all()
    for other in (1, 3, 4):
        changed = parents ^ (np.arange(6) == other)
        assert score.given(0, changed).value >= best.value


TABLES = {
    "full rank": lambda seed: random_rows(40, 7, seed),
    "fewer rows than columns": lambda seed: random_rows(5, 7, seed),
    "duplicated columns": lambda seed: random_rows(40, 5, seed)[:, [0, 1, 1, 2, 3, 4, 3]],
}


@pytest.mark.parametrize("kind", TABLES)
def test_what_one_change_of_the_parents_leaves_is_what_a_regression_leaves(kind):
    correlation = Moments.from_rows(TABLES[kind](0)).standardized().covariance
    left = np.maximum(unexplained_shares(correlation), 0)
    for node, chosen in nodes_and_parents(7):
        parents = np.isin(np.arange(7), chosen)
        shares = shares_after_one_change(correlation, node, parents)
        for other in set(range(7)) - {node}:
            changed = sum(1 << i for i in {*chosen} ^ {other})
            assert shares[other] == pytest.approx(left[node, changed], abs=1e-7)


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("seed", range(5))
def test_pricing_all_changes_at_once_ends_where_one_by_one_does(kind, seed):
    moments = Moments.from_rows(TABLES[kind](seed))
    generator = np.random.default_rng(seed)
    for score in (
        GaussianBIC(moments, 1.0),
        EqualVarianceGaussian(moments, 3 / moments.variance.mean()),
    ):
        for node in range(7):
            candidates = (generator.random(7) < 0.8) & (np.arange(7) != node)
            required = candidates & (generator.random(7) < 0.2)
            start = generator.random(7) < 0.5
            best = score.best(node, candidates, required, start)
            slow = grow_shrink(score.given, node, candidates, required, start)
            assert best.value == pytest.approx(slow.value, rel=1e-7, abs=1e-7)

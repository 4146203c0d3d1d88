import numba
import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.regression import residual_variances
from causal_dag.solvers.order.scores.factor_kernels import factorise, insertion_sweep
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares, DenseLeastSquares
from causal_dag.synthetic import make_linear_sem

SIZES = [1, 2, 5, 8]


@pytest.mark.parametrize("d", SIZES)
def test_the_loss_of_an_order_is_that_of_its_weights(random_moments, slow_loss, d):
    moments = random_moments(d, 0)
    order = np.random.default_rng(1).permutation(d)
    score = DenseLeastSquares(moments)
    residual = residual_variances(moments.covariance, score.weights(order))
    assert score.loss(order) == pytest.approx(slow_loss(moments.covariance, order))
    assert score.loss(order) == pytest.approx(residual.sum() / 2)


@pytest.mark.parametrize("d", SIZES)
def test_weights_are_least_squares_of_the_rows_on_all_columns_before(d):
    generator = np.random.default_rng(d)
    X = generator.normal(size=(30, d)) @ generator.normal(size=(d, d)) * np.logspace(0, 6, d)
    order = generator.permutation(d)
    weights = DenseLeastSquares(Moments.from_rows(X)).weights(order)
    centred = X - X.mean(axis=0)
    for position, child in enumerate(order):
        before = order[:position]
        expected = np.zeros(d)
        expected[before] = np.linalg.lstsq(centred[:, before], centred[:, child], rcond=None)[0]
        np.testing.assert_allclose(weights[:, child], expected, rtol=1e-6)


@pytest.mark.parametrize("d", SIZES)
def test_the_gradient_vanishes_at_the_weights_that_are_free(random_moments, d):
    moments = random_moments(d, 2)
    score = DenseLeastSquares(moments)
    order = np.random.default_rng(0).permutation(d)
    gradient = score.gradient(score.weights(order))[np.ix_(order, order)]
    scale = np.sqrt(moments.variance[order])
    np.testing.assert_allclose(np.triu(gradient / scale / scale[:, None], k=1), 0.0, atol=1e-9)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_constraints_that_exclude_nothing_change_nothing(random_moments, d, seed):
    moments = random_moments(d, seed)
    dense = DenseLeastSquares(moments)
    constrained = ConstrainedLeastSquares(moments, Constraints.none(d))
    order = np.random.default_rng(seed).permutation(d)
    assert constrained.loss(order) == pytest.approx(dense.loss(order))
    assert constrained.n_edges(order) == dense.n_edges(order)
    np.testing.assert_allclose(constrained.weights(order), dense.weights(order), rtol=1e-6)
    first, second = np.triu_indices(d, k=1)
    np.testing.assert_allclose(
        constrained.swap_changes(order, first, second),
        dense.swap_changes(order, first, second),
        rtol=1e-6,
        atol=1e-9 * moments.variance.sum(),
    )
    swept, loss, n_moves = dense.insertion_sweep(order, 1e-9)
    swept_slowly, same_loss, same_moves = constrained.insertion_sweep(order, 1e-9)
    assert swept.tolist() == swept_slowly.tolist()
    assert loss == pytest.approx(same_loss)
    assert n_moves == same_moves


def test_swaps_that_prior_knowledge_excludes_cost_infinitely_much(random_moments):
    constraints = PriorKnowledge(required=[(0, 2), (2, 3)]).resolve(5)
    score = ConstrainedLeastSquares(random_moments(5, 0), constraints)
    first, second = np.triu_indices(5, k=1)
    order = np.arange(5)
    changes = score.swap_changes(order, first, second)
    for a, b, change in zip(first, second, changes, strict=True):
        swapped = order.copy()
        swapped[[a, b]] = b, a
        precedence = constraints.precedence[np.ix_(swapped, swapped)]
        assert np.isinf(change) == np.tril(precedence).any()


def precise_pivots(correlation):
    """Pivots of a Cholesky decomposition in extended precision, where the platform has it."""
    rest = correlation.astype(np.longdouble)
    pivots = []
    while rest.size:
        pivots.append(rest[0, 0])
        rest = (rest - np.outer(rest[0], rest[0]) / rest[0, 0])[1:, 1:]
    return np.array(pivots, dtype=np.float64)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="too large for interpreted kernels")
@pytest.mark.parametrize("units", ["as-drawn", "random"])
def test_running_pivots_stay_precise_where_variances_span_seven_decades(units):
    X, _ = make_linear_sem(1000, 200, edges_per_node=4, weight_range=(0.8, 2.2), random_state=1)
    generator = np.random.default_rng(0)
    if units == "random":
        X = X * 10.0 ** generator.uniform(-10, 10, 200)
    moments = Moments.from_rows(X)
    assert moments.variance.max() / moments.variance.min() > 1e7
    start = generator.permutation(200)
    correlation = moments.standardized().covariance[np.ix_(start, start)]
    factor, order = np.empty((200, 200)), np.arange(200)
    factorise(correlation, factor)
    n_moves = insertion_sweep(factor, moments.variance[start], order, 0.0)
    running = factor[np.arange(200), order] ** 2
    assert n_moves > 100
    np.testing.assert_allclose(running, precise_pivots(correlation[order][:, order]), rtol=1e-6)

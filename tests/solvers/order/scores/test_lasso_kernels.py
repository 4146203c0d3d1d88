"""Kernels for penalised regressions, against scikit-learn, cvxpy and plain coordinate descent."""

import itertools

import numpy as np
import pytest
from sklearn.linear_model import Lasso as SklearnLasso

from causal_dag import PriorKnowledge
from causal_dag.solvers.order.scores.lasso_kernels import (
    NodeFits,
    NodeProblems,
    fit_common_noise,
    fit_positions,
    insertion_sweep,
)

SEEDS = range(4)
#: Bounds of the noise scale, as shares of the standard deviation: fixed, free, free above a floor.
BOUNDS = [(0.7, 0.7), (1e-9, 1.0), (0.6, 1.0)]


def problem_of(correlation, price, allowed=None, scale=None, is_nonnegative=False):
    d = len(correlation)
    return NodeProblems(
        np.ascontiguousarray(correlation),
        np.broadcast_to(price, (d, d)).astype(float),
        np.ones(d) if scale is None else scale,
        ~np.eye(d, dtype=bool) if allowed is None else allowed,
        is_nonnegative,
    )


def empty_fits(d, lowest, highest):
    return NodeFits(
        np.full(d, float(lowest)),
        np.full(d, float(highest)),
        np.zeros((d, d), dtype=bool),
        np.zeros((d, d)),
        *(np.empty(shape) for shape in [(d, d), d, d, d, d]),
    )


def fitted(problem, order, lowest, highest):
    fits = empty_fits(len(order), lowest, highest)
    fit_positions(problem, fits, np.asarray(order, dtype=np.intp), 0, len(order))
    return fits


def copied(fits):
    return NodeFits(*(values.copy() for values in fits))


def value_of(correlation, node, coefficients, price, lowest, highest):
    """Objective of the node's problem at given coefficients."""
    signed = -coefficients
    signed[node] = 1.0
    residual = signed @ correlation @ signed
    noise = np.clip(np.sqrt(residual), lowest, highest)
    return residual / (2 * noise) + (noise - lowest) / 2 + price @ np.abs(coefficients)


def coordinate_descent(correlation, node, parents, price, lowest, highest, is_nonnegative=False):
    """Numpy twin: minimize over one coefficient at a time, and over the noise scale."""
    coefficients = np.zeros(len(correlation))
    residual = correlation[node] - 0.0
    for _ in range(20000):
        before = coefficients.copy()
        noise = np.clip(
            np.sqrt(max(residual[node] - coefficients @ residual, 0.0)), lowest, highest
        )
        for v in parents:
            pull = residual[v] + correlation[v, v] * coefficients[v]
            pull = max(pull, 0.0) if is_nonnegative else pull
            shrunk = np.sign(pull) * max(abs(pull) - noise * price[v], 0.0) / correlation[v, v]
            residual = residual - (shrunk - coefficients[v]) * correlation[v]
            coefficients[v] = shrunk
        if np.abs(coefficients - before).max() < 1e-14:
            break
    return coefficients


@pytest.mark.parametrize("is_nonnegative", [False, True])
@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize(("d", "seed"), [(1, 0), (2, 0), (5, 0), (5, 1), (5, 2)])
def test_every_node_is_solved_like_by_coordinate_descent(
    random_moments, is_nonnegative, bounds, d, seed
):
    correlation = random_moments(d, seed).standardized().covariance
    generator = np.random.default_rng(seed)
    price, order = generator.uniform(0.01, 0.2, (d, d)), generator.permutation(d)
    problem = problem_of(correlation, price, is_nonnegative=is_nonnegative)
    fits = fitted(problem, order, *bounds)
    for position, node in enumerate(order):
        parents, own_price = order[:position], price[node]
        twin = coordinate_descent(correlation, node, parents, own_price, *bounds, is_nonnegative)
        np.testing.assert_allclose(fits.coefficients[node], twin, atol=1e-8)
        slow_value = value_of(correlation, node, twin, own_price, *bounds)
        assert fits.value[node] == pytest.approx(slow_value, rel=1e-10)
        signed = -twin
        signed[node] = 1.0
        np.testing.assert_allclose(fits.gradient[node], correlation @ signed, atol=1e-8)
        assert fits.residual[node] == pytest.approx(signed @ correlation @ signed, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_fixed_noise_scale_a_node_is_scikit_learns_lasso(seed):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(60, 8)) @ generator.normal(size=(8, 8))
    X -= X.mean(axis=0)
    lasso = SklearnLasso(alpha=0.3, fit_intercept=False, tol=1e-14, max_iter=10**6)
    lasso.fit(X[:, :7], X[:, 7])
    fits = fitted(problem_of(X.T @ X / 60, 0.3), np.arange(8), 1.0, 1.0)
    np.testing.assert_allclose(fits.coefficients[7, :7], lasso.coef_, atol=1e-9)
    assert 0 < np.count_nonzero(lasso.coef_) < 7


@pytest.mark.parametrize("floor", [1e-6, 0.9])
def test_with_a_free_noise_scale_a_node_is_the_smoothed_square_root_lasso_of_cvxpy(floor):
    import cvxpy as cp

    generator = np.random.default_rng(0)
    X = generator.normal(size=(60, 6)) @ generator.normal(size=(6, 6))
    X = (X - X.mean(axis=0)) / X.std(axis=0) / np.sqrt(60)
    b, noise = cp.Variable(5), cp.Variable()
    loss = cp.quad_over_lin(X[:, 5] - X[:, :5] @ b, 2 * noise) + (noise - floor) / 2
    least = cp.Problem(cp.Minimize(loss + 0.15 * cp.norm1(b)), [noise >= floor])
    least.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    fits = fitted(problem_of(X.T @ X, 0.15), np.arange(6), floor, 1.0)
    assert fits.value[5] == pytest.approx(least.value, rel=1e-9)
    assert fits.noise[5] == pytest.approx(float(noise.value), rel=1e-6)
    assert (fits.noise[5] == floor) == (floor == 0.9)
    np.testing.assert_allclose(fits.coefficients[5, :5], b.value, atol=1e-6)


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("spread", [1e-1, 1e-6])
def test_optimality_conditions_hold_to_rounding_error_where_columns_are_nearly_equal(
    bounds, spread
):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(100, 1)) + spread * generator.normal(size=(100, 12))
    correlation = np.corrcoef(X.T)
    fits = fitted(problem_of(correlation, 1e-3), np.arange(12), *bounds)
    bound = 1e-3 * fits.noise[11]
    gradient, coefficients = fits.gradient[11, :11], fits.coefficients[11, :11]
    active = coefficients != 0
    assert active.any()
    np.testing.assert_allclose(gradient[active], bound * np.sign(coefficients[active]), atol=1e-13)
    assert (np.abs(gradient[~active]) <= bound + 1e-13).all()


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_any_start_leads_to_the_same_solution(random_moments, bounds, seed):
    correlation = random_moments(6, seed).standardized().covariance
    problem = problem_of(correlation, 0.05)
    orders = np.array(list(itertools.permutations(range(6)))[:: 7 + seed], dtype=np.intp)
    warm = empty_fits(6, *bounds)
    for order in orders:
        fit_positions(problem, warm, order, 0, 6)
        cold = fitted(problem, order, *bounds)
        np.testing.assert_allclose(warm.value, cold.value, rtol=1e-12)
        np.testing.assert_allclose(warm.coefficients, cold.coefficients, atol=1e-10)
        assert (warm.candidates == cold.candidates).all()


@pytest.mark.parametrize("price", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_common_noise_scale_is_that_of_the_residuals_it_leaves(random_moments, price, seed):
    moments = random_moments(5, seed, spread=1.0)
    scale = np.sqrt(moments.variance)
    problem = problem_of(moments.standardized().covariance, price / scale, scale=scale)
    order = np.arange(5)
    fits = fitted(problem, order, 1.0, 1.0)
    sigma = fit_common_noise(problem, fits, 1e-9)
    assert sigma**2 == pytest.approx((scale**2 * fits.residual).mean(), rel=1e-8)
    refitted = fitted(problem, order, sigma / scale[0], sigma / scale[0])
    assert refitted.value[0] == pytest.approx(fits.value[0])

    def objective(sigma):
        at_sigma = empty_fits(5, 0, 0)
        at_sigma.lowest[:] = at_sigma.highest[:] = sigma / scale
        fit_positions(problem, at_sigma, order, 0, 5)
        return scale @ at_sigma.value + 5 * sigma / 2

    least = objective(sigma)
    assert least == pytest.approx(scale @ fits.value + 5 * sigma / 2, rel=1e-12)
    assert min(objective(0.99 * sigma), objective(1.01 * sigma)) > least
    assert fit_common_noise(problem, fits, 2 * sigma) == 2 * sigma


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize(("d", "seed"), [(1, 0), (2, 0), (6, 0), (6, 1)])
def test_a_sweep_makes_the_best_insertion_of_every_node(
    random_moments, slow_insertion_sweep, bounds, d, seed
):
    correlation = random_moments(d, seed).standardized().covariance
    generator = np.random.default_rng([d, seed])
    knowledge = PriorKnowledge(
        required=[(0, 1)] if d > 1 else [], forbidden=[(2, 3), (4, 0)] if d > 4 else []
    ).resolve(d)
    scale = generator.uniform(0.5, 2.0, d)
    problem = problem_of(correlation, 0.05, knowledge.allowed, scale)
    order = np.arange(d)
    fits = fitted(problem, order, *bounds)
    insertion_sweep(problem, fits, copied(fits), knowledge.precedence, order, 1e-12)

    def loss(order):
        total = 0.0
        for position, node in enumerate(order):
            parents = [v for v in order[:position] if knowledge.allowed[v, node]]
            b = coordinate_descent(correlation, node, parents, problem.price[node], *bounds)
            total += scale[node] * value_of(correlation, node, b, problem.price[node], *bounds)
        return total

    def is_possible(order):
        return not np.tril(knowledge.precedence[np.ix_(order, order)]).any()

    # Orders that differ only in nodes without an edge between them have the same loss.
    twin = slow_insertion_sweep(range(d), loss, is_possible)
    assert is_possible(order)
    assert loss(order) == pytest.approx(loss(twin), rel=1e-9)
    assert scale @ fits.value == pytest.approx(loss(order), rel=1e-9)
    np.testing.assert_allclose(
        fits.coefficients, fitted(problem, order, *bounds).coefficients, atol=1e-10
    )

"""Penalized order scores, against the published objectives and against brute force."""

import itertools
from functools import partial

import cvxpy as cp
import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.problem import Monitor, Problem
from causal_dag.solvers.order.criteria.lasso import Lasso, ProfiledCoLiDE
from causal_dag.solvers.order.scores.lasso import SMALLEST_GAIN
from causal_dag.solvers.order.scores.least_squares import DenseLeastSquares
from causal_dag.solvers.order.search.iterated_local_search import (
    OrderSearcher,
    iterated_local_search,
)
from causal_dag.solvers.order.search.named_moves import candidate_swap_search, insertion_search
from causal_dag.synthetic import make_linear_sem

LASSO = Lasso()
EQUAL = ProfiledCoLiDE(noise="equal")
UNEQUAL = ProfiledCoLiDE(noise="unequal")
CRITERIA = [LASSO, EQUAL, UNEQUAL]
SIZES = [1, 2, 5]


def with_lambda1(criterion, lambda1):
    return type(criterion)(**{**vars(criterion), "lambda1": lambda1})


def score_of(criterion, moments, constraints=None):
    constraints = constraints or Constraints.none(moments.n_features)
    return criterion.order_score(Problem(moments, constraints))


def published_score(criterion, covariance, weights):
    """Score of weights by its formula, where no floor of a noise scale is active."""
    signed = np.eye(len(covariance)) - weights
    residual = np.diagonal(signed.T @ covariance @ signed)
    fit = {
        LASSO: residual.sum() / 2,
        EQUAL: np.sqrt(residual.size * residual.sum()),
        UNEQUAL: np.sqrt(residual).sum(),
    }[with_lambda1(criterion, 0.05)]
    return fit + criterion.lambda1 * np.abs(weights).sum()


def published_optimum(criterion, covariance, order, allowed):
    """Minimum of the published score along an order, by an interior-point method."""
    d = len(order)
    root = np.linalg.cholesky(covariance).T
    position = np.argsort(order)
    possible = (position[:, None] < position) & allowed
    W = cp.Variable((d, d))
    residual = root @ (np.eye(d) - cp.multiply(W, possible))
    fit = {
        LASSO: cp.sum_squares(residual) / 2,
        EQUAL: np.sqrt(d) * cp.norm(residual, "fro"),
        UNEQUAL: cp.sum(cp.norm(residual, 2, axis=0)),
    }[criterion]
    objective = fit + criterion.lambda1 * cp.sum(cp.abs(W))
    return cp.Problem(cp.Minimize(objective)).solve(solver=cp.CLARABEL)


@pytest.fixture
def moderate_moments(random_moments):
    """Moments on which λ = .05 removes some edges and leaves others."""
    return lambda d, seed: random_moments(d, seed, spread=1.0, n_samples=60)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_the_loss_of_an_order_is_the_least_published_score_along_it(
    moderate_moments, criterion, d, seed
):
    moments = moderate_moments(d, seed)
    constraints = PriorKnowledge(forbidden=[(0, 3), (2, 1)] if d > 3 else []).resolve(d)
    score = score_of(criterion, moments, constraints)
    order = np.random.default_rng(seed).permutation(d)
    least = published_optimum(criterion, moments.covariance, order, constraints.allowed)
    assert score.loss(order) == pytest.approx(least, rel=1e-6)
    weights = score.weights(order)
    at_weights = published_score(criterion, moments.covariance, weights)
    assert score.loss(order) == pytest.approx(at_weights, rel=1e-9)
    assert not weights[constraints.forbidden].any()
    assert score.n_edges(order) == np.count_nonzero(weights)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("lambda1", [0.0, 0.05, 0.5])
def test_no_edge_along_the_order_can_lower_the_score(random_moments, criterion, lambda1):
    moments = random_moments(8, 0)
    score = score_of(with_lambda1(criterion, lambda1), moments)
    order = np.random.default_rng(0).permutation(8)
    slope = score.gradient(score.weights(order))[np.ix_(order, order)]
    scale = np.sqrt(moments.variance[order])
    along = np.triu(slope / scale[:, None] / (scale if criterion is LASSO else 1), k=1)
    np.testing.assert_allclose(along, 0.0, atol=1e-8)
    assert np.tril(slope, k=-1).any()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_gradient_is_the_derivative_of_the_published_score(moderate_moments, criterion):
    moments = moderate_moments(4, 1)
    generator = np.random.default_rng(0)
    weights = generator.normal(size=(4, 4))
    gradient = score_of(criterion, moments).gradient(weights)
    for i, j in itertools.permutations(range(4), 2):
        change = np.zeros((4, 4))
        change[i, j] = 1e-6
        up = published_score(criterion, moments.covariance, weights + change)
        down = published_score(criterion, moments.covariance, weights - change)
        assert gradient[i, j] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_where_an_edge_is_missing_the_gradient_is_the_steepest_slope_of_adding_it(
    moderate_moments, criterion
):
    moments = moderate_moments(5, 0)
    empty = np.zeros((5, 5))
    weak = with_lambda1(criterion, 0.4 if criterion is LASSO else 0.3)
    gradient = score_of(weak, moments).gradient(empty)
    before = published_score(weak, moments.covariance, empty)
    slopes = np.zeros((2, 5, 5))
    for i, j in itertools.permutations(range(5), 2):
        for side, step in enumerate([1e-7, -1e-7]):
            added = empty.copy()
            added[i, j] = step
            slopes[side, i, j] = published_score(weak, moments.covariance, added) - before
    slopes = np.minimum(slopes, 0.0).min(axis=0) / 1e-7
    off_diagonal = ~np.eye(5, dtype=bool)
    np.testing.assert_allclose(np.abs(gradient)[off_diagonal], -slopes[off_diagonal], atol=1e-4)
    assert 0 < np.count_nonzero(gradient[off_diagonal]) < 20


@pytest.mark.parametrize("criterion", CRITERIA)
def test_without_a_penalty_the_weights_are_least_squares(random_moments, criterion):
    moments = random_moments(6, 0)
    order = np.random.default_rng(0).permutation(6)
    dense = DenseLeastSquares(moments)
    score = score_of(with_lambda1(criterion, 0.0), moments)
    np.testing.assert_allclose(score.weights(order), dense.weights(order), rtol=1e-6)
    if criterion is LASSO:
        assert score.loss(order) == pytest.approx(dense.loss(order))


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("lambda1", [1e9, 1e99])
def test_a_large_penalty_leaves_no_edge(moderate_moments, criterion, lambda1):
    moments = moderate_moments(5, 0)
    score = score_of(with_lambda1(criterion, lambda1), moments)
    empty = published_score(criterion, moments.covariance, np.zeros((5, 5)))
    assert score.loss(np.arange(5)) == pytest.approx(empty)
    assert score.n_edges(np.arange(5)) == 0


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("factor", [1e-4, 30.0, 1e5])
def test_scaling_all_columns_scales_the_penalty_and_keeps_the_weights(
    moderate_moments, criterion, factor
):
    moments = moderate_moments(6, 0)
    power = 2 if criterion is LASSO else 1
    scaled_moments = Moments(60, moments.mean * factor, moments.covariance * factor**2)
    scaled = score_of(with_lambda1(criterion, 0.05 * factor**power), scaled_moments)
    score = score_of(criterion, moments)
    order = np.random.default_rng(0).permutation(6)
    np.testing.assert_allclose(scaled.weights(order), score.weights(order), atol=1e-10)
    assert scaled.loss(order) == pytest.approx(factor**power * score.loss(order), rel=1e-10)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_permuting_the_columns_permutes_the_weights(moderate_moments, criterion):
    moments = moderate_moments(6, 1)
    generator = np.random.default_rng(0)
    columns, order = generator.permutation(6), generator.permutation(6)
    block = np.ix_(columns, columns)
    permuted = Moments(60, moments.mean[columns], moments.covariance[block])
    same_order = np.argsort(columns)[order]
    np.testing.assert_allclose(
        score_of(criterion, permuted).weights(same_order),
        score_of(criterion, moments).weights(order)[block],
        atol=1e-10,
    )


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_loss_has_the_same_bits_whatever_was_asked_before(moderate_moments, criterion):
    moments = moderate_moments(6, 0)
    used, order = score_of(criterion, moments), np.arange(6)
    for other in list(itertools.permutations(range(6)))[::50]:
        used.loss(np.array(other))
        used.insertion_sweep(np.array(other), 1e-9)
    fresh = score_of(criterion, moments)
    assert used.loss(order) == fresh.loss(order)
    assert used.weights(order).tobytes() == fresh.weights(order).tobytes()


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("seed", range(3))
def test_changes_are_differences_of_losses(moderate_moments, criterion, seed):
    constraints = PriorKnowledge(required=[(0, 2)], forbidden=[(4, 1), (3, 4)]).resolve(6)
    score = score_of(criterion, moderate_moments(6, seed), constraints)
    order = np.array([0, 5, 2, 3, 1, 4])
    first, second = np.triu_indices(6, k=1)
    changes = score.swap_changes(order, first, second)
    for a, b, change in zip(first, second, changes, strict=True):
        swapped = order.copy()
        swapped[[a, b]] = order[[b, a]]
        if np.flatnonzero(swapped == 0) > np.flatnonzero(swapped == 2):
            assert change == np.inf
        else:
            assert change == pytest.approx(score.loss(swapped) - score.loss(order), abs=1e-9)
    for permutation in itertools.permutations(order[2:5]):
        moved = np.array([*order[:2], *permutation, *order[5:]])
        change = score.interval_change(order, 2, np.array(permutation))
        assert change == pytest.approx(score.loss(moved) - score.loss(order), abs=1e-9)
    assert score.interval_change(order, 0, order[[2, 1, 0]]) == np.inf


@pytest.mark.parametrize("search", [insertion_search, candidate_swap_search])
@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("seed", range(3))
def test_every_pass_lowers_the_loss_and_keeps_prior_knowledge(
    moderate_moments, search, criterion, seed
):
    constraints = PriorKnowledge(required=[(3, 0), (0, 7)], forbidden=[(1, 2)]).resolve(8)
    score = score_of(criterion, moderate_moments(8, seed), constraints)
    start = np.array([3, 6, 5, 4, 0, 2, 1, 7])
    losses = [score.loss(start)]
    for visit in search(score, start, 1e-9):
        assert not np.tril(constraints.precedence[np.ix_(visit.order, visit.order)]).any()
        assert visit.loss == score.loss(visit.order)
        losses.append(visit.loss)
    assert len(losses) > 2
    assert (np.diff(losses[:-1]) < 0).all()
    assert not score.weights(visit.order)[constraints.forbidden].any()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_no_single_insertion_improves_where_the_search_ends(moderate_moments, criterion):
    score = score_of(criterion, moderate_moments(7, 0))
    *_, visit = insertion_search(score, np.arange(7), 1e-9)
    # A common noise scale is held in a sweep, so that slight improvements can be left.
    slack = 1e-3 if criterion is EQUAL else 10 * SMALLEST_GAIN
    for node, target in itertools.product(range(7), repeat=2):
        rest = visit.order[visit.order != node]
        moved = np.insert(rest, target, node)
        assert score.loss(moved) >= visit.loss * (1 - slack)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_restarts_find_the_best_of_all_orders(moderate_moments, criterion):
    n_found = 0
    for seed in range(8):
        score = score_of(criterion, moderate_moments(5, seed))
        best = min(score.loss(np.array(o)) for o in itertools.permutations(range(5)))
        search = partial(insertion_search, score, tolerance=1e-9)
        result = iterated_local_search(
            [OrderSearcher(search, np.arange(5), np.zeros((5, 5), dtype=bool), score)],
            generator=np.random.default_rng(seed),
            n_restarts=5,
            max_passes=100,
            tolerance=1e-9,
            monitor=Monitor(),
        )
        assert result.loss >= best * (1 - 1e-9)
        n_found += result.loss <= best * (1 + 1e-9)
    assert n_found >= 7


@pytest.mark.parametrize("criterion", CRITERIA)
def test_fewer_rows_than_columns_and_duplicated_columns_have_an_answer(criterion):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(6, 9)) @ generator.normal(size=(9, 9))
    X[:, 3] = X[:, 5]
    X[:, 7] = 1e4 * X[:, 0]
    score = score_of(criterion, Moments.from_rows(X))
    *_, visit = insertion_search(score, np.arange(9), 1e-9)
    weights = score.weights(visit.order)
    assert np.isfinite(weights).all()
    assert 0 < visit.loss < score.loss(np.arange(9))
    without = with_lambda1(criterion, 0.0)
    *_, visit = insertion_search(score_of(without, Moments.from_rows(X)), np.arange(9), 1e-9)
    assert visit.loss >= 0


@pytest.mark.parametrize("floor", [1e-2, 1e-4])
@pytest.mark.parametrize("noise", ["equal", "unequal"])
def test_a_perfect_fit_meets_the_floor_of_the_noise_scale(noise, floor):
    generator = np.random.default_rng(0)
    x = generator.normal(size=200)
    moments = Moments.from_rows(np.column_stack([x, -3 * x]))
    s = np.sqrt(moments.variance)
    score = score_of(ProfiledCoLiDE(noise, 1e-4, floor), moments)
    expected = s[0] + floor * s[1] / 2 + 3e-4 if noise == "unequal" else np.sqrt(2) * s[0] + 3e-4
    assert score.loss(np.array([0, 1])) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_losses_stay_precise_where_variances_span_seven_decades(criterion):
    X, _ = make_linear_sem(1000, 40, edges_per_node=6, weight_range=(1.0, 2.2), random_state=1)
    moments = Moments.from_rows(X)
    assert moments.variance.max() / moments.variance.min() > 1e7
    generator = np.random.default_rng(0)
    score = score_of(criterion, moments)
    order = generator.permutation(40)
    later = order.copy()
    later[[3, 30]] = later[[30, 3]]
    change = score.swap_changes(order, np.array([3]), np.array([30]))[0]
    difference = score.loss(later) - score.loss(order)
    assert change == pytest.approx(difference, abs=1e-9 * score.loss(order))
    slope = np.abs(score.gradient(score.weights(order))[np.ix_(order, order)])
    scale = np.sqrt(moments.variance[order])
    assert np.triu(slope / scale[:, None], k=1).max() < 1e-6


@pytest.mark.parametrize("criterion", CRITERIA)
def test_columns_in_extreme_units_have_a_finite_answer(criterion):
    X, _ = make_linear_sem(200, 6, edges_per_node=2, random_state=0)
    score = score_of(criterion, Moments.from_rows(X * 10.0 ** np.array([-58, 58, 0, -30, 20, -58])))
    *_, visit = insertion_search(score, np.arange(6), 1e-9)
    weights = score.weights(visit.order)
    assert np.isfinite(visit.loss)
    assert weights.any()
    assert np.isfinite(weights).all()
    assert np.isfinite(score.gradient(weights)).all()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_search_recovers_an_equal_variance_model(criterion):
    X, sem = make_linear_sem(1000, 12, edges_per_node=2, random_state=0)
    score = score_of(criterion, Moments.from_rows(X))
    *_, visit = insertion_search(score, np.random.default_rng(0).permutation(12), 1e-9)
    found = np.abs(score.weights(visit.order)) > 0.3
    assert (found == (sem.weights != 0)).all()

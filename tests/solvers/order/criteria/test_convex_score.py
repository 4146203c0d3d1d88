"""Least squares under a user's convex constraints and penalties, against independent solvers."""

import itertools
from functools import partial

import numpy as np
import pytest

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.problem import Monitor, Problem
from causal_dag.solvers.order.criteria.convex import ConvexScore
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares, DenseLeastSquares
from causal_dag.solvers.order.search.iterated_local_search import (
    OrderSearcher,
    iterated_local_search,
)
from causal_dag.solvers.order.search.named_moves import candidate_swap_search, insertion_search
from causal_dag.synthetic import make_linear_sem

COUPLINGS = {
    "free": {},
    "lasso": {"lambda1": 0.1},
    "signs": {"nonnegative": True},
    "bounds": {"lower": -0.5, "upper": {(0, 1): 0.25, (2, 3): 0.0}},
    "equal": {"equal_effects": [[(0, 1), (2, 3)]]},
    "groups": {"groups": [(0.3, [(0, 1), (2, 1)]), (0.2, [(3, 0), (3, 2)])]},
    "callables": {
        "penalty": lambda W: 0.1 * (W**2).sum(),
        "constraints": lambda W: [W[0, 1] + W[0, 2] <= 0.5],
    },
}


def moments_of(d, seed=0, n=200):
    return Moments.from_rows(make_linear_sem(n, d, edges_per_node=1, random_state=seed)[0])


def score_of(moments, knowledge=None, **parameters):
    d = moments.n_features
    constraints = Constraints.none(d) if knowledge is None else knowledge.resolve(d)
    return ConvexScore(**parameters).order_score(Problem(moments, constraints))


def searched(score, d, search=insertion_search, seed=0):
    generator = np.random.default_rng(seed)
    precedence = score.constraints.precedence
    return iterated_local_search(
        [OrderSearcher(partial(search, score, tolerance=1e-9), np.arange(d), precedence, score)],
        generator=generator,
        n_restarts=5,
        max_passes=100,
        tolerance=1e-9,
        monitor=Monitor(),
    )


def all_orders(d):
    return [np.array(order) for order in itertools.permutations(range(d))]


@pytest.mark.parametrize("d", [1, 2, 5])
def test_without_constraints_it_is_least_squares(random_moments, d):
    moments = random_moments(d, 0, spread=1.0)
    order = np.random.default_rng(d).permutation(d)
    score, dense = score_of(moments), DenseLeastSquares(moments)
    assert score.loss(order) == pytest.approx(dense.loss(order), rel=1e-7)
    np.testing.assert_allclose(score.weights(order), dense.weights(order), rtol=1e-4, atol=1e-6)
    assert score.n_edges(order) == d * (d - 1) // 2
    np.testing.assert_allclose(
        score.gradient(score.weights(order)), dense.gradient(score.weights(order))
    )


def test_prior_knowledge_leaves_edges_out():
    moments = moments_of(5)
    knowledge = PriorKnowledge(forbidden=[(0, 1), (3, 4)], required=[(2, 0)])
    score = score_of(moments, knowledge)
    order = np.array([2, 0, 1, 3, 4])
    expected = ConstrainedLeastSquares(moments, knowledge.resolve(5))
    assert score.loss(order) == pytest.approx(expected.loss(order), rel=1e-7)
    assert np.isinf(score.swap_changes(order, np.array([0]), np.array([1]))[0])
    assert np.isinf(score.interval_change(order, 0, np.array([0, 2])))


@pytest.mark.parametrize("lambda1", [0.05, 0.5])
def test_with_lambda1_it_is_the_lasso_of_scikit_learn(lambda1):
    from sklearn.linear_model import Lasso

    X, _ = make_linear_sem(200, 5, edges_per_node=1, random_state=1)
    order = np.array([3, 1, 0, 4, 2])
    score = score_of(Moments.from_rows(X), lambda1=lambda1)
    expected = np.zeros((5, 5))
    for k in range(1, 5):
        lasso = Lasso(alpha=lambda1, tol=1e-12, max_iter=100_000)
        expected[order[:k], order[k]] = lasso.fit(X[:, order[:k]], X[:, order[k]]).coef_
    centred = X - X.mean(axis=0)
    loss = ((centred - centred @ expected) ** 2).sum() / 400 + lambda1 * np.abs(expected).sum()
    assert score.loss(order) == pytest.approx(loss, rel=1e-7)
    np.testing.assert_allclose(score.weights(order), expected, atol=1e-4)
    assert 0 < score.n_edges(order) == np.count_nonzero(expected) < 10


def test_bounds_and_signs_hold_exactly_and_bind():
    moments = moments_of(5, seed=2)
    order = np.array([4, 2, 0, 3, 1])
    free = score_of(moments).weights(order)
    nonnegative = score_of(moments, nonnegative=True).weights(order)
    assert free.min() < 0 <= nonnegative.min()
    below, above = np.full((5, 5), -0.05), np.full((5, 5), 0.3)
    bounded = score_of(moments, lower=below, upper=above).weights(order)
    assert -0.05 <= bounded.min() < -0.05 + 1e-6
    assert 0.3 - 1e-6 < bounded.max() <= 0.3


def test_nonnegative_weights_are_those_of_scipy():
    from scipy.optimize import nnls

    moments = moments_of(5, seed=3)
    order = np.array([4, 2, 0, 3, 1])
    root = np.linalg.cholesky(moments.covariance).T
    weights = score_of(moments, nonnegative=True).weights(order)
    for k in range(1, 5):
        before = order[:k]
        np.testing.assert_allclose(
            weights[before, order[k]], nnls(root[:, before], root[:, order[k]])[0], atol=1e-5
        )


def test_equal_effects_share_one_weight_across_nodes():
    moments = moments_of(4, seed=1)
    edges = [(0, 1), (2, 3), (0, 3)]
    score = score_of(moments, equal_effects=[edges[:2], edges[1:]])
    order = np.arange(4)
    weights = score.weights(order)
    assert len({weights[edge] for edge in edges}) == 1
    assert weights[0, 1] != 0
    # The shared weight is a minimum over one variable more: profile it out by brute force.
    C, dense = moments.covariance, DenseLeastSquares(moments)

    def loss(shared):
        total = C[0, 0] + C[1, 1] - 2 * shared * C[0, 1] + shared**2 * C[0, 0]
        outcome = np.array([-shared, 0.0, -shared, 1.0])
        total += outcome @ C @ outcome - (outcome @ C[:, 1]) ** 2 / C[1, 1]
        before = [0, 1]
        total += C[2, 2] - C[2, before] @ np.linalg.solve(C[np.ix_(before, before)], C[before, 2])
        return total / 2

    nearby = [loss(weights[0, 1] + step) for step in (-1e-3, 0.0, 1e-3)]
    assert score.loss(order) == pytest.approx(nearby[1], rel=1e-7)
    assert nearby[1] == min(nearby)
    assert score.loss(order) > dense.loss(order)


def test_an_order_that_excludes_one_of_equal_effects_excludes_all():
    score = score_of(moments_of(4), equal_effects=[[(0, 1), (2, 3)]])
    weights = score.weights(np.array([1, 0, 2, 3]))
    assert weights[2, 3] == 0
    assert weights[1, 0] != 0


def test_groups_leave_the_graph_together():
    moments, order = moments_of(4, seed=1), np.arange(4)
    edges = [(0, 1), (0, 3), (2, 3)]
    norms = []
    for weight in (0.0, 0.1, 100.0):
        weights = score_of(moments, groups=[(weight, edges)]).weights(order)
        norms.append(np.linalg.norm([weights[edge] for edge in edges]))
        assert weights[1, 2] != 0
    assert norms[0] > norms[1] > norms[2] == 0


def test_the_users_penalty_is_added():
    moments, order = moments_of(4, seed=1), np.array([2, 0, 3, 1])
    score = score_of(moments, penalty=lambda W: 0.3 * (W**2).sum())
    weights = np.zeros((4, 4))
    for k in range(1, 4):
        before = order[:k]
        ridge = moments.covariance[np.ix_(before, before)] + 0.6 * np.eye(k)
        weights[before, order[k]] = np.linalg.solve(ridge, moments.covariance[before, order[k]])
    np.testing.assert_allclose(score.weights(order), weights, atol=1e-5)


@pytest.mark.parametrize("coupling", COUPLINGS)
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e4])
def test_the_duality_gap_certifies_the_loss(coupling, scale):
    moments = moments_of(5, seed=4)
    scaled = Moments(200, moments.mean * scale, moments.covariance * scale**2)
    score = score_of(scaled, **COUPLINGS[coupling])
    assert np.isnan(score.duality_gap)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(5)
        loss = score.loss(order)
        assert score.duality_gap == score.certified_gap(order)
        assert -1e-7 * loss <= score.duality_gap <= 1e-6 * loss


@pytest.mark.parametrize("seed", range(3))
def test_the_dual_bound_lies_below_the_true_minimum(seed):
    moments = moments_of(6, seed)
    score, dense = score_of(moments, nonnegative=False, lower=-1e6), DenseLeastSquares(moments)
    order = np.random.default_rng(seed).permutation(6)
    bound = score.loss(order) - score.certified_gap(order)
    assert bound <= dense.loss(order) * (1 + 1e-9)


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_moves_are_priced_by_differences_of_losses(coupling):
    score = score_of(moments_of(4, seed=5), **COUPLINGS[coupling])
    order = np.array([2, 0, 3, 1])
    first, second = np.triu_indices(4, k=1)
    changes = score.swap_changes(order, first, second)
    for a, b, change in zip(first, second, changes, strict=True):
        swapped = order.copy()
        swapped[[a, b]] = order[[b, a]]
        difference = score.loss(swapped) - score.loss(order)
        assert change == pytest.approx(difference, abs=1e-6 * score.loss(order))
    rotated = np.array([0, 3, 2])
    difference = score.loss(np.array([0, 3, 2, 1])) - score.loss(order)
    assert score.interval_change(order, 0, rotated) == pytest.approx(difference, abs=1e-6)


@pytest.mark.parametrize("search", [insertion_search, candidate_swap_search])
@pytest.mark.parametrize("coupling", COUPLINGS)
def test_the_search_finds_the_best_of_all_orders(coupling, search):
    score = score_of(moments_of(4, seed=6), **COUPLINGS[coupling])
    losses = [score.loss(order) for order in all_orders(4)]
    assert searched(score, 4, search).loss == pytest.approx(min(losses), rel=1e-6)
    assert max(losses) > 1.01 * min(losses)


def test_orders_under_which_the_constraints_cannot_hold_are_avoided():
    score = score_of(moments_of(4), constraints=lambda W: [W[3, 0] + W[2, 0] >= 0.5])
    with pytest.raises(ValueError, match="no weights satisfy the constraints"):
        score.loss(np.arange(4))
    assert np.isfinite(score.loss(np.array([3, 0, 1, 2])))
    assert np.isinf(score.loss(np.arange(4)))
    assert np.isinf(score.certified_gap(np.arange(4)))
    result = searched(score, 4)
    feasible = [score.loss(order) for order in all_orders(4)]
    assert result.loss == pytest.approx(min(feasible), rel=1e-6)
    weights = score.weights(result.order)
    assert weights[3, 0] + weights[2, 0] >= 0.5 - 1e-6


def test_constraints_that_no_order_can_satisfy_are_an_error():
    score = score_of(moments_of(3), constraints=lambda W: [W[0, 1] >= 1, W[0, 1] <= 0])
    with pytest.raises(ValueError, match="loosen lower, upper or constraints"):
        searched(score, 3)


def test_a_required_edge_may_be_bounded_away_from_0():
    knowledge = PriorKnowledge(required=[(1, 0)])
    score = score_of(moments_of(3), knowledge, lower={(1, 0): 2.0})
    assert score.weights(np.array([1, 2, 0]))[1, 0] >= 2.0
    with pytest.raises(ValueError, match="1 -> 0 do not hold if the edge is absent"):
        score_of(moments_of(3), lower={(1, 0): 2.0})


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"lambda1": -1}, "lambda1=-1"),
        ({"lower": np.zeros(3)}, "lower of shape"),
        ({"upper": {(0, 9): 1.0}}, "upper: there is no column 9"),
        ({"upper": {(1, 1): 1.0}}, "loop"),
        ({"groups": [(-1.0, [(0, 1)])]}, "groups: weight=-1.0"),
        ({"equal_effects": [[("a", "b")]]}, "equal_effects: there is no column 'a'"),
        ({"equal_effects": [[]]}, "empty"),
        ({"lower": 1.0, "upper": -1.0}, "bounds 1 to -1"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        score_of(moments_of(3), **parameters)


@pytest.mark.parametrize(
    ("penalty", "message"),
    [
        (lambda W: -(W**2).sum(), "must be convex"),
        (lambda W: -1e3 * W[0, 1] + 0 * W.sum(), None),
    ],
)
def test_penalties_that_are_not_convex_are_an_error(penalty, message):
    score = score_of(moments_of(3), penalty=penalty)
    if message is None:
        assert score.weights(np.arange(3))[0, 1] > 100
    else:
        with pytest.raises(ValueError, match=message):
            score.loss(np.arange(3))


def test_edges_may_be_named_by_columns():
    moments = Moments(50, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]), ("rain", "wet"))
    score = score_of(moments, upper={("rain", "wet"): 1.0})
    assert score.weights(np.arange(2))[0, 1] == pytest.approx(1.0)


def test_collinear_columns_have_a_finite_loss():
    covariance = np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 2.0], [2.0, 2.0, 5.0]])
    score = score_of(Moments(50, np.zeros(3), covariance))
    assert score.loss(np.arange(3)) == pytest.approx(1.0, rel=1e-6)
    assert np.isfinite(score.weights(np.arange(3))).all()

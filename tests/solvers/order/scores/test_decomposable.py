from itertools import chain, combinations
from types import SimpleNamespace

import numpy as np
import pytest

from causal_dag import PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.scores import decomposable
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares
from causal_dag.solvers.order.scores.local_score import NodeFit, grow_shrink
from causal_dag.solvers.order.search.linear_extensions import linear_extension
from causal_dag.solvers.order.search.named_moves import candidate_swap_search, insertion_search

D = 6
KNOWLEDGE = {
    "none": PriorKnowledge(),
    "some": PriorKnowledge(required=[(0, 3), (3, 1)], forbidden=[(2, 4), (5, 0)], roots=[2]),
}


def mask(nodes, d=D):
    return np.isin(np.arange(d), list(nodes))


def subsets(nodes):
    nodes = list(nodes)
    return chain.from_iterable(combinations(nodes, size) for size in range(len(nodes) + 1))


def random_set_function(seed):
    """A score without structure: a random number a set of parents, the parents' mask as weights."""
    values = np.random.default_rng(seed).normal(size=(D, 1 << D))

    def given(node, parents):
        return NodeFit(values[node, parents @ (1 << np.arange(D))], parents.astype(float))

    return given


class ExactNodes:
    """The best of all sets of parents, by trying them all."""

    def __init__(self, given):
        self.given = given

    def best(self, node, candidates, required, start):
        free = np.flatnonzero(candidates & ~required)
        fits = [self.given(node, required | mask(chosen)) for chosen in subsets(free)]
        return min(fits, key=lambda fit: fit.value)


class GreedyNodes(ExactNodes):
    def best(self, node, candidates, required, start):
        return grow_shrink(self.given, node, candidates, required, start)


def slow_best(given, order, constraints):
    """Best values of the nodes in this order by their definition."""
    values = {}
    for position, node in enumerate(order):
        before = [i for i in order[:position] if constraints.allowed[i, node]]
        required = constraints.required[:, node]
        values[node] = min(
            given(node, mask(parents)).value
            for parents in subsets(before)
            if (mask(parents) >= required).all()
        )
    return values


def respects(order, constraints):
    position = np.argsort(order)
    return all(position[i] < position[j] for i, j in np.argwhere(constraints.precedence))


def gaussian(random_moments, seed=0):
    return GaussianBIC(random_moments(D, seed))


@pytest.fixture(params=["exact", "greedy", "gaussian"])
def nodes(request, random_moments):
    return {
        "exact": ExactNodes(random_set_function(0)),
        "greedy": GreedyNodes(random_set_function(1)),
        "gaussian": gaussian(random_moments),
    }[request.param]


@pytest.fixture(params=KNOWLEDGE)
def constraints(request):
    return KNOWLEDGE[request.param].resolve(D)


def random_orders(constraints, number=4):
    generator = np.random.default_rng(7)
    return [linear_extension(constraints.precedence, generator.random(D)) for _ in range(number)]


@pytest.mark.parametrize("seed", range(5))
def test_grow_shrink_ends_where_no_single_change_lowers_the_score(seed):
    given = random_set_function(seed)
    candidates, required = mask([1, 2, 3, 5]), mask([2])
    for start in subsets(range(D)):
        fit = grow_shrink(given, 0, candidates, required, mask(start))
        parents = fit.weights != 0
        assert (required <= parents).all()
        assert (parents <= candidates).all()
        assert fit.value == given(0, parents).value
        assert fit.value <= given(0, mask(start) & candidates | required).value
        for other in (1, 3, 5):
            assert given(0, parents ^ mask([other])).value >= fit.value - 1e-9 * abs(fit.value)


def test_grow_shrink_takes_the_change_that_lowers_the_score_most():
    gains = np.array([1.0, 3.0, 2.0, 0.0])
    tried = []

    def given(node, parents):
        tried.append(set(np.flatnonzero(parents).tolist()))
        return NodeFit(-float(gains @ parents), parents.astype(float))

    grow_shrink(given, 3, mask([0, 1, 2], 4), mask([], 4), mask([], 4))
    # Every round tries all changes of the set it stands at: {}, {1}, {1, 2}, {0, 1, 2}.
    assert tried == [
        set(), {0}, {1}, {2}, {0, 1}, set(), {1, 2}, {0, 1, 2}, {2}, {1}, {1, 2}, {0, 2}, {0, 1}
    ]  # fmt: skip


@pytest.mark.parametrize("value", [np.inf, 0.0, -3.0])
def test_grow_shrink_ends_on_plateaus(value):
    fit = grow_shrink(
        lambda node, parents: NodeFit(value, parents.astype(float)), 0, mask([1, 2]), mask([]),
        mask([1]),
    )  # fmt: skip
    assert fit.weights.tolist() == mask([1]).astype(float).tolist()


def test_grow_shrink_leaves_sets_of_infinite_score():
    def given(node, parents):
        return NodeFit(5.0 if parents[1] else np.inf, parents.astype(float))

    assert grow_shrink(given, 0, mask([1, 2]), mask([]), mask([])).value == 5.0


def test_the_loss_of_an_order_is_the_sum_of_the_best_local_scores(constraints):
    given = random_set_function(3)
    score = DecomposableScore(ExactNodes(given), constraints)
    for order in random_orders(constraints):
        expected = slow_best(given, order, constraints)
        assert score.loss(order) == pytest.approx(sum(expected.values()))
        weights = score.weights(order)
        assert score.n_edges(order) == np.count_nonzero(weights)
        assert (constraints.required <= (weights != 0)).all()
        assert not (weights != 0)[constraints.forbidden].any()
        assert not np.tril(weights[np.ix_(order, order)]).any()
        total = sum(given(j, weights[:, j] != 0).value for j in range(D))
        assert total == pytest.approx(score.loss(order))


def test_orders_against_required_edges_have_infinite_loss(random_moments):
    constraints = KNOWLEDGE["some"].resolve(D)
    score = DecomposableScore(gaussian(random_moments), constraints)
    assert score.loss(np.array([1, 3, 0, 2, 4, 5])) == np.inf
    assert np.isfinite(score.loss(np.array([0, 3, 1, 2, 4, 5])))


def test_the_loss_does_not_depend_on_the_orders_seen_before(nodes, constraints, monkeypatch):
    orders = random_orders(constraints, 8)
    fresh = [DecomposableScore(nodes, constraints).loss(order) for order in orders]
    monkeypatch.setattr(decomposable, "MOST_REMEMBERED_NUMBERS", 3 * D)
    forgetful = DecomposableScore(nodes, constraints)
    experienced = DecomposableScore(nodes, constraints)
    for order in reversed(orders):
        experienced.insertion_sweep(order, 1e-9)
    assert [experienced.loss(order) for order in orders] == fresh
    assert [forgetful.loss(order) for order in orders] == fresh


def test_a_node_with_the_same_candidates_is_fitted_once():
    fitted = []

    class Counting(ExactNodes):
        def best(self, node, candidates, required, start):
            fitted.append((node, candidates.tobytes()))
            return super().best(node, candidates, required, start)

    score = DecomposableScore(Counting(random_set_function(0)), Constraints.none(D))
    for order in random_orders(Constraints.none(D)):
        score.loss(order)
        score.insertion_sweep(order, 1e-9)
        score.swap_changes(order, *np.triu_indices(D, k=1))
    assert len(fitted) > D
    assert len(set(fitted)) == len(fitted)


def test_swaps_and_intervals_cost_the_difference_of_the_losses(nodes, constraints):
    score = DecomposableScore(nodes, constraints)
    first, second = np.triu_indices(D, k=1)
    for order in random_orders(constraints):
        changes = score.swap_changes(order, first, second)
        for a, b, change in zip(first, second, changes, strict=True):
            swapped = order.copy()
            swapped[[a, b]] = order[[b, a]]
            expected = score.loss(swapped) - score.loss(order)
            assert change == pytest.approx(expected)
            assert np.isfinite(change) == respects(swapped, constraints)
            segment = np.roll(order[a : b + 1], 1)
            rolled = np.concatenate([order[:a], segment, order[b + 1 :]])
            expected = score.loss(rolled) - score.loss(order)
            assert score.interval_change(order, int(a), segment) == pytest.approx(expected)


def test_an_interval_change_fits_only_nodes_of_the_interval():
    fitted = set()

    class Recording(ExactNodes):
        def best(self, node, candidates, required, start):
            fitted.add(node)
            return super().best(node, candidates, required, start)

    score = DecomposableScore(Recording(random_set_function(0)), Constraints.none(D))
    order = np.arange(D)
    score.loss(order)
    fitted.clear()
    score.interval_change(order, 2, np.array([4, 2, 3]))
    assert fitted <= {2, 3, 4}
    assert fitted


def slow_sweep(order, loss):
    """Every node to its best position, by the definition; of equal ones the first on the walk."""
    current = list(order)
    for node in order:
        start = current.index(node)
        rest = [other for other in current if other != node]
        walk = [start, *range(start - 1, -1, -1), *range(start + 1, len(order))]
        trials = [[*rest[:position], node, *rest[position:]] for position in walk]
        losses = np.array([loss(trial) for trial in trials])
        current = trials[np.flatnonzero(losses <= losses.min() + 1e-9 * abs(losses.min()))[0]]
    return current


def test_an_insertion_sweep_makes_the_best_insertion_of_every_node(nodes, constraints):
    score = DecomposableScore(nodes, constraints)
    for order in random_orders(constraints, 10):
        swept, loss, n_moves = score.insertion_sweep(order, 1e-9)
        assert swept.tolist() == slow_sweep(order, lambda o: score.loss(np.array(o)))
        assert loss == score.loss(swept)
        assert (n_moves == 0) == (swept.tolist() == order.tolist())
        assert np.isfinite(loss)


@pytest.mark.parametrize("offset", [0.0, -100.0])
def test_a_sweep_moves_no_node_for_less_than_the_tolerance(offset):
    given = random_set_function(4)

    def shifted(node, parents):
        fit = given(node, parents)
        return NodeFit(fit.value + offset, fit.weights)

    score = DecomposableScore(ExactNodes(shifted), Constraints.none(D))
    order = random_orders(score.constraints)[0]
    assert score.insertion_sweep(order, 1e-9)[2] > 0
    assert score.insertion_sweep(order, 10.0)[2] == 0


def test_searches_end_in_local_optima(nodes, constraints):
    score = DecomposableScore(nodes, constraints)
    order = random_orders(constraints)[0]
    for search in (insertion_search, candidate_swap_search):
        losses = [visit.loss for visit in search(score, order, 1e-9)]
        assert losses[-1] <= score.loss(order)
    swept = list(insertion_search(score, order, 1e-9))[-1].order
    assert score.insertion_sweep(swept, 1e-9)[2] == 0


def test_least_squares_without_a_price_is_the_score_of_constrained_orders(random_moments):
    from causal_dag.solvers.order.scores.gaussian_node_scores import EqualVarianceGaussian

    moments = random_moments(D, 5, spread=0.5)
    constraints = KNOWLEDGE["some"].resolve(D)
    free = Constraints(constraints.forbidden, np.zeros((D, D), dtype=bool), constraints.precedence)
    nodes = EqualVarianceGaussian(moments, 1 / (2 * moments.n_samples), penalty=0.0)
    score, expected = DecomposableScore(nodes, free), ConstrainedLeastSquares(moments, free)
    for order in random_orders(free):
        assert score.loss(order) == pytest.approx(expected.loss(order))
        np.testing.assert_allclose(score.weights(order), expected.weights(order), rtol=1e-3)


def test_the_gradient_is_what_one_more_edge_would_gain(random_moments):
    nodes = gaussian(random_moments)
    constraints = KNOWLEDGE["some"].resolve(D)
    score = DecomposableScore(nodes, constraints)
    weights = score.weights(random_orders(constraints)[0])
    gradient = score.gradient(weights)
    assert (gradient < 0).any()
    for i, j in np.ndindex(D, D):
        parents = weights[:, j] != 0
        if parents[i] or constraints.forbidden[i, j]:
            assert gradient[i, j] == 0
        else:
            change = nodes.given(j, parents | mask([i])).value - nodes.given(j, parents).value
            assert gradient[i, j] == pytest.approx(min(0.0, change))


def test_slopes_of_the_callers_own_are_the_gradient():
    score = DecomposableScore(
        SimpleNamespace(), Constraints.none(2), slopes=lambda weights: 2 * weights
    )
    assert score.gradient(np.eye(2)).tolist() == [[2.0, 0.0], [0.0, 2.0]]

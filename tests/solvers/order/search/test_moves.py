import itertools

import numpy as np
import pytest

from causal_dag import PriorKnowledge
from causal_dag.solvers.order.scores.least_squares import ConstrainedLeastSquares, DenseLeastSquares
from causal_dag.solvers.order.search.candidate_swaps import (
    best_disjoint_swaps,
    disjoint_swaps,
    first_improving_swap,
    large_set_size,
    ranked_by_paths,
    ranked_by_slope_ratio,
    small_set_size,
)
from causal_dag.solvers.order.search.insertions import block_search, block_shifts, moved_block
from causal_dag.solvers.order.search.named_moves import (
    FIRST_IMPROVEMENT_SEARCHES,
    LOCAL_SEARCHES,
    candidate_swap_search,
    insertion_search,
    local_search,
)

NAMES = list(itertools.product(LOCAL_SEARCHES, ["best", "first"]))


def scores(random_moments, d, seed):
    moments = random_moments(d, seed)
    constraints = PriorKnowledge(required=[(0, 1)], forbidden=[(2, 3)]).resolve(d)
    return [DenseLeastSquares(moments), ConstrainedLeastSquares(moments, constraints)]


def test_both_rules_of_improvement_know_the_same_moves():
    assert list(LOCAL_SEARCHES) == list(FIRST_IMPROVEMENT_SEARCHES)
    assert local_search("swap") is candidate_swap_search


@pytest.mark.parametrize(("moves", "improvement"), NAMES)
@pytest.mark.parametrize("seed", range(2))
def test_every_visit_is_better_than_the_one_before_and_the_last_is_optimal(
    random_moments, moves, improvement, seed
):
    search = local_search(moves, improvement)
    for score in scores(random_moments, 8, seed):
        start = np.arange(8)
        visits = list(search(score, start, 1e-9))
        losses = [score.loss(start), *(visit.loss for visit in visits)]
        assert all(after < before for before, after in itertools.pairwise(losses[:-1]))
        assert losses[-1] == pytest.approx(min(losses), rel=1e-12)
        assert [visit.is_optimal for visit in visits] == [False] * (len(visits) - 1) + [True]
        assert score.loss(visits[-1].order) == pytest.approx(visits[-1].loss, rel=1e-10)
        assert start.tolist() == list(range(8))


@pytest.mark.parametrize(("moves", "improvement"), NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_every_visit_respects_what_has_to_stand_before_what(
    random_moments, moves, improvement, seed
):
    constraints = PriorKnowledge(required=[(0, 1), (1, 5), (4, 2)]).resolve(7)
    score = ConstrainedLeastSquares(random_moments(7, seed), constraints)
    start = np.array([0, 1, 3, 4, 2, 5, 6])
    visits = list(local_search(moves, improvement)(score, start, 1e-9))
    for visit in visits:
        position = np.argsort(visit.order)
        assert (position[:, None] < position[None, :])[constraints.precedence].all()


@pytest.mark.parametrize(("moves", "improvement"), NAMES)
@pytest.mark.parametrize("d", [1, 2])
def test_one_and_two_nodes_are_no_special_case(random_moments, moves, improvement, d):
    score = DenseLeastSquares(random_moments(d, 0))
    *_, last = local_search(moves, improvement)(score, np.arange(d), 1e-9)
    losses = [score.loss(np.array(order)) for order in itertools.permutations(range(d))]
    assert last.loss == pytest.approx(min(losses))


@pytest.mark.parametrize(
    "names", [("insertion", "best"), ("insertion", "first"), ("block", "best")]
)
@pytest.mark.parametrize("seed", range(5))
def test_no_insertion_lowers_the_loss_after_an_insertion_search(
    random_moments, slow_loss, names, seed
):
    score = DenseLeastSquares(random_moments(7, seed))
    *_, last = local_search(*names)(score, np.arange(7), 1e-9)
    for node, position in itertools.product(range(7), range(7)):
        moved = [v for v in last.order if v != node]
        moved.insert(position, node)
        assert slow_loss(score.moments.covariance, moved) >= last.loss * (1 - 1e-8)


@pytest.mark.parametrize("improvement", ["best", "first"])
@pytest.mark.parametrize(
    ("moves", "rank"), [("swap", ranked_by_paths), ("swap-ratio", ranked_by_slope_ratio)]
)
@pytest.mark.parametrize("seed", range(5))
def test_no_candidate_of_the_large_set_lowers_the_loss_after_a_swap_search(
    random_moments, slow_loss, moves, rank, improvement, seed
):
    score = DenseLeastSquares(random_moments(7, seed))
    *_, last = local_search(moves, improvement)(score, np.arange(7), 1e-9)
    first, second = rank(score, last.order)
    for a, b in list(zip(first, second, strict=True))[: large_set_size(7)]:
        swapped = last.order.copy()
        swapped[[a, b]] = last.order[[b, a]]
        assert slow_loss(score.moments.covariance, swapped) >= last.loss * (1 - 1e-8)


def test_candidates_are_ranked_by_the_weight_of_all_paths_that_the_new_edge_would_close(
    random_moments,
):
    score = DenseLeastSquares(random_moments(5, 1))
    order = np.array([3, 0, 4, 1, 2])
    W = np.abs(score.weights(order))
    paths = sum(np.linalg.matrix_power(W, k) for k in range(5))
    first, second = ranked_by_paths(score, order)
    ranked = paths[order[first], order[second]]
    assert sorted(zip(first, second, strict=True)) == list(itertools.combinations(range(5), 2))
    assert (np.diff(ranked) >= -1e-12 * ranked.max()).all()


def test_the_ratio_rule_ranks_by_slope_over_the_weight_of_the_squared_paths(random_moments):
    score = DenseLeastSquares(random_moments(5, 1, spread=0.5))
    order = np.array([3, 0, 4, 1, 2])
    W = score.weights(order)
    slope = np.abs(-score.moments.covariance @ (np.eye(5) - W))
    paths = sum(np.linalg.matrix_power(W * W, k) for k in range(5))
    first, second = ranked_by_slope_ratio(score, order)
    later, earlier = order[second], order[first]
    ratio = slope[later, earlier] / paths[earlier, later]
    assert sorted(zip(first, second, strict=True)) == list(itertools.combinations(range(5), 2))
    assert (np.diff(ratio) <= 1e-9 * ratio.max()).all()
    assert first.tolist() != ranked_by_paths(score, order)[0].tolist()


def test_an_edge_that_closes_no_path_is_the_ratio_rules_first_candidate(random_moments):
    constraints = PriorKnowledge(forbidden=[(0, j) for j in range(1, 4)]).resolve(4)
    score = ConstrainedLeastSquares(random_moments(4, 0), constraints)
    first, second = ranked_by_slope_ratio(score, np.arange(4))
    assert first[:3].tolist() == [0, 0, 0]
    slope = np.abs(score.gradient(score.weights(np.arange(4)))[second[:3], 0])
    assert (np.diff(slope) <= 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_first_improvement_makes_the_improving_swap_of_the_highest_rank_and_no_other(
    random_moments, slow_loss, seed
):
    score = DenseLeastSquares(random_moments(9, seed))
    order = np.random.default_rng(seed).permutation(9)
    first, second = ranked_by_paths(score, order)
    swapped = [order.copy() for _ in first]
    for candidate, a, b in zip(swapped, first, second, strict=True):
        candidate[[a, b]] = order[[b, a]]
    loss = slow_loss(score.moments.covariance, order)
    gains = [loss - slow_loss(score.moments.covariance, candidate) for candidate in swapped]
    expected = next(m for m, gain in enumerate(gains) if gain > 1e-9 * loss)
    made = first_improving_swap(score, order, first, second, 1e-9 * loss)
    assert made.tolist() == swapped[expected].tolist()
    best = best_disjoint_swaps(score, order, first, second, 1e-9 * loss)
    assert loss - score.loss(best) >= max(gains) * (1 - 1e-9)
    untouched = first_improving_swap(score, order, first, second, 2 * loss)
    assert untouched is order


@pytest.mark.parametrize("seed", range(5))
def test_block_shifts_are_priced_by_the_difference_of_the_losses(random_moments, slow_loss, seed):
    score = DenseLeastSquares(random_moments(6, seed))
    order = np.random.default_rng(seed).permutation(6)
    before = slow_loss(score.moments.covariance, order)
    for length, start in itertools.product(range(1, 5), range(6)):
        if start + length > 6:
            continue
        shifts = dict(block_shifts(score, order, start, length))
        assert set(shifts) == set(range(7 - length)) - {start}
        for position, change in shifts.items():
            moved = moved_block(order, start, length, position)
            assert moved[position : position + length].tolist() == (
                order[start : start + length].tolist()
            )
            others = [v for v in order if v not in order[start : start + length]]
            assert [v for v in moved if v in others] == others
            after = slow_loss(score.moments.covariance, moved)
            assert change == pytest.approx(after - before, abs=1e-9 * before)


@pytest.mark.parametrize("improvement", ["best", "first"])
@pytest.mark.parametrize("seed", range(5))
def test_no_block_of_two_or_three_nodes_lowers_the_loss_after_a_block_search(
    random_moments, slow_loss, improvement, seed
):
    score = DenseLeastSquares(random_moments(7, seed))
    *_, last = local_search("block", improvement)(score, np.arange(7), 1e-9)
    for length in (2, 3):
        for start, position in itertools.product(range(8 - length), repeat=2):
            moved = moved_block(last.order, start, length, position)
            assert slow_loss(score.moments.covariance, moved) >= last.loss * (1 - 1e-8)


def test_blocks_leave_orders_that_no_insertion_improves(random_moments):
    gains = []
    for seed in range(40):
        score = DenseLeastSquares(random_moments(8, seed, spread=0.0))
        *_, stalled = insertion_search(score, np.arange(8), 1e-9)
        *_, last = block_search(score, stalled.order, 1e-9)
        gains.append(1 - last.loss / stalled.loss)
    assert min(gains) >= -1e-12
    assert max(gains) > 0.01


def test_pairs_along_which_the_loss_has_no_slope_are_no_candidates():
    from causal_dag import Moments

    covariance = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    score = DenseLeastSquares(Moments(50, np.zeros(3), covariance))
    first, second = ranked_by_paths(score, np.arange(3))
    assert (first.tolist(), second.tolist()) == ([0], [1])


def test_set_sizes_are_the_published_ones():
    assert (small_set_size(100), large_set_size(100)) == (150, 1980)
    assert small_set_size(10) == int(np.sqrt(90))
    for d in range(1, 30):
        assert 1 <= small_set_size(d) <= large_set_size(d)


@pytest.mark.parametrize("seed", range(10))
def test_chosen_swaps_are_disjoint_and_their_gains_add_up(random_moments, seed):
    score = DenseLeastSquares(random_moments(10, seed))
    order = np.random.default_rng(seed).permutation(10)
    first, second = ranked_by_paths(score, order)
    changes = score.swap_changes(order, first, second)
    improving = np.flatnonzero(changes < 0)
    chosen = improving[disjoint_swaps(first[improving], second[improving], changes[improving])]
    intervals = [range(first[m], second[m] + 1) for m in chosen]
    assert len(set().union(*intervals)) == sum(map(len, intervals))
    swapped = order.copy()
    swapped[first[chosen]], swapped[second[chosen]] = order[second[chosen]], order[first[chosen]]
    assert score.loss(swapped) - score.loss(order) == pytest.approx(changes[chosen].sum(), rel=1e-6)
    assert changes[chosen].min(initial=0) == changes.min(initial=0)

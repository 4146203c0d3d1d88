import itertools

import numpy as np
import pytest

from causal_dag import PriorKnowledge
from causal_dag.solvers.order.least_squares import ConstrainedLeastSquares, DenseLeastSquares
from causal_dag.solvers.order.moves import (
    candidate_swap_search,
    disjoint_swaps,
    insertion_search,
    large_set_size,
    ranked_candidates,
    small_set_size,
)

SEARCHES = [insertion_search, candidate_swap_search]


def scores(random_moments, d, seed):
    moments = random_moments(d, seed)
    constraints = PriorKnowledge(required=[(0, 1)], forbidden=[(2, 3)]).resolve(d)
    return [DenseLeastSquares(moments), ConstrainedLeastSquares(moments, constraints)]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("seed", range(5))
def test_every_visit_is_better_than_the_one_before_and_the_last_is_optimal(
    random_moments, search, seed
):
    for score in scores(random_moments, 8, seed):
        start = np.arange(8)
        visits = list(search(score, start, 1e-9))
        losses = [score.loss(start), *(visit.loss for visit in visits)]
        assert all(after < before for before, after in itertools.pairwise(losses[:-1]))
        assert losses[-1] == pytest.approx(min(losses), rel=1e-12)
        assert [visit.is_optimal for visit in visits] == [False] * (len(visits) - 1) + [True]
        assert score.loss(visits[-1].order) == pytest.approx(visits[-1].loss, rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_no_insertion_lowers_the_loss_after_an_insertion_search(random_moments, slow_loss, seed):
    score = DenseLeastSquares(random_moments(7, seed))
    *_, last = insertion_search(score, np.arange(7), 1e-9)
    for node, position in itertools.product(range(7), range(7)):
        moved = [v for v in last.order if v != node]
        moved.insert(position, node)
        assert slow_loss(score.moments.covariance, moved) >= last.loss * (1 - 1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_no_candidate_of_the_large_set_lowers_the_loss_after_a_swap_search(
    random_moments, slow_loss, seed
):
    score = DenseLeastSquares(random_moments(7, seed))
    *_, last = candidate_swap_search(score, np.arange(7), 1e-9)
    first, second = ranked_candidates(score, last.order)
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
    first, second = ranked_candidates(score, order)
    ranked = paths[order[first], order[second]]
    assert sorted(zip(first, second, strict=True)) == list(itertools.combinations(range(5), 2))
    assert (np.diff(ranked) >= -1e-12 * ranked.max()).all()


def test_pairs_along_which_the_loss_has_no_slope_are_no_candidates():
    from causal_dag import Moments

    covariance = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
    score = DenseLeastSquares(Moments(50, np.zeros(3), covariance))
    first, second = ranked_candidates(score, np.arange(3))
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
    first, second = ranked_candidates(score, order)
    changes = score.swap_changes(order, first, second)
    improving = np.flatnonzero(changes < 0)
    chosen = improving[disjoint_swaps(first[improving], second[improving], changes[improving])]
    intervals = [range(first[m], second[m] + 1) for m in chosen]
    assert len(set().union(*intervals)) == sum(map(len, intervals))
    swapped = order.copy()
    swapped[first[chosen]], swapped[second[chosen]] = order[second[chosen]], order[first[chosen]]
    assert score.loss(swapped) - score.loss(order) == pytest.approx(changes[chosen].sum(), rel=1e-6)
    assert changes[chosen].min(initial=0) == changes.min(initial=0)

"""The local searches over topological orders, by the names of their moves."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

from causal_dag.arrays import IntArray
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.candidate_swaps import (
    candidate_swap_search,
    first_improving_swap,
    ranked_by_slope_ratio,
)
from causal_dag.solvers.order.search.insertions import (
    block_search,
    first_shift,
    insertion_search,
    shift_search,
)
from causal_dag.solvers.order.search.iterated_local_search import SearchPoint

__all__ = [
    "FIRST_IMPROVEMENT_SEARCHES",
    "IMPROVEMENTS",
    "LOCAL_SEARCHES",
    "MoveName",
    "candidate_swap_search",
    "insertion_search",
    "local_search",
]

#: From a score, a start and a tolerance to the orders visited on the way to a local optimum.
ScoreSearch = Callable[[OrderScore, IntArray, float], Iterator[SearchPoint]]

MoveName = Literal["insertion", "swap", "swap-ratio", "block"]

#: Every move to where the loss is lowest.
LOCAL_SEARCHES: dict[MoveName, ScoreSearch] = {
    "insertion": insertion_search,
    "swap": candidate_swap_search,
    "swap-ratio": partial(candidate_swap_search, rank=ranked_by_slope_ratio),
    "block": block_search,
}

#: The first move that lowers the loss.
FIRST_IMPROVEMENT_SEARCHES: dict[MoveName, ScoreSearch] = {
    "insertion": partial(shift_search, lengths=(1,), choose=first_shift),
    "swap": partial(candidate_swap_search, improve=first_improving_swap),
    "swap-ratio": partial(
        candidate_swap_search, rank=ranked_by_slope_ratio, improve=first_improving_swap
    ),
    "block": partial(block_search, choose=first_shift),
}

IMPROVEMENTS: dict[Literal["best", "first"], dict[MoveName, ScoreSearch]] = {
    "best": LOCAL_SEARCHES,
    "first": FIRST_IMPROVEMENT_SEARCHES,
}


def local_search(moves: MoveName, improvement: Literal["best", "first"] = "best") -> ScoreSearch:
    """Return a local search by the names of its moves and of its rule of improvement.

    Parameters
    ----------
    moves : {"insertion", "swap", "swap-ratio", "block"}
        ``"insertion"``: single nodes to any position. ``"swap"``: pairs of nodes ranked by the
        gradient of the acyclicity function. ``"swap-ratio"``: ranked by the slope of the loss
        over the weight of the paths in the way. ``"block"``: insertions, and where they stall
        blocks of two or three consecutive nodes.
    improvement : {"best", "first"}
        ``"best"``: a node or block goes to its best position; of the swaps, the best one is made
        and all others with disjoint intervals of positions. ``"first"``: the first position, or
        the first swap in order of rank, that lowers the loss.

    Examples
    --------
    >>> local_search("insertion") is insertion_search
    True
    """
    return IMPROVEMENTS[improvement][moves]

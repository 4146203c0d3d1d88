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

#: Maps a score, an initial order and a tolerance to the orders visited up to a local optimum.
ScoreSearch = Callable[[OrderScore, IntArray, float], Iterator[SearchPoint]]

MoveName = Literal["insertion", "swap", "swap-ratio", "block"]

#: Searches that make each move to the position of lowest loss.
LOCAL_SEARCHES: dict[MoveName, ScoreSearch] = {
    "insertion": insertion_search,
    "swap": candidate_swap_search,
    "swap-ratio": partial(candidate_swap_search, rank=ranked_by_slope_ratio),
    "block": block_search,
}

#: Searches that make the first move that lowers the loss.
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
    """Return the local search with the given moves and improvement rule.

    Parameters
    ----------
    moves : {"insertion", "swap", "swap-ratio", "block"}
        ``"insertion"``: move single nodes to any position. ``"swap"``: swap pairs of nodes ranked
        by the gradient of the acyclicity function. ``"swap-ratio"``: swap pairs ranked by the slope
        of the loss divided by the weight of the conflicting paths. ``"block"``: insertions, and
        when these no longer help, moves of blocks of two or three consecutive nodes.
    improvement : {"best", "first"}
        ``"best"``: a node or block moves to its best position; the best swap is made together with
        all improving ones in disjoint intervals of positions. ``"first"``: take the first position,
        or the first swap in order of rank, that lowers the loss.

    Examples
    --------
    >>> local_search("insertion") is insertion_search
    True
    """
    return IMPROVEMENTS[improvement][moves]

"""The loop of a local search: make moves until none lowers the loss."""

from collections.abc import Callable, Iterator

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.iterated_local_search import Visit

#: From an order and its loss to an order after one round of moves, the same one if none helps.
Round = Callable[[IntArray, float], IntArray]


def descend(score: OrderScore, order: IntArray, make_moves: Round) -> Iterator[Visit]:
    """Make round after round of moves, as long as the loss decreases.

    Parameters
    ----------
    score : OrderScore
        Loss of an order.
    order : ndarray of int, shape (d,)
        Start.
    make_moves : callable
        One round.

    Yields
    ------
    Visit
        One a round; the losses decrease strictly, so that the search ends.
    """
    loss, is_optimal = score.loss(order), False
    while not is_optimal:
        moved = make_moves(order, loss)
        reached = score.loss(moved)
        is_optimal = not reached < loss
        if not is_optimal:
            order, loss = moved, reached
        yield Visit(order, loss, score.n_edges(order), is_optimal)


def insertion_search(score: OrderScore, order: IntArray, tolerance: float) -> Iterator[Visit]:
    """Sweep over all nodes, moving each to its best position, until no move lowers the loss.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        Start.
    tolerance : float
        Relative decrease of the loss that a move needs.

    Yields
    ------
    Visit
        One a sweep; the losses decrease strictly, so that the search ends.
    """
    previous = np.inf
    while True:
        order, loss, n_moves = score.insertion_sweep(order, tolerance)
        is_optimal = n_moves == 0 or not loss < previous
        yield Visit(order, loss, score.n_edges(order), is_optimal)
        if is_optimal:
            return
        previous = loss

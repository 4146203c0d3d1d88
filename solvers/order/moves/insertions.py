"""Insertion search: every node to its best position, again and again."""

from collections.abc import Iterator

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.solvers.order.order_score import OrderScore
from causal_dag.solvers.order.search import Visit


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

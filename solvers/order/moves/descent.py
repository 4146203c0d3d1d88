"""The loop of a local search: make moves until none lowers the loss."""

from collections.abc import Callable, Iterator

from causal_dag.arrays import IntArray
from causal_dag.solvers.order.order_score import OrderScore
from causal_dag.solvers.order.search import Visit

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

"""Local searches that insert nodes, or blocks of consecutive nodes, at other positions."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.iterated_local_search import SearchPoint

LONGEST_BLOCK = 3

#: A new position of a block's first node, and the resulting change of the loss.
Shift = tuple[int, float]

#: Maps a block's possible shifts and the least gain to its new position, or None to stay.
Choice = Callable[[Iterable[Shift], float], int | None]

#: Maps an order and its loss to the order after one round of moves, the same if none helps.
Round = Callable[[IntArray, float], IntArray]


def descend(score: OrderScore, order: IntArray, make_moves: Round) -> Iterator[SearchPoint]:
    """Make rounds of moves for as long as the loss decreases.

    Parameters
    ----------
    score : OrderScore
        Loss of an order.
    order : ndarray of int, shape (d,)
        Initial order.
    make_moves : callable
        Makes one round of moves.

    Yields
    ------
    SearchPoint
        One per round; the losses decrease strictly, so the search terminates.
    """
    loss, is_optimal = score.loss(order), False
    while not is_optimal:
        moved = make_moves(order, loss)
        reached = score.loss(moved)
        is_optimal = not reached < loss
        if not is_optimal:
            order, loss = moved, reached
        yield SearchPoint(order, loss, score.n_edges(order), is_optimal)


def insertion_search(score: OrderScore, order: IntArray, tolerance: float) -> Iterator[SearchPoint]:
    """Sweep over all nodes, moving each to its best position, until no move lowers the loss.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        Initial order.
    tolerance : float
        Relative decrease of the loss required of a move.

    Yields
    ------
    SearchPoint
        One per sweep; the losses decrease strictly, so the search terminates.
    """
    previous = np.inf
    while True:
        order, loss, n_moves = score.insertion_sweep(order, tolerance)
        is_optimal = n_moves == 0 or not loss < previous
        yield SearchPoint(order, loss, score.n_edges(order), is_optimal)
        if is_optimal:
            return
        previous = loss


def best_shift(shifts: Iterable[Shift], least_gain: float) -> int | None:
    """Choose the position with the lowest loss.

    Examples
    --------
    >>> best_shift([(1, -2.0), (2, -5.0), (3, 4.0)], 1.0), best_shift([(1, -0.5)], 1.0)
    (2, None)
    """
    target, lowest = None, -least_gain
    for position, change in shifts:
        if change < lowest:
            target, lowest = position, change
    return target


def first_shift(shifts: Iterable[Shift], least_gain: float) -> int | None:
    """Choose the first position that lowers the loss; later ones are not evaluated.

    Examples
    --------
    >>> first_shift([(1, -2.0), (2, -5.0), (3, 4.0)], 1.0), first_shift([(1, -0.5)], 1.0)
    (1, None)
    """
    return next((position for position, change in shifts if change < -least_gain), None)


def block_shifts(score: OrderScore, order: IntArray, start: int, length: int) -> Iterator[Shift]:
    """Evaluate every other position for the block at positions start, …, start + length − 1.

    The block passes one node after the other, first towards the front, then towards the back. Each
    step refits only the block and the passed node, and the changes are summed. If prior knowledge
    prevents the block from passing a node, positions beyond that node are excluded as well.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        The order.
    start, length : int
        Position and length of the block; 0 <= start, start + length <= d.

    Yields
    ------
    position : int
        New position of the block's first node, nearest first in each direction.
    change : float
        Resulting change of the loss.
    """
    block = order[start : start + length]
    for step in (-1, 1):
        shifted, position, change = order.copy(), start, 0.0
        while 0 <= position + step <= order.size - length:
            low = min(position, position + step)
            passed = shifted[position - 1] if step < 0 else shifted[position + length]
            segment = np.append(block, passed) if step < 0 else np.append(passed, block)
            change += score.interval_change(shifted, low, segment)
            if not np.isfinite(change):
                break
            shifted[low : low + length + 1] = segment
            position += step
            yield position, change


def moved_block(order: IntArray, start: int, length: int, position: int) -> IntArray:
    """Return the order with a block moved so that it begins at ``position``.

    Examples
    --------
    >>> import numpy as np
    >>> moved_block(np.array([3, 0, 1, 2]), 0, 2, 1).tolist()
    [1, 3, 0, 2]
    """
    block = order[start : start + length]
    others = np.delete(order, slice(start, start + length))
    return np.concatenate([others[:position], block, others[position:]])


def shift_search(
    score: OrderScore,
    order: IntArray,
    tolerance: float,
    *,
    lengths: Iterable[int],
    choose: Choice = best_shift,
) -> Iterator[SearchPoint]:
    """Repeatedly shift every block of the given lengths, until no shift lowers the loss.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        Initial order.
    tolerance : float
        Relative decrease of the loss required of a shift.
    lengths : collection of int
        Numbers of nodes per block; 1 means the insertion of single nodes.
    choose : callable
        ``best_shift`` or ``first_shift``.

    Yields
    ------
    SearchPoint
        One per sweep over all blocks; the losses decrease strictly, so the search terminates.
    """
    lengths = tuple(lengths)

    def sweep(order: IntArray, loss: float) -> IntArray:
        return _sweep(score, order, lengths, tolerance * abs(loss), choose)

    return descend(score, order, sweep)


def block_search(
    score: OrderScore,
    order: IntArray,
    tolerance: float,
    *,
    longest: int = LONGEST_BLOCK,
    choose: Choice = best_shift,
) -> Iterator[SearchPoint]:
    """Sweep by insertions; when these no longer help, shift blocks of 2, …, ``longest`` nodes.

    Moving a node together with its children can lower the loss when moving any of them alone does
    not. A sweep of blocks is followed by insertions again; the search ends when neither lowers the
    loss.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        Initial order.
    tolerance : float
        Relative decrease of the loss required of a move.
    longest : int
        Maximum number of nodes in a block.
    choose : callable
        ``best_shift`` or ``first_shift``; an insertion always takes the best position.

    Yields
    ------
    SearchPoint
        One per sweep; the losses decrease strictly, so the search terminates.
    """
    lengths = range(2, longest + 1)
    while True:
        for point in insertion_search(score, order, tolerance):
            order = point.order
            if not point.is_optimal:
                yield point
        point = next(shift_search(score, order, tolerance, lengths=lengths, choose=choose))
        order = point.order
        yield point
        if point.is_optimal:
            return


def _sweep(
    score: OrderScore,
    order: IntArray,
    lengths: tuple[int, ...],
    least_gain: float,
    choose: Choice,
) -> IntArray:
    """Move every block once; a block is defined by its positions at the time it is visited."""
    for length in lengths:
        for start in range(order.size - length + 1):
            target = choose(block_shifts(score, order, start, length), least_gain)
            if target is not None:
                order = moved_block(order, start, length, target)
    return order

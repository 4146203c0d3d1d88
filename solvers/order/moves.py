"""Local searches over topological orders: insertion sweeps, and the candidate swaps of TOPO."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import solve_triangular

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.solvers.order.least_squares import OrderScore
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


def candidate_swap_search(score: OrderScore, order: IntArray, tolerance: float) -> Iterator[Visit]:
    """Swap pairs that the gradient of the acyclicity function suggests, as in TOPO [1]_.

    All candidates of the small set are priced, and all improving swaps whose intervals of
    positions are disjoint are made, best first: their gains add up. Whenever none improves, the
    large set gets a look; the search ends where that has no improving swap either.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        Start.
    tolerance : float
        Relative decrease of the loss that a swap needs.

    Yields
    ------
    Visit
        One a round of swaps; the losses decrease strictly, so that the search ends.

    References
    ----------
    .. [1] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277.
    """
    loss = score.loss(order)
    while True:
        first, second = ranked_candidates(score, order)
        swapped = order
        for size in (small_set_size(order.size), large_set_size(order.size)):
            swapped = _swap(score, order, first[:size], second[:size], tolerance * loss)
            if swapped is not order:
                break
        reached = score.loss(swapped)
        is_optimal = not reached < loss
        if not is_optimal:
            order, loss = swapped, reached
        yield Visit(order, loss, score.n_edges(order), is_optimal)
        if is_optimal:
            return


def small_set_size(d: int) -> int:
    """Return min(1.5 d, √(d(d−1)) log₁₀ d), at least 1: the published size, 150 at d = 100."""
    return max(1, int(min(1.5 * d, np.sqrt(d * (d - 1)) * np.log10(d))))


def large_set_size(d: int) -> int:
    """Return d(d−1)/5, at least the small size: the published size, 1980 at d = 100."""
    return max(small_set_size(d), d * (d - 1) // 5)


def ranked_candidates(score: OrderScore, order: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs of positions (first, second) to swap, most promising first.

    The edge from the later node i to the earlier node j is a candidate if the loss has a slope
    along it, |∂Q/∂W_ij| > 0. Candidates are ranked by ∇h(W)_ij = [(I − |W|)⁻¹]_ji, the weight of
    all paths j ⇝ i that the new edge would turn into cycles: cutting off at some rank is the
    threshold τ of the set Y(W, τ, 0).
    """
    W = score.weights(order)
    slope = score.gradient(W)[np.ix_(order, order)]
    identity = np.eye(order.size)
    paths = solve_triangular(identity - np.abs(W[np.ix_(order, order)]), identity)
    first, second = np.nonzero(np.triu(slope.T != 0, k=1))
    rank = np.argsort(paths[first, second], kind="stable")
    return first[rank], second[rank]


def disjoint_swaps(first: IntArray, second: IntArray, changes: FloatArray) -> IntArray:
    """Choose swaps with disjoint intervals of positions, greedily by the change of the loss.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = np.array([0, 1, 3]), np.array([2, 4, 5])
    >>> disjoint_swaps(first, second, np.array([-1.0, -3.0, -2.0])).tolist()
    [1]
    >>> disjoint_swaps(first, second, np.array([-4.0, -3.0, -2.0])).tolist()
    [0, 2]
    """
    chosen: list[int] = []
    taken = np.zeros(second.max(initial=-1) + 1, dtype=bool)
    for move in np.argsort(changes, kind="stable"):
        interval = slice(first[move], second[move] + 1)
        if not taken[interval].any():
            taken[interval] = True
            chosen.append(int(move))
    return np.array(chosen, dtype=np.intp)


def _swap(
    score: OrderScore, order: IntArray, first: IntArray, second: IntArray, least_gain: float
) -> IntArray:
    """Return the order after all improving disjoint swaps; the same object where none improves."""
    changes = score.swap_changes(order, first, second)
    improving = np.flatnonzero(changes < -least_gain)
    if improving.size == 0:
        return order
    first, second = first[improving], second[improving]
    chosen = disjoint_swaps(first, second, changes[improving])
    swapped = order.copy()
    swapped[first[chosen]] = order[second[chosen]]
    swapped[second[chosen]] = order[first[chosen]]
    return swapped

"""The candidate swaps of TOPO: pairs of nodes suggested by the acyclicity function."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.linalg import solve_triangular

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.insertions import descend
from causal_dag.solvers.order.search.iterated_local_search import SearchPoint

#: Maps a score and an order to pairs of positions (first, second), most promising first.
Ranking = Callable[[OrderScore, IntArray], tuple[IntArray, IntArray]]

#: Maps a score, an order, ranked pairs and the least gain to the order after improving swaps; the
#: same object if none improves.
Improvement = Callable[[OrderScore, IntArray, IntArray, IntArray, float], IntArray]


def ranked_by_paths(score: OrderScore, order: IntArray) -> tuple[IntArray, IntArray]:
    """Rank the candidates by the weight of the paths that their edge would close, ascending.

    The edge from the later node i to the earlier node j is a candidate if the loss has a slope
    along it, ``|∂Q/∂W_ij|`` > 0. Candidates are ranked by ``∇h(W)_ij = [(I − |W|)⁻¹]_ji``, the
    weight of all paths j ⇝ i that the new edge would turn into cycles. Keeping the candidates up to
    some rank corresponds to the threshold τ of the set Y(W, τ, 0) [1]_.

    References
    ----------
    .. [1] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277.
    """
    W = score.weights(order)[np.ix_(order, order)]
    slope = _slopes_of_backward_edges(score, order)
    first, second = np.nonzero(slope)
    rank = np.argsort(_weight_of_paths(np.abs(W))[first, second], kind="stable")
    return first[rank], second[rank]


def ranked_by_slope_ratio(score: OrderScore, order: IntArray) -> tuple[IntArray, IntArray]:
    """Rank the candidates by ``|∂Q/∂W_ij| / [(I − W∘W)⁻¹]_ji``, largest first.

    This is the slope along the edge from the later node i to the earlier node j, divided by the
    weight of all paths j ⇝ i that it conflicts with [1]_. Edges without such a path come first.

    References
    ----------
    .. [1] Deng et al., the 2-LSopt rule of TOPO's successor, AISTATS 2025.
    """
    W = score.weights(order)[np.ix_(order, order)]
    slope = _slopes_of_backward_edges(score, order)
    first, second = np.nonzero(slope)
    promise = slope[first, second]
    # The triangular solve gives exact zeros: an edge without conflicting paths has infinite ratio.
    with np.errstate(divide="ignore", over="ignore"):
        ratio = promise / _weight_of_paths(W**2)[first, second]
    rank = np.lexsort((-promise, -ratio))
    return first[rank], second[rank]


def best_disjoint_swaps(
    score: OrderScore, order: IntArray, first: IntArray, second: IntArray, least_gain: float
) -> IntArray:
    """Make the best swap, and all further improving swaps with disjoint intervals.

    Swaps within disjoint intervals of positions change different regressions, so their gains are
    additive and all of them can be made at once.
    """
    changes = score.swap_changes(order, first, second)
    improving = np.flatnonzero(changes < -least_gain)
    if improving.size == 0:
        return order
    first, second = first[improving], second[improving]
    chosen = disjoint_swaps(first, second, changes[improving])
    return _swapped(order, first[chosen], second[chosen])


def first_improving_swap(
    score: OrderScore, order: IntArray, first: IntArray, second: IntArray, least_gain: float
) -> IntArray:
    """Make the first swap, in order of rank, that lowers the loss.

    Candidates are evaluated in groups of 1, 2, 4, …, because a score shares one factorization among
    swaps evaluated together; the number of unnecessary evaluations is at most that of needed ones.
    """
    start, size = 0, 1
    while start < first.size:
        a, b = first[start : start + size], second[start : start + size]
        improving = np.flatnonzero(score.swap_changes(order, a, b) < -least_gain)
        if improving.size:
            return _swapped(order, a[improving[:1]], b[improving[:1]])
        start, size = start + size, 2 * size
    return order


def candidate_swap_search(
    score: OrderScore,
    order: IntArray,
    tolerance: float,
    *,
    rank: Ranking = ranked_by_paths,
    improve: Improvement = best_disjoint_swaps,
) -> Iterator[SearchPoint]:
    """Swap pairs of nodes suggested by a ranking, as in TOPO [1]_.

    The small set, the candidates of highest rank, is searched first. If it has no improving swap,
    the large set is searched; the search ends if that has none either. The candidates are ranked
    again after every round.

    Parameters
    ----------
    score : OrderScore
        Loss of an order and its moves.
    order : ndarray of int, shape (d,)
        Initial order.
    tolerance : float
        Relative decrease of the loss required of a swap.
    rank : callable
        ``ranked_by_paths`` (as in TOPO) or ``ranked_by_slope_ratio`` (as in its successor).
    improve : callable
        ``best_disjoint_swaps`` or ``first_improving_swap``.

    Yields
    ------
    SearchPoint
        One per round of swaps; the losses decrease strictly, so the search terminates.

    References
    ----------
    .. [1] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277.
    """

    def swap(order: IntArray, loss: float) -> IntArray:
        first, second = rank(score, order)
        for size in (small_set_size(order.size), large_set_size(order.size)):
            swapped = improve(score, order, first[:size], second[:size], tolerance * abs(loss))
            if swapped is not order:
                return swapped
        return order

    return descend(score, order, swap)


def small_set_size(d: int) -> int:
    """Return min(1.5 d, √(d(d−1)) log₁₀ d), at least 1: the published size, 150 at d = 100."""
    return max(1, int(min(1.5 * d, np.sqrt(d * (d - 1)) * np.log10(d))))


def large_set_size(d: int) -> int:
    """Return d(d−1)/5, at least the small size: the published size, 1980 at d = 100."""
    return max(small_set_size(d), d * (d - 1) // 5)


def disjoint_swaps(first: IntArray, second: IntArray, changes: FloatArray) -> IntArray:
    """Choose swaps with disjoint intervals of positions, greedily by their change of the loss.

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


def _slopes_of_backward_edges(score: OrderScore, order: IntArray) -> FloatArray:
    """Return ``|∂Q/∂W_ij|`` at [position of j, position of i] if i comes after j, else 0."""
    slope = score.gradient(score.weights(order))[np.ix_(order, order)]
    return np.triu(np.abs(slope.T), k=1)


def _weight_of_paths(upper_triangular: FloatArray) -> FloatArray:
    """Return (I − A)⁻¹: entry [a, b] is the weight of all paths from position a to b."""
    identity = np.eye(upper_triangular.shape[0])
    paths: FloatArray = solve_triangular(identity - upper_triangular, identity)
    return paths


def _swapped(order: IntArray, first: IntArray, second: IntArray) -> IntArray:
    swapped = order.copy()
    swapped[first], swapped[second] = order[second], order[first]
    return swapped

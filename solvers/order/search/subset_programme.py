"""Exact search over all DAGs, by dynamic programming over sets of nodes.

Tables of local scores have shape (d, 2^d): entry [j, P] is the score of node j with the parents P,
a bit set in which bit i indicates whether node i is a parent. Infinite entries are never chosen.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.scores.gaussian_node_scores import (
    Look,
    do_not_look,
    parts_of,
    set_sizes,
)
from causal_dag.solvers.order.scores.local_score import LocalScore

# Two sums of the same terms may differ by rounding.
_ROUNDING = 1e-12
# Sets of parents that a kernel scores between two looks at the clock.
SETS_TOGETHER = 1000


def best_parent_sets(table: FloatArray, look: Look = do_not_look) -> IntArray:
    """Return every node's parents in the DAG of lowest total score, as bit sets, shape (d,).

    The best parents among a set of candidates are either all of them, or the best among a set with
    one candidate fewer. The best DAG on a set of nodes has a sink, whose parents are the best among
    the other nodes. O(d² 2^d) [1]_.

    Parameters
    ----------
    table : ndarray of shape (d, 2^d)
        Local scores; entries where the node is in the set are ignored. Overwritten by the lowest
        score among the subsets of every set.
    look : callable
        Called after every row, and after every ``SETS_A_CALL`` sets.

    Raises
    ------
    ValueError
        If every DAG has an infinite score.

    References
    ----------
    .. [1] Silander and Myllymäki, "A simple approach for finding the globally optimal Bayesian
       network structure", UAI 2006.

    Examples
    --------
    >>> import numpy as np
    >>> table = np.array([[5.0, 0.0, 3.0, 0.0], [4.0, 1.0, 0.0, 0.0]])
    >>> best_parent_sets(table).tolist()  # 0 is a root and 1 its child: 5 + 1 is less than 4 + 3
    [0, 1]
    """
    from causal_dag.solvers.order.scores.subset_kernels import best_sinks, lower_to_subsets

    d, n_sets = table.shape
    for scores in table:
        lower_to_subsets(scores)
        look()
    total, sinks = np.empty(n_sets), np.empty(n_sets, dtype=np.intp)
    for first, last in parts_of(n_sets, look):
        best_sinks(table, total, sinks, first, last)
    if sinks[-1] < 0:
        raise ValueError(
            "every graph that agrees with the prior knowledge has an infinite score; loosen the "
            "criterion or the prior knowledge"
        )
    parents = np.zeros(d, dtype=np.intp)
    remaining = (1 << d) - 1
    while remaining:
        sink = int(sinks[remaining])
        remaining ^= 1 << sink
        parents[sink] = _smallest_best_subset(table[sink], remaining)
    return parents


@dataclass(frozen=True)
class ParetoPoint:
    """A DAG that minimizes ``weights`` · ``sums``, and its two sums of local scores."""

    parents: IntArray
    sums: FloatArray
    weights: FloatArray


# Lower bound on the cost between two points, a tie-breaking number, and the two points.
_Edge = tuple[float, int, ParetoPoint, ParetoPoint]


def least_concave_cost(
    tables: tuple[FloatArray, FloatArray],
    cost: Callable[[FloatArray], float],
    look: Look = do_not_look,
) -> Iterator[ParetoPoint]:
    """Yield DAGs until the last one minimizes a cost that is a concave function of two sums.

    ``cost`` increases with both sums, so its minimum is at a vertex of the lower left part of their
    convex hull. Vertices are found one by one, each by a dynamic program whose weights are normal
    to the line between two known vertices [1]_. Between two vertices no point lies below the lines
    of the programs that found them; if even the intersection of these lines costs more than the
    best vertex, no further program is needed there.

    Parameters
    ----------
    tables : pair of ndarrays of shape (d, 2^d)
        Local scores. Sets that are infinite in the first are never chosen; the second is finite.
    cost : callable
        Maps the two sums, shape (2,), to the cost.
    look : callable
        Called between the parts of every dynamic program.

    Yields
    ------
    ParetoPoint
        The best point so far, after each dynamic program.

    References
    ----------
    .. [1] Eisner and Severance, "Mathematical techniques for efficient record segmentation in large
       shared databases", Journal of the ACM 23 (1976).
    """
    ends = [_minimizer(tables, np.array(weights), look) for weights in ([1.0, 0.0], [0.0, 1.0])]
    best = min(ends, key=lambda point: cost(point.sums))
    yield best
    first_edge: _Edge = (cost(_meeting_point(ends[0], ends[1])), 0, ends[0], ends[1])
    open_edges = [first_edge]
    n_programs = 0
    while open_edges:
        bound, _, left, right = heapq.heappop(open_edges)
        normal = np.array([left.sums[1] - right.sums[1], right.sums[0] - left.sums[0]])
        if bound >= cost(best.sums) or not (normal > 0).all():
            continue
        found = _minimizer(tables, normal, look)
        n_programs += 1
        best = min(best, found, key=lambda point: cost(point.sums))
        yield best
        if normal @ found.sums < normal @ left.sums * (1 - _ROUNDING):
            for tie, edge in enumerate([(left, found), (found, right)]):
                bound = cost(_meeting_point(*edge))
                heapq.heappush(open_edges, (bound, 2 * n_programs + tie, *edge))


def local_scores(
    node_score: LocalScore, constraints: Constraints, should_stop: Callable[[], bool]
) -> tuple[FloatArray, bool]:
    """Fit every node to every allowed set of parents, smaller ones first.

    Parameters
    ----------
    node_score : LocalScore
        ``given`` is called once for every node and allowed set of parents.
    constraints : Constraints
        Determines the allowed sets of parents.
    should_stop : callable
        Called before every fit; once it returns True, no more fits are made. The sets of required
        parents are always fitted, which guarantees that there is a DAG.

    Returns
    -------
    table : ndarray of shape (d, 2^d)
        Scores; infinite for sets that are not allowed or were not fitted.
    is_whole : bool
        Whether all allowed sets were fitted.
    """
    d = constraints.forbidden.shape[0]
    table = np.full((d, 1 << d), np.inf)
    allowed = np.isfinite(with_constraints(np.zeros_like(table), constraints))
    sizes = set_sizes(d) - constraints.required.sum(axis=0)[:, None]
    nodes, sets = np.nonzero(allowed)
    for entry in np.argsort(sizes[nodes, sets], kind="stable"):
        node, parents = nodes[entry], sets[entry]
        if sizes[node, parents] > 0 and should_stop():
            return table, False
        table[node, parents] = node_score.given(int(node), members(parents, d)).value
    return table, True


def compiled_scores(
    node_score: Any, constraints: Constraints, should_stop: Callable[[], bool]
) -> tuple[FloatArray, bool]:
    """Return what ``local_scores`` does, for a score that has a kernel.

    Smaller sets are scored first, and ``should_stop`` is called after every ``SETS_TOGETHER``.
    """
    from causal_dag.solvers.order.search.local_score_kernels import score_sets

    d = constraints.forbidden.shape[0]
    model, room = node_score.compiled(d).model, np.empty(d, dtype=np.intp)
    allowed = np.isfinite(with_constraints(np.zeros((d, 1 << d)), constraints))
    allowed[np.arange(d), :] &= ~members(np.arange(1 << d), d)
    table = np.full(allowed.shape, np.inf)
    for size in range(d):
        for node in range(d):
            n_required = int(constraints.required[:, node].sum())
            sets = np.flatnonzero(allowed[node] & (set_sizes(d) == size))
            for first in range(0, sets.size, SETS_TOGETHER):
                if size > n_required and should_stop():
                    return table, False
                part = sets[first : first + SETS_TOGETHER]
                score_sets(model, table, node, members(part, d).T.copy(), room, part)
    return table, True


def with_constraints(table: FloatArray, constraints: Constraints) -> FloatArray:
    """Set the entries of sets that the constraints exclude to infinity, and return the table.

    Given columns, which have no term in the score, get the entry 0.
    """
    d = table.shape[0]
    bits, sets = 1 << np.arange(d), np.arange(1 << d)
    most = d if constraints.max_parents is None else constraints.max_parents
    is_too_large = set_sizes(d) > most
    forbidden, required = bits @ constraints.forbidden, bits @ constraints.required
    for node, scores in enumerate(table):
        lacks = sets & required[node] != required[node]
        scores[is_too_large | lacks | (sets & forbidden[node] != 0)] = np.inf
    table[~constraints.explained, 0] = 0.0
    return table


def members(parents: int | np.integer | IntArray, d: int) -> BoolArray:
    """Return a bit set of d nodes as a mask; several sets as the columns of a matrix.

    Examples
    --------
    >>> members(6, 3).tolist()
    [False, True, True]
    """
    bits = np.arange(d).reshape((d,) + (1,) * np.ndim(parents))
    mask: BoolArray = (np.asarray(parents) >> bits & 1).astype(bool)
    return mask


def _smallest_best_subset(lowest: FloatArray, candidates: int) -> int:
    """Return a subset of the candidates that has their lowest score, without superfluous nodes."""
    for node in range(candidates.bit_length()):
        others = candidates & ~(1 << node)
        if lowest[others] == lowest[candidates]:
            candidates = others
    return candidates


def _minimizer(
    tables: tuple[FloatArray, FloatArray], weights: FloatArray, look: Look
) -> ParetoPoint:
    first, second = tables
    table = weights[1] * second
    for scores, others in zip(table, first, strict=True):
        possible = np.isfinite(others)
        scores[possible] += weights[0] * others[possible]
        scores[~possible] = np.inf
    parents = best_parent_sets(table, look)
    nodes = np.arange(parents.size)
    sums = np.array([first[nodes, parents].sum(), second[nodes, parents].sum()])
    return ParetoPoint(parents, sums, weights)


def _meeting_point(left: ParetoPoint, right: ParetoPoint) -> FloatArray:
    """Return the intersection of the supporting lines at the two points."""
    lines = np.array([left.weights, right.weights])
    offsets = np.array([left.weights @ left.sums, right.weights @ right.sums])
    meeting: FloatArray = np.linalg.solve(lines, offsets)
    return meeting

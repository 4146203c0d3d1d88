"""Projection of a weight matrix to a DAG."""

from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph.adjacency import square_matrix
from causal_dag.graph.order import find_cycle, is_dag, strong_components
from causal_dag.wording import quoted

Method = Literal["none", "exact", "greedy"]


@dataclass(frozen=True, eq=False)
class Projection:
    """A DAG near a weight matrix, and what it cost to get there.

    Parameters
    ----------
    weights : ndarray of shape (d, d)
        Weights of the DAG.
    cut_edges : tuple of (i, j, weight)
        Edges above the threshold that were cut because they were on cycles, ascending.
    n_below_threshold : int
        Number of non-zero weights that the threshold set to 0.
    retained_weight : float
        Share of the absolute weight that is kept, between 0 and 1, among the edges above the
        threshold and the required ones; 1 if there are none.
    method : {"none", "exact", "greedy"}
        How the cut was found: "none" if nothing had to be cut beyond loops, "exact" if no cut of
        less weight exists, "greedy" if that is not known.
    n_beyond_limit : int
        Number of edges above the threshold that were dropped, before cycles were looked for,
        because their node had ``max_parents`` stronger ones.
    """

    weights: FloatArray
    cut_edges: tuple[tuple[int, int, float], ...]
    n_below_threshold: int
    retained_weight: float
    method: Method
    n_beyond_limit: int = 0


def project_to_dag(
    W: ArrayLike,
    weight_threshold: float = 0.0,
    *,
    forbidden: ArrayLike | None = None,
    required: ArrayLike | None = None,
    max_parents: int | None = None,
) -> Projection:
    """Set small weights to 0, then cut the edges of least total weight that leave no cycle.

    Every strongly connected component is solved by itself: exactly by integer programming if it
    is small, else by orders of its nodes that are improved by moving nodes.

    Parameters
    ----------
    W : array-like of shape (d, d)
        Weights, with or without cycles.
    weight_threshold : float
        Weights whose absolute value is at or below it become 0.
    forbidden : array-like of bool, shape (d, d), optional
        Edges that are dropped, regardless of their weight.
    required : array-like of bool, shape (d, d), optional
        Edges that are kept, regardless of their weight; they must form a DAG.
    max_parents : int, optional
        Most parents of a node; required ones first, then those of the largest absolute weights.

    Returns
    -------
    Projection

    Raises
    ------
    ValueError
        If an argument is not finite or not of shape (d, d), the threshold is negative, an edge is
        required and forbidden, or the required edges have a cycle.

    Examples
    --------
    >>> projection = project_to_dag([[0.0, 2.0], [0.5, 0.0]], weight_threshold=0.3)
    >>> projection.weights
    array([[0., 2.],
           [0., 0.]])
    >>> projection.cut_edges, projection.retained_weight, projection.method
    (((1, 0, 0.5),), 0.8, 'exact')
    """
    weights = square_matrix(W)
    if not (isinstance(weight_threshold, Real) and weight_threshold >= 0):
        raise ValueError(f"weight_threshold={quoted(weight_threshold)}; use a number of at least 0")
    banned = _mask(forbidden, "forbidden", len(weights))
    fixed = _mask(required, "required", len(weights))
    _refuse_contradictions(banned, fixed)
    strong = (np.abs(weights) > weight_threshold) | fixed
    n_below_threshold = int(((weights != 0) & ~strong & ~banned).sum())
    allowed = strong & ~banned
    edges = strongest_parents(allowed, np.abs(weights), fixed, max_parents)
    kept, method = _acyclic_part(np.abs(weights), edges, fixed)
    return Projection(
        weights=np.where(kept, weights, 0.0),
        cut_edges=tuple(
            (i, j, float(weights[i, j])) for i, j in np.argwhere(edges & ~kept).tolist()
        ),
        n_below_threshold=n_below_threshold,
        retained_weight=_retained_share(weights, kept, edges),
        method=method,
        n_beyond_limit=int((allowed & ~edges).sum()),
    )


def _mask(values: ArrayLike | None, name: str, d: int) -> BoolArray:
    if values is None:
        return np.zeros((d, d), dtype=bool)
    mask: BoolArray = square_matrix(values, name) != 0
    if mask.shape != (d, d):
        raise ValueError(f"{name} of shape {mask.shape} does not fit weights of shape {(d, d)}")
    return mask


def _refuse_contradictions(forbidden: BoolArray, required: BoolArray) -> None:
    both = np.argwhere(forbidden & required).tolist()
    if both:
        named = ", ".join(f"{i} -> {j}" for i, j in both)
        raise ValueError(f"edges {named} are both required and forbidden; keep one statement")
    cycle = find_cycle(required) if required.any() else None
    if cycle is not None:
        raise ValueError(
            f"the required edges have the cycle {' -> '.join(map(str, cycle))}; drop one of them"
        )


def _acyclic_part(
    strength: FloatArray, edges: BoolArray, required: BoolArray
) -> tuple[BoolArray, Method]:
    kept = edges.copy()
    np.fill_diagonal(kept, False)
    if is_dag(kept):
        return kept, "none"
    count, labels = strong_components(kept)
    # Imported here because scipy.optimize takes long to load and most graphs have no cycle.
    from causal_dag.graph.acyclic_subgraph import maximum_acyclic_subgraph

    methods: set[Method] = set()
    for component in np.flatnonzero(np.bincount(labels, minlength=count) > 1):
        nodes = np.flatnonzero(labels == component)
        block = np.ix_(nodes, nodes)
        part, is_exact = maximum_acyclic_subgraph(strength[block], kept[block], required[block])
        kept[block] = part
        methods.add("exact" if is_exact else "greedy")
    return kept, "greedy" if "greedy" in methods else "exact"


def _retained_share(weights: FloatArray, kept: BoolArray, edges: BoolArray) -> float:
    largest = float(np.abs(weights[edges]).max(initial=0.0))
    if largest == 0:
        return 1.0
    # Scaled, so that sums of huge weights stay finite.
    share = np.abs(weights[kept] / largest).sum() / np.abs(weights[edges] / largest).sum()
    return min(1.0, float(share))


def strongest_parents(
    edges: BoolArray, strength: FloatArray, required: BoolArray, max_parents: int | None
) -> BoolArray:
    """Keep every node's required parents, and of the others the strongest that there is room for.

    Parameters
    ----------
    edges : ndarray of bool, shape (d, d)
        Edges to choose from.
    strength : ndarray of shape (d, d)
        Not negative; of equal ones the first parent is kept.
    required : ndarray of bool, shape (d, d)
        Edges that are kept; no node has more than ``max_parents``.
    max_parents : int or None
        Most parents of a node; None keeps all edges.

    Returns
    -------
    ndarray of bool, shape (d, d)

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.graph import strongest_parents
    >>> edges = np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> strength = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    >>> strongest_parents(edges, strength, np.zeros_like(edges), 1).astype(int)
    array([[0, 1, 0],
           [0, 0, 1],
           [0, 0, 0]])
    """
    edges = edges | required
    if max_parents is None:
        return edges
    rank = np.where(edges, np.where(required, np.inf, strength), -1.0)
    first = np.argsort(-rank, axis=0, kind="stable")[:max_parents]
    kept = np.zeros_like(edges)
    np.put_along_axis(kept, first, True, axis=0)
    return kept & edges

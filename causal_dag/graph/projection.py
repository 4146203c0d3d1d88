"""Projection of a weight matrix to a DAG."""

from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, Self

import numpy as np

from causal_dag.arrays import AdjacencyMatrix, BoolArray, FloatArray, IntArray, WeightMatrix
from causal_dag.graph.adjacency import mask_over, square_matrix
from causal_dag.graph.matrices import edges_of, matrix_like, values_at
from causal_dag.graph.order import find_cycle, is_dag, strong_components
from causal_dag.wording import quoted

Method = Literal["none", "exact", "greedy"]


@dataclass(frozen=True, eq=False)
class Projection:
    """A DAG near a weight matrix, and what it cost to get there.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
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

    weights: WeightMatrix
    cut_edges: tuple[tuple[int, int, float], ...]
    n_below_threshold: int
    retained_weight: float
    method: Method
    n_beyond_limit: int = 0


def project_to_dag(
    W: Any,
    weight_threshold: float = 0.0,
    *,
    forbidden: Any | None = None,
    required: Any | None = None,
    max_parents: int | None = None,
) -> Projection:
    """Set small weights to 0, then cut the edges of least total weight that leave no cycle.

    Every strongly connected component is solved by itself: exactly by integer programming if it
    is small, else by orders of its nodes that are improved by moving nodes.

    Parameters
    ----------
    W : array-like or sparse matrix of shape (d, d)
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
    banned = mask_over(forbidden, "forbidden", weights.shape[0])
    fixed = mask_over(required, "required", weights.shape[0])
    _refuse_contradictions(banned, fixed)
    present = (weights != 0) + matrix_like(weights, *edges_of(fixed))
    edges = _Edges.of(present, weights, fixed)
    is_banned = values_at(banned, edges.causes, edges.effects)
    is_strong = (edges.sizes > weight_threshold) | edges.are_required
    allowed = edges.where(is_strong & ~is_banned)
    found = allowed.where(allowed.are_strongest(max_parents))
    kept, method = _acyclic_part(found, weights)
    kept_weights = np.where(kept, found.weights, 0.0)
    cut = found.where(~kept)
    return Projection(
        weights=matrix_like(weights, found.causes, found.effects, kept_weights),
        cut_edges=tuple(
            zip(cut.causes.tolist(), cut.effects.tolist(), cut.weights.tolist(), strict=True)
        ),
        n_below_threshold=int((~is_strong & ~is_banned).sum()),
        retained_weight=_retained_share(found.sizes, kept),
        method=method,
        n_beyond_limit=allowed.causes.size - found.causes.size,
    )


def _refuse_contradictions(forbidden: AdjacencyMatrix, required: AdjacencyMatrix) -> None:
    causes, effects = edges_of(required)
    if not causes.size:
        return
    is_forbidden = values_at(forbidden, causes, effects)
    if is_forbidden.any():
        both = zip(causes[is_forbidden].tolist(), effects[is_forbidden].tolist(), strict=True)
        named = ", ".join(f"{i} -> {j}" for i, j in both)
        raise ValueError(f"edges {named} are both required and forbidden; keep one statement")
    cycle = find_cycle(required)
    if cycle is not None:
        raise ValueError(
            f"the required edges have the cycle {' -> '.join(map(str, cycle))}; drop one of them"
        )


@dataclass(frozen=True)
class _Edges:
    """Some edges, row by row: their ends and weights, and which are required, shape (m,) each."""

    causes: IntArray
    effects: IntArray
    weights: FloatArray
    are_required: BoolArray

    @classmethod
    def of(cls, present: AdjacencyMatrix, weights: WeightMatrix, required: AdjacencyMatrix) -> Self:
        causes, effects = edges_of(present)
        return cls(
            causes,
            effects,
            values_at(weights, causes, effects),
            values_at(required, causes, effects),
        )

    @property
    def sizes(self) -> FloatArray:
        return np.abs(self.weights)

    def where(self, chosen: BoolArray) -> Self:
        return type(self)(
            self.causes[chosen],
            self.effects[chosen],
            self.weights[chosen],
            self.are_required[chosen],
        )

    def are_strongest(self, max_parents: int | None) -> BoolArray:
        """Return which edges are among the first so many into their effect, required ones first."""
        if max_parents is None:
            return np.ones(self.causes.size, dtype=bool)
        rank = np.where(self.are_required, np.inf, self.sizes)
        by_effect = np.lexsort((self.causes, -rank, self.effects))
        sorted_effects = self.effects[by_effect]
        first = np.searchsorted(sorted_effects, sorted_effects)
        are_strongest = np.empty(self.causes.size, dtype=bool)
        are_strongest[by_effect] = np.arange(first.size) - first < max_parents
        return are_strongest

    def block(self, nodes: IntArray, values: Any) -> Any:
        """Return a dense matrix over some nodes, which have all the edges."""
        matrix = np.zeros((nodes.size, nodes.size), dtype=values.dtype)
        matrix[self.places_in(nodes)] = values
        return matrix

    def places_in(self, nodes: IntArray) -> tuple[IntArray, IntArray]:
        """Return the positions of causes and effects among some nodes, which are ascending."""
        return np.searchsorted(nodes, self.causes), np.searchsorted(nodes, self.effects)


def _acyclic_part(edges: _Edges, like: WeightMatrix) -> tuple[BoolArray, Method]:
    """Return which edges to keep, and how they were found."""
    kept = edges.causes != edges.effects
    without_loops = matrix_like(like, edges.causes[kept], edges.effects[kept])
    if is_dag(without_loops):
        return kept, "none"
    count, labels = strong_components(without_loops)
    # Imported here because scipy.optimize takes long to load and most graphs have no cycle.
    from causal_dag.graph.acyclic_subgraph import maximum_acyclic_subgraph

    methods: set[Method] = set()
    for component in np.flatnonzero(np.bincount(labels, minlength=count) > 1):
        nodes = np.flatnonzero(labels == component)
        inside = kept & (labels[edges.causes] == component) & (labels[edges.effects] == component)
        own = edges.where(inside)
        part, is_exact = maximum_acyclic_subgraph(
            own.block(nodes, own.sizes),
            own.block(nodes, np.ones_like(own.are_required)),
            own.block(nodes, own.are_required),
        )
        kept[inside] = part[own.places_in(nodes)]
        methods.add("exact" if is_exact else "greedy")
    return kept, "greedy" if "greedy" in methods else "exact"


def _retained_share(sizes: FloatArray, kept: BoolArray) -> float:
    largest = float(sizes.max(initial=0.0))
    if largest == 0:
        return 1.0
    # Scaled, so that sums of huge weights stay finite.
    share = (sizes[kept] / largest).sum() / (sizes / largest).sum()
    return min(1.0, float(share))


def strongest_parents(
    edges: AdjacencyMatrix,
    strength: WeightMatrix,
    required: AdjacencyMatrix,
    max_parents: int | None,
) -> AdjacencyMatrix:
    """Keep every node's required parents, and of the others the strongest that there is room for.

    Parameters
    ----------
    edges : ndarray or csr_array of bool, shape (d, d)
        Edges to choose from.
    strength : ndarray or csr_array of shape (d, d)
        Not negative; of equal ones the first parent is kept.
    required : ndarray of bool, shape (d, d)
        Edges that are kept; no node has more than ``max_parents``.
    max_parents : int or None
        Most parents of a node; None keeps all edges.

    Returns
    -------
    ndarray or csr_array of bool, shape (d, d)
        Dense or sparse as ``edges`` is.

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
    present = edges + matrix_like(edges, *edges_of(required))
    if max_parents is None:
        return present
    all_edges = _Edges.of(present, strength, required)
    kept = all_edges.where(all_edges.are_strongest(max_parents))
    return matrix_like(edges, kept.causes, kept.effects)

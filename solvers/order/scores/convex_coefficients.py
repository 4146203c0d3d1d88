"""The free coefficients of a weight matrix, from a user's bounds and edges that share a weight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Edge
from causal_dag.moments import Moments
from causal_dag.parameters import Number
from causal_dag.tables.columns import Columns

Bound = float | Mapping[Edge, float] | ArrayLike


@dataclass(frozen=True)
class Coefficients:
    """Free coefficients of a weight matrix; edges that share one have the same weight.

    Parameters
    ----------
    edges : ndarray of int, shape (n_edges, 2)
        Pairs i, j of the edges i → j that may be there.
    index : ndarray of int, shape (n_edges,)
        Number of every edge's coefficient, 0, …, m − 1.
    lower, upper : ndarray of shape (m,)
        Bounds, possibly infinite.
    """

    edges: IntArray
    index: IntArray
    lower: FloatArray
    upper: FloatArray

    def into(self, nodes: Sequence[int]) -> "Coefficients":
        """Return the coefficients of the edges that end in these nodes."""
        inside = np.isin(self.edges[:, 1], nodes)
        kept, index = np.unique(self.index[inside], return_inverse=True)
        return Coefficients(self.edges[inside], index, self.lower[kept], self.upper[kept])

    def against(self, position: IntArray) -> BoolArray:
        """Return which coefficients an order holds at 0: those of an edge against it."""
        backward = position[self.edges[:, 0]] > position[self.edges[:, 1]]
        blocked = np.zeros(self.lower.size, dtype=bool)
        blocked[self.index[backward]] = True
        return blocked


def shared_coefficients(
    allowed: BoolArray,
    equal: Sequence[Sequence[tuple[int, int]]],
    lower: FloatArray,
    upper: FloatArray,
) -> Coefficients:
    """Give every allowed edge a coefficient, and those that must be equal the same one."""
    d = allowed.shape[0]
    first = [edges[0][0] * d + edges[0][1] for edges in equal for _ in edges]
    other = [i * d + j for edges in equal for i, j in edges]
    linked = csr_array((np.ones(len(other)), (first, other)), shape=(d * d, d * d))
    label = connected_components(linked, directed=False)[1]
    # An edge that is not allowed takes those with it that must be equal to it.
    possible = np.flatnonzero(~np.isin(label, label[np.flatnonzero(~allowed)]))
    index = np.unique(label[possible], return_inverse=True)[1]
    m = int(index.max(initial=-1)) + 1
    least, most = np.full(m, -np.inf), np.full(m, np.inf)
    np.maximum.at(least, index, lower.ravel()[possible])
    np.minimum.at(most, index, upper.ravel()[possible])
    return Coefficients(np.column_stack(np.divmod(possible, d)), index, least, most)


def bound_matrix(name: str, bound: Bound | None, otherwise: float, moments: Moments) -> FloatArray:
    """Return a user's bounds on all weights, shape (d, d); ``otherwise`` where there is none."""
    d = moments.n_features
    if isinstance(bound, Mapping):
        matrix = np.full((d, d), otherwise)
        for edge, value in bound.items():
            number = Number(infinite=True).check(f"{name}[{edge!r}]", value)
            matrix[edge_columns([edge], moments, name)[0]] = number
        return matrix
    matrix = np.array(otherwise if bound is None else bound, dtype=np.float64)
    if matrix.shape not in ((), (d, d)) or np.isnan(matrix).any():
        raise ValueError(
            f"{name} of shape {matrix.shape} must be a number, a mapping {{(cause, effect): bound}}"
            f" or an array of shape {(d, d)}, without NaN"
        )
    return np.broadcast_to(matrix, (d, d)).copy()


def edge_columns(edges: Iterable[Edge], moments: Moments, name: str) -> list[tuple[int, int]]:
    """Translate edges to pairs of column numbers."""
    columns = Columns(moments.n_features, moments.feature_names)
    pairs = [(columns.position(i, name), columns.position(j, name)) for i, j in edges]
    for i, j in pairs:
        if i == j:
            raise ValueError(f"{name}: the edge {moments.name_of(i)} -> itself is a loop; drop it")
    if not pairs:
        raise ValueError(f"{name} holds an empty sequence of edges; drop it")
    return pairs

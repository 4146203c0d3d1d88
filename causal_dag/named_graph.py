"""Weights with node names: the one form in which plots, files and comparisons see a graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import adjacency_of, find_cycle
from causal_dag.graph.adjacency import square_matrix


@dataclass(frozen=True, eq=False)
class NamedGraph:
    """A weighted directed graph, with names where its nodes have some.

    Parameters
    ----------
    weights : ndarray of shape (d, d)
        ``weights[i, j]`` is the effect of i on j; 0 means no edge.
    names : tuple of str, optional
        Node names, in the order of the rows.

    Raises
    ------
    ValueError
        If the weights are not square or not finite, or the names do not fit or repeat.

    Examples
    --------
    >>> from causal_dag.named_graph import NamedGraph
    >>> NamedGraph([[0, 2], [0, 0]]).labels
    ('x0', 'x1')
    """

    weights: FloatArray
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        weights = square_matrix(self.weights)
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)
        if self.names is not None:
            object.__setattr__(self, "names", _checked_names(self.names, weights.shape[0]))

    @property
    def n_nodes(self) -> int:
        """Number of nodes d."""
        return len(self.weights)

    @property
    def adjacency(self) -> BoolArray:
        """Edges, shape (d, d)."""
        return adjacency_of(self.weights)

    @property
    def labels(self) -> tuple[str, ...]:
        """Node names; ``x0, x1, ...`` where there are none."""
        return self.names or tuple(f"x{node}" for node in range(self.n_nodes))

    def require_acyclic(self) -> None:
        """Raise ``ValueError``, naming the nodes, if the directed edges have a cycle."""
        cycle = find_cycle(self.adjacency & ~self.adjacency.T)
        if cycle is not None:
            path = " -> ".join(self.labels[node] for node in cycle)
            raise ValueError(f"the graph has the cycle {path}; remove one of these edges")

    def arranged_like(self, names: Sequence[str]) -> "NamedGraph":
        """Return the same graph with its nodes in the order of ``names``.

        Names that this graph lacks become nodes without edges. Raises ``ValueError`` if this
        graph has a node that ``names`` lacks.
        """
        surplus = [label for label in self.labels if label not in names]
        if surplus:
            raise ValueError(
                f"the graph has a node {surplus[0]!r} that is not among {', '.join(names)}; "
                "rename it, or drop it from the graph"
            )
        position = {name: column for column, name in enumerate(names)}
        columns = [position[label] for label in self.labels]
        weights = np.zeros((len(names), len(names)))
        weights[np.ix_(columns, columns)] = self.weights
        return NamedGraph(weights, tuple(names))


def named_graph(graph: Any, names: Sequence[str] | None = None) -> NamedGraph:
    """Read weights and names from whatever holds a graph.

    Parameters
    ----------
    graph : NamedGraph, fitted estimator, LinearSEM, networkx.DiGraph, DataFrame or (d, d) array
        Weights or adjacency; ``graph[i, j] != 0`` is the edge i -> j. Edges of a networkx graph
        without a ``weight`` count 1.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Raises
    ------
    ValueError
        If the object holds no square matrix of finite numbers, or the names do not fit.

    Examples
    --------
    >>> from causal_dag.named_graph import named_graph
    >>> named_graph([[0, 1], [0, 0]], names=["rain", "wet"]).adjacency.tolist()
    [[False, True], [False, False]]
    """
    found = graph if isinstance(graph, NamedGraph) else _read(graph)
    return found if names is None else NamedGraph(found.weights, tuple(names))


# Where estimators and models keep their edges and their nodes' names.
_ATTRIBUTES = (
    ("weights_", "feature_names_in_"),
    ("adjacency_", "feature_names_in_"),
    ("weights", "feature_names"),
)


def _read(graph: Any) -> NamedGraph:
    # Frames come first: one of their columns may be called "weights".
    if hasattr(graph, "columns"):
        return _from_frame(graph)
    if hasattr(graph, "is_directed"):
        return _from_networkx(graph)
    for weights, names in _ATTRIBUTES:
        if hasattr(graph, weights):
            return NamedGraph(getattr(graph, weights), _texts(getattr(graph, names, None)))
    return NamedGraph(graph)


def _from_networkx(graph: Any) -> NamedGraph:
    if not graph.is_directed():
        raise ValueError("the networkx graph is undirected; pass a networkx.DiGraph")
    nodes = list(graph)
    position = {node: column for column, node in enumerate(nodes)}
    weights = np.zeros((len(nodes), len(nodes)))
    for source, target, weight in graph.edges(data="weight", default=1.0):
        weights[position[source], position[target]] = weight
    return NamedGraph(weights, _texts(nodes))


def _from_frame(frame: Any) -> NamedGraph:
    columns, index = list(frame.columns), list(frame.index)
    if columns != index and _texts(index) is not None:
        raise ValueError(
            f"the weight table's rows are {index} and its columns {columns}; give both the same "
            "names in the same order"
        )
    return NamedGraph(frame.to_numpy(), _texts(columns))


def _texts(names: Any) -> tuple[str, ...] | None:
    """Return the names if they are texts; numbers say no more than the position does."""
    if names is None or not all(isinstance(name, str) for name in names):
        return None
    return tuple(names) or None


def _checked_names(names: Sequence[str], n_nodes: int) -> tuple[str, ...]:
    texts = tuple(str(name) for name in names)
    if len(texts) != n_nodes:
        raise ValueError(f"{len(texts)} names for {n_nodes} nodes; give one name a node")
    repeated = [name for name in texts if texts.count(name) > 1]
    if repeated:
        raise ValueError(f"node name {repeated[0]!r} occurs more than once; rename one")
    return texts

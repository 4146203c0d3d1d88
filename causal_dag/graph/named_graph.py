"""Weights with node names: the one form in which plots, files and comparisons see a graph."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

from causal_dag.arrays import AdjacencyMatrix, IntArray, WeightMatrix
from causal_dag.graph import adjacency_of, find_cycle
from causal_dag.graph.adjacency import square_matrix
from causal_dag.graph.matrices import (
    edge_pairs,
    edges_of,
    entries_of,
    matrix_like,
    matrix_of_edges,
    matrix_of_pairs,
    usual_form,
    values_at,
)
from causal_dag.tables.columns import (
    are_positions,
    column_names,
    names_of_labels,
    position_names,
    written_names,
)
from causal_dag.tables.data_frames import as_data_frame, labels_of_columns
from causal_dag.wording import escaped, listed, quoted


@dataclass(frozen=True, eq=False)
class NamedGraph:
    """A weighted graph, directed or partly directed, with names where its nodes have some.

    Parameters
    ----------
    weights : ndarray or sparse matrix of shape (d, d)
        ``weights[i, j]`` is the effect of i on j; 0 means no edge. An edge whose two entries are
        set and equal is undirected, as in a CPDAG. With more than 2,000 nodes they become a
        ``csr_array``, otherwise an ndarray.
    names : tuple of str, optional
        Node names, in the order of the rows.

    Raises
    ------
    ValueError
        If the weights are not square or not finite, or the names do not fit or repeat.

    Examples
    --------
    >>> from causal_dag.graph.named_graph import NamedGraph
    >>> NamedGraph([[0, 2], [0, 0]]).labels
    ('x0', 'x1')
    """

    weights: WeightMatrix
    names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        weights = usual_form(square_matrix(self.weights))
        entries_of(weights).setflags(write=False)
        object.__setattr__(self, "weights", weights)
        if self.names is not None:
            object.__setattr__(self, "names", _checked_names(self.names, weights.shape[0]))

    @property
    def n_nodes(self) -> int:
        """Number of nodes d."""
        return int(self.weights.shape[0])

    @property
    def adjacency(self) -> AdjacencyMatrix:
        """Edges, shape (d, d)."""
        return adjacency_of(self.weights)

    @property
    def labels(self) -> tuple[str, ...]:
        """Node names; ``x0, x1, ...`` where there are none."""
        return written_names(self.names, self.n_nodes)

    @property
    def undirected(self) -> AdjacencyMatrix:
        """Undirected edges, shape (d, d), symmetric: both entries are set, and equal."""
        adjacency = self.adjacency
        causes, effects = edges_of(adjacency > (self.weights != self.weights.T))
        are_loops = causes == effects
        return matrix_like(adjacency, causes[~are_loops], effects[~are_loops])

    def require_acyclic(self) -> None:
        """Raise ``ValueError``, naming the nodes, if the directed edges have a cycle.

        Undirected edges have none; two entries that differ are a cycle of two nodes.
        """
        cycle = find_cycle(self.adjacency > self.undirected)
        if cycle is not None:
            path = " -> ".join(escaped(self.labels[node]) for node in cycle)
            raise ValueError(f"the graph has the cycle {path}; remove one of these edges")

    def require_dag(self) -> None:
        """Raise ``ValueError``, naming the nodes, if the graph has a cycle or undirected edges."""
        self.require_acyclic()
        for i, j in edge_pairs(self.undirected)[:1]:
            one, other = escaped(self.labels[i]), escaped(self.labels[j])
            raise ValueError(
                f"the graph has the cycle {one} -> {other} -> {one}, or an undirected edge; a DAG "
                "is needed here: remove one of the two directions"
            )

    def arranged_like(self, names: Sequence[str] | None) -> "NamedGraph":
        """Return the same graph with its nodes in the order of a table's columns.

        Names that this graph lacks become nodes without edges. Where only one side has names,
        nodes and columns are taken by position; a number is the name of a position.

        Parameters
        ----------
        names : sequence of str, optional
            Names of the columns, where they have some.

        Raises
        ------
        ValueError
            If this graph has a node that ``names`` lacks.

        Examples
        --------
        >>> from causal_dag.graph.named_graph import NamedGraph
        >>> NamedGraph([[0, 7], [0, 0]], ("b", "a")).arranged_like(["a", "b"]).weights.tolist()
        [[0.0, 0.0], [7.0, 0.0]]
        """
        positions = self.positions_among(names)
        d = self.n_nodes if names is None else len(names)
        causes, effects = edges_of(self.weights)
        values = values_at(self.weights, causes, effects)
        weights = matrix_of_edges(d, positions[causes], positions[effects], values)
        in_order = names or position_names(self.names or ()) or self.names
        return NamedGraph(weights, None if in_order is None else tuple(in_order))

    def positions_among(self, names: Sequence[str] | None) -> IntArray:
        """Return the position of every node among a table's columns, as for ``arranged_like``."""
        columns = tuple(names or position_names(self.labels) or self.labels)
        own = self.names or self.labels
        if self.names is None and len(columns) == self.n_nodes:
            own = position_names(columns) or columns
        position = {name: column for column, name in enumerate(columns)}
        surplus = [label for label in own if label not in position]
        if surplus:
            raise ValueError(
                f"the graph has a node {quoted(surplus[0])} that is not among {listed(columns)}; "
                "rename it, or drop it from the graph"
            )
        return np.array([position[label] for label in own], dtype=np.intp)


def named_graph(graph: Any, names: Sequence[str] | None = None) -> NamedGraph:
    """Read weights and names from any object that holds a graph.

    Parameters
    ----------
    graph : array-like of shape (d, d), networkx or igraph graph, LinearSEM, fitted estimator
        Weights or adjacency; ``graph[i, j] != 0`` is the edge i -> j, and an edge set in both
        directions, with equal weights, is undirected. Edges of a networkx or igraph graph without
        a ``weight`` count 1. Nodes that are the numbers 0 to d − 1 are columns by their position;
        all other nodes, and labels of a frame, are names.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Raises
    ------
    ValueError
        If the object holds no square matrix of finite numbers, or the names do not fit.

    Examples
    --------
    >>> from causal_dag.graph.named_graph import named_graph
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


def is_graph_holder(graph: Any) -> bool:
    """Whether an object is more than an array of weights: a model, a graph or a data frame."""
    holders = ("is_directed", *(weights for weights, _ in _ATTRIBUTES))
    return any(hasattr(graph, name) for name in holders) or labels_of_columns(graph) is not None


def is_estimator(graph: Any) -> bool:
    """Whether an object is an estimator of this package, which knows what decided its edges."""
    return hasattr(type(graph), "edges_")


def is_set_of_nodes(graph: Any) -> bool:
    """Whether the order of a graph's nodes says nothing: it is not that of a table's columns."""
    return isinstance(graph, NamedGraph) or hasattr(graph, "is_directed")


def _read(graph: Any) -> NamedGraph:
    _refuse_what_is_no_graph(graph)
    # Frames come first: one of their columns may be called "weights".
    if labels_of_columns(graph) is not None:
        return _from_frame(as_data_frame(graph))
    if hasattr(graph, "is_directed"):
        return _from_nodes_and_edges(graph)
    for weights, names in _ATTRIBUTES:
        if hasattr(graph, weights):
            return NamedGraph(getattr(graph, weights), getattr(graph, names, None))
    if hasattr(graph, "consensus_"):
        raise ValueError(f"{quoted(graph)} holds many graphs; pass one, such as its consensus_")
    if hasattr(graph, "fit"):
        raise ValueError(f"{quoted(graph)} is not fitted, and so has no graph; call fit first")
    return NamedGraph(graph)


def _refuse_what_is_no_graph(graph: Any) -> None:
    if isinstance(graph, str | os.PathLike):
        raise ValueError(
            f"{quoted(graph)} is not a graph; if it is a file, pass "
            f"causal_dag.graph_files.read_graph({quoted(os.fspath(graph))})"
        )
    is_mapping = isinstance(graph, dict) and not issparse(graph)  # some sparse formats are both
    if is_mapping or isinstance(graph, set | frozenset) or _is_edge_list(graph):
        raise ValueError(
            f"{quoted(graph)} is not a graph; pass networkx.DiGraph(...) of it, or an array of "
            "weights of shape (d, d)"
        )


def _is_edge_list(graph: Any) -> bool:
    edges = graph if isinstance(graph, list | tuple) else ()
    return any(isinstance(edge, tuple) and any(isinstance(x, str) for x in edge) for edge in edges)


def _from_nodes_and_edges(graph: Any) -> NamedGraph:
    if not graph.is_directed():
        raise ValueError("the graph is undirected; pass a directed one (networkx.DiGraph)")
    nodes, edges = _igraph_lists(graph) if hasattr(graph, "vs") else _networkx_lists(graph)
    numbers = range(len(nodes))
    # The numbers 0 to d - 1 are columns, regardless of the order in which the nodes were added.
    are_columns = not any(isinstance(node, str) for node in nodes) and set(nodes) == set(numbers)
    labels = list(numbers) if are_columns else nodes
    position = {label: column for column, label in enumerate(labels)}
    weights: dict[tuple[int, int], float] = {}
    for source, target, weight in edges:
        edge = position[source], position[target]
        if weights.get(edge):
            raise ValueError(
                f"the edge {quoted(source)} -> {quoted(target)} is there more than once; keep one"
            )
        weights[edge] = _weight(source, target, weight)
    matrix = matrix_of_pairs(len(nodes), weights)
    return NamedGraph(matrix, None if are_columns else names_of_labels(nodes, "node"))


def _networkx_lists(graph: Any) -> tuple[list[Any], list[tuple[Any, Any, Any]]]:
    return list(graph), list(graph.edges(data="weight", default=1.0))


def _igraph_lists(graph: Any) -> tuple[list[Any], list[tuple[Any, Any, Any]]]:
    numbers = range(graph.vcount())
    nodes = graph.vs["name"] if "name" in graph.vs.attributes() else list(numbers)
    weights = graph.es["weight"] if "weight" in graph.es.attributes() else [1.0] * graph.ecount()
    pairs = zip(graph.get_edgelist(), weights, strict=True)
    return nodes, [(nodes[source], nodes[target], weight) for (source, target), weight in pairs]


def _weight(source: Any, target: Any, weight: Any) -> float:
    try:
        return float(weight)
    except (TypeError, ValueError):
        raise ValueError(
            f"the edge {quoted(source)} -> {quoted(target)} has the weight {quoted(weight)}; "
            "give it a number"
        ) from None


def _from_frame(frame: Any) -> NamedGraph:
    columns = names_of_labels(labels_of_columns(frame) or ())
    index = names_of_labels(getattr(frame, "index", range(len(columns))), "row")
    names = column_names(frame)
    # Rows that are merely numbered have no names of their own.
    are_nameless = are_positions(index) and set(index) != set(columns)
    if index != columns and not are_nameless:
        raise ValueError(
            f"the weight table's rows are {listed(index)} and its columns {listed(columns)}; give "
            "both the same names in the same order"
        )
    return NamedGraph(frame.to_numpy(), names)


def _checked_names(names: Sequence[Any], n_nodes: int) -> tuple[str, ...] | None:
    texts = names_of_labels(names, "node")
    if len(texts) != n_nodes:
        raise ValueError(f"{len(texts)} names for {n_nodes} nodes; give one name per node")
    return texts or None

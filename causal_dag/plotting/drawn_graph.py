"""What a picture shows of a graph: a DAG to lay out, sizes of effects, and what decided arrows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import topological_order
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.plotting.canvas import Head
from causal_dag.plotting.layers import Edge
from causal_dag.structural_equations import NonlinearEquations

# Who decided the direction of an edge, and how its end is drawn.
HEADS = {
    "data": Head.FILLED,
    "knowledge": Head.FILLED,
    "targets": Head.FILLED,
    "assumption": Head.HOLLOW,
    "open": Head.NONE,
}


@dataclass(frozen=True, eq=False)
class DrawnGraph:
    """A graph as it is drawn.

    Parameters
    ----------
    labels : tuple of str
        Node names.
    adjacency : ndarray of bool, shape (d, d)
        A DAG over all edges: undirected ones have a direction here, which only the layout sees.
    effects : ndarray of shape (d, d)
        Size and sign that width, color and label of an edge show.
    has_sign : ndarray of bool, shape (d, d)
        Whether the sign of an edge means something: not of a column whose levels have no order,
        nor of a function that is not linear.
    heads : dict of (i, j) to Head
        How the end of every edge of ``adjacency`` is drawn.
    is_standardized : bool
        Whether the effects are in standard deviations.
    """

    labels: tuple[str, ...]
    adjacency: BoolArray
    effects: FloatArray
    has_sign: BoolArray
    heads: dict[Edge, Head]
    is_standardized: bool

    @property
    def is_unweighted(self) -> bool:
        """Whether all edges have the weight 1, as those of an adjacency matrix."""
        return bool((self.effects[self.adjacency] == 1.0).all())


def drawn_graph(
    graph: Any, names: Sequence[str] | None = None, *, standardized: bool = True
) -> DrawnGraph:
    """Read whatever holds a graph as a picture shows it.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        Directed or partially directed; an edge with both entries is undirected.
    names : sequence of str, optional
        Node names, in place of the graph's own.
    standardized : bool
        Show standardized effects, where the graph knows its variables' standard deviations.

    Raises
    ------
    ValueError
        If the directed edges have a cycle.

    Examples
    --------
    >>> from causal_dag.plotting.drawn_graph import drawn_graph
    >>> drawn_graph([[0, 1], [1, 0]]).heads
    {(0, 1): <Head.NONE: 'none'>}
    """
    found, is_standardized = effects_of(graph, names, standardized=standardized)
    found.require_acyclic()
    adjacency = _with_all_directions(found.adjacency)
    effects = np.where(adjacency, found.weights, 0.0)
    heads = _heads(graph, found.adjacency, adjacency)
    kinds = getattr(graph, "column_kinds_", None)
    is_ordered = np.ones(len(adjacency), dtype=bool) if kinds is None else kinds.is_ordered_node
    # The weight of a function that is not linear is its strength, which has no sign.
    is_linear = not isinstance(getattr(graph, "_equations_", None), NonlinearEquations)
    has_sign = is_ordered[:, None] & is_ordered & is_linear
    return DrawnGraph(found.labels, adjacency, effects, has_sign, heads, is_standardized)


def effects_of(
    graph: Any, names: Sequence[str] | None = None, *, standardized: bool = True
) -> tuple[NamedGraph, bool]:
    """Return a graph with the effects to show as weights, and whether they are standardized."""
    found = named_graph(graph, names)
    if issparse(found.weights):
        raise ValueError(
            f"a graph of {found.n_nodes} nodes cannot be read in a picture; draw a part of it, or "
            "write it for a graph program: causal_dag.graph_files.write_graph(graph, "
            "'graph.graphml')"
        )
    effects = _standardized(graph, found.weights) if standardized else None
    if effects is None:
        return found, False
    return NamedGraph(effects, found.names), True


def _standardized(graph: Any, weights: FloatArray) -> FloatArray | None:
    """Return standardized weights, or None where the graph knows no standard deviations."""
    if callable(getattr(graph, "covariance", None)):
        scale = np.sqrt(np.diagonal(graph.covariance()))
        return np.asarray(weights * scale[:, None] / scale)
    if not hasattr(graph, "edges_") or graph.edges_["standardized"].isna().any():
        return None
    effects = np.zeros_like(weights)
    for edge, row in _fitted_edges(graph):
        effects[edge] = row.standardized
    return effects


def _fitted_edges(model: Any) -> list[tuple[Edge, Any]]:
    """Return the edges of a fitted estimator, each with its row in the table of edges."""
    position = {label: node for node, label in enumerate(named_graph(model).labels)}
    return [((position[row.cause], position[row.effect]), row) for row in model.edges_.itertuples()]


def _with_all_directions(adjacency: BoolArray) -> BoolArray:
    """Give undirected edges the direction of an order in which the directed ones point down."""
    undirected = adjacency & adjacency.T
    directed = adjacency & ~undirected
    position = np.argsort(topological_order(directed))
    return directed | (undirected & (position[:, None] < position))


def _heads(graph: Any, shown: BoolArray, adjacency: BoolArray) -> dict[Edge, Head]:
    if hasattr(graph, "edges_"):
        return {edge: HEADS[row.decided_by] for edge, row in _fitted_edges(graph)}
    undirected = shown & shown.T
    return {
        (i, j): Head.NONE if undirected[i, j] else Head.FILLED
        for i, j in np.argwhere(adjacency).tolist()
    }

"""Hand a graph to the next program: networkx, edge records, one JSON document."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import causal_dag
from causal_dag.graph import is_dag, topological_order
from causal_dag.json_values import json_value
from causal_dag.named_graph import NamedGraph, named_graph

DOCUMENT_FORMAT = "causal-dag graph"
DOCUMENT_VERSION = 1


class Edge(NamedTuple):
    """One edge: the effect of a unit change in ``source`` on ``target``."""

    source: str
    target: str
    weight: float


def edge_list(graph: Any, *, names: Sequence[str] | None = None) -> list[Edge]:
    """Return the edges, those of the largest absolute weight first; ties by position.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        The graph. Nodes without names are called ``x0, x1, ...``.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Examples
    --------
    >>> from causal_dag.export import edge_list
    >>> edge_list([[0, 0.5, -2], [0, 0, 0], [0, 0, 0]])
    [Edge(source='x0', target='x2', weight=-2.0), Edge(source='x0', target='x1', weight=0.5)]
    """
    found = named_graph(graph, names)
    labels = found.labels
    edges = [
        Edge(labels[i], labels[j], float(found.weights[i, j]))
        for i, j in np.argwhere(found.adjacency).tolist()
    ]
    return sorted(edges, key=lambda edge: -abs(edge.weight))


def to_networkx(graph: Any, *, names: Sequence[str] | None = None) -> Any:
    """Return a ``networkx.DiGraph`` whose edges carry their ``weight``.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        The graph. Nodes without names are the numbers 0 to d − 1.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Examples
    --------
    >>> from causal_dag.export import to_networkx
    >>> list(to_networkx([[0, 2], [0, 0]], names=["rain", "wet"]).edges(data="weight"))
    [('rain', 'wet', 2.0)]
    """
    import networkx as nx

    found = named_graph(graph, names)
    nodes: Sequence[Any] = found.names or range(found.n_nodes)
    result = nx.DiGraph()
    result.add_nodes_from(nodes)
    result.add_weighted_edges_from(
        (nodes[i], nodes[j], float(found.weights[i, j]))
        for i, j in np.argwhere(found.adjacency).tolist()
    )
    return result


def to_document(model: Any, *, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return one JSON-ready dictionary with all that is known of a graph.

    Parameters
    ----------
    model : fitted estimator, or any graph
        A graph that no solver has fitted has only the keys up to ``order``.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Returns
    -------
    dict
        ``format``, ``format_version``, ``version`` (of this package), ``names``, ``weights``
        (``weights[i][j]``: effect of i on j), ``edges`` (records of source, target and weight),
        ``order`` (names, causes first; null where the graph has cycles); of a fitted estimator
        also ``intercept``, ``noise_variance``, ``solver``, ``parameters``, ``objective``,
        ``status``, ``converged``, ``n_iter``, and ``projection`` with ``method``,
        ``n_below_threshold``, ``retained_weight`` and ``cut_edges``.

    Examples
    --------
    >>> from causal_dag.export import to_document
    >>> to_document([[0, 2], [0, 0]], names=["rain", "wet"])["order"]
    ['rain', 'wet']
    """
    graph = named_graph(model, names)
    document = _graph_part(graph)
    if hasattr(model, "weights_"):
        document["order"] = [graph.labels[node] for node in model.order_]
        document |= _fit_part(model, graph)
    checked: dict[str, Any] = json_value(document)
    return checked


def _graph_part(graph: NamedGraph) -> dict[str, Any]:
    acyclic = is_dag(graph.weights)
    order = [graph.labels[node] for node in topological_order(graph.weights)] if acyclic else None
    return {
        "format": DOCUMENT_FORMAT,
        "format_version": DOCUMENT_VERSION,
        "version": causal_dag.__version__,
        "names": graph.labels,
        "weights": graph.weights,
        "edges": [edge._asdict() for edge in edge_list(graph)],
        "order": order,
    }


def _fit_part(model: Any, graph: NamedGraph) -> dict[str, Any]:
    projection = model.projection_
    cut = [
        Edge(graph.labels[i], graph.labels[j], weight)._asdict()
        for i, j, weight in projection.cut_edges
    ]
    return {
        "intercept": model.intercept_,
        "noise_variance": model.noise_variance_,
        "solver": type(model).__name__,
        "parameters": model.get_params(deep=False),
        "objective": model.objective_,
        "status": model.status_,
        "converged": model.converged_,
        "n_iter": model.n_iter_,
        "projection": {
            "method": projection.method,
            "n_below_threshold": projection.n_below_threshold,
            "retained_weight": projection.retained_weight,
            "cut_edges": cut,
        },
    }

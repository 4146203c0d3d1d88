"""The edges of a graph as records."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from causal_dag.graph.matrices import weighted_edges
from causal_dag.graph.named_graph import is_estimator, named_graph


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
    edges = [Edge(labels[i], labels[j], weight) for i, j, weight in weighted_edges(found.weights)]
    return sorted(edges, key=lambda edge: -abs(edge.weight))


def edge_records(graph: Any, *, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return the edges as records, the largest first.

    Parameters
    ----------
    graph, names : object
        As for ``edge_list``.

    Returns
    -------
    list of dict
        ``source``, ``target`` and ``weight``; of a fitted estimator also ``standardized`` and
        ``decided_by``, in the order of its ``edges_``.

    Examples
    --------
    >>> from causal_dag.export import edge_records
    >>> edge_records([[0, 2], [0, 0]])
    [{'source': 'x0', 'target': 'x1', 'weight': 2.0}]
    """
    if not is_estimator(graph):
        return [edge._asdict() for edge in edge_list(graph, names=names)]
    frame = graph.edges_.rename(columns={"cause": "source", "effect": "target"})
    if names is not None:
        given = dict(zip(named_graph(graph).labels, names, strict=True))
        frame = frame.replace({"source": given, "target": given})
    records: list[dict[str, Any]] = frame.to_dict(orient="records")
    return records

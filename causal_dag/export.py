"""Hand a graph to the next program: networkx, edge records, one JSON document."""

from collections.abc import Sequence
from typing import Any

from causal_dag.graph.edges import Edge, edge_list, edge_records
from causal_dag.graph.matrices import weighted_edges
from causal_dag.graph.named_graph import named_graph
from causal_dag.saving.documents import to_document

__all__ = ["Edge", "edge_list", "edge_records", "to_document", "to_networkx"]


def to_networkx(graph: Any, *, names: Sequence[str] | None = None) -> Any:
    """Return a ``networkx.DiGraph`` whose edges carry their ``weight``.

    Those of a fitted estimator also carry ``decided_by``, see its ``edges_``.

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
    for i, j, weight in weighted_edges(found.weights):
        result.add_edge(nodes[i], nodes[j], weight=weight)
    node_of = dict(zip(found.labels, nodes, strict=True))
    for record in edge_records(graph, names=names):
        if "decided_by" in record:
            edge = result.edges[node_of[record["source"]], node_of[record["target"]]]
            edge["decided_by"] = record["decided_by"]
    return result

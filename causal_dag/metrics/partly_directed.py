"""Conversion of DAGs and partly directed graphs to a common form."""

from causal_dag.arrays import AdjacencyMatrix
from causal_dag.graph import consistent_extension
from causal_dag.graph.matrices import edge_pairs
from causal_dag.graph.named_graph import NamedGraph


def some_dag_of(graph: NamedGraph) -> AdjacencyMatrix:
    """Return a DAG with a graph's skeleton, directed edges and v-structures.

    Raises
    ------
    ValueError
        If the graph has a directed cycle, or there is no such DAG.

    Examples
    --------
    >>> from causal_dag.metrics.partly_directed import some_dag_of
    >>> from causal_dag.graph.named_graph import NamedGraph
    >>> some_dag_of(NamedGraph([[0, 1], [1, 0]])).astype(int).tolist()
    [[0, 0], [1, 0]]
    """
    graph.require_acyclic()
    try:
        return consistent_extension(graph.adjacency)
    except ValueError as error:
        pairs = [f"{graph.labels[i]} - {graph.labels[j]}" for i, j in _undirected_pairs(graph)]
        raise ValueError(
            "the undirected edges of the graph cannot be directed without a cycle or a new "
            f"v-structure, so it is not an equivalence class: {', '.join(pairs[:3])}"
            f"{', ...' if len(pairs) > 3 else ''}; pass a DAG or a CPDAG"
        ) from error


def _undirected_pairs(graph: NamedGraph) -> list[tuple[int, int]]:
    return [(i, j) for i, j in edge_pairs(graph.undirected) if i < j]

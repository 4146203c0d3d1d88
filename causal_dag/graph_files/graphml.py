"""GraphML, as networkx, igraph and others write it."""

import math
import re
from pathlib import Path
from typing import Any

from causal_dag.files.atomic_files import whole_file
from causal_dag.graph.edges import edge_records
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.graph_files.edges import graph_of_edges, number, shown_edge
from causal_dag.graph_files.formats import register_format
from causal_dag.wording import quoted

# XML 1.0 holds no other control characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Where programs keep a node's name when its id is a number of their own.
_NAME_ATTRIBUTES = ("name", "label")


def write_graphml(graph: Any, path: Path) -> None:
    """Write nodes, and edges with their weights; of fitted models also what decided them."""
    import networkx as nx

    labels = named_graph(graph).labels
    for label in labels:
        if _NOT_XML.search(label):
            raise ValueError(
                f"node name {quoted(label)} has a control character, which GraphML cannot hold; "
                "rename it, or write .json or .csv"
            )
    result = nx.DiGraph()
    result.add_nodes_from(labels)
    for record in edge_records(graph):
        source, target = record.pop("source"), record.pop("target")
        known = {
            key: value
            for key, value in record.items()
            if not (isinstance(value, float) and math.isnan(value))
        }
        result.add_edge(source, target, **known)
    with whole_file(path) as temporary:
        nx.write_graphml(result, temporary)


def read_graphml(path: Path) -> NamedGraph:
    """Return the graph; edges without a weight count 1."""
    import networkx as nx

    try:
        found = nx.read_graphml(path)
    except Exception as error:  # networkx passes on any error of a look-up in a damaged file
        raise ValueError(f"not GraphML ({type(error).__name__}: {error})") from error
    names = _names(found)
    edges = [
        (names[source], names[target], _weight(names[source], names[target], weight))
        for source, target, weight in found.edges(data="weight")
    ]
    return graph_of_edges(names.values(), edges, is_directed=found.is_directed())


def _names(graph: Any) -> dict[Any, str]:
    """Return the nodes' names: an attribute that names every node, or else their ids."""
    for attribute in _NAME_ATTRIBUTES:
        names = dict(graph.nodes(data=attribute))
        if names and None not in names.values() and len(set(names.values())) == len(names):
            return {node: str(name) for node, name in names.items()}
    return {node: str(node) for node in graph}


def _weight(source: str, target: str, weight: Any) -> float:
    edge = f"the edge {shown_edge(source, target)}"
    return 1.0 if weight is None else number(str(weight), edge)


register_format(".graphml", write=write_graphml, read=read_graphml)

"""JSON: the documents of this package, and the node-link form of networkx."""

from pathlib import Path
from typing import Any

from causal_dag.files.atomic_files import write_whole_text
from causal_dag.files.json_values import json_text, read_json
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.graph_files.edges import graph_of_edges, number, shown_edge
from causal_dag.graph_files.formats import register_format
from causal_dag.saving.documents import DOCUMENT_FORMAT, check_document_version, to_document
from causal_dag.saving.fits import sparse_matrix


def write_document(graph: Any, path: Path) -> None:
    """Write all that is known of a graph; of a fitted estimator, the whole model."""
    write_whole_text(path, json_text(to_document(graph)) + "\n")


def read_document(path: Path) -> NamedGraph:
    """Return the graph in a document with ``weights`` and ``names``, or ``nodes`` and ``edges``."""
    document = read_json(path)
    if isinstance(document, dict) and isinstance(document.get("nodes"), list):
        return _node_link_graph(document)
    if not isinstance(document, dict) or not isinstance(document.get("weights"), list | dict):
        raise ValueError("the document has no 'weights'; write it with causal_dag.export")
    if document.get("format") == DOCUMENT_FORMAT:
        check_document_version(document)
    names = document.get("names")
    if names is not None and not _are_texts(names):
        raise ValueError("the document's 'names' are not a list of strings")
    weights = document["weights"]
    matrix = sparse_matrix(weights) if isinstance(weights, dict) else weights
    return NamedGraph(matrix, None if names is None else tuple(names))


def _are_texts(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _node_link_graph(document: dict[str, Any]) -> NamedGraph:
    links = document.get("edges", document.get("links"))
    if not isinstance(links, list):
        raise ValueError("the document has nodes, but no list of 'edges' or 'links'")
    nodes, edges = [], []
    try:
        for node in document["nodes"]:
            nodes.append(str(node["id"]))
        for link in links:
            source, target = str(link["source"]), str(link["target"])
            weight = number(str(link.get("weight", 1.0)), f"the edge {shown_edge(source, target)}")
            edges.append((source, target, weight))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"the document's nodes or edges lack {error}") from error
    return graph_of_edges(nodes, edges, is_directed=document.get("directed") is not False)


register_format(".json", write=write_document, read=read_document)

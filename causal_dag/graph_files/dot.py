"""DOT, the language of graphviz: what is written, and what a parsed file means."""

import re
from pathlib import Path
from typing import Any

from causal_dag.files.atomic_files import write_whole_text
from causal_dag.graph.edges import edge_records
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.graph_files.dot_syntax import DotEdge, parse_dot
from causal_dag.graph_files.edges import (
    graph_of_edges,
    is_number,
    number,
    shown_edge,
)
from causal_dag.graph_files.formats import register_format
from causal_dag.wording import quoted

# In quotes, a backslash before a quote or a line's end cannot be told from an escape.
_NOT_DOT = re.compile(r'\\(?:"|\n|\r|\Z)|\x00|[\ud800-\udfff]')
# "weight" comes last: to graphviz it says how short an edge is drawn.
_WEIGHT_ATTRIBUTES = ("effect", "weight", "label")


def write_dot(graph: Any, path: Path) -> None:
    """Write nodes and edges; an undirected edge once, without an arrow head."""
    found = named_graph(graph)
    for label in found.labels:
        if _NOT_DOT.search(label):
            raise ValueError(
                f"node name {quoted(label)} has a backslash or another character in a place where "
                "DOT cannot hold it; rename the node, or write .json or .csv"
            )
    lines = [f"  {_node(label)};" for label in found.labels]
    records = edge_records(graph)
    pairs = {(record["source"], record["target"]): record["weight"] for record in records}
    drawn: set[tuple[str, str]] = set()
    for record in records:
        source, target = record["source"], record["target"]
        undirected = pairs.get((target, source)) == record["weight"]
        if (target, source) in drawn and undirected:
            continue
        drawn.add((source, target))
        attributes = _attributes(record, undirected=undirected)
        listed = ", ".join(f"{name}={_quoted(value)}" for name, value in attributes.items())
        lines.append(f"  {_quoted(source)} -> {_quoted(target)} [{listed}];")
    write_whole_text(path, "\n".join(["digraph {", *lines, "}", ""]))


def read_dot(path: Path) -> NamedGraph:
    """Return the graph in a DOT file, of this package, igraph, graphviz and others.

    Nodes are called by their ids, or by the attribute ``name`` where all of them have it. Weights
    are the attribute ``effect``, ``weight`` or a ``label`` that is a number; 1 if there is none.
    Edges without direction (``--``, ``dir=none``, ``dir=both``) are set both ways.
    """
    try:
        parsed = parse_dot(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError("not a text file in UTF-8") from error
    except RecursionError as error:
        raise ValueError("not DOT that can be read (it is nested too deeply)") from error
    attributes = [node.get("name") for node in parsed.nodes.values()]
    has_names = None not in attributes and len(set(attributes)) == len(attributes)
    names = {
        identifier: node["name"] if has_names else identifier
        for identifier, node in parsed.nodes.items()
    }
    edges: dict[tuple[str, str], float] = {}
    for edge in parsed.edges:
        source, target = names[edge.source], names[edge.target]
        weight = _weight(edge, source, target)
        for pair in _directions(edge, source, target):
            if pair in edges and not parsed.is_strict:
                raise ValueError(f"the edge {shown_edge(*pair)} occurs twice; keep one")
            edges[pair] = weight
    return graph_of_edges(names.values(), ((*pair, size) for pair, size in edges.items()))


def _node(label: str) -> str:
    if "\\" not in label:
        return _quoted(label)
    # What is drawn is a label, in which graphviz takes a backslash for an escape.
    shown = label.replace("\\", "\\\\")
    return f"{_quoted(label)} [label={_quoted(shown)}]"


def _attributes(record: dict[str, Any], *, undirected: bool) -> dict[str, str]:
    attributes = {"effect": repr(record["weight"]), "label": f"{record['weight']:.3g}"}
    if undirected or record.get("decided_by") == "open":
        attributes["dir"] = "none"
    if "decided_by" in record:
        attributes["decided_by"] = record["decided_by"]
    return attributes


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _directions(edge: DotEdge, source: str, target: str) -> list[tuple[str, str]]:
    shown = edge.attributes.get("dir", "forward" if edge.is_directed else "none")
    # A fitted graph has a direction, though one that nothing decided is drawn without.
    if "decided_by" in edge.attributes or shown == "forward":
        return [(source, target)]
    return [(target, source)] if shown == "back" else [(source, target), (target, source)]


def _weight(edge: DotEdge, source: str, target: str) -> float:
    for attribute in _WEIGHT_ATTRIBUTES:
        text = edge.attributes.get(attribute)
        if text is not None and (attribute != "label" or is_number(text)):
            return number(text, f"the edge {shown_edge(source, target)}")
    return 1.0


register_format(".dot", ".gv", write=write_dot, read=read_dot)

"""Graphs that commands read."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal_dag.graph.named_graph import NamedGraph


def read_acyclic_graph(path: Path) -> "NamedGraph":
    """Read a graph without directed cycles; a ``ValueError`` about one begins with the file."""
    from causal_dag.graph_files import read_graph

    graph = read_graph(path)
    try:
        graph.require_acyclic()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return graph

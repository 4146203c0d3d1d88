"""Graphs in files: one module per format, found by the ending of the file's name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from causal_dag.discovery import import_modules
from causal_dag.files.atomic_files import FilePath, require_file, require_path
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.graph_files.formats import FORMATS, Reader, Writer, register_format

__all__ = ["graph_endings", "read_graph", "register_format", "write_graph"]


def write_graph(graph: Any, path: FilePath, *, names: Sequence[str] | None = None) -> None:
    """Write a graph in the format that the file's ending names.

    Files are written whole or not at all. An edge whose two directions are both set, as in
    ``cpdag_``, is undirected; every format keeps it.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        The graph. Nodes without names are called ``x0, x1, ...``.
    path : path
        ``.edges.csv``: a line per edge, ``source,target,weight``, of fitted estimators also
        ``standardized,decided_by``, then the nodes without edges. ``.csv``: weights with names in
        header and first column. ``.json``: the document of ``to_document``; of a fitted estimator,
        the saved model. ``.graphml``, ``.dot``, ``.gv``: for graph programs.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Raises
    ------
    ValueError
        If the ending is unknown, or the format cannot hold a node's name.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag.graph_files import read_graph, write_graph
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "graph.json")
    ...     write_graph([[0, 2], [0, 0]], path, names=["rain", "wet"])
    ...     read_graph(path).names
    ('rain', 'wet')
    """
    graph = graph if names is None else NamedGraph(named_graph(graph).weights, tuple(names))
    _function(path, _writers())(graph, Path(path))


def read_graph(path: FilePath) -> NamedGraph:
    """Read a graph that ``write_graph``, or another program, has written.

    Parameters
    ----------
    path : path
        ``.csv``, separated by commas, semicolons or tabs: an edge list (with the columns
        ``source,target``, ``from,to``, ``cause,effect`` or ``parent,child``, and ``weight`` if
        there is one; others are ignored) or a square table of weights or truth values with names
        in the header, in the first column, or both. ``.json``: a document with ``weights`` and
        ``names``, such as a saved model, or networkx's node-link form. ``.graphml``, ``.dot``,
        ``.gv``: as graph programs write them.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the ending is unknown or the content is not a graph; the message says where.
    """
    path = Path(path)
    reader = _function(path, _readers())
    require_file(path)
    try:
        graph: NamedGraph = reader(path)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return graph


def graph_endings(*, readable: bool = False) -> list[str]:
    """Return the file endings that graphs can be written to, or read from."""
    return list(_readers() if readable else _writers())


def _writers() -> dict[str, Writer]:
    import_modules(__name__)
    return {ending: known.write for ending, known in FORMATS.items() if known.write is not None}


def _readers() -> dict[str, Reader]:
    import_modules(__name__)
    return {ending: known.read for ending, known in FORMATS.items() if known.read is not None}


def _function(path: FilePath, functions: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    require_path(path)
    name = Path(path).name.lower()
    # The longest ending first: ".edges.csv" is a ".csv" too.
    for ending in sorted(functions, key=len, reverse=True):
        if name.endswith(ending):
            return functions[ending]
    raise ValueError(f"{path} has no ending for a graph; use one of {', '.join(functions)}")

"""Write graphs to files, and read them back."""

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.atomic_files import FilePath, whole_file, write_whole_text
from causal_dag.export import edge_list, to_document, to_networkx
from causal_dag.json_values import json_text, read_json
from causal_dag.named_graph import NamedGraph, named_graph

EDGE_LIST_HEADER = ["source", "target", "weight"]


def write_graph(graph: Any, path: FilePath, *, names: Sequence[str] | None = None) -> None:
    """Write a graph in the format that the file's ending names.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        The graph. Nodes without names are called ``x0, x1, ...``.
    path : path
        ``.edges.csv``: a line an edge, ``source,target,weight`` (nodes without edges do not
        appear). ``.csv``: weights with names in header and first column. ``.json``: the document
        of ``to_document``. ``.graphml``, ``.dot``, ``.gv``: for graph programs.
    names : sequence of str, optional
        Node names, in place of the graph's own.

    Raises
    ------
    ValueError
        If the ending is unknown.

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
    _of_ending(path, _WRITERS)(graph, Path(path))


def read_graph(path: FilePath) -> NamedGraph:
    """Read a graph that ``write_graph``, or another program, has written.

    Parameters
    ----------
    path : path
        ``.csv``: an edge list (header ``source,target`` or ``source,target,weight``) or a square
        table of weights with names in the header, in the first column, or both. ``.json``: a
        document with ``weights`` and ``names``. ``.graphml``: as networkx reads it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the ending is unknown or the content is no graph; the message says where.
    """
    path = Path(path)
    reader = _of_ending(path, _READERS)
    try:
        graph: NamedGraph = reader(path)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text file in UTF-8; save it as CSV or JSON") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return graph


def graph_endings(*, readable: bool = False) -> list[str]:
    """Return the file endings that graphs can be written to, or read from."""
    return list(_READERS if readable else _WRITERS)


def _of_ending(path: FilePath, table: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    name = Path(path).name.lower()
    for ending, function in table.items():
        if name.endswith(ending):
            return function
    raise ValueError(f"{path} has no ending for a graph; use one of {', '.join(table)}")


def _write_weights(graph: Any, path: Path) -> None:
    found = named_graph(graph)
    rows = zip(found.labels, found.weights.tolist(), strict=True)
    _write_csv(path, [["", *found.labels], *([label, *row] for label, row in rows)])


def _write_edge_list(graph: Any, path: Path) -> None:
    _write_csv(path, [EDGE_LIST_HEADER, *edge_list(graph)])


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _write_document(graph: Any, path: Path) -> None:
    write_whole_text(path, json_text(to_document(graph)) + "\n")


def _write_graphml(graph: Any, path: Path) -> None:
    import networkx as nx

    with whole_file(path) as temporary:
        nx.write_graphml(to_networkx(graph, names=named_graph(graph).labels), temporary)


def _write_dot(graph: Any, path: Path) -> None:
    found = named_graph(graph)
    lines = [f"  {_dot_text(label)};" for label in found.labels]
    lines += [
        f"  {_dot_text(source)} -> {_dot_text(target)} [effect={weight!r}, label={weight:.3g}];"
        for source, target, weight in edge_list(found)
    ]
    write_whole_text(path, "\n".join(["digraph {", *lines, "}", ""]))


def _dot_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_csv(path: Path) -> NamedGraph:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(row)]
    if not rows:
        raise ValueError("the file is empty")
    header = [cell.lower() for cell in rows[0]]
    if header[:2] == EDGE_LIST_HEADER[:2]:
        return _graph_of_edges(rows[1:])
    return _graph_of_table(rows)


def _graph_of_edges(rows: Sequence[Sequence[str]]) -> NamedGraph:
    weights: dict[tuple[str, str], float] = {}
    for line, row in enumerate(rows, start=2):
        if len(row) not in (2, 3) or not all(row[:2]):
            raise ValueError(f"line {line} is {','.join(row)!r}; write source,target,weight")
        source, target = row[:2]
        if (source, target) in weights:
            raise ValueError(f"line {line} repeats the edge {source} -> {target}; keep one")
        weight = _number(row[2], f"line {line}") if len(row) == 3 else 1.0
        if weight == 0:
            raise ValueError(f"line {line} has weight 0, which means no edge; remove the line")
        weights[source, target] = weight
    names = tuple(dict.fromkeys(node for edge in weights for node in edge))
    position = {name: column for column, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    for (source, target), weight in weights.items():
        matrix[position[source], position[target]] = weight
    return NamedGraph(matrix, names or None)


def _graph_of_table(rows: Sequence[Sequence[str]]) -> NamedGraph:
    """Read a square table whose names stand in the header, in the first column, or both."""
    has_header = not all(_is_number(cell) for cell in rows[0])
    body = rows[1:] if has_header else rows
    has_index = rows[0][0] == "" or any(
        len(row) == len(body) + 1 and not _is_number(row[0]) for row in body
    )
    cells = [row[1:] if has_index else row for row in body]
    for line, row in enumerate(cells, start=1 + has_header):
        if len(row) != len(body):
            raise ValueError(
                f"line {line} has {len(row)} weights in a table of {len(body)} rows; give a "
                "square table of weights, or an edge list with the header source,target,weight"
            )
    index = [row[0] for row in body] if has_index else None
    header = list(rows[0][-len(body) :]) if has_header else index
    if index is not None and header != index:
        raise ValueError(
            f"the rows are named {', '.join(index)} and the columns {', '.join(header or [])}; "
            "give both the same names in the same order"
        )
    weights = [
        [_number(cell, f"line {line}") for cell in row]
        for line, row in enumerate(cells, start=1 + has_header)
    ]
    return NamedGraph(np.array(weights), None if header is None else tuple(header))


def _read_document(path: Path) -> NamedGraph:
    document = read_json(path)
    if not isinstance(document, dict) or "weights" not in document:
        raise ValueError("the document has no 'weights'; write it with causal_dag.export")
    weights: FloatArray = document["weights"]
    names = document.get("names")
    return NamedGraph(weights, None if names is None else tuple(names))


def _read_graphml(path: Path) -> NamedGraph:
    from xml.etree.ElementTree import ParseError

    import networkx as nx

    try:
        return named_graph(nx.read_graphml(path))
    except (ParseError, nx.NetworkXError) as error:
        raise ValueError(f"not GraphML ({error})") from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(text: str, place: str) -> float:
    if not _is_number(text) or not math.isfinite(float(text)):
        raise ValueError(f"{place} has {text!r} where a weight should be; write a number")
    return float(text)


# The longest ending first: ".edges.csv" is a ".csv" too.
_WRITERS: dict[str, Callable[[Any, Path], None]] = {
    ".edges.csv": _write_edge_list,
    ".csv": _write_weights,
    ".json": _write_document,
    ".graphml": _write_graphml,
    ".dot": _write_dot,
    ".gv": _write_dot,
}
_READERS: dict[str, Callable[[Path], NamedGraph]] = {
    ".csv": _read_csv,
    ".json": _read_document,
    ".graphml": _read_graphml,
}

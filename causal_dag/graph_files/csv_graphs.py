"""Graphs in CSV files: edge lists, and square tables of weights."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from causal_dag.graph.edges import edge_records
from causal_dag.graph.matrices import dense
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.graph_files.csv_cells import cell_of_name, name_in_cell, read_rows, write_rows
from causal_dag.graph_files.edges import graph_of_edges, is_number, number, shown_edge
from causal_dag.graph_files.formats import register_format
from causal_dag.wording import listed, quoted

COLUMNS = ("source", "target", "weight")
#: Columns of fitted models beside these.
FURTHER_COLUMNS = ("standardized", "decided_by")
#: How other programs call source and target.
HEADERS = (COLUMNS[:2], ("from", "to"), ("cause", "effect"), ("parent", "child"))


def write_edge_list(graph: Any, path: Path) -> None:
    """Write a line per edge, the largest first, then one per node without edges."""
    records = edge_records(graph)
    further = FURTHER_COLUMNS if any("decided_by" in record for record in records) else ()
    rows: list[list[Any]] = [[*COLUMNS, *further]]
    for record in records:
        ends = [cell_of_name(record[end]) for end in COLUMNS[:2]]
        rows.append([*ends, record["weight"], *(_figure(record[name]) for name in further)])
    connected = {record[end] for record in records for end in COLUMNS[:2]}
    lonely = [name for name in named_graph(graph).labels if name not in connected]
    rows += [[cell_of_name(name), *[None] * (len(rows[0]) - 1)] for name in lonely]
    write_rows(path, rows)


def edge_list_header(rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return the places of source and target in the header; None if this is not an edge list."""
    header = [cell.strip().lower() for cell in rows[0]]
    # A table of weights may have nodes of these names.
    index = [row[0] for row in rows[1:]]
    if index in (list(rows[0]), list(rows[0][1:])):
        return None
    for source, target in HEADERS:
        if source in header and target in header:
            return header.index(source), header.index(target)
    return None


def read_edge_list(rows: Sequence[Sequence[str]], ends: tuple[int, int]) -> NamedGraph:
    """Return the graph in the rows of an edge list, its header among them."""
    header = [cell.strip().lower() for cell in rows[0]]
    weight_place = header.index("weight") if "weight" in header else None
    nodes: list[str] = []
    edges: dict[tuple[str, str], float] = {}
    for line, row in enumerate(rows[1:], start=2):
        source, target = (name_in_cell(row[end]) if end < len(row) else "" for end in ends)
        weight = row[weight_place] if weight_place is not None and weight_place < len(row) else None
        if len(row) > len(header) or not source or (weight and not target):
            raise ValueError(f"line {line} is {quoted(','.join(row))}; write {','.join(header)}")
        nodes.append(source)
        if not target:
            continue
        nodes.append(target)
        if (source, target) in edges:
            raise ValueError(f"line {line} repeats the edge {shown_edge(source, target)}; keep one")
        size = 1.0 if weight_place is None else number(weight or "", f"line {line}")
        if size == 0:
            raise ValueError(f"line {line} has weight 0, which means no edge; remove the line")
        edges[source, target] = size
    return graph_of_edges(nodes, ((*edge, size) for edge, size in edges.items()))


def _figure(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def write_weight_table(graph: Any, path: Path) -> None:
    """Write the matrix of weights under and beside the names."""
    found = named_graph(graph)
    names = [cell_of_name(label) for label in found.labels]
    rows = zip(names, dense(found.weights).tolist(), strict=True)
    write_rows(path, [["", *names], *([name, *row] for name, row in rows)])


def read_csv_graph(path: Path) -> NamedGraph:
    """Read an edge list or a table of weights."""
    rows = read_rows(path)
    if not rows:
        raise ValueError("the file is empty")
    ends = edge_list_header(rows)
    return _graph_of_table(rows) if ends is None else read_edge_list(rows, ends)


def _graph_of_table(rows: Sequence[Sequence[str]]) -> NamedGraph:
    """Read a square table whose names stand in the header, in the first column, or both."""
    has_header = not all(is_number(cell) for cell in rows[0])
    body = rows[1:] if has_header else rows
    has_index = rows[0][0] == "" or any(
        len(row) == len(body) + 1 and not is_number(row[0]) for row in body
    )
    cells = [row[1:] if has_index else row for row in body]
    for line, row in enumerate(cells, start=1 + has_header):
        if len(row) != len(body):
            raise ValueError(
                f"line {line} has {len(row)} weights in a table of {len(body)} rows; give a "
                "square table of weights, or an edge list with the header source,target,weight"
            )
    index = [name_in_cell(row[0]) for row in body] if has_index else None
    header = [name_in_cell(cell) for cell in rows[0][-len(body) :]] if has_header else index
    if index is not None and header != index:
        raise ValueError(
            f"the rows are named {listed(index)} and the columns {listed(header or [])}; "
            "give both the same names in the same order"
        )
    weights = [
        [number(cell, f"line {line}") for cell in row]
        for line, row in enumerate(cells, start=1 + has_header)
    ]
    return NamedGraph(np.array(weights), None if header is None else tuple(header))


register_format(".edges.csv", write=write_edge_list)
register_format(".csv", write=write_weight_table, read=read_csv_graph)
register_format(".tsv", read=read_csv_graph)

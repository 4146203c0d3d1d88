"""Square tables of weights: CSV files with names in header and first column."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from causal_dag.files.graph_formats.csv_cells import (
    cell_of_name,
    name_in_cell,
    read_rows,
    write_rows,
)
from causal_dag.files.graph_formats.edge_list import edge_list_header, read_edge_list
from causal_dag.files.graph_formats.nodes_and_edges import is_number, number
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.wording import listed


def write_weight_table(graph: Any, path: Path) -> None:
    """Write the matrix of weights under and beside the names."""
    found = named_graph(graph)
    names = [cell_of_name(label) for label in found.labels]
    rows = zip(names, found.weights.tolist(), strict=True)
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

"""``[[data]]`` of real tables: the Sachs table, or one of the user's."""

import itertools
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from causal_dag.benchmarks.plan.data_source import SCALES, DataSource, file_sha256
from causal_dag.benchmarks.plan.section import Section
from causal_dag.benchmarks.plan.seeds import SEED_KEYS
from causal_dag.column_values import column_values_of
from causal_dag.files.table_files import read_table
from causal_dag.graph import find_cycle
from causal_dag.graph_files import read_graph
from causal_dag.synthetic import load_sachs
from causal_dag.synthetic.sachs import (
    CONDITIONS,
    GRAPH_NAMES,
    OBSERVATIONAL_CONDITION,
    Condition,
    SachsGraph,
)
from causal_dag.tables.rows import usable_rows

DATASET_KEYS = ("dataset", "label", "conditions", "graphs", "scales", "resample", *SEED_KEYS)
TABLE_KEYS = ("table", "truth", "label", "scales", "resample", *SEED_KEYS)

DATASETS = ("sachs",)
_SACHS_CONDITIONS = ("observational", "all", *CONDITIONS)
_REAL_SCALES = tuple(scale for scale in SCALES if scale != "iscm")
_LONGEST_PATH = 1000


class RealSource(NamedTuple):
    """A real table, and what its columns hold."""

    source: DataSource
    column_values: str


class _Shape(NamedTuple):
    n_samples: int
    n_features: int
    column_values: str


def dataset_sources(section: Section) -> list[RealSource]:
    """Return the data of a ``[[data]]`` with a ``dataset``: every condition, graph and scale."""
    section.choice("dataset", DATASETS)
    conditions = section.choices("conditions", _SACHS_CONDITIONS, ["observational"])
    graphs = section.choices("graphs", GRAPH_NAMES, ["consensus17"])
    if {"observational", OBSERVATIONAL_CONDITION} <= set(conditions):
        section.refuse("conditions", f"has {OBSERVATIONAL_CONDITION}, the observational one, twice")
    for graph in graphs:
        _refuse_cycles(section, graph)
    label = section.text("label", "sachs")
    found = []
    for condition, graph in itertools.product(conditions, graphs):
        settings = {
            "condition": OBSERVATIONAL_CONDITION if condition == "observational" else condition,
            "graph": graph,
        }
        parts = [label]
        parts += [condition] if len(conditions) > 1 or condition != "observational" else []
        parts += [graph] if len(graphs) > 1 or graph != "consensus17" else []
        found += _scaled(section, ", ".join(parts), "sachs", settings, _sachs_shape(condition))
    return found


def table_sources(section: Section, folder: Path) -> list[RealSource]:
    """Return the data of a ``[[data]]`` with a ``table``, on every scale.

    Parameters
    ----------
    section : Section
        Where ``table`` and ``truth`` are named.
    folder : Path
        Where relative paths start.
    """
    table, truth = (
        (folder / section.text(key, longest=_LONGEST_PATH)).absolute() for key in ("table", "truth")
    )
    try:
        shape = _table_shape(table, truth)
        digests = {"table_sha256": file_sha256(table), "truth_sha256": file_sha256(truth)}
    except (OSError, ValueError) as error:
        raise ValueError(f"{section.place}: {_reason(error)}") from error
    settings = {"table": str(table), "truth": str(truth), **digests}
    return _scaled(section, section.text("label", table.stem[:80]), "table", settings, shape)


def _scaled(
    section: Section, label: str, kind: str, settings: dict[str, Any], shape: _Shape
) -> list[RealSource]:
    if "iscm" in section.choices("scales", SCALES, ["raw"]):
        section.refuse(
            "scales",
            "must hold 'raw' or 'standardized': iscm belongs to the generation of simulated data",
        )
    if section.flag("resample"):
        settings = {**settings, "resample": True}
    return [
        RealSource(
            DataSource(label, kind, settings, scale, shape.n_samples, shape.n_features),
            shape.column_values if scale == "raw" else "real",
        )
        for scale in section.choices("scales", _REAL_SCALES, ["raw"])
    ]


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def _table_shape(table: Path, truth: Path) -> _Shape:
    """Return the size of a table, after it and its graph have been checked."""
    frame = read_table(table)
    rows = usable_rows(frame)
    try:
        read_graph(truth).arranged_like(list(frame.columns)).require_dag()
    except ValueError as error:
        raise ValueError(f"{truth}: {error}" if str(truth) not in str(error) else error) from error
    return _Shape(len(rows), rows.shape[1], column_values_of(rows))


@cache
def _sachs_shape(condition: Condition) -> _Shape:
    rows = load_sachs(condition).data
    return _Shape(len(rows), rows.shape[1], column_values_of(rows))


def _refuse_cycles(section: Section, graph: SachsGraph) -> None:
    cycle = _sachs_cycle(graph)
    if cycle is not None:
        acyclic = " or ".join(name for name in GRAPH_NAMES if _sachs_cycle(name) is None)
        section.refuse(
            "graphs",
            f"holds {graph!r}, published with the cycle {cycle}, and estimates are compared with "
            f"acyclic graphs; use {acyclic}",
        )


@cache
def _sachs_cycle(graph: SachsGraph) -> str | None:
    sachs = load_sachs(graph=graph)
    cycle = find_cycle(sachs.adjacency)
    return None if cycle is None else " -> ".join(sachs.feature_names[node] for node in cycle)

"""``[[data]]``: what is fitted to, of which size, on which scale, with which seeds."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.plan.data_source import DataSource, file_sha256
from causal_dag.benchmarks.plan.schema import (
    DATA_KINDS,
    DEFAULT_WEIGHT_RANGE,
    LARGEST_SEED,
    LONGEST_LABEL,
)
from causal_dag.benchmarks.plan.section import Section, joined_lines
from causal_dag.benchmarks.plan.suite import MOST_CELLS, PlannedData
from causal_dag.column_values import column_values_of
from causal_dag.files.table_files import read_table
from causal_dag.graph_files import read_graph
from causal_dag.synthetic import SCENARIOS, load_network, load_sachs, random_dag
from causal_dag.synthetic.sachs import OBSERVATIONAL_CONDITION
from causal_dag.tables.rows import usable_rows

MOST_NUMBERS = 100_000_000
MOST_SOURCES = 10_000
SIMULATED_KINDS = ("scenario", "graph", "network")


def read_data(
    entries: Sequence[Any], file: str, folder: Path, seeds: Sequence[int]
) -> list[PlannedData]:
    """Return the data of a suite.

    Parameters
    ----------
    entries : sequence
        The tables ``[[data]]``.
    file : str
        Name of the suite file, for messages.
    folder : Path
        Its folder, where relative paths start.
    seeds : sequence of int
        The suite's seeds; a table may have its own.

    Raises
    ------
    ValueError
        If data cannot be drawn as described, or two descriptions are of the same data.
    """
    found: list[PlannedData] = []
    places: dict[str, int] = {}
    settings_of_labels: dict[str, str] = {}
    number_of_draws = 0
    for place, values in enumerate(entries, start=1):
        section = _section(f"{file}: [[data]] {place}", values)
        planned = _planned(section, folder, seeds)
        number_of_draws += sum(len(data.seeds) for data in planned)
        if number_of_draws > MOST_CELLS:
            section.fail(
                f"that makes {number_of_draws:,} data sets, more than {MOST_CELLS:,}; lower the "
                "number of seeds or sizes"
            )
        for source in (data.source for data in planned):
            identity = source.identity()
            first = places.setdefault(json.dumps(identity, sort_keys=True), place)
            if first != place:
                section.fail(
                    f"{source.label} ({source.scale}, {source.n_samples} rows, {source.n_features} "
                    f"columns) is in [[data]] {first} already; remove one of them"
                )
            settings = json.dumps([source.kind, identity["settings"]], sort_keys=True)
            if settings_of_labels.setdefault(source.label, settings) != settings:
                section.fail(
                    f"the label {source.label!r} already stands for other data; give this table a "
                    "label of its own"
                )
        found += planned
    return found


def read_seeds(section: Section) -> Sequence[int] | None:
    """Return the seeds that ``seeds`` and ``first_seed`` of a table stand for; None without them.

    ``seeds`` is a number of seeds that start at ``first_seed``, or a list of seeds.

    Raises
    ------
    ValueError
        If one of the two keys does not fit the other.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan.data import read_seeds
    >>> from causal_dag.benchmarks.plan.schema import SUITE
    >>> from causal_dag.benchmarks.plan.section import Section
    >>> values = {"seeds": 3, "first_seed": 100, "data": [{}], "solvers": [{}]}
    >>> list(read_seeds(Section("mine.toml", values, SUITE)))
    [100, 101, 102]
    """
    seeds, first = section["seeds"], section["first_seed"]
    if seeds is None:
        if "first_seed" in section:
            section.fail("seeds is missing; it must be a number of seeds beside first_seed")
        return None
    if isinstance(seeds, list):
        if "first_seed" in section:
            section.refuse("first_seed", "belongs to a number of seeds, not to a list")
        return seeds
    if first + seeds - 1 > LARGEST_SEED:
        section.refuse("first_seed", f"must be at most {LARGEST_SEED + 1 - seeds:,}")
    return range(first, first + seeds)


def _section(place: str, values: Any) -> Section:
    kinds = [kind for kind in DATA_KINDS if isinstance(values, Mapping) and kind in values]
    if len(kinds) == 1:
        return Section(place, values, DATA_KINDS[kinds[0]])
    # Other mistakes come first: an unknown key may be a mistyped kind.
    every_key = {name: key for keys in DATA_KINDS.values() for name, key in keys.items()}
    Section(place, values, {name: replace(key, default=None) for name, key in every_key.items()})
    raise ValueError(f"{place}: name one of {', '.join(DATA_KINDS)}, and only one")


def _planned(section: Section, folder: Path, seeds: Sequence[int]) -> list[PlannedData]:
    own_seeds = read_seeds(section)
    if any(kind in section for kind in SIMULATED_KINDS):
        return [PlannedData(source, own_seeds or seeds) for source in _simulated(section)]
    # Rows that are the same for every seed are one observation, however often they are fitted.
    usual = seeds if section["resample"] or section["simulate"] else seeds[:1]
    real = _sachs(section) if "dataset" in section else _table(section, folder)
    return [
        PlannedData(source, own_seeds or usual, values if source.scale == "raw" else "real")
        for source, values in real
    ]


def _simulated(section: Section) -> list[DataSource]:
    """Return a source for every combination; settings are spelled out, so that keys last."""
    name, settings = (_scenario if "scenario" in section else _model)(section)
    sizes = _sizes(section, settings)
    for key in ("hidden", "heteroscedasticity"):
        if section[key]:
            settings[key], name = section[key], f"{name}, {key} {section[key]:g}"
    usual_noise = settings.pop("noise", "gaussian")
    noises = section["noises"] or [usual_noise]
    lists = noises, sizes, section["n_samples"], section["scales"]
    number = math.prod(map(len, lists))
    if number > MOST_SOURCES:
        section.fail(
            f"{number:,} combinations of size, noise and scale are more than {MOST_SOURCES:,}; "
            "shorten a list"
        )
    if max(section["n_samples"]) * max(sizes) > MOST_NUMBERS:
        section.refuse("n_samples", f"times n_features must be at most {MOST_NUMBERS:,}")
    label = section["label"] or name
    says_noise = len(noises) > 1 or ("label" not in section and noises != [usual_noise])
    return [
        DataSource(
            f"{label}, {noise}" if says_noise else label,
            "linear",
            {**settings, "noise": noise},
            scale,
            n,
            d,
        )
        for noise, d, n, scale in itertools.product(*lists)
    ]


def _scenario(section: Section) -> tuple[str, dict[str, Any]]:
    name = section["scenario"]
    settings = dict(SCENARIOS[name].settings)
    if "scale" in settings:
        scale = settings.pop("scale")
        plain = next(n for n, other in SCENARIOS.items() if dict(other.settings) == settings)
        section.refuse(
            "scenario",
            f'has a scale of its own; write scenario = "{plain}", scales = ["{scale}"]',
        )
    if "weights" not in settings:
        settings.setdefault("weight_range", DEFAULT_WEIGHT_RANGE)
    settings["edges_per_node"] = float(settings["edges_per_node"])
    return name, {
        key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()
    }


def _model(section: Section) -> tuple[str, dict[str, Any]]:
    if "network" in section:
        name, settings = section["network"], {"graph": section["network"]}
    else:
        settings = {key: section[key] for key in ("graph", "edges_per_node")}
        name = f"{settings['graph']}{settings['edges_per_node']:g}"
    determined = ("noise_variance", "weight_range")
    if section["weights"] == "uniform":
        return name, {**settings, **{key: section[key] for key in determined}}
    for key in determined:
        if key in section:
            section.refuse(key, 'is determined by weights = "dao"; omit one of them')
    return f"{name}-dao", {**settings, "weights": section["weights"]}


def _sizes(section: Section, settings: Mapping[str, Any]) -> list[int]:
    """Return the numbers of variables; refuse more edges per node than the smallest can hold."""
    if "network" in section:
        return [load_network(section["network"]).n_nodes - section["hidden"]]
    sizes: list[int] = section["n_features"]
    graph, edges = settings["graph"], settings["edges_per_node"]
    try:
        random_dag(min(sizes), graph=graph, edges_per_node=edges, random_state=0)
    except ValueError as error:
        section.fail(str(error))
    return sizes


def _sachs(section: Section) -> list[tuple[DataSource, str]]:
    """Return the sources of the Sachs table, and what their raw columns hold."""
    conditions, graphs = section["conditions"], section["graphs"]
    if {"observational", OBSERVATIONAL_CONDITION} <= set(conditions):
        section.refuse("conditions", f"has {OBSERVATIONAL_CONDITION}, the observational one, twice")
    found = []
    for condition, graph in itertools.product(conditions, graphs):
        parts = [section["label"] or "sachs"]
        parts += [condition] if len(conditions) > 1 or condition != "observational" else []
        parts += [graph] if len(graphs) > 1 or graph != "consensus17" else []
        settings = {
            "condition": OBSERVATIONAL_CONDITION if condition == "observational" else condition,
            "graph": graph,
        }
        rows = load_sachs(condition).data
        found += _real(section, ", ".join(parts), "sachs", settings, rows)
    return found


def _table(section: Section, folder: Path) -> list[tuple[DataSource, str]]:
    """Return the sources of a user's table, and what its raw columns hold."""
    table, truth = ((folder / section[key]).absolute() for key in ("table", "truth"))
    try:
        rows = _rows_with_a_true_dag(table, truth)
        digests = {"table_sha256": file_sha256(table), "truth_sha256": file_sha256(truth)}
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            section.fail(f"{error.filename}: {error.strerror}")
        section.fail(joined_lines(str(error)))
    settings = {"table": str(table), "truth": str(truth), **digests}
    label = section["label"] or table.stem[:LONGEST_LABEL]
    return _real(section, label, "table", settings, rows)


def _real(
    section: Section, label: str, kind: str, settings: Mapping[str, Any], rows: FloatArray
) -> list[tuple[DataSource, str]]:
    ways = {key: section[key] for key in ("resample", "simulate") if section[key]}
    if len(ways) == 2:
        section.refuse("simulate", "draws rows in another way than resample; omit one of them")
    settings = {**settings, **ways}
    values = "real" if section["simulate"] else column_values_of(rows)
    return [
        (DataSource(label, kind, settings, scale, *rows.shape), values)
        for scale in section["scales"]
    ]


def _rows_with_a_true_dag(table: Path, truth: Path) -> FloatArray:
    """Return the rows of a table, after its true graph has been checked."""
    frame = read_table(table)
    rows = usable_rows(frame)
    try:
        read_graph(truth).arranged_like(list(frame.columns)).require_dag()
    except ValueError as error:
        raise ValueError(f"{truth}: {error}" if str(truth) not in str(error) else error) from error
    return rows

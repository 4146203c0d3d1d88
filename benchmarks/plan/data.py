"""``[[data]]``: what is fitted to, of which size, on which scale, with which seeds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.plan.real_data import (
    DATASET_KEYS,
    TABLE_KEYS,
    dataset_sources,
    table_sources,
)
from causal_dag.benchmarks.plan.section import Section
from causal_dag.benchmarks.plan.seeds import read_seeds
from causal_dag.benchmarks.plan.simulated_data import (
    MODEL_KEYS,
    SCENARIO_KEYS,
    model_sources,
    scenario_sources,
)
from causal_dag.benchmarks.plan.suite import MOST_CELLS, PlannedData

# The key that says what kind of data it is, and all keys of that kind.
_KEYS = {
    "scenario": SCENARIO_KEYS,
    "graph": MODEL_KEYS,
    "dataset": DATASET_KEYS,
    "table": TABLE_KEYS,
}


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
    known = _Known()
    number_of_draws = 0
    for place, values in enumerate(entries, start=1):
        section = _section(f"{file}: [[data]] {place}", values)
        planned = _planned(section, folder, seeds)
        number_of_draws += sum(len(data.seeds) for data in planned)
        if number_of_draws > MOST_CELLS:
            raise ValueError(
                f"{section.place}: that makes {number_of_draws:,} data sets, more than "
                f"{MOST_CELLS:,}; lower the number of seeds or sizes"
            )
        for data in planned:
            known.add(section, place, data.source)
        found += planned
    return found


def _section(place: str, values: Any) -> Section:
    kinds = [kind for kind in _KEYS if isinstance(values, Mapping) and kind in values]
    if len(kinds) == 1:
        return Section(place, values, _KEYS[kinds[0]])
    Section(place, values, list(dict.fromkeys(key for keys in _KEYS.values() for key in keys)))
    raise ValueError(f"{place}: name one of {', '.join(_KEYS)}, and only one")


def _planned(section: Section, folder: Path, seeds: Sequence[int]) -> list[PlannedData]:
    own_seeds = read_seeds(section) if "seeds" in section or "first_seed" in section else None
    if "scenario" in section or "graph" in section:
        sources = scenario_sources if "scenario" in section else model_sources
        return [PlannedData(source, own_seeds or seeds) for source in sources(section)]
    real = dataset_sources(section) if "dataset" in section else table_sources(section, folder)
    # Rows that are the same for every seed are one observation, however often they are fitted.
    usual = seeds if section.flag("resample") else seeds[:1]
    return [PlannedData(source, own_seeds or usual, values) for source, values in real]


class _Known:
    """The data of a suite so far, to tell the same data twice and one label for two things."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._settings: dict[str, str] = {}

    def add(self, section: Section, place: int, source: DataSource) -> None:
        """Remember the data of a table; ``ValueError`` if they, or their label, are taken."""
        identity = source.identity()
        data = json.dumps(identity, sort_keys=True)
        settings = json.dumps([source.kind, identity["settings"]], sort_keys=True)
        if self._places.setdefault(data, place) != place:
            raise ValueError(
                f"{section.place}: {source.label} ({source.scale}, {source.n_samples} rows, "
                f"{source.n_features} columns) is in [[data]] {self._places[data]} already; "
                "remove one of them"
            )
        if self._settings.setdefault(source.label, settings) != settings:
            raise ValueError(
                f"{section.place}: the label {source.label!r} already stands for other data; give "
                "this table a label of its own"
            )

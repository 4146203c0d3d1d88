"""Records of runs, checked and put in order once, as every part of a report sees them."""

import json
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.measures import plain_text
from causal_dag.benchmarks.store.outcome import TIME_AND_MEMORY, Status
from causal_dag.benchmarks.store.records import MEASURES

#: What makes up a setting; runs of one setting differ in solver and seed.
SETTING = ["data", "n_samples", "n_features", "scale"]
BLOCK = [*SETTING, "seed"]

TEXTS = (
    "suite", "key", "data", "kind", "data_settings", "scale", "solver", "method", "origin",
    "version", "parameters", "status", "message", "solver_status", "started",
    "causal_dag_version", "git_revision", "python", "platform", "cpu", "packages",
)  # fmt: skip
NUMBERS = (*TIME_AND_MEMORY, *MEASURES)
COUNTS = ("n_samples", "n_features", "seed")
OTHERS = ("baseline", "converged", "cores", "threads")

SCALE_ORDER = {"raw": 0, "standardized": 1, "iscm": 2}


@dataclass(frozen=True)
class Setting:
    """Data of one size on one scale.

    Parameters
    ----------
    data : str
        Label.
    n_samples, n_features : int
        Size.
    scale : str
        Of the columns.
    rows : {"drawn", "simulated", "resampled", "fixed"}
        What a seed changes: a new model and new rows, new rows of a model fitted to one table, rows
        of that table drawn again, or nothing.
    """

    data: str
    n_samples: int
    n_features: int
    scale: str
    rows: str = "drawn"

    @property
    def label(self) -> str:
        """How the setting is called."""
        return f"{self.problem}, {self.scale} columns"

    @property
    def problem(self) -> str:
        """The setting without its scale."""
        return f"{self.data}, n = {self.n_samples}, d = {self.n_features}"


@dataclass(frozen=True)
class Study:
    """All that a report says something about.

    Parameters
    ----------
    runs : pandas.DataFrame
        A row per run, texts cleaned, labels unambiguous.
    solvers : tuple of str
        Labels: methods by their average rank, then baselines.
    baselines : frozenset of str
        Those of them that are baselines.
    settings : tuple of Setting
        Sorted by data, scale, and size.
    """

    runs: pd.DataFrame
    solvers: tuple[str, ...]
    baselines: frozenset[str]
    settings: tuple[Setting, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """The solvers other than baselines."""
        return tuple(solver for solver in self.solvers if solver not in self.baselines)

    @property
    def scales(self) -> tuple[str, ...]:
        """Scales that occur, raw first."""
        return tuple(sorted({s.scale for s in self.settings}, key=lambda s: SCALE_ORDER.get(s, 9)))

    @property
    def done(self) -> pd.DataFrame:
        """The runs that ended well."""
        return self.runs[self.runs["status"] == Status.DONE]

    def values(self, setting: Setting, column: str) -> pd.DataFrame:
        """Return numbers, a row per seed and a column per solver; NaN where a run is not done."""
        return self._values[_key(setting)][column]

    def mean(self, setting: Setting, column: str) -> float:
        """Return a property of the data, averaged over seeds; NaN where no run is done."""
        values = self.values(setting, column).to_numpy()
        return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")

    @property
    def unfinished(self) -> pd.DataFrame:
        """The runs that did not end well."""
        return self.runs[self.runs["status"] != Status.DONE]

    @cached_property
    def _values(self) -> dict[Hashable, pd.DataFrame]:
        """Every setting's numbers: a row per seed, a column per measure and solver."""
        columns = [*NUMBERS, "added_memory_mb"]
        is_done = self.runs["status"] == Status.DONE
        numbers = self.runs[columns].where(is_done, axis=0)
        runs = pd.concat([self.runs[[*BLOCK, "solver"]], numbers], axis=1)
        return {
            key: group.set_index(["seed", "solver"])[columns]
            .unstack("solver")
            .reindex(columns=list(self.solvers), level="solver")
            for key, group in runs.groupby(SETTING, sort=False)
        }


def study_of(records: pd.DataFrame) -> Study:
    """Check records and return them as a study.

    Parameters
    ----------
    records : pandas.DataFrame
        A row per run, as ``Store.records`` returns them; may be empty.

    Raises
    ------
    ValueError
        If columns are missing.
    """
    runs = _checked(records)
    # Of a table the content counts, not where it lies.
    content = runs["data_settings"].map(_without_paths)
    identities = {
        "solver": _joined(runs, ["method", "origin", "version", "parameters"]),
        "data": _joined(runs.assign(data_settings=content), ["kind", "data_settings"]),
    }
    for label, identity in identities.items():
        # Suites may call the same thing by other names.
        one_name = runs[label].groupby(identity).transform("first")
        runs[label] = _told_apart(one_name, identity)
    runs = runs.drop_duplicates([*BLOCK, "solver"]).reset_index(drop=True)
    baselines = frozenset(runs.loc[runs["baseline"], "solver"])
    return Study(runs, _ordered_solvers(runs, baselines), baselines, _settings(runs))


def _checked(records: pd.DataFrame) -> pd.DataFrame:
    columns = [*TEXTS, *COUNTS, *NUMBERS, *OTHERS]
    missing = [column for column in columns if column not in records.columns]
    if missing and len(records):
        raise ValueError(
            f"records: no column {missing[0]!r} ({len(missing)} missing); "
            "pass what Store.records() returns"
        )
    runs = records.reindex(columns=columns).reset_index(drop=True)
    for column in TEXTS:
        runs[column] = _texts(runs[column])
    for column in COUNTS:
        runs[column] = runs[column].astype(int)
    for column in NUMBERS:
        runs[column] = pd.to_numeric(runs[column], errors="coerce").astype(float)
        runs[column] = runs[column].where(np.isfinite(runs[column]))
    runs["baseline"] = runs["baseline"].astype(bool)
    runs["added_memory_mb"] = runs["peak_memory_mb"] - runs["start_memory_mb"]
    return runs


def _texts(values: pd.Series) -> pd.Series:
    """Return clean texts, empty where nothing is known.

    They are Python objects: on short columns, and there are many here, those are much quicker.
    """
    known = values.fillna("").astype(object)
    clean = {value: plain_text(value) for value in known.unique()}
    return pd.Series([clean[value] for value in known], index=values.index, dtype=object)


def _without_paths(settings: str) -> str:
    try:
        found = json.loads(settings)
    except ValueError:
        return settings
    if not isinstance(found, dict) or "table_sha256" not in found:
        return settings
    return json.dumps({key: found[key] for key in found if key not in ("table", "truth")})


def _joined(runs: pd.DataFrame, columns: list[str]) -> pd.Series:
    return runs[columns[0]].str.cat(runs[columns[1:]], sep="\n")


def _told_apart(labels: pd.Series, identities: pd.Series) -> pd.Series:
    """Return labels, numbered where they stand for several things: ``topo``, ``topo (2)``."""
    while (identities.groupby(labels).transform("nunique") > 1).any():
        number = identities.groupby(labels).transform(lambda group: pd.factorize(group)[0])
        labels = labels.where(number == 0, labels + " (" + (number + 1).astype(str) + ")")
    return labels


def _ordered_solvers(runs: pd.DataFrame, baselines: frozenset[str]) -> tuple[str, ...]:
    """Return methods by their average rank, then baselines; runs that are not done rank last."""
    distance = runs["shd"].where(runs["status"] == Status.DONE, np.inf).fillna(np.inf)
    ranks = distance.groupby([runs[column] for column in BLOCK]).rank()
    average = ranks.groupby(runs["solver"]).mean().to_dict()
    return tuple(sorted(average, key=lambda solver: (solver in baselines, average[solver], solver)))


def _settings(runs: pd.DataFrame) -> tuple[Setting, ...]:
    first = runs.drop_duplicates(SETTING)
    found = [
        Setting(row.data, row.n_samples, row.n_features, row.scale, _rows(row))
        for row in first.itertuples()
    ]
    return tuple(
        sorted(
            found,
            key=lambda s: (s.data, SCALE_ORDER.get(s.scale, 9), s.scale, s.n_features, s.n_samples),
        )
    )


def _rows(row: Any) -> str:
    if row.kind == "linear":
        return "drawn"
    try:
        settings = json.loads(row.data_settings)
    except ValueError:
        return "fixed"
    for key, rows in (("resample", "resampled"), ("simulate", "simulated")):
        if isinstance(settings, dict) and settings.get(key):
            return rows
    return "fixed"


def _key(setting: Setting) -> Hashable:
    return setting.data, setting.n_samples, setting.n_features, setting.scale

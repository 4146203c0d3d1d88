"""From a page of TOML to a suite."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from causal_dag.benchmarks.plan.data import read_data
from causal_dag.benchmarks.plan.section import Section
from causal_dag.benchmarks.plan.seeds import SEED_KEYS, read_seeds
from causal_dag.benchmarks.plan.shipped import suite_path
from causal_dag.benchmarks.plan.solvers import column_values_wanted, read_solvers
from causal_dag.benchmarks.plan.suite import (
    MOST_CELLS,
    Limits,
    PlannedData,
    PlannedMethod,
    Suite,
)
from causal_dag.benchmarks.plan.toml_document import parse, read_text

SUITE_KEYS = ("name", "description", *SEED_KEYS, "limits", "data", "solvers")
LIMIT_KEYS = ("seconds", "memory_mb")
DEFAULT_SEEDS = 10
LONGEST_DESCRIPTION = 2000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
_DAY = 86_400.0


def read_suite(name_or_path: str | Path) -> Suite:
    """Read a suite.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a shipped suite, or path of a file that ends in ``.toml``.

    Returns
    -------
    Suite

    Raises
    ------
    ValueError
        If there is no such suite, or it cannot be run as written; one line that names the file,
        the table and the key.

    Examples
    --------
    >>> from causal_dag.benchmarks.plan import read_suite
    >>> suite = read_suite("quickstart")
    >>> [planned.method.label for planned in suite.methods if planned.method.is_baseline]
    ['empty', 'random', 'sortnregress-var', 'sortnregress-r2']
    """
    path = suite_path(name_or_path)
    text = read_text(path)
    section = Section(path.name, parse(text, path.name), SUITE_KEYS)
    seeds = read_seeds(section, DEFAULT_SEEDS)
    data = read_data(_tables(section, "data"), path.name, path.absolute().parent, seeds)
    methods = read_solvers(_tables(section, "solvers"), path.name)
    suite = Suite(
        _name(section, path.stem),
        _description(section),
        _limits(section),
        tuple(data),
        tuple(methods),
        text,
    )
    _refuse_impossible_pairs(suite, path.name)
    if suite.n_cells > MOST_CELLS:
        raise ValueError(f"{path.name}: {suite.n_cells:,} runs are more than {MOST_CELLS:,}")
    return suite


def _tables(section: Section, key: str) -> Sequence[Mapping[str, Any]]:
    tables = section.values.get(key)
    if not isinstance(tables, list) or not tables:
        raise ValueError(f"{section.place}: there has to be at least one table [[{key}]]")
    return tables


def _name(section: Section, stem: str) -> str:
    name = section.values.get("name", stem)
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        section.refuse("name", "must be 1 to 60 letters, digits, dots, underscores and hyphens")
    return name


def _description(section: Section) -> str:
    text = section.values.get("description", "")
    line = " ".join(text.split()) if isinstance(text, str) else ""
    if not isinstance(text, str) or len(line) > LONGEST_DESCRIPTION or not line.isprintable():
        section.refuse("description", f"must be a text of at most {LONGEST_DESCRIPTION} characters")
    return line


def _limits(section: Section) -> Limits:
    if "limits" not in section:
        return Limits()
    limits = Section(f"{section.place}: [limits]", section.values["limits"], LIMIT_KEYS)
    usual = Limits()
    return Limits(
        limits.number("seconds", 0.1, 30 * _DAY, usual.seconds),
        limits.number("memory_mb", 256, 2**30, usual.memory_mb),
    )


def _refuse_impossible_pairs(suite: Suite, file: str) -> None:
    for place, planned in enumerate(suite.methods, start=1):
        for data in suite.data:
            _refuse_wrong_columns(f"{file}: [[solvers]] {place}", planned, data)
        if not any(planned.takes(data) for data in suite.data):
            raise ValueError(
                f"{file}: [[solvers]] {place}: {planned.method.label} takes none of the data; "
                "raise its max_features, or remove it"
            )


def _refuse_wrong_columns(place: str, planned: PlannedMethod, data: PlannedData) -> None:
    """Refuse a solver of 0 and 1 or of counts beside data that never holds them.

    Standardised columns hold neither, whatever they held before: such a solver takes part on
    raw columns only.
    """
    if data.source.scale == "raw" and planned.column_values != "real" and not planned.takes(data):
        raise ValueError(
            f"{place}: {planned.method.label} needs columns of {column_values_wanted(planned)}, "
            f"and {data.source.label} holds other numbers; put them into suites of their own"
        )

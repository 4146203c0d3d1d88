"""What is needed to run it all again: methods, data, machine, versions."""

import json
import shlex
from collections.abc import Iterable

import pandas as pd

from causal_dag.benchmarks.report.document import Block, Code, Paragraph, Row, Section, Table, texts
from causal_dag.benchmarks.report.measures import NOTHING
from causal_dag.benchmarks.report.plain_text import listed, plain_text, shortened
from causal_dag.benchmarks.report.study import Study

MACHINE = {
    "causal_dag_version": "causal-dag",
    "git_revision": "git revision",
    "python": "Python",
    "platform": "platform",
    "cpu": "CPU",
    "cores": "cores",
    "threads": "threads of a run",
}


def provenance_section(study: Study) -> Section:
    """Return methods, data, machine and packages, and how to reproduce the runs."""
    body: list[Block] = [
        Paragraph(
            "The seed is the random_state of the data, and of the solver where it takes one."
        ),
        _methods(study),
        _data(study),
        _machine(study),
        _packages(study),
        *_reproduction(study),
    ]
    return Section("provenance", "Provenance", tuple(body))


def numbers(values: Iterable[int]) -> str:
    """Return integers in order, with ranges joined.

    Examples
    --------
    >>> from causal_dag.benchmarks.report.provenance import numbers
    >>> numbers([3, 0, 1, 2, 7])
    '0 to 3, 7'
    """
    spans: list[list[int]] = []
    for value in sorted(set(values)):
        if spans and value == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], value]
        else:
            spans.append([value])
    return ", ".join(" to ".join(map(str, span)) for span in spans)


def _methods(study: Study) -> Table:
    first = study.runs.drop_duplicates("solver").set_index("solver")
    rows = [
        Row(
            solver,
            texts(
                *(
                    first.loc[solver, column] or NOTHING
                    for column in ("method", "origin", "version")
                ),
                _settings(first.loc[solver, "parameters"]) or "defaults",
            ),
            solver in study.baselines,
        )
        for solver in study.solvers
    ]
    columns = ("solver", "method", "package", "version", "parameters")
    return Table("Methods", columns, tuple(rows), is_text=True)


def _data(study: Study) -> Table:
    rows = [
        Row(
            str(data),
            texts(
                str(runs["kind"].iloc[0]),
                _settings(runs["data_settings"].iloc[0]) or "defaults",
                numbers(runs["n_samples"]),
                numbers(runs["n_features"]),
                listed(list(dict.fromkeys(runs["scale"]))),
                numbers(runs["seed"]),
            ),
        )
        for data, runs in study.runs.groupby("data")
    ]
    columns = ("data", "kind", "settings", "n", "d", "scales", "seeds")
    return Table("Data", columns, tuple(rows), is_text=True)


def _machine(study: Study) -> Table:
    rows = [Row(title, texts(_distinct(study.runs[column]))) for column, title in MACHINE.items()]
    started = sorted(value for value in study.runs["started"] if value)
    span = f"{started[0]} to {started[-1]}" if started else NOTHING
    rows.append(Row("runs started", texts(span)))
    return Table("Machine and versions", ("what", "value"), tuple(rows), is_text=True)


def _packages(study: Study) -> Table:
    versions: dict[str, list[str]] = {}
    for text in dict.fromkeys(study.runs["packages"]):
        for name, version in _mapping(text).items():
            found = versions.setdefault(plain_text(name), [])
            if plain_text(version) not in found:
                found.append(plain_text(version))
    rows = [Row(name, texts(listed(found))) for name, found in sorted(versions.items())]
    return Table("Packages", ("package", "version"), tuple(rows), is_text=True)


def _reproduction(study: Study) -> list[Block]:
    suites = [suite for suite in dict.fromkeys(study.runs["suite"]) if suite]
    if not suites:
        return []
    lines = [f"causal-dag bench run {shlex.quote(suite)}" for suite in suites]
    return [
        Paragraph(
            "With the versions above, these lines run everything again. Rows of simulated data can "
            "be drawn without the benchmarks too: causal_dag.synthetic.make_linear_sem(n, d, "
            'random_state=seed) with the settings above (scale="iscm" where that is the scale).'
        ),
        Code("\n".join(lines)),
    ]


def _settings(text: str) -> str:
    settings = _mapping(text)
    if not settings:
        return ""
    return shortened(
        ", ".join(f"{plain_text(key)} = {plain_text(value)}" for key, value in settings.items())
    )


def _mapping(text: str) -> dict[str, object]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _distinct(values: pd.Series) -> str:
    found = [plain_text(value) for value in values.dropna().unique() if value != ""]
    return listed(found) if found else NOTHING

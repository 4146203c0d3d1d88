"""What became of every run, and what is needed to run it all again."""

import json
import shlex

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.document import (
    Block,
    Code,
    Paragraph,
    Row,
    Section,
    Table,
    paragraph,
    row,
)
from causal_dag.benchmarks.report.measures import (
    NOTHING,
    SHD,
    listed,
    plain_text,
    ranges,
    shortened,
)
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.store.outcome import Status

MOST_MESSAGES = 200
MACHINE = {
    "causal_dag_version": "causal-dag",
    "git_revision": "git revision",
    "python": "Python",
    "platform": "platform",
    "cpu": "CPU",
    "cores": "cores",
    "threads": "threads of a run",
}


def failures_section(study: Study) -> Section:
    """Count the runs by how they ended, with messages, and compare on what all finished."""
    body: list[Block] = [_opening(study), _counts(study)]
    if len(study.unfinished):
        body.append(_messages(study))
    common = [line for setting in study.settings for line in _common_rows(study, setting)]
    if common:
        columns = (
            "setting and solver", "finished", "mean SHD", "common seeds", "mean SHD over these",
        )  # fmt: skip
        body += [
            paragraph("common_seeds"),
            Table("Means over the seeds that all solvers finished", columns, tuple(common)),
        ]
    return Section("failures", "Failures", tuple(body))


def _opening(study: Study) -> Paragraph:
    n_blocks = sum(len(study.values(s, SHD.column)) for s in study.settings)
    return paragraph(
        "failures",
        n_runs=len(study.runs),
        n_lost=len(study.unfinished),
        n_absent=n_blocks * len(study.solvers) - len(study.runs),
    )


def _counts(study: Study) -> Table:
    endings = [str(status) for status in Status if (study.runs["status"] == status).any()]
    counts = pd.crosstab(study.runs["solver"], study.runs["status"])
    done = study.done
    stalls = done.loc[done["converged"].eq(False).astype(bool), "solver"].value_counts()
    cut = done.groupby("solver")["cut_edges"].mean()
    rows = [
        row(
            solver,
            *map(str, [counts.loc[solver].sum(), *counts.loc[solver, endings]]),
            str(stalls.get(solver, 0)),
            SHD.number(cut.get(solver, np.nan)),
            is_baseline=solver in study.baselines,
        )
        for solver in study.solvers
    ]
    columns = ("solver", "runs", *endings, "done, not converged", "edges cut (mean)")
    return Table("How the runs of every solver ended", columns, tuple(rows))


def _messages(study: Study) -> Table:
    rows = [
        row(solver, status, str(len(runs)), shortened(message) or NOTHING, _where(runs))
        for (solver, status, message), runs in study.unfinished.groupby(
            ["solver", "status", "message"]
        )
    ]
    caption = "Why runs did not finish"
    if len(rows) > MOST_MESSAGES:
        caption += f" (the first {MOST_MESSAGES} of {len(rows)} kinds)"
    columns = ("solver", "end", "runs", "message", "where")
    return Table(caption, columns, tuple(rows[:MOST_MESSAGES]), is_text=True)


def _where(runs: pd.DataFrame) -> str:
    places = runs.groupby(["data", "n_samples", "n_features"]).size()
    return listed([f"{data} (n = {n}, d = {d})" for data, n, d in places.index], most=4)


def _common_rows(study: Study, setting: Setting) -> list[Row]:
    n_seeds = len(study.values(setting, SHD.column))
    values = study.values(setting, SHD.column).dropna(axis=1, how="all")
    common = values.dropna()
    if values.empty or len(common) == n_seeds:
        return []
    return [
        row(
            f"{setting.label}: {solver}",
            f"{values[solver].count()} of {n_seeds}",
            SHD.number(values[solver].mean()),
            str(len(common)),
            SHD.number(common[solver].mean()),
            is_baseline=solver in study.baselines,
        )
        for solver in values.columns
    ]


def provenance_section(study: Study) -> Section:
    """Return methods, data, machine and packages, and how to reproduce the runs."""
    tables = (_methods(study), _data(study), _machine(study), _packages(study))
    body = (paragraph("provenance"), *tables, *_reproduction(study))
    return Section("provenance", "Provenance", body)


def _methods(study: Study) -> Table:
    first = study.runs.drop_duplicates("solver").set_index("solver")
    columns = ["method", "origin", "version"]
    rows = [
        row(
            solver,
            *(text or NOTHING for text in first.loc[solver, columns]),
            _settings(first.loc[solver, "parameters"]),
            is_baseline=solver in study.baselines,
        )
        for solver in study.solvers
    ]
    headings = ("solver", "method", "package", "version", "parameters")
    return Table("Methods", headings, tuple(rows), is_text=True)


def _data(study: Study) -> Table:
    rows = [
        row(
            str(data),
            runs["kind"].iloc[0],
            _settings(runs["data_settings"].iloc[0]),
            ranges(runs["n_samples"]),
            ranges(runs["n_features"]),
            listed(runs["scale"].unique()),
            ranges(runs["seed"]),
        )
        for data, runs in study.runs.groupby("data")
    ]
    columns = ("data", "kind", "settings", "n", "d", "scales", "seeds")
    return Table("Data", columns, tuple(rows), is_text=True)


def _machine(study: Study) -> Table:
    facts = {title: _distinct(study.runs[column]) for column, title in MACHINE.items()}
    started = sorted(value for value in study.runs["started"] if value)
    facts["runs started"] = f"{started[0]} to {started[-1]}" if started else NOTHING
    rows = tuple(row(title, value) for title, value in facts.items())
    return Table("Machine and versions", ("what", "value"), rows, is_text=True)


def _distinct(values: pd.Series) -> str:
    return listed(plain_text(v) for v in values.dropna().unique() if v != "") or NOTHING


def _packages(study: Study) -> Table:
    versions: dict[str, dict[str, None]] = {}
    for text in study.runs["packages"].unique():
        for name, version in _mapping(text).items():
            versions.setdefault(plain_text(name), {})[plain_text(version)] = None
    rows = tuple(row(name, listed(found)) for name, found in sorted(versions.items()))
    return Table("Packages", ("package", "version"), rows, is_text=True)


def _reproduction(study: Study) -> list[Block]:
    suites = [suite for suite in study.runs["suite"].unique() if suite]
    if not suites:
        return []
    lines = [f"causal-dag bench run {shlex.quote(suite)}" for suite in suites]
    return [
        paragraph("reproduction"),
        Code("\n".join(lines)),
    ]


def _settings(text: str) -> str:
    settings = (f"{plain_text(key)} = {plain_text(v)}" for key, v in _mapping(text).items())
    return shortened(", ".join(settings)) or "defaults"


def _mapping(text: str) -> dict[str, object]:
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}

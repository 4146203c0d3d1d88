"""Runs that did not finish: how many, why, and what the means would be without their cases."""

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.document import (
    Block,
    Entry,
    Paragraph,
    Row,
    Section,
    Table,
    texts,
)
from causal_dag.benchmarks.report.measures import NOTHING, SHD
from causal_dag.benchmarks.report.plain_text import counted, listed, shortened
from causal_dag.benchmarks.report.study import Setting, Study
from causal_dag.benchmarks.store.outcome import Status

MOST_MESSAGES = 200


def unfinished(study: Study) -> pd.DataFrame:
    """Return the runs that are not done."""
    return study.runs[study.runs["status"] != Status.DONE]


def failures_section(study: Study) -> Section:
    """Count the runs by how they ended, with messages, and compare on what all finished."""
    body: list[Block] = [Paragraph(_opening(study)), _counts(study)]
    if len(unfinished(study)):
        body.append(_messages(study))
    common = [row for setting in study.settings for row in _common_rows(study, setting)]
    if common:
        body += [Paragraph(_COMMON), _common_table(common)]
    return Section("failures", "Failures", tuple(body))


_COMMON = (
    "A solver that gives up on hard cases has a better mean for it. Below are the settings in "
    "which some solver lost seeds, with the mean SHD of all solvers over the seeds that every "
    "one of them finished (solvers that finished none are left out of that condition)."
)


def _opening(study: Study) -> str:
    lost = unfinished(study)
    n_blocks = sum(len(study.values(s, SHD.column)) for s in study.settings)
    absent = n_blocks * len(study.solvers) - len(study.runs)
    sentence = f"{len(lost):,} of {counted(len(study.runs), 'run')} did not finish."
    if absent:
        sentence += (
            f" Besides, {counted(absent, 'pair')} of a solver and a seed of a setting have no "
            "record: not planned, or not yet run."
        )
    return sentence + (
        " A run that is done may still not have converged, or have had cycles that were cut to "
        "make its graph acyclic; both are counted here."
    )


def _counts(study: Study) -> Table:
    endings = [str(status) for status in Status if (study.runs["status"] == status).any()]
    counts = pd.crosstab(study.runs["solver"], study.runs["status"])
    done = study.done
    stalls = done.loc[done["converged"].eq(False).astype(bool), "solver"].value_counts()
    cut = done.groupby("solver")["cut_edges"].mean()
    rows = tuple(
        Row(
            solver,
            texts(
                str(int(counts.loc[solver].sum())),
                *(str(int(counts.loc[solver].get(ending, 0))) for ending in endings),
                str(int(stalls.get(solver, 0))),
                SHD.figure(float(cut.get(solver, np.nan))),
            ),
            solver in study.baselines,
        )
        for solver in study.solvers
    )
    columns = ("solver", "runs", *endings, "done, not converged", "edges cut (mean)")
    return Table("How the runs of every solver ended", columns, rows)


def _messages(study: Study) -> Table:
    lost = unfinished(study)
    groups = lost.groupby(["solver", "status", "message"], sort=True)
    rows = [
        Row(
            str(solver),
            texts(str(status), str(len(runs)), shortened(str(message)) or NOTHING, _where(runs)),
        )
        for (solver, status, message), runs in groups
    ]
    caption = "Why runs did not finish"
    if len(rows) > MOST_MESSAGES:
        caption += f" (the first {MOST_MESSAGES} of {len(rows)} kinds)"
    columns = ("solver", "end", "runs", "message", "where")
    return Table(caption, columns, tuple(rows[:MOST_MESSAGES]), is_text=True)


def _where(runs: pd.DataFrame) -> str:
    places = runs.groupby(["data", "n_samples", "n_features"], sort=True).size()
    return listed([f"{data} (n = {n}, d = {d})" for data, n, d in places.index], most=4)


def _common_rows(study: Study, setting: Setting) -> list[Row]:
    values = study.values(setting, SHD.column).dropna(axis=1, how="all")
    common = values.dropna()
    if values.empty or len(common) == len(study.values(setting, SHD.column)):
        return []
    return [
        Row(
            f"{setting.label}: {solver}",
            (
                Entry(f"{values[solver].count()} of {len(study.values(setting, SHD.column))}"),
                Entry(SHD.figure(values[solver].mean())),
                Entry(str(len(common))),
                Entry(SHD.figure(common[solver].mean()) if len(common) else NOTHING),
            ),
            solver in study.baselines,
        )
        for solver in values.columns
    ]


def _common_table(rows: list[Row]) -> Table:
    columns = ("setting and solver", "finished", "mean SHD", "common seeds", "mean SHD over these")
    return Table("Means over the seeds that all solvers finished", columns, tuple(rows))

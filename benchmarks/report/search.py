"""Why an estimate is wrong: the search missed the better graph, or the criterion misled it."""

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.document import Block, Entry, Paragraph, Row, Section, Table
from causal_dag.benchmarks.report.measures import Measure
from causal_dag.benchmarks.report.study import Study

EXACT, EQUIVALENT, SEARCH, CRITERION = "exact", "equivalent", "search", "criterion"
CLASSES = (EXACT, EQUIVALENT, SEARCH, CRITERION)
# BICs of the same graph from different orders of summation differ by rounding.
RELATIVE_TOLERANCE = 1e-9

SCORE = Measure("score", "score", decimals=3)
BIC = Measure("bic", "BIC", decimals=1)

_OPENING = (
    "Every estimated graph is refitted by least squares and compared with the true graph, "
    "refitted alike: by its score, the mean Gaussian log-likelihood of a row, and by BIC (lower "
    "is better). An estimate with a worse BIC than the truth shows that the search failed: a "
    "better graph was there, the true one. An estimate with a better (or equal) BIC in another "
    "equivalence class shows that the criterion fails, or that there are too few rows: a better "
    "search would not help. An estimate in the true equivalence class has some edges turned "
    "around, which a Gaussian likelihood with unequal variances cannot tell. This speaks of "
    "methods that fit linear Gaussian models; one that uses other information, such as equal "
    "variances or the shape of the noise, may rightly prefer another graph."
)


def search_section(study: Study) -> Section | None:
    """Return a table a data set and scale, or None where no run has a BIC."""
    runs = study.done.dropna(subset=["bic", "true_bic"])
    if runs.empty:
        return None
    runs = runs.assign(verdict=verdict(runs))
    groups = dict(iter(runs.groupby(["data", "scale"], sort=False)))
    places = dict.fromkeys((setting.data, setting.scale) for setting in study.settings)
    body: list[Block] = [Paragraph(_OPENING)]
    body += [_table(study, *place, groups[place]) for place in places if place in groups]
    return Section("search", "Search or criterion", tuple(body))


def verdict(runs: pd.DataFrame) -> pd.Series:
    """Return for every run ``"exact"``, ``"equivalent"``, ``"search"`` or ``"criterion"``."""
    tolerance = RELATIVE_TOLERANCE * runs["true_bic"].abs()
    conditions = [
        runs["shd"] == 0,
        runs["cpdag_distance"] == 0,
        runs["bic"] > runs["true_bic"] + tolerance,
    ]
    return pd.Series(np.select(conditions, CLASSES[:3], default=CRITERION), index=runs.index)


def _table(study: Study, data: str, scale: str, runs: pd.DataFrame) -> Table:
    by_solver = dict(iter(runs.groupby("solver")))
    rows = [
        Row(solver, _entries(by_solver[solver]), solver in study.baselines)
        for solver in study.solvers
        if solver in by_solver
    ]
    columns = (
        "solver", "runs", "score − true score", "BIC − true BIC", "exact", "true class",
        "search failed", "criterion or n",
    )  # fmt: skip
    return Table(f"{data}, {scale} columns, all sizes", columns, tuple(rows))


def _entries(runs: pd.DataFrame) -> tuple[Entry, ...]:
    score, bic = runs["score"] - runs["true_score"], runs["bic"] - runs["true_bic"]
    shares = [(runs["verdict"] == name).mean() for name in CLASSES]
    return (
        Entry(str(len(runs))),
        Entry(SCORE.spread(score.mean(), score.std(ddof=1))),
        Entry(BIC.spread(bic.mean(), bic.std(ddof=1))),
        *(Entry(f"{share:.0%}") for share in shares),
    )

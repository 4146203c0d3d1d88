"""Means of one setting, and which solvers are the best there or cannot be told from it."""

from dataclasses import dataclass

import pandas as pd

from causal_dag.benchmarks.report.measures import SHD, Better, Measure
from causal_dag.benchmarks.report.paired import LEVEL, holm, paired_differences
from causal_dag.benchmarks.report.study import Setting, Study


@dataclass(frozen=True)
class Summary:
    """One measure in one setting.

    Parameters
    ----------
    mean, sd : pandas.Series
        By solver, over the runs that are done; NaN without any, or without two.
    n_done : pandas.Series
        Number of those runs.
    n_seeds : int
        Number of seeds of the setting.
    best : str or None
        Solver with the best mean among those that finished every seed.
    tied : frozenset of str
        Solvers that finished every seed and cannot be told from the best: the paired t test,
        adjusted for their number by Holm's method, does not reject at 5 %.
    """

    mean: pd.Series
    sd: pd.Series
    n_done: pd.Series
    n_seeds: int
    best: str | None
    tied: frozenset[str]

    def is_complete(self, solver: str) -> bool:
        """Return whether the solver finished every seed."""
        return bool(self.n_done[solver] == self.n_seeds)


def summary(study: Study, setting: Setting, measure: Measure) -> Summary:
    """Return the means of a measure in a setting."""
    values = study.values(setting, measure.column)
    n_done = values.count()
    complete = values.loc[:, n_done == len(values)]
    best = None if measure.better is Better.NEITHER else _best(complete, measure)
    return Summary(
        mean=values.mean(),
        sd=values.std(ddof=1),
        n_done=n_done,
        n_seeds=len(values),
        best=best,
        tied=frozenset() if best is None else _tied(complete, best, setting),
    )


def reference_of(study: Study, setting: Setting, chosen: str | None = None) -> str | None:
    """Return what the solvers of a setting are compared with.

    The chosen solver, or the method with the smallest mean SHD among those that finished every
    seed (if none did, among all); a baseline where there is no method. None if nothing is done.
    """
    values = study.values(setting, SHD.column).dropna(axis=1, how="all")
    if chosen is not None:
        return chosen if chosen in values.columns else None
    methods = [solver for solver in values.columns if solver not in study.baselines]
    candidates = values[methods] if methods else values
    return _best(candidates.dropna(axis=1), SHD) or _best(candidates, SHD)


def best_baseline(study: Study, setting: Setting) -> str | None:
    """Return the baseline with the smallest mean SHD among those that finished every seed."""
    values = study.values(setting, SHD.column).dropna(axis=1)
    baselines = [solver for solver in values.columns if solver in study.baselines]
    return _best(values[baselines], SHD)


def _best(values: pd.DataFrame, measure: Measure) -> str | None:
    mean = values.mean()
    if mean.empty:
        return None
    return str(mean.idxmin() if measure.better is Better.LOWER else mean.idxmax())


def _tied(complete: pd.DataFrame, best: str, setting: Setting) -> frozenset[str]:
    """Return the other solvers that a test does not tell from the best.

    Where seeds do not change the rows there is nothing to infer from them, so that only equal
    means count as tied.
    """
    others = complete.drop(columns=best)
    differences = paired_differences(others, complete[best])
    equal = differences["mean"] == 0.0
    if setting.rows == "fixed":
        return frozenset(differences.index[equal])
    p_values = holm(differences["p_value"])
    return frozenset(differences.index[equal | (p_values > 1.0 - LEVEL)])

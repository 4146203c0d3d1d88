"""Paired comparisons of solvers that saw the same rows: best ones, baselines, raw columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.measures import SHD, Measure
from causal_dag.benchmarks.report.study import Setting, Study

#: Below this many pairs an interval would rest on next to nothing.
FEWEST_PAIRS = 3
LEVEL = 0.95


def paired_differences(
    values: pd.DataFrame, reference: pd.Series, *, is_tested: bool = True
) -> pd.DataFrame:
    """Return every column minus the reference, over the rows that both have.

    Parameters
    ----------
    values : pandas.DataFrame
        A row per seed, a column per solver; NaN where a run is not done.
    reference : pandas.Series
        The same of what is compared with.
    is_tested : bool
        False where seeds do not change the rows, so that nothing can be inferred from them.

    Returns
    -------
    pandas.DataFrame
        A row per solver: ``n`` pairs, ``mean``, the 95 % t interval ``low`` to ``high``, and the
        two-sided ``p_value`` of the paired t test. Interval and p-value are NaN below three pairs.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.benchmarks.report.comparisons import paired_differences
    >>> table = pd.DataFrame({"a": [3.0, 4.0, 6.0], "b": [1.0, 1.0, 2.0]})
    >>> row = paired_differences(table, table["b"]).loc["a"]
    >>> [round(float(value), 2) for value in row]
    [3.0, 3.0, 0.52, 5.48, 0.04]
    """
    from scipy.stats import t

    differences = values.sub(reference, axis=0)
    n, mean, error = differences.count(), differences.mean(), differences.sem()
    freedom = (n - 1.0).where((n >= FEWEST_PAIRS) & is_tested)
    half = t.ppf(0.5 + LEVEL / 2, freedom) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(mean == 0.0, 0.0, mean.abs() / error)
    p_value = 2.0 * t.sf(statistic, freedom)
    return pd.DataFrame(
        {"n": n, "mean": mean, "low": mean - half, "high": mean + half, "p_value": p_value}
    )


def holm(p_values: pd.Series) -> pd.Series:
    """Return p-values adjusted for their number by Holm's method; NaN stays NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.benchmarks.report.comparisons import holm
    >>> [float(p) for p in holm(pd.Series([0.01, 0.04, float("nan")]))]
    [0.02, 0.04, nan]
    """
    # statsmodels has it too, but collects garbage at every call: a tenth of a second each.
    ascending = p_values.dropna().sort_values()
    factors = np.arange(len(ascending), 0, -1)
    return (ascending * factors).cummax().clip(upper=1.0).reindex(p_values.index)


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
    best = None if measure.better is None else _best(complete, measure)
    tied = frozenset() if best is None else _tied(complete, best, setting)
    return Summary(values.mean(), values.std(), n_done, len(values), best, tied)


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
    return _best(values[[s for s in values.columns if s in study.baselines]], SHD)


def _best(values: pd.DataFrame, measure: Measure) -> str | None:
    mean = values.mean()
    if mean.empty:
        return None
    return str(mean.idxmin() if measure.better == "lower" else mean.idxmax())


def _tied(complete: pd.DataFrame, best: str, setting: Setting) -> frozenset[str]:
    """Return the other solvers that a test does not tell from the best.

    Where seeds do not change the rows there is nothing to infer from them, so that only equal
    means count as tied.
    """
    differences = paired_differences(
        complete.drop(columns=best), complete[best], is_tested=setting.rows != "fixed"
    )
    is_near = holm(differences["p_value"]) > 1.0 - LEVEL
    return frozenset(differences.index[(differences["mean"] == 0.0) | is_near])


#: How a method may compare with the best baseline of a setting.
OUTCOMES = ("better", "worse", "undecided", "untested")


def verdicts(study: Study, scale: str) -> pd.DataFrame:
    """Compare the SHD of every method on one scale with that of the best baseline.

    Returns
    -------
    pandas.DataFrame
        A row per method that some setting with a baseline has, and the number of settings by
        outcome: ``better`` or ``worse``, by a paired t test at 5 % that is adjusted for the number
        of methods by Holm's method; ``undecided``; ``untested``, where the method did not finish
        all seeds, or seeds are too few. Empty without baselines.
    """
    outcomes = [
        (method, outcome)
        for setting in study.settings
        if setting.scale == scale
        for method, outcome in _outcomes(study, setting).items()
    ]
    methods, found = zip(*outcomes, strict=True) if outcomes else ((), ())
    counts = pd.crosstab(pd.Series(methods, dtype=object), pd.Series(found, dtype=object))
    rows = [method for method in study.methods if method in counts.index]
    return counts.reindex(index=rows, columns=list(OUTCOMES), fill_value=0)


def _outcomes(study: Study, setting: Setting) -> pd.Series:
    """Return the outcome of every method of a setting; nothing without a baseline."""
    baseline = best_baseline(study, setting)
    if baseline is None:
        return pd.Series(dtype=object)
    values = study.values(setting, SHD.column)
    complete = values[[s for s in values.columns if s not in study.baselines]].dropna(axis=1)
    found = paired_differences(complete, values[baseline], is_tested=setting.rows != "fixed")
    p_values = holm(found["p_value"])
    outcome = np.select(
        [p_values.isna(), p_values > 1.0 - LEVEL, found["mean"] < 0.0],
        ["untested", "undecided", "better"],
        default="worse",
    )
    methods = [solver for solver in values.columns if solver not in study.baselines]
    return pd.Series(outcome, index=found.index, dtype=object).reindex(
        methods, fill_value="untested"
    )


Pair = tuple[Setting, Setting]


def scale_pairs(study: Study) -> list[Pair]:
    """Return the settings that occur raw and standardized."""
    raw = {setting.problem: setting for setting in study.settings if setting.scale == "raw"}
    return [
        (raw[setting.problem], setting)
        for setting in study.settings
        if setting.scale == "standardized" and setting.problem in raw
    ]


def changes(study: Study, pair: Pair, measure: Measure) -> pd.DataFrame:
    """Return standardized minus raw, a row per solver, as ``paired_differences`` does."""
    raw, standardized = (study.values(setting, measure.column) for setting in pair)
    solvers = [solver for solver in raw.columns if solver in standardized]
    difference = standardized[solvers] - raw[solvers]
    zero = pd.Series(0.0, index=difference.index)
    return paired_differences(difference, zero, is_tested=pair[0].rows != "fixed")


def significant_changes(study: Study, pairs: list[Pair]) -> list[str]:
    """Return the methods whose SHD grows significantly in at least half of their pairs."""
    tables = []
    for pair in pairs:
        found = changes(study, pair, SHD)
        found = found[found.index.isin(study.methods) & (found["n"] > 0)]
        grows = (holm(found["p_value"]) <= 1.0 - LEVEL) & (found["mean"] > 0.0)
        tables.append(grows.astype(float))
    shares = pd.concat(tables).groupby(level=0).mean()
    return [method for method in study.methods if shares.get(method, 0.0) >= 0.5]

"""Differences between solvers that saw the same rows, with t intervals over seeds."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from causal_dag.benchmarks.report.measures import Measure

#: Below this many pairs an interval would rest on next to nothing.
FEWEST_PAIRS = 3
LEVEL = 0.95


def paired_differences(values: pd.DataFrame, reference: pd.Series) -> pd.DataFrame:
    """Return every column minus the reference, over the rows that both have.

    Parameters
    ----------
    values : pandas.DataFrame
        A row a seed, a column a solver; NaN where a run is not done.
    reference : pandas.Series
        The same of what is compared with.

    Returns
    -------
    pandas.DataFrame
        A row a solver: ``n`` pairs, ``mean``, the 95 % t interval ``low`` to ``high``, and the
        two-sided ``p_value`` of the paired t test. Interval and p-value are NaN below three pairs.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.benchmarks.report.paired import paired_differences
    >>> table = pd.DataFrame({"a": [3.0, 4.0, 6.0], "b": [1.0, 1.0, 2.0]})
    >>> row = paired_differences(table, table["b"]).loc["a"]
    >>> [round(float(value), 2) for value in row]
    [3.0, 3.0, 0.52, 5.48, 0.04]
    """
    from scipy.stats import t

    differences = values.to_numpy() - reference.to_numpy()[:, None]
    known = np.isfinite(differences)
    n = known.sum(axis=0)
    # Where there is nothing to average, the quotients are NaN, which is what is meant.
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, differences, 0.0).sum(axis=0) / n
        squares = np.where(known, (differences - mean) ** 2, 0.0).sum(axis=0)
        error = np.sqrt(squares / (n - 1) / n)
        statistic = np.where(mean == 0.0, 0.0, np.abs(mean) / error)
    freedom = np.where(n >= FEWEST_PAIRS, n - 1.0, np.nan)
    half = t.ppf(0.5 + LEVEL / 2, freedom) * error
    p_value = 2.0 * t.sf(statistic, freedom)
    return pd.DataFrame(
        {"n": n, "mean": mean, "low": mean - half, "high": mean + half, "p_value": p_value},
        index=values.columns,
    )


def holm(p_values: pd.Series) -> pd.Series:
    """Return p-values adjusted for their number by Holm's method; NaN stays NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.benchmarks.report.paired import holm
    >>> [float(p) for p in holm(pd.Series([0.01, 0.04, float("nan")]))]
    [0.02, 0.04, nan]
    """
    # statsmodels has it too, but collects garbage at every call: a tenth of a second each.
    ascending = p_values.dropna().sort_values()
    factors = np.arange(len(ascending), 0, -1)
    return (ascending * factors).cummax().clip(upper=1.0).reindex(p_values.index)


def interval_text(measure: Measure, difference: Mapping[Hashable, float]) -> str:
    """Return one row of ``paired_differences`` as text: the mean, and its interval if known."""
    return measure.interval(difference["mean"], difference["low"], difference["high"])

"""Differences between solvers that saw the same rows, with t intervals over seeds."""

import numpy as np
import pandas as pd

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

    differences = values.sub(reference, axis=0)
    n = differences.count()
    mean = differences.mean()
    error = differences.std(ddof=1) / np.sqrt(n)
    freedom = (n - 1).where(n >= FEWEST_PAIRS)
    half = t.ppf(0.5 + LEVEL / 2, freedom) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (mean.abs() / error).where(mean != 0.0, 0.0)
    p_value = 2.0 * t.sf(statistic, freedom)
    return pd.DataFrame(
        {"n": n, "mean": mean, "low": mean - half, "high": mean + half, "p_value": p_value}
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
    from statsmodels.stats.multitest import multipletests

    adjusted = p_values.copy()
    known = p_values.notna()
    if known.any():
        adjusted[known] = multipletests(p_values[known], method="holm")[1]
    return adjusted

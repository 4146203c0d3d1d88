"""Adjustment of p-values for multiple tests, and a row limit for tests on large tables."""

import numpy as np

from causal_dag.arrays import FloatArray

# With more rows, tests find departures from their hypotheses that do not matter.
MOST_TEST_ROWS = 5000


def some_rows(rows: FloatArray) -> FloatArray:
    """Return all rows, or a random subset of 5000, the same in every call.

    Parameters
    ----------
    rows : ndarray of shape (n, d) or (n,)
        The data.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.multiple_tests import some_rows
    >>> some_rows(np.arange(100_000.0)).shape
    (5000,)
    """
    if len(rows) <= MOST_TEST_ROWS:
        return rows
    chosen = np.random.default_rng(0).choice(len(rows), MOST_TEST_ROWS, replace=False)
    sample: FloatArray = rows[np.sort(chosen)]
    return sample


def adjusted(p_values: FloatArray) -> FloatArray:
    """Return p-values after Holm's correction; NaN, a test that was not made, stays NaN.

    Rejecting those below α makes a false rejection with probability at most α, under any
    dependence between the tests (family-wise error rate).

    Parameters
    ----------
    p_values : ndarray of shape (m,)
        Between 0 and 1, or NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.multiple_tests import adjusted
    >>> adjusted(np.array([0.01, np.nan, 0.5])).tolist()
    [0.02, nan, 0.5]
    """
    # Not by statsmodels' multipletests: it collects garbage in every call, a quarter of a second.
    made = np.flatnonzero(np.isfinite(p_values))
    ordered = made[np.argsort(p_values[made], kind="stable")]
    corrected = np.full(p_values.shape, np.nan)
    factors = np.arange(ordered.size, 0, -1)
    corrected[ordered] = np.minimum(np.maximum.accumulate(factors * p_values[ordered]), 1.0)
    return corrected

"""Dependence of numbers on a grouping: nonlinear, free of units, and cheap."""

import numpy as np

from causal_dag.arrays import FloatArray, IntArray


def quantile_bins(values: FloatArray, n_bins: int) -> IntArray:
    """Return the number of every value's bin between quantiles; equal values share a bin.

    Examples
    --------
    >>> import numpy as np
    >>> quantile_bins(np.array([5.0, 1.0, 2.0, 1.0]), 2).tolist()
    [1, 0, 1, 0]
    """
    edges = np.quantile(values, np.arange(1, n_bins) / n_bins)
    return np.searchsorted(edges, values, side="left")


def correlation_ratio(values: FloatArray, bins: IntArray) -> float:
    """Return η², the share of the variance that lies between bins (Pearson 1905), 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> correlation_ratio(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    1.0
    """
    centred = values - values.mean()
    total = float(centred @ centred)
    counts = np.bincount(bins)
    sums = np.bincount(bins, centred)
    between = float((sums**2 / np.maximum(counts, 1)).sum())
    return between / total if total > 0 else 0.0

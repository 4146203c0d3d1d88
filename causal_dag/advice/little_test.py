"""Little's test of whether cells are missing completely at random."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from causal_dag.advice.multiple_tests import some_rows
from causal_dag.arrays import FloatArray
from causal_dag.incomplete.expectation_maximization import gaussian_estimate

LEVEL = 0.01


@dataclass(frozen=True)
class LittleTest:
    """Result of the test.

    Parameters
    ----------
    statistic : float
        Squared distance of the means of rows with the same gaps from the estimated mean, summed.
    degrees_of_freedom : int
        Of the chi-squared distribution that it has if cells are missing completely at random.
    p_value : float
        Probability of a larger statistic then.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float

    @property
    def rejects(self) -> bool:
        """Whether the data contradict cells missing completely at random, at 1 %."""
        return self.p_value < LEVEL


def little_test(rows: FloatArray) -> LittleTest | None:
    """Test whether the means of columns depend on which other cells of a row are missing.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        Numbers; NaN where a cell is missing. At most 5000 of them are used.

    Returns
    -------
    LittleTest or None
        None if no cell is missing, or the rows determine no covariance (see ``gaussian_estimate``).

    Notes
    -----
    Rows are grouped by pattern: with n_p rows, in which d_p columns are seen, pattern p adds
    n_p (ȳ_p − μ_p)ᵀ S_p⁻¹ (ȳ_p − μ_p), where ȳ_p is the mean of its rows, μ the estimate of maximum
    likelihood, and S that of the covariance times n / (n − 1) [1]_. The degrees of freedom are
    Σ d_p − d.

    References
    ----------
    .. [1] Little, "A test of missing completely at random for multivariate data with missing
       values", JASA 83 (1988), equation 5.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.little_test import little_test
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> X[X[:, 0] > 0.5, 1] = np.nan  # whether the second is missing depends on the first
    >>> little_test(X).p_value < 1e-6
    True
    """
    rows = some_rows(rows[~np.isnan(rows).all(axis=1)])
    if not np.isnan(rows).any():
        return None
    try:
        estimate, n = gaussian_estimate(rows), len(rows)
    except ValueError:
        return None
    covariance = estimate.covariance * (n / (n - 1))
    patterns, pattern_of = np.unique(np.isnan(rows), axis=0, return_inverse=True)
    statistic = 0.0
    for number, is_missing in enumerate(patterns):
        seen, own = ~is_missing, rows[pattern_of.ravel() == number]
        shift = own[:, seen].mean(axis=0) - estimate.mean[seen]
        distance = shift @ np.linalg.solve(covariance[np.ix_(seen, seen)], shift)
        statistic += len(own) * float(distance)
    degrees = int((~patterns).sum()) - rows.shape[1]
    return LittleTest(statistic, degrees, float(stats.chi2.sf(statistic, degrees)))

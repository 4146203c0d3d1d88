"""What the residuals of a linear graph say: Gaussian or not, straight or not, even or not."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from causal_dag.advice.multiple_tests import adjusted
from causal_dag.arrays import BoolArray, FloatArray

# Of the tests, after correction.
LEVEL = 0.01
# Rows that a regression needs beyond its parents for its tests to mean something.
SPARE_ROWS = 20


@dataclass(frozen=True)
class ResidualReport:
    """Tests of one variable's residual on its parents in the fitted graph.

    All p-values carry Holm's correction for the number of variables tested; NaN, where a test was
    not made.

    Parameters
    ----------
    name : str
        The variable.
    n_parents : int
        Number of its parents.
    skewness, excess_kurtosis : float
        Of the residual; 0 for a Gaussian.
    gaussian_p : float
        Shapiro-Wilk: small, if the residual is not Gaussian.
    linear_p : float
        Ramsey's RESET with squares and cubes of the fitted values, heteroscedasticity-robust:
        small, if the relation to the parents is not linear.
    even_p : float
        Koenker's form of the Breusch-Pagan test: small, if the residual's variance depends on the
        parents.
    """

    name: str
    n_parents: int
    skewness: float
    excess_kurtosis: float
    gaussian_p: float
    linear_p: float
    even_p: float


def residual_reports(
    rows: FloatArray,
    residuals: FloatArray,
    adjacency: BoolArray,
    names: Sequence[str],
    tested: Sequence[bool],
) -> tuple[ResidualReport, ...]:
    """Return the tests of the variables chosen.

    Parameters
    ----------
    rows, residuals : ndarray of shape (n, d)
        The data, and what the parents leave unexplained.
    adjacency : ndarray of bool, shape (d, d)
        The graph.
    names : sequence of str
        Column names.
    tested : sequence of bool
        Which variables to test.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.residuals import residual_reports
    >>> x = np.random.default_rng(0).exponential(size=(500, 1))
    >>> [report] = residual_reports(x, x - x.mean(), np.zeros((1, 1), bool), ["x"], [True])
    >>> report.gaussian_p < 0.01
    True
    """
    reports = [
        _report(name, rows[:, adjacency[:, column]], rows[:, column], residuals[:, column])
        for column, name in enumerate(names)
        if tested[column]
    ]
    gaussian = adjusted(np.array([report.gaussian_p for report in reports]))
    linear = adjusted(np.array([report.linear_p for report in reports]))
    even = adjusted(np.array([report.even_p for report in reports]))
    return tuple(
        replace(report, gaussian_p=float(g), linear_p=float(s), even_p=float(e))
        for report, g, s, e in zip(reports, gaussian, linear, even, strict=True)
    )


def _report(
    name: str, parents: FloatArray, values: FloatArray, residual: FloatArray
) -> ResidualReport:
    spread = residual.std()
    if spread == 0:  # a column whose rarer values are not among these rows
        return ResidualReport(name, parents.shape[1], *(float("nan"),) * 5)
    z = (residual - residual.mean()) / spread
    linear_p, even_p = _regression_tests(parents, values)
    return ResidualReport(
        name,
        parents.shape[1],
        float((z**3).mean()),
        float((z**4).mean()) - 3.0,
        float(stats.shapiro(z).pvalue),
        linear_p,
        even_p,
    )


def _regression_tests(parents: FloatArray, values: FloatArray) -> tuple[float, float]:
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.diagnostic import het_breuschpagan, linear_reset

    parents = parents[:, parents.std(axis=0) > 0]
    n, k = parents.shape
    if k == 0 or n < k + SPARE_ROWS:
        return float("nan"), float("nan")
    # Standardised, so that the powers of fitted values stay in range.
    z = (parents - parents.mean(axis=0)) / parents.std(axis=0)
    design = np.column_stack([np.ones(n), z])
    with warnings.catch_warnings():
        # A test that cannot be computed is NaN, and says nothing.
        warnings.simplefilter("ignore")
        fit = OLS((values - values.mean()) / values.std(), design).fit()
        reset = linear_reset(fit, power=3, test_type="fitted", use_f=True, cov_type="HC1")
        even = het_breuschpagan(fit.resid, design)
    return float(reset.pvalue), float(even[1])

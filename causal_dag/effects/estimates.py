"""Estimates of linear effects and their standard errors, from moments alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import total_effects
from causal_dag.moments import Moments
from causal_dag.regression import least_squares_weights
from causal_dag.wording import counted, listed


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimated effects of one or several causes.

    Parameters
    ----------
    values, standard_errors : ndarray of shape (number of causes,)
        Effects of a unit change of each cause, and their standard errors.
    degrees_of_freedom : float
        Of the t distribution that intervals are taken from.
    """

    values: FloatArray
    standard_errors: FloatArray
    degrees_of_freedom: float

    @classmethod
    def zero(cls) -> "Estimate":
        """Return the effect along no path, which is not an estimate: it is exactly 0."""
        return cls(np.zeros(1), np.zeros(1), np.inf)

    def intervals(self, level: float) -> FloatArray:
        """Return confidence intervals, shape (number of causes, 2)."""
        from scipy.stats import t

        reach = t.ppf((1 + level) / 2, self.degrees_of_freedom) * self.standard_errors
        return np.column_stack([self.values - reach, self.values + reach])


def adjusted_slope(
    moments: Moments, cause: int, outcome: int, adjustment: Sequence[int]
) -> Estimate:
    """Regress an outcome on a cause and an adjustment set, by ordinary least squares.

    Parameters
    ----------
    moments : Moments
        Of the data.
    cause, outcome : int
        Columns.
    adjustment : sequence of int
        Further regressors.

    Raises
    ------
    ValueError
        If there are too few rows, or the regressors are collinear.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.effects.estimates import adjusted_slope
    >>> from causal_dag.moments import Moments
    >>> moments = Moments(102, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> estimate = adjusted_slope(moments, 0, 1, ())
    >>> estimate.values.round(6).tolist(), estimate.standard_errors.round(6).tolist()
    ([2.0], [0.1])
    """
    fitted = regression(moments, outcome, [cause, *adjustment])
    return Estimate(fitted.values[:1], fitted.standard_errors[:1], fitted.degrees_of_freedom)


def regression(moments: Moments, target: int, regressors: Sequence[int]) -> Estimate:
    """Regress a column on others, by ordinary least squares.

    Parameters
    ----------
    moments : Moments
        Of the data.
    target : int
        Column that is regressed.
    regressors : sequence of int
        Other columns, at least one.

    Raises
    ------
    ValueError
        If there are too few rows, or the regressors are collinear.
    """
    coefficients, variance, precision = _least_squares(moments, target, regressors)
    errors = np.sqrt(variance * np.diagonal(precision) / moments.n_samples)
    return Estimate(coefficients, errors, moments.n_samples - len(regressors) - 1)


def joint_effects(
    moments: Moments, adjacency: BoolArray, causes: Sequence[int], outcome: int
) -> Estimate:
    """Estimate what an outcome changes by if several causes are set together.

    Every node between causes and outcome is regressed on its parents; the effect of a cause is the
    sum over the directed paths on which no other cause lies. Standard errors follow from those of
    the regressions by the delta method, for their estimates are uncorrelated.

    Parameters
    ----------
    moments : Moments
        Of the data.
    adjacency : ndarray of bool, shape (d, d)
        A DAG.
    causes : sequence of int
        What is set.
    outcome : int
        Another column.

    Raises
    ------
    ValueError
        As for ``adjusted_slope``.
    """
    cut = adjacency.copy()
    cut[:, causes] = False
    paths = total_effects(least_squares_weights(moments.covariance, cut)) + np.eye(len(cut))
    from_causes, to_outcome = paths[causes], paths[:, outcome]
    between = np.flatnonzero(from_causes.any(axis=0) & (to_outcome != 0) & cut.any(axis=0))
    variance, most_regressors = np.zeros(len(causes)), 0
    for node in between.tolist():
        parents = np.flatnonzero(cut[:, node])
        _, noise, precision = _least_squares(moments, node, parents)
        reach = from_causes[:, parents]
        spread = np.einsum("ai,ij,aj->a", reach, precision, reach)
        variance += to_outcome[node] ** 2 * noise * spread / moments.n_samples
        most_regressors = max(most_regressors, parents.size)
    df = moments.n_samples - most_regressors - 1
    return Estimate(to_outcome[list(causes)], np.sqrt(variance), df)


def _least_squares(
    moments: Moments, target: int, regressors: Sequence[int] | np.ndarray
) -> tuple[FloatArray, float, FloatArray]:
    """Return coefficients, unbiased residual variance, and the inverse of the regressors' moments.

    Computed in correlations, so that units do not matter.
    """
    n, columns = moments.n_samples, list(regressors)
    df = n - len(columns) - 1
    if df < 1:
        raise ValueError(
            f"{counted(n, 'row')} are too few to regress {moments.name_of(target)} on "
            f"{counted(len(columns), 'column')}; an effect needs at least {len(columns) + 2}"
        )
    scale = np.sqrt(moments.variance)
    own, unit = scale[columns], scale[target]
    gram = moments.covariance[np.ix_(columns, columns)] / own / own[:, None]
    products = moments.covariance[columns, target] / own / unit
    try:
        inverse = cho_solve(cho_factor(gram), np.eye(len(columns)))
    except LinAlgError:
        inverse = np.full_like(gram, np.inf)
    # 1 / diagonal is the share of a regressor's variance that the others leave unexplained.
    if not np.diagonal(inverse).max() < 1 / np.sqrt(np.finfo(np.float64).eps):
        raise ValueError(
            f"columns {listed(map(moments.name_of, columns), str)} are collinear, so "
            f"the effects of each on {moments.name_of(target)} cannot be told apart; drop one"
        )
    solution = inverse @ products
    unexplained = max(1.0 - products @ solution, 0.0) * unit**2 * n / df
    return solution * unit / own, unexplained, inverse / own / own[:, None]

"""Smooth curves of one variable, as a few orthonormal columns that are penalized by roughness."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from causal_dag.arrays import FloatArray
from causal_dag.saving.values import saveable

# Cubic B-splines, before and after those that vary most are dropped.
N_SPLINES = 14
N_COLUMNS = 9
DEGREE = 3
# The column whose penalty is the unit of the others.
UNIT = 2
# Values further from the quartiles than so many interquartile ranges are outliers.
FAR = 3.0
# Combinations of splines that vary less than that are straight lines.
SMALLEST_SHARE = 1e-9


@saveable("SplineBasis")
@dataclass(frozen=True, eq=False)
class SplineBasis:
    """Columns that span the smooth functions of one variable.

    The first column is the variable itself. The others are cubic B-splines at equidistant knots
    between the least and the largest value, less their regression on the first, rotated so that
    they are uncorrelated, have variance 1, and differ in roughness (the sum of squared second
    differences of coefficients, Eilers and Marx, "Flexible smoothing with B-splines and penalties",
    Statistical Science 1996). The smoothest ones are kept. Beyond outliers and new values, the
    functions go on as straight lines, so that a few values far away do not take all knots.

    Parameters
    ----------
    low, high : float
        Where the knots begin and end.
    mean, scale : float
        Mean and standard deviation of the variable.
    rotation : ndarray of shape (n_splines, n_columns - 1)
        Coefficients of the splines in each column but the first.
    line : ndarray of shape (2, n_columns - 1)
        Intercepts and slopes, on the first column, that are subtracted from them.
    roughness : ndarray of shape (n_columns,)
        Roughness of each column, ascending.
    """

    low: float
    high: float
    mean: float
    scale: float
    rotation: FloatArray
    line: FloatArray
    roughness: FloatArray

    @classmethod
    def fitted(cls, values: FloatArray) -> "SplineBasis":
        """Return the basis for these values, shape (n,), which must not be constant.

        Examples
        --------
        >>> import numpy as np
        >>> from causal_dag.solvers.order.scores.spline_basis import SplineBasis
        >>> values = np.random.default_rng(0).normal(size=100)
        >>> columns = SplineBasis.fitted(values).columns(values)
        >>> columns.shape, bool(np.allclose(columns.T @ columns / 100, np.eye(9)))
        ((100, 9), True)
        """
        low, high = _range_of(values)
        mean, scale = float(values.mean()), float(values.std())
        splines = _splines(values, low, high)
        straight = np.column_stack([np.ones(len(values)), (values - mean) / scale])
        line = straight.T @ splines / len(values)
        curved = splines - straight @ line
        shares, directions = np.linalg.eigh(curved.T @ curved / len(values))
        varies = shares > SMALLEST_SHARE
        whitening = directions[:, varies] / np.sqrt(shares[varies])
        differences = np.diff(whitening, n=2, axis=0)
        roughness, turns = np.linalg.eigh(differences.T @ differences)
        rotation = (whitening @ turns)[:, : N_COLUMNS - 1]
        roughness = np.append(0.0, np.maximum(roughness[: N_COLUMNS - 1], 0.0))
        return cls(low, high, mean, scale, rotation, line @ rotation, roughness)

    def columns(self, values: FloatArray) -> FloatArray:
        """Return the columns at these values, shape (n, n_columns)."""
        straight = (values - self.mean) / self.scale
        curved: FloatArray = _splines(values, self.low, self.high) @ self.rotation
        curved -= self.line[0] + straight[:, None] * self.line[1]
        return np.column_stack([straight, curved])

    def penalties(self, n_samples: int) -> FloatArray:
        """Return the penalty Λ of each column's squared coefficient, shape (n_columns,).

        (1 + roughness / unit) / n, where the third column has the unit of roughness.
        """
        unit = max(self.roughness[min(UNIT, self.roughness.size - 1)], np.finfo(np.float64).tiny)
        penalties: FloatArray = (1.0 + self.roughness / unit) / n_samples
        return penalties


def _range_of(values: FloatArray) -> tuple[float, float]:
    """Return the least and the largest value that are not far outside the quartiles."""
    lower, upper = np.quantile(values, [0.25, 0.75])
    distance = FAR * (upper - lower)
    if distance == 0.0:
        return float(values.min()), float(values.max())
    return max(float(values.min()), lower - distance), min(float(values.max()), upper + distance)


def _splines(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return all B-splines at the values, linear outside of their range, shape (n, n_splines)."""
    step = (high - low) / (N_SPLINES - DEGREE)
    knots = low + step * np.arange(-DEGREE, N_SPLINES + 1)
    inside = np.clip(values, low, high)
    splines = BSpline(knots, np.eye(N_SPLINES), DEGREE)
    result: FloatArray = splines(inside)
    outside = np.flatnonzero(values != inside)
    if outside.size:
        slopes = splines.derivative()(inside[outside])
        result[outside] += slopes * (values - inside)[outside, None]
    return result

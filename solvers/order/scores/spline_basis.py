"""Smooth curves of one variable, as a few orthonormal columns that are penalized by roughness."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.saving.values import saveable
from causal_dag.spline_moments import SplineMoments, splines_of

# Columns that are kept: a straight one, and the smoothest combinations of splines.
N_COLUMNS = 9
# The column whose penalty is the unit of the others.
UNIT = 2
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
    def fitted(cls, moments: SplineMoments, column: int) -> "SplineBasis":
        """Return the basis for a column that is not constant, from the moments of its splines.

        Examples
        --------
        >>> import numpy as np
        >>> from causal_dag import SplineMoments
        >>> from causal_dag.solvers.order.scores.spline_basis import SplineBasis
        >>> X = np.random.default_rng(0).normal(size=(100, 1))
        >>> basis = SplineBasis.fitted(SplineMoments.from_batches([X], X), 0)
        >>> columns = basis.columns(X[:, 0])
        >>> columns.shape, bool(np.allclose(columns.T @ columns / 100, np.eye(9)))
        ((100, 9), True)
        """
        places = moments.places(column)
        mean, covariance = moments.designs.mean[places], moments.designs.covariance
        scale = float(np.sqrt(covariance[column, column]))
        slopes = covariance[column, places[1:]] / scale
        curved = covariance[np.ix_(places[1:], places[1:])] - np.outer(slopes, slopes)
        shares, directions = np.linalg.eigh(curved)
        varies = shares > SMALLEST_SHARE
        whitening = directions[:, varies] / np.sqrt(shares[varies])
        differences = np.diff(whitening, n=2, axis=0)
        roughness, turns = np.linalg.eigh(differences.T @ differences)
        rotation = (whitening @ turns)[:, : N_COLUMNS - 1]
        roughness = np.append(0.0, np.maximum(roughness[: N_COLUMNS - 1], 0.0))
        line = np.stack([mean[1:], slopes]) @ rotation
        low, high = float(moments.low[column]), float(moments.high[column])
        return cls(low, high, float(mean[0]), scale, rotation, line, roughness)

    @property
    def expansion(self) -> FloatArray:
        """What each column is of the variable and its splines, shape (1 + n_splines, n_columns).

        Constants are left out.
        """
        straight = np.append(1.0, -self.line[1]) / self.scale
        curved = np.column_stack([np.zeros(len(self.rotation)), self.rotation])
        return np.vstack([straight, curved])

    def columns(self, values: FloatArray) -> FloatArray:
        """Return the columns at these values, shape (n, n_columns)."""
        straight = (values - self.mean) / self.scale
        curved: FloatArray = splines_of(values, self.low, self.high) @ self.rotation
        curved -= self.line[0] + straight[:, None] * self.line[1]
        return np.column_stack([straight, curved])

    def penalties(self, n_samples: int) -> FloatArray:
        """Return the penalty Λ of each column's squared coefficient, shape (n_columns,).

        (1 + roughness / unit) / n, where the third column has the unit of roughness.
        """
        unit = max(self.roughness[min(UNIT, self.roughness.size - 1)], np.finfo(np.float64).tiny)
        penalties: FloatArray = (1.0 + self.roughness / unit) / n_samples
        return penalties

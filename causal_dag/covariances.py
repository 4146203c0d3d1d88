"""Large covariance matrices, in blocks of rows: symmetry, correlations, and what is none."""

from collections.abc import Callable

import numpy as np

from causal_dag.arrays import FloatArray, IntArray

# A large matrix is worked on in blocks of rows, so that no copy of it is needed.
ROWS_AT_ONCE = 256
# Eigenvalues of correlations are rounded by less, even in single precision.
EIGENVALUE_TOLERANCE = 1e-6


def make_symmetric(matrix: FloatArray) -> None:
    """Replace a matrix by the mean of it and its transpose, in place."""
    for first in range(0, len(matrix), ROWS_AT_ONCE):
        block = slice(first, first + ROWS_AT_ONCE)
        mean = (matrix[block, first:] + matrix[first:, block].T) / 2
        matrix[block, first:] = mean
        matrix[first:, block] = mean.T


def correlation_of(
    covariance: FloatArray, columns: IntArray, scale: FloatArray, dtype: type[np.floating]
) -> FloatArray:
    """Return the correlations of some columns, whose standard deviations are ``scale``."""
    correlation = np.empty((scale.size, scale.size), dtype=dtype)
    # Divided by one factor at a time: the product of two scales can overflow.
    for first in range(0, scale.size, ROWS_AT_ONCE):
        rows = slice(first, first + ROWS_AT_ONCE)
        block = covariance[columns[rows]][:, columns] / scale
        correlation[rows] = block / scale[rows, None]
    np.fill_diagonal(correlation, 1.0)
    return correlation


def require_covariance(covariance: FloatArray, name_of: Callable[[int], str]) -> None:
    """Raise ``ValueError`` unless the matrix is symmetric and has no negative eigenvalue."""
    if not np.allclose(covariance, covariance.T, rtol=1e-8, atol=0.0):
        raise ValueError("covariance must be symmetric")
    variance = np.diagonal(covariance)
    if (variance < 0).any():
        column = int(np.argmin(variance))
        raise ValueError(
            f"column {name_of(column)} has variance {variance[column]:.3g}; it must be >= 0"
        )
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))
    correlation = covariance / scale / scale[:, None]
    try:
        # d³/3 operations; eigenvalues take many times as long.
        np.linalg.cholesky(correlation + EIGENVALUE_TOLERANCE * np.eye(len(covariance)))
    except np.linalg.LinAlgError:
        smallest = float(np.linalg.eigvalsh(correlation)[0])
        raise ValueError(
            "this is not a covariance: the smallest eigenvalue of its correlations is "
            f"{smallest:.3g}, and none may be negative; compute it from complete rows, or take "
            "the nearest one (statsmodels.stats.correlation_tools.cov_nearest)"
        ) from None

"""Columns that others determine, or nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from causal_dag.arrays import FloatArray
from causal_dag.moments import Moments
from causal_dag.validation import COLLINEARITY_TOLERANCE

# R² on all other columns from which a column counts as nearly determined.
NEARLY_DETERMINED_R2 = 0.999
# Share of the largest standardised coefficient below which a column plays no part.
SMALLEST_COEFFICIENT = 1e-6


@dataclass(frozen=True)
class DeterminedColumn:
    """A column that is a linear function of columns before it.

    Parameters
    ----------
    name : str
        The column.
    determined_by : tuple of str
        The columns that it is a function of; one, if it is that column in other units.
    """

    name: str
    determined_by: tuple[str, ...]


@dataclass(frozen=True)
class NearlyDeterminedColumn:
    """A column whose R² on all other columns is near 1.

    Parameters
    ----------
    name : str
        The column.
    r2 : float
        Share of its variance that the others explain linearly.
    closest : str
        The column with which it correlates most.
    correlation : float
        That correlation.
    """

    name: str
    r2: float
    closest: str
    correlation: float


def determined_columns(moments: Moments) -> tuple[DeterminedColumn, ...]:
    """Return the columns that columns before them determine, up to rounding.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.advice.linear_dependence import determined_columns
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> X[:, 2] = X[:, 0] - 2 * X[:, 1]
    >>> determined_columns(Moments.from_rows(X, ["a", "b", "c"]))
    (DeterminedColumn(name='c', determined_by=('a', 'b')),)
    """
    names = moments.feature_names or ()
    correlation = moments.standardized().covariance
    factor = np.zeros_like(correlation)
    # No column precedes the first one; SciPy before 1.15 cannot solve empty systems.
    factor[0, 0], free = 1.0, [0]
    found: list[DeterminedColumn] = []
    for column in range(1, len(correlation)):
        k = len(free)
        against = correlation[free, column]
        row = solve_triangular(factor[:k, :k], against, lower=True)
        rest = 1.0 - float(row @ row)
        if rest < COLLINEARITY_TOLERANCE:
            coefficients = cho_solve((factor[:k, :k], True), against)
            found.append(DeterminedColumn(names[column], _sources(coefficients, free, names)))
            continue
        factor[k, :k] = row
        factor[k, k] = np.sqrt(rest)
        free.append(column)
    return tuple(found)


def nearly_determined_columns(moments: Moments) -> tuple[NearlyDeterminedColumn, ...]:
    """Return the columns with an R² of 0.999 or more on all others; moments of full rank."""
    names = moments.feature_names or ()
    correlation = moments.standardized().covariance
    r2 = 1.0 - 1.0 / np.diagonal(np.linalg.inv(correlation))
    sizes = np.abs(correlation - np.eye(len(correlation)))
    return tuple(
        NearlyDeterminedColumn(
            names[column],
            float(r2[column]),
            names[int(sizes[column].argmax())],
            float(correlation[column, int(sizes[column].argmax())]),
        )
        for column in np.flatnonzero(r2 >= NEARLY_DETERMINED_R2).tolist()
    )


def _sources(
    coefficients: FloatArray, free: Sequence[int], names: Sequence[str]
) -> tuple[str, ...]:
    size = np.abs(coefficients)
    return tuple(
        names[column]
        for column, part in zip(free, size, strict=True)
        if part > SMALLEST_COEFFICIENT * size.max()
    )

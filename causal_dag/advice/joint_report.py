"""Rows and units of a table, and columns that others determine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.linalg import cho_solve, solve_triangular

from causal_dag.advice.multiple_tests import adjusted
from causal_dag.arrays import FloatArray
from causal_dag.moments import Moments
from causal_dag.validation import COLLINEARITY_TOLERANCE

# R² on all other columns from which a column counts as nearly determined.
NEARLY_DETERMINED_R2 = 0.999
# Share of the largest standardized coefficient below which a column plays no part.
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
    >>> from causal_dag.advice.joint_report import determined_columns
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


# Largest ratio of standard deviations that count as the same, as after standardization.
SAME_SPREAD = 1.01
FEWEST_ALIKE = 3


@dataclass(frozen=True)
class UnitReport:
    """Standard deviations, and whether the columns have been rescaled.

    Parameters
    ----------
    spread_ratio : float
        Largest divided by smallest standard deviation.
    widest, narrowest : str
        The columns with these.
    alike : tuple of str
        Columns whose standard deviations agree within 1 %, where these are three and more than
        half: units of measurement do not do that by chance, standardization does.
    looks_scaled_to_range : bool
        All columns run from exactly 0 to exactly 1, and some hold more than these two values.
    """

    spread_ratio: float
    widest: str
    narrowest: str
    alike: tuple[str, ...]
    looks_scaled_to_range: bool

    @property
    def looks_scaled(self) -> bool:
        """Whether all or most of the columns have been rescaled."""
        return bool(self.alike) or self.looks_scaled_to_range


def unit_report(rows: FloatArray, names: Sequence[str]) -> UnitReport:
    """Return what the spreads of the columns of ``rows``, shape (n, d), say.

    Examples
    --------
    >>> from causal_dag.advice.joint_report import unit_report
    >>> import numpy as np
    >>> unit_report(np.array([[1.0, 10.0], [3.0, 50.0]]), ["m", "cm"]).spread_ratio
    20.0
    """
    spread = rows.std(axis=0)
    widest, narrowest = int(spread.argmax()), int(spread.argmin())
    ratio = float(spread[widest] / spread[narrowest])
    in_range = bool((rows.min(axis=0) == 0).all() and (rows.max(axis=0) == 1).all())
    return UnitReport(
        ratio,
        names[widest],
        names[narrowest],
        alike=tuple(names[column] for column in _alike(spread)),
        looks_scaled_to_range=in_range and not np.isin(rows, (0, 1)).all(),
    )


def _alike(spread: FloatArray) -> list[int]:
    """Return the largest set of columns with about the same spread, if it is most of them."""
    order = np.argsort(spread, kind="stable")
    ends = np.searchsorted(spread[order], spread[order] * SAME_SPREAD, side="right")
    sizes = ends - np.arange(len(order))
    first = int(sizes.argmax())
    if sizes[first] < max(FEWEST_ALIKE, len(order) // 2 + 1):
        return []
    return sorted(order[first : ends[first]].tolist())


LEVEL = 0.01
# Correlation below which even a significant dependence changes little.
SMALLEST_CORRELATION = 0.1


@dataclass(frozen=True)
class RowReport:
    """How far rows depend on one another.

    Parameters
    ----------
    n_repeated : int
        Rows that equal an earlier row.
    autocorrelated : tuple of (str, float)
        Columns whose values resemble those of the row before, with the correlation: at least 0.1
        in size, and significant at 1 % after Holm's correction for the number of columns.
    """

    n_repeated: int
    autocorrelated: tuple[tuple[str, float], ...]


def row_report(rows: FloatArray, names: Sequence[str]) -> RowReport:
    """Return how far rows, shape (n, d) in the order of the file, depend on one another.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.advice.joint_report import row_report
    >>> walk = np.random.default_rng(0).normal(size=(200, 1)).cumsum(axis=0)
    >>> [name for name, _ in row_report(walk, ["price"]).autocorrelated]
    ['price']
    """
    import pandas as pd

    centred = rows - rows.mean(axis=0)
    correlation = (centred[1:] * centred[:-1]).sum(axis=0) / (centred**2).sum(axis=0)
    # Of independent rows it is about Gaussian, with variance 1/n.
    p = adjusted(2 * stats.norm.sf(np.abs(correlation) * np.sqrt(len(rows))))
    is_found = (p < LEVEL) & (np.abs(correlation) >= SMALLEST_CORRELATION)
    found = [(names[j], float(correlation[j])) for j in np.flatnonzero(is_found).tolist()]
    return RowReport(
        int(pd.DataFrame(rows).duplicated().sum()),
        tuple(sorted(found, key=lambda pair: -abs(pair[1]))),
    )

"""Moments of columns and of B-splines of them: what fits of curves need of a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import BSpline

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.moments import Moments
from causal_dag.named_batches import positions_of
from causal_dag.tables.columns import column_names
from causal_dag.tables.rows import finite_rows, usable_rows

# Cubic B-splines.
N_SPLINES, DEGREE = 14, 3
# Values further from the quartiles than so many interquartile ranges are outliers.
FAR = 3.0
# Rows whose splines are in memory at once.
ROWS_PER_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class SplineMoments:
    """Moments of d columns, and of cubic B-splines of each at knots that are placed beforehand.

    ``fit_moments`` of ``TOPO(criterion="curves")`` and ``"curves-ev"`` takes them in place of rows,
    of which there may be more than fit into memory.

    Parameters
    ----------
    low, high : ndarray of shape (d,)
        Where the knots of every column begin and end.
    designs : Moments
        Of the columns, and then of the 14 splines of each, one column after the other.
    feature_names : tuple of str, optional
        Names of the columns.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO, SplineMoments
    >>> cause, noise = np.random.default_rng(0).normal(size=(2, 300))
    >>> X = np.column_stack([np.tanh(2 * cause) + 0.3 * noise, cause])
    >>> moments = SplineMoments.from_batches([X[:100], X[100:]], sample=X)
    >>> model = TOPO(criterion="curves").fit_moments(moments)
    >>> np.argwhere(model.adjacency_).tolist(), model.edges_["decided_by"].tolist()
    ([[1, 0]], ['assumption'])
    """

    low: FloatArray
    high: FloatArray
    designs: Moments
    feature_names: tuple[str, ...] | None = None

    @classmethod
    def from_batches(cls, batches: Iterable[Any], sample: Any) -> "SplineMoments":
        """Accumulate the moments over batches of rows.

        Parameters
        ----------
        batches : iterable of array-like or data frame of shape (n_b, d)
            Finite numbers, as for ``Moments.from_batches``; those without rows are left out.
        sample : array-like or data frame of shape (n, d)
            Rows of the same columns, by which the knots are placed: between the least and the
            largest value that is no outlier. Beyond them curves go on as straight lines. With all
            rows as the sample, a fit is that to all rows.

        Raises
        ------
        ValueError
            If there is no row, a column of the sample is constant, the batches have other columns
            than the sample, or a cell is not a finite number.
        """
        names = column_names(sample)
        low, high = np.array([range_of(column) for column in usable_rows(sample).T]).T
        designs = Moments.from_batches(_designs(batches, names, low, high))
        return cls(low, high, designs, names)

    @property
    def of_columns(self) -> Moments:
        """Moments of the columns alone."""
        d, designs = self.low.size, self.designs
        return Moments(
            designs.n_samples,
            designs.mean[:d],
            designs.covariance[:d, :d],
            self.feature_names,
            designs.mean_remainder[:d],
        )

    def places(self, column: int) -> IntArray:
        """Return where a column and its splines are among the designs."""
        first = self.low.size + column * N_SPLINES
        return np.append(column, np.arange(first, first + N_SPLINES))


def range_of(values: FloatArray) -> tuple[float, float]:
    """Return the least and the largest value that are not far outside the quartiles.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.spline_moments import range_of
    >>> range_of(np.array([0.0, 1.0, 2.0, 3.0, 4.0, 99.0]))
    (0.0, 11.25)
    """
    lower, upper = np.quantile(values, [0.25, 0.75]).tolist()
    distance = FAR * (upper - lower)
    if distance == 0.0:
        return float(values.min()), float(values.max())
    return max(float(values.min()), lower - distance), min(float(values.max()), upper + distance)


def splines_of(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return all B-splines at the values, linear outside of their range, shape (n, 14).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.spline_moments import splines_of
    >>> splines_of(np.array([-1.0, 0.5, 2.0]), 0.0, 1.0).sum(axis=1).round(12).tolist()
    [1.0, 1.0, 1.0]
    """
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


def _designs(
    batches: Iterable[Any], names: tuple[str, ...] | None, low: FloatArray, high: FloatArray
) -> Iterator[FloatArray]:
    """Yield the columns and their splines, some rows at a time."""
    for batch in batches:
        if not len(batch):
            continue
        rows, order = finite_rows(batch), positions_of(column_names(batch), names)
        rows = rows if order is None else rows[:, order]
        for first in range(0, len(rows), ROWS_PER_BLOCK):
            block = rows[first : first + ROWS_PER_BLOCK]
            columns = zip(block.T, low, high, strict=True)
            yield np.column_stack([block, *(splines_of(*column) for column in columns)])

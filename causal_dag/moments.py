"""Sufficient statistics of a table: number of rows, mean and covariance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.batches import (
    RunningMoments,
    is_dask,
    parquet_batches,
    reduced_partitions,
    rounded_sum,
    with_weights,
)
from causal_dag.blas_threads import one_blas_thread
from causal_dag.covariances import correlation_of, make_symmetric, require_covariance
from causal_dag.incomplete.expectation_maximization import gaussian_estimate
from causal_dag.incomplete.missing_cells import effective_rows, pair_counts
from causal_dag.named_batches import (
    NamedMoments,
    merged_batches,
    merged_partitions,
    moments_of_batch,
    moments_of_partition,
    positions_of,
    require_as_many,
)
from causal_dag.tables.columns import Columns, column_labels, column_names, names_of_labels
from causal_dag.tables.row_weights import MOST_ROWS, NO_ROW_OCCURS, row_weights
from causal_dag.tables.rows import finite_rows, incomplete_rows
from causal_dag.wording import listed, quoted

# Share of a variance that the squared error of the mean may have.
MEAN_TOLERANCE = 1e-16


@dataclass(frozen=True, eq=False)
class Moments:
    """Number of rows, mean and centred covariance (divided by n) of a table.

    Parameters
    ----------
    n_samples : int
        Number of rows behind the moments, or of complete rows that incomplete ones count as.
    mean : ndarray of shape (d,)
        Column means, in the units of the data.
    covariance : ndarray of shape (d, d)
        Centred covariance XᵀX / n, in squared units of the data.
    feature_names : sequence of str, optional
        Column names; those of ``covariance`` if it is a data frame.
    mean_remainder : ndarray of shape (d,), optional
        What is left of the means when they are rounded to ``mean``; default 0. Without it, merging
        tables whose columns have a mean of 1e8 and a variance of 1 would cost half of the digits.

    Raises
    ------
    ValueError
        If the shapes do not fit, n_samples < 1, a value is not finite, or the covariance is not
        symmetric or has a negative eigenvalue.

    Examples
    --------
    >>> from causal_dag import Moments
    >>> moments = Moments.from_rows([[0.0, 1.0], [2.0, 1.5], [4.0, 2.0]])
    >>> moments.n_samples, moments.mean.tolist()
    (3, [2.0, 1.5])
    >>> (moments.standardized().covariance.round(12) == 1.0).all().item()
    True
    """

    n_samples: int
    mean: FloatArray
    covariance: FloatArray
    feature_names: tuple[str, ...] | None = None
    mean_remainder: FloatArray = field(default_factory=partial(np.zeros, ()), repr=False)

    def __post_init__(self) -> None:
        names = _names_given(self.mean, self.covariance, self.feature_names)
        object.__setattr__(self, "feature_names", names)
        object.__setattr__(self, "mean", _frozen(self.mean))
        object.__setattr__(self, "covariance", _frozen(self.covariance))
        remainder = _frozen(self.mean_remainder)
        if remainder.ndim == 0:
            remainder = np.broadcast_to(remainder, self.mean.shape)
        object.__setattr__(self, "mean_remainder", remainder)
        self._require_consistency()
        require_covariance(self.covariance, self.name_of)

    @property
    def n_features(self) -> int:
        """Number of columns d."""
        return self.mean.size

    @property
    def variance(self) -> FloatArray:
        """Variances of the columns, shape (d,)."""
        return np.diagonal(self.covariance).copy()

    @classmethod
    def from_rows(
        cls, X: Any, feature_names: Iterable[Any] | None = None, *, sample_weight: Any = None
    ) -> "Moments":
        """Compute the moments of rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Finite numbers; not changed.
        feature_names : iterable of str, optional
            Column names, in place of the data frame's own.
        sample_weight : array-like of shape (n,), optional
            How often each row occurs, a whole number (frequency weights); default once.
            ``n_samples`` is their sum.

        Raises
        ------
        ValueError
            If the rows are not finite numbers, a weight is not a whole number, or the number of
            names or weights differs.

        Examples
        --------
        >>> from causal_dag import Moments
        >>> moments = Moments.from_rows([[0.0], [4.0]], sample_weight=[3, 1])
        >>> moments.n_samples, moments.mean.item(), moments.covariance.item()
        (4, 1.0, 3.0)
        """
        names = column_names(X) if feature_names is None else names_of_labels(feature_names)
        rows = finite_rows(X)
        weights = None if sample_weight is None else row_weights(sample_weight, len(rows))
        return cls.from_finite_rows(rows, names, weights)

    @classmethod
    def from_incomplete_rows(
        cls, X: Any, feature_names: Iterable[Any] | None = None, *, tol: float = 1e-6
    ) -> "Moments":
        """Estimate the moments of rows with missing cells, by expectation-maximization.

        They are those of maximum likelihood under a Gaussian, which are consistent if whether a
        cell is missing depends only on seen cells of its row. ``n_samples`` is then smaller than
        the number of rows: the harmonic mean of the numbers of rows in which two columns are both
        seen, see ``causal_dag.incomplete.missing_cells.effective_rows``. Without missing cells, the
        moments are those of ``from_rows``.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Numbers; NaN, None or infinite where a cell is missing. Not changed.
        feature_names : iterable of str, optional
            Column names, in place of the data frame's own.
        tol : float
            As in ``causal_dag.incomplete.expectation_maximization.gaussian_estimate``.

        Raises
        ------
        ValueError
            If a column is never seen, is constant, or is a combination of others; if two columns
            are never seen together; or if there are no more rows than columns.

        Examples
        --------
        >>> from causal_dag import Moments
        >>> X = [[0.0, 1.0], [1.0, 2.0], [2.0, 1.5], [3.0, 4.0], [9.0, None]]
        >>> moments = Moments.from_incomplete_rows(X)
        >>> moments.n_samples, moments.mean.round(3).tolist()
        (4, [3.0, 3.4])
        """
        names = column_names(X) if feature_names is None else names_of_labels(feature_names)
        # One memory layout and one thread, so that equal tables give equal bits.
        rows = np.ascontiguousarray(incomplete_rows(X))
        is_missing = np.isnan(rows)
        is_empty = is_missing.all(axis=1)
        if not is_missing[~is_empty].any() and not is_empty.all():
            return cls.from_finite_rows(rows[~is_empty], names)
        with one_blas_thread():
            estimate = gaussian_estimate(rows, names, tol=tol)
        n_samples = effective_rows(pair_counts(rows))
        means = estimate.mean, np.zeros_like(estimate.mean)
        return _of_data(n_samples, means, estimate.covariance, names)

    @classmethod
    def from_finite_rows(
        cls, rows: FloatArray, names: tuple[str, ...] | None, weights: IntArray | None = None
    ) -> "Moments":
        """Compute the moments of rows that are known to be finite, shape (n, d).

        Weights are whole numbers of at least 0: how often each row occurs.
        """
        if weights is not None:
            running = RunningMoments(rows.shape[1])
            running.add(rows, weights)
            return _of_running(running, names)
        # One memory layout, so that equal tables give equal bits.
        rows = np.ascontiguousarray(rows)
        mean = rows.mean(axis=0)
        centred = rows - mean
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
            covariance = centred.T @ centred
            covariance /= rows.shape[0]
            shift = centred.mean(axis=0)
            # The rounding error of the mean counts where a column varies little beside its mean.
            inaccurate = shift**2 > MEAN_TOLERANCE * np.diagonal(covariance)
        if inaccurate.any():
            centred[:, inaccurate] -= shift[inaccurate]
            covariance = centred.T @ centred
            covariance /= rows.shape[0]
        make_symmetric(covariance)
        return _of_data(rows.shape[0], rounded_sum(mean, shift), covariance, names)

    @classmethod
    def from_batches(
        cls,
        batches: Iterable[Any],
        feature_names: Iterable[Any] | None = None,
        *,
        sample_weight: Iterable[Any] | None = None,
    ) -> "Moments":
        """Accumulate the moments over batches of rows, so that the table never is in memory.

        Parameters
        ----------
        batches : iterable of array-like or data frame of shape (n_b, d), or a Dask array or frame
            Finite numbers: arrays, Arrow record batches, frames of pandas or polars. The columns of
            data frames are aligned by name. The partitions of a Dask table are reduced where they
            lie, by the current scheduler, and their moments are merged as a tree.
        feature_names : iterable of str, optional
            Column names, in place of the data frames' own.
        sample_weight : iterable of array-like of shape (n_b,), optional
            Of each batch, how often each row occurs, a whole number. Not for Dask tables.

        Raises
        ------
        ValueError
            If there is no batch, the batches have different columns, or one holds a text, a missing
            or an infinite value; the message names the batch, the column and the row.

        Examples
        --------
        >>> from causal_dag import Moments
        >>> moments = Moments.from_batches([[[0.0], [2.0]], [[4.0], [6.0]]])
        >>> moments.n_samples, moments.mean.item(), moments.covariance.item()
        (4, 3.0, 5.0)
        """
        if is_dask(batches):
            if sample_weight is not None:
                raise ValueError("sample_weight: pass the partitions of a Dask table as batches")
            total = _moments_of_batches(
                reduced_partitions(batches, moments_of_partition, merged_partitions)
            )
        else:
            total = cls._accumulated(
                (f"batch {number}", batch, weights)
                for number, (batch, weights) in enumerate(with_weights(batches, sample_weight))
            )
        if total is None:
            raise ValueError("from_batches received no batch")
        return total if feature_names is None else total._renamed(names_of_labels(feature_names))

    @classmethod
    def from_parquet(
        cls,
        path: Any,
        columns: Sequence[str] | None = None,
        batch_rows: int | None = None,
        *,
        sample_weight: str | None = None,
    ) -> "Moments":
        """Compute the moments of Parquet files that may be larger than memory, in a single pass.

        Parameters
        ----------
        path : path or sequence of paths
            Files, or folders whose files ``*.parquet`` and ``*.pq`` are read. They are parts of one
            table: their columns are aligned by name.
        columns : sequence of str, optional
            Columns to read, in this order; default all but the index that pandas has written.
        batch_rows : int, optional
            Most rows in memory at once, whatever the size of the row groups; default as many as
            take 16 MB.
        sample_weight : str, optional
            Column that holds how often each row occurs, a whole number; it is left out otherwise.

        Raises
        ------
        ImportError
            If pyarrow is not installed.
        ValueError
            If a file is not there, is not Parquet, lacks a column, or holds a text, a missing or an
            infinite value; the message names the file, the batch's first row and the column.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import pandas as pd
        >>> from causal_dag import Moments
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "table.parquet")
        ...     pd.DataFrame({"a": [1.0, 3.0], "b": [5.0, 1.0]}).to_parquet(path)
        ...     Moments.from_parquet(path, columns=["b"]).mean.tolist()
        [3.0]
        """
        total = cls._accumulated(
            (f"{file}, batch from row {first}", batch, weights)
            for file, first, batch, weights in parquet_batches(
                path, columns, batch_rows, sample_weight
            )
        )
        if total is None:
            raise ValueError(f"{path} has no rows; name a file with some")
        return total

    @classmethod
    def _accumulated(cls, named_batches: Iterable[tuple[str, Any, Any]]) -> "Moments | None":
        """Return the moments of batches, each with a name for messages and weights or None."""
        total: NamedMoments | None = None
        for name, batch, weights in named_batches:
            try:
                part = moments_of_batch(batch, weights)
                total = part if total is None else merged_batches(total, part)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        return _moments_of_batches(total)

    def _renamed(self, names: tuple[str, ...]) -> "Moments":
        means = self.mean, self.mean_remainder
        return _of_data(self.n_samples, means, self.covariance, names)

    def merge(self, other: "Moments") -> "Moments":
        """Return the moments of both tables' rows together (Chan, Golub and LeVeque 1983).

        Columns are aligned by name. Raises ``ValueError`` if they are not the same.
        """
        require_moments(other)
        other = other.reordered(self.feature_names)
        require_as_many(self.n_features, other.n_features)
        return self._merged(other, counts_means=True)

    def merge_within(self, other: "Moments") -> "Moments":
        """Return the moments of both tables' rows, each table's about its own mean.

        The covariance is that within tables: the difference between their means does not count.

        Examples
        --------
        >>> from causal_dag import Moments
        >>> first, second = Moments(2, [0.0], [[1.0]]), Moments(2, [8.0], [[3.0]])
        >>> within = first.merge_within(second)
        >>> within.mean.item(), within.covariance.item(), first.merge(second).covariance.item()
        (4.0, 2.0, 18.0)
        """
        return self._merged(other, counts_means=False)

    def _merged(self, other: "Moments", *, counts_means: bool) -> "Moments":
        n = self.n_samples + other.n_samples
        share, other_share = self.n_samples / n, other.n_samples / n
        # Means within a factor of two are subtracted without a rounding error.
        shift = (other.mean - self.mean) + (other.mean_remainder - self.mean_remainder)
        covariance = share * self.covariance + other_share * other.covariance
        if counts_means:
            with np.errstate(over="ignore", invalid="ignore"):
                covariance += share * other_share * np.outer(shift, shift)
        means = rounded_sum(self.mean, self.mean_remainder + other_share * shift)
        return _of_data(n, means, covariance, self.feature_names)

    def reordered(self, names: Sequence[str] | None) -> "Moments":
        """Return the moments of the columns in the order of ``names``, which must be the same.

        Examples
        --------
        >>> from causal_dag import Moments
        >>> Moments(9, [1.0, 5.0], [[1.0, 0.0], [0.0, 4.0]], ["a", "b"]).reordered(["b", "a"]).mean
        array([5., 1.])
        """
        columns = positions_of(self.feature_names, names)
        if columns is None or names is None:
            return self
        covariance = self.covariance[np.ix_(columns, columns)]
        means = self.mean[columns], self.mean_remainder[columns]
        return _of_data(self.n_samples, means, covariance, tuple(names))

    def standardized(self) -> "Moments":
        """Return the moments of the columns shifted to mean 0 and scaled to variance 1.

        Raises ``ValueError`` if a column is constant.
        """
        zeros = np.zeros_like(self.mean)
        correlation = self.correlation(np.arange(self.n_features))
        return _of_data(self.n_samples, (zeros, zeros), correlation, self.feature_names)

    def correlation(self, columns: IntArray, dtype: type[np.floating] = np.float64) -> FloatArray:
        """Return the correlations of some columns, in that order; a new array.

        Parameters
        ----------
        columns : ndarray of int
            Numbers of columns.
        dtype : type
            Of the result; single precision takes half of the memory.

        Raises
        ------
        ValueError
            If one of the columns is constant.

        Examples
        --------
        >>> import numpy as np
        >>> from causal_dag import Moments
        >>> Moments(9, np.zeros(2), np.array([[4.0, 3.0], [3.0, 9.0]])).correlation([1, 0]).tolist()
        [[1.0, 0.5], [0.5, 1.0]]
        """
        columns = np.asarray(columns)
        scale = np.sqrt(self.variance)[columns]
        if not (scale > 0).all():
            column = int(columns[np.argmin(scale)])
            raise ValueError(f"column {self.name_of(column)} is constant; drop it")
        return correlation_of(self.covariance, columns, scale, dtype)

    def name_of(self, column: int | np.integer) -> str:
        """Return the column's name in quotes, or its number, for messages."""
        return Columns(self.n_features, self.feature_names).label(int(column))

    def _require_consistency(self) -> None:
        d = self.mean.size
        is_number = isinstance(self.n_samples, Integral) and not isinstance(self.n_samples, bool)
        if not (is_number and 1 <= self.n_samples <= MOST_ROWS):
            raise ValueError(
                f"n_samples={quoted(self.n_samples)} must be an integer >= 1 and <= 2^53: moments "
                "need at least one row, and numbers of rows are exact up to 2^53"
            )
        shapes = (self.mean.shape, self.covariance.shape, self.mean_remainder.shape)
        if shapes != ((d,), (d, d), (d,)):
            raise ValueError(
                "mean of shape {}, covariance of shape {} and mean_remainder of shape {} do not "
                "fit; expected (d,), (d, d) and (d,)".format(*shapes)
            )
        if self.feature_names is not None and len(self.feature_names) != d:
            raise ValueError(f"{len(self.feature_names)} feature names for {d} columns")
        numbers = (self.mean, self.mean_remainder, self.covariance)
        if not all(np.isfinite(array).all() for array in numbers):
            sums = self.mean + self.mean_remainder + self.covariance.sum(axis=0)
            column = self.name_of(np.argmin(np.isfinite(sums)))
            raise ValueError(
                f"mean and covariance must be finite, and those of column {column} are not; drop "
                "or impute missing values, and divide columns by constants where squares are "
                "beyond the range of float64"
            )


#: Means, and what is left of them when they are rounded.
_Means = tuple[FloatArray, FloatArray]


def require_moments(moments: Any) -> None:
    """Raise ``TypeError`` if the argument is not a ``Moments``."""
    if not isinstance(moments, Moments):
        raise TypeError(f"a {type(moments).__name__} is not a Moments; pass Moments.from_rows(X)")


def _of_data(
    n_samples: int, means: _Means, covariance: FloatArray, names: tuple[str, ...] | None
) -> Moments:
    """Return moments that were computed from rows, whose covariance has no negative eigenvalue.

    The arrays belong to the moments from then on; a covariance can take most of the memory.
    """
    moments, (mean, remainder) = object.__new__(Moments), means
    for array in (mean, remainder, covariance):
        array.setflags(write=False)
    fields = {
        "n_samples": n_samples,
        "mean": mean,
        "covariance": covariance,
        "feature_names": names,
        "mean_remainder": remainder,
    }
    for name, value in fields.items():
        object.__setattr__(moments, name, value)
    moments._require_consistency()
    return moments


def _moments_of_batches(total: NamedMoments | None) -> Moments | None:
    return None if total is None else _of_running(*total)


def _of_running(running: RunningMoments, names: tuple[str, ...] | None) -> Moments:
    if running.n_samples == 0:
        raise ValueError(NO_ROW_OCCURS)
    covariance = running.covariance
    make_symmetric(covariance)
    means = rounded_sum(running.origin, running.offset)
    return _of_data(running.n_samples, means, covariance, names)


def _frozen(values: ArrayLike) -> FloatArray:
    try:
        if np.iscomplexobj(values):
            raise TypeError
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"mean and covariance must be numbers, not {quoted(values)}") from None
    array.setflags(write=False)
    return array


def _names_given(
    mean: Any, covariance: Any, feature_names: Iterable[Any] | None
) -> tuple[str, ...] | None:
    """Return the names passed, or those that a data frame of covariances brings."""
    if feature_names is not None:
        return names_of_labels(feature_names)
    names = column_labels(covariance)
    of_mean = None if names is None else getattr(mean, "index", None)
    if of_mean is not None and names_of_labels(of_mean) != names:
        raise ValueError(
            f"mean has the labels {listed(of_mean)}, and covariance {listed(names or ())}; bring "
            "them into the same order"
        )
    return column_names(covariance)

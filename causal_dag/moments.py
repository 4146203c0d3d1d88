"""Sufficient statistics of a table: number of rows, mean and covariance."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray
from causal_dag.columns import names_of_labels


@dataclass(frozen=True, eq=False)
class Moments:
    """Number of rows, mean and centred covariance (divided by n) of a table.

    Parameters
    ----------
    n_samples : int
        Number of rows behind the moments.
    mean : ndarray of shape (d,)
        Column means, in the units of the data.
    covariance : ndarray of shape (d, d)
        Centred covariance XᵀX / n, in squared units of the data.
    feature_names : tuple of str, optional
        Column names.

    Raises
    ------
    ValueError
        If the shapes do not fit, n_samples < 1, or a value is not finite.

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

    def __post_init__(self) -> None:
        mean = _frozen(self.mean)
        covariance = _frozen(self.covariance)
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "covariance", covariance)
        d = mean.size
        if self.n_samples < 1:
            raise ValueError(f"n_samples={self.n_samples}: moments need at least one row")
        if mean.shape != (d,) or covariance.shape != (d, d):
            raise ValueError(
                f"mean of shape {mean.shape} and covariance of shape {covariance.shape} "
                "do not fit; expected (d,) and (d, d)"
            )
        if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
            raise ValueError("mean and covariance must be finite; drop or impute missing values")
        if not np.allclose(covariance, covariance.T, rtol=1e-8, atol=0.0):
            raise ValueError("covariance must be symmetric")
        if self.feature_names is not None:
            object.__setattr__(self, "feature_names", names_of_labels(self.feature_names))
            if len(self.feature_names) != d:
                raise ValueError(f"{len(self.feature_names)} feature names for {d} columns")

    @property
    def n_features(self) -> int:
        """Number of columns d."""
        return self.mean.size

    @property
    def variance(self) -> FloatArray:
        """Variances of the columns, shape (d,)."""
        return np.diagonal(self.covariance).copy()

    @classmethod
    def from_rows(cls, X: ArrayLike, feature_names: Iterable[str] | None = None) -> "Moments":
        """Compute the moments of rows ``X``, shape (n, d); the caller's array is not changed."""
        # One memory layout, so that equal tables give equal bits.
        rows = np.ascontiguousarray(X, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[0] < 1:
            raise ValueError(f"rows of shape {rows.shape}; expected (n, d) with n >= 1")
        mean = rows.mean(axis=0)
        centred = rows - mean
        covariance = centred.T @ centred / rows.shape[0]
        names = None if feature_names is None else tuple(feature_names)
        return cls(rows.shape[0], mean, (covariance + covariance.T) / 2, names)

    @classmethod
    def from_batches(
        cls, batches: Iterable[ArrayLike], feature_names: Iterable[str] | None = None
    ) -> "Moments":
        """Accumulate the moments over batches of rows, each of shape (n_b, d).

        The whole table never has to be in memory. Raises ``ValueError`` without any batch.
        """
        total: Moments | None = None
        for batch in batches:
            part = cls.from_rows(batch)
            total = part if total is None else total.merge(part)
        if total is None:
            raise ValueError("from_batches received no batch")
        names = None if feature_names is None else tuple(feature_names)
        return cls(total.n_samples, total.mean, total.covariance, names)

    def merge(self, other: "Moments") -> "Moments":
        """Return the moments of both tables' rows together (Chan, Golub and LeVeque 1983)."""
        if self.n_features != other.n_features or self.feature_names != other.feature_names:
            raise ValueError("moments of different columns cannot be merged")
        n = self.n_samples + other.n_samples
        share, other_share = self.n_samples / n, other.n_samples / n
        shift = other.mean - self.mean
        covariance = (
            share * self.covariance
            + other_share * other.covariance
            + share * other_share * np.outer(shift, shift)
        )
        return Moments(n, self.mean + other_share * shift, covariance, self.feature_names)

    def standardized(self) -> "Moments":
        """Return the moments of the columns shifted to mean 0 and scaled to variance 1.

        Raises ``ValueError`` if a column is constant.
        """
        scale = np.sqrt(self.variance)
        if not (scale > 0).all():
            column = int(np.argmin(scale))
            raise ValueError(f"column {self.name_of(column)} is constant; drop it")
        # Divide by one factor at a time: the product of two scales can overflow.
        covariance = self.covariance / scale / scale[:, None]
        np.fill_diagonal(covariance, 1.0)
        return Moments(self.n_samples, np.zeros_like(self.mean), covariance, self.feature_names)

    def name_of(self, column: int | np.integer) -> str:
        """Return the column's name in quotes, or its number, for messages."""
        return repr(self.feature_names[int(column)]) if self.feature_names else str(column)


def _frozen(values: ArrayLike) -> FloatArray:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array

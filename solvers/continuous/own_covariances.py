"""Covariances of columns that are scored with different rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.experiments import Experiments


@dataclass(frozen=True, eq=False)
class OwnCovariances:
    """Of every column, the covariance C_j in the n_j rows in which it is not a target.

    They take the place of one covariance where a score sums residuals over rows: a column's sum
    then leaves out the rows in which the column was set.

    Parameters
    ----------
    matrices : ndarray of shape (m, d, d)
        The distinct (n_j / n) C_j, where n is the number of all rows.
    columns : tuple of ndarray of int
        For each of them, the columns that are scored with it.
    share : ndarray of shape (d,)
        The n_j / n.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.experiments import experiments_of
    >>> from causal_dag.solvers.continuous.own_covariances import OwnCovariances
    >>> rows = np.array([[0.0, 1.0], [2.0, 1.5], [1.0, 2.0], [9.0, 1.0], [9.0, 2.0], [9.0, 3.0]])
    >>> own = OwnCovariances.of(experiments_of([None] * 3 + [0] * 3, rows, None))
    >>> own.share.tolist(), own.variance.round(3).tolist()
    ([0.5, 1.0], [0.333, 0.417])
    """

    matrices: FloatArray
    columns: tuple[IntArray, ...]
    share: FloatArray

    @classmethod
    def of(cls, experiments: Experiments) -> Self:
        """Return the covariances of a table's rows by their targets."""
        own, n = experiments.own_moments, experiments.n_samples
        distinct = {id(moments): moments for moments in own}
        return cls(
            np.array([m.covariance * (m.n_samples / n) for m in distinct.values()]),
            tuple(np.flatnonzero([id(m) == key for m in own]) for key in distinct),
            experiments.n_own / n,
        )

    @property
    def by_column(self) -> FloatArray:
        """Each column of the covariance with which it is scored, times its share, (d, d)."""
        chosen: FloatArray = np.empty_like(self.matrices[0])
        for C, columns in zip(self.matrices, self.columns, strict=True):
            chosen[:, columns] = C[:, columns]
        return chosen

    @property
    def variance(self) -> FloatArray:
        """Variance of every column in its own rows, times its share, shape (d,)."""
        variance: FloatArray = self.by_column.diagonal()
        return variance

    def gradient_and_residual(self, W: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return −C_j (I − W)_j of every column j, (d, d), and its residual variance, (d,).

        Both are times the columns' shares.
        """
        gradient = np.empty_like(W)
        for C, columns in zip(self.matrices, self.columns, strict=True):
            gradient[:, columns] = C @ W[:, columns] - C[:, columns]
        return gradient, np.einsum("ij,ij->j", W, gradient) - gradient.diagonal()

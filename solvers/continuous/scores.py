"""Scores: how well weights fit the data, from the covariance alone. Smaller is better."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.regression import residual_variances


@dataclass(frozen=True)
class LeastSquares:
    """Half the mean squared residual, ½ tr((I − W)ᵀ C (I − W)) (Zheng et al. 2018, eq. 4).

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import LeastSquares
    >>> score = LeastSquares(np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> value, gradient = score.value_and_grad(np.array([[0.0, 2.0], [0.0, 0.0]]))
    >>> value, gradient.tolist()
    (1.0, [[-1.0, 0.0], [-2.0, -1.0]])
    """

    covariance: FloatArray

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient −C (I − W), shape (d, d)."""
        from causal_dag.solvers.continuous.score_kernels import least_squares

        value, gradient = least_squares(self.covariance, W)
        return value, gradient


class ScaledScore(Protocol):
    """What the central path asks of a score: least squares, each group over its noise scale."""

    @property
    def covariance(self) -> FloatArray:
        """Covariance C of the variables, shape (d, d)."""

    @property
    def group(self) -> IntArray:
        """Group of every variable, shape (d,)."""

    @property
    def start_scale(self) -> FloatArray:
        """Scales to start from, one a group."""

    @property
    def smallest_scale(self) -> FloatArray:
        """Lower bounds of the scales."""

    @property
    def largest_scale(self) -> FloatArray:
        """Upper bounds of the scales."""

    def best_scale(self, W: FloatArray) -> FloatArray:
        """Return the scales within their bounds that minimise the score for weights W."""

    def value_and_grad(self, W: FloatArray, scale: FloatArray) -> tuple[float, FloatArray]:
        """Return the score at weights W and scales, and its gradient in W, shape (d, d)."""


@dataclass(frozen=True)
class UnitScaleScore:
    """Least squares for the central path: one group of all variables, whose scale is held at 1.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import UnitScaleScore
    >>> score = UnitScaleScore(np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> score.value_and_grad(np.array([[0.0, 2.0], [0.0, 0.0]]), score.start_scale)[0]
    1.0
    """

    covariance: FloatArray

    @property
    def group(self) -> IntArray:
        """The same group for every variable."""
        return np.zeros(self.covariance.shape[0], dtype=np.intp)

    @property
    def start_scale(self) -> FloatArray:
        """The scale 1."""
        return np.ones(1)

    smallest_scale = largest_scale = start_scale

    def best_scale(self, W: FloatArray) -> FloatArray:
        """Return the scale 1."""
        return np.ones(1)

    def value_and_grad(self, W: FloatArray, scale: FloatArray) -> tuple[float, FloatArray]:
        """Return ``LeastSquares`` at weights W, whatever the scale."""
        return LeastSquares(self.covariance).value_and_grad(W)


@dataclass(frozen=True)
class ConcomitantScore:
    """Least squares with the noise scales as unknowns (Saboksayr, Mateos and Tepper 2024).

    ½ Σ_g [S_g / σ_g + n_g σ_g], where S_g sums the residual variances of the n_g variables in
    group g, which share the noise scale σ_g. One group of all variables is CoLiDE-EV (eq. 4), one
    group a variable is CoLiDE-NV (eq. 6).

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.
    group : ndarray of int, shape (d,)
        Group of every variable, numbered from 0.
    floor : float
        Lower bound of every scale, as a share of its start value, so that a perfect fit divides by
        no zero; > 0.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import ConcomitantScore
    >>> score = ConcomitantScore(np.diag([4.0, 9.0]), group=np.array([0, 1]))
    >>> score.best_scale(np.zeros((2, 2))).tolist()
    [2.0, 3.0]
    >>> score.value_and_grad(np.zeros((2, 2)), np.array([2.0, 3.0]))[0]
    5.0
    """

    covariance: FloatArray
    group: IntArray
    floor: float = 1e-6

    @property
    def group_size(self) -> IntArray:
        """Number of variables n_g in every group."""
        return np.bincount(self.group)

    @property
    def start_scale(self) -> FloatArray:
        """Where the scales start: the smallest standard deviation in every group."""
        smallest = np.full(self.group_size.size, np.inf)
        np.minimum.at(smallest, self.group, np.sqrt(np.diagonal(self.covariance)))
        return smallest

    @property
    def smallest_scale(self) -> FloatArray:
        """Lower bounds of the scales."""
        return self.floor * self.start_scale

    @property
    def largest_scale(self) -> FloatArray:
        """No upper bounds."""
        return np.full(self.group_size.size, np.inf)

    def best_scale(self, W: FloatArray) -> FloatArray:
        """Return the scales that minimise the score for weights W, one a group."""
        total = np.bincount(self.group, weights=residual_variances(self.covariance, W))
        return np.maximum(np.sqrt(total / self.group_size), self.smallest_scale)

    def value_and_grad(self, W: FloatArray, scale: FloatArray) -> tuple[float, FloatArray]:
        """Return the score at weights W and scales, and its gradient in W, −C (I − W) / σ."""
        deviation = scale[self.group]
        product = self.covariance - self.covariance @ W
        residual = product.diagonal() - np.einsum("ij,ij->j", W, product)
        value = 0.5 * np.sum(residual / deviation + deviation)
        return float(value), -product / deviation

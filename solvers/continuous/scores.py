"""Scores that measure how well weights fit the data; lower is better.

A score has the method ``value_and_grad(W)``. Scores that the compiled central path supports, which
are least squares divided by noise scales, accept the scales as an optional second argument.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from scipy.linalg import lapack

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.problem import Problem
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, residual_variances
from causal_dag.solvers.continuous.own_covariances import OwnCovariances
from causal_dag.solvers.continuous.parts import Property


class Score(Protocol):
    """A differentiable function of the weights."""

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value at W and the gradient, shape (d, d)."""


@dataclass(frozen=True)
class ScoreSum:
    """The sum of scores.

    Parameters
    ----------
    terms : tuple of Score
        The scores.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import LeastSquares, ScoreSum
    >>> score = LeastSquares(np.eye(2))
    >>> ScoreSum((score, score)).value_and_grad(np.zeros((2, 2)))[0]
    2.0
    """

    terms: tuple[Score, ...]

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value at W and the gradient, shape (d, d)."""
        value, gradient = self.terms[0].value_and_grad(W)
        for term in self.terms[1:]:
            term_value, term_gradient = term.value_and_grad(W)
            value, gradient = value + term_value, gradient + term_gradient
        return value, gradient


@dataclass(frozen=True)
class LeastSquares:
    """Half the mean squared residual, ½ tr((I − W)ᵀ C (I − W)) (Zheng et al. 2018, eq. 4).

    The central path treats it as a score with one noise scale, shared by all variables and fixed
    at 1.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.
    left_out : float
        Sum of the variances of given columns, which have no term in the score.
    own : OwnCovariances, optional
        After experiments, every column's own covariance, in place of C.

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
    left_out: float = 0.0
    own: OwnCovariances | None = None

    offers: ClassVar[frozenset[Property]] = frozenset({Property.SCALED_LEAST_SQUARES})
    estimates_scale: ClassVar[bool] = False

    @classmethod
    def of(cls, problem: Problem) -> "LeastSquares":
        """Return the score of a problem."""
        moments, explained = problem.moments, problem.constraints.explained
        if problem.experiments is not None:
            own = OwnCovariances.of(problem.experiments)
            return cls(moments.covariance, float(own.variance[~explained].sum()), own)
        return cls(moments.covariance, float(moments.variance[~explained].sum()))

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

    def value_and_grad(
        self, W: FloatArray, scale: FloatArray | None = None
    ) -> tuple[float, FloatArray]:
        """Return the score and its gradient −C (I − W), shape (d, d); the scale is ignored."""
        from causal_dag.solvers.continuous.matrix_kernels import least_squares

        if self.own is not None:
            gradient, residual = self.own.gradient_and_residual(W)
            return 0.5 * (float(residual.sum()) - self.left_out), gradient
        value, gradient = least_squares(self.covariance, W)
        return value - 0.5 * self.left_out, gradient


class ScaledScore(Protocol):
    """Score for the compiled central path: least squares per group, divided by its noise scale."""

    #: Whether the noise scales are estimated, rather than constant.
    estimates_scale: ClassVar[bool]

    @property
    def covariance(self) -> FloatArray:
        """Covariance C of the variables, shape (d, d)."""

    @property
    def own(self) -> OwnCovariances | None:
        """Every column's own covariance, in place of C."""

    @property
    def group(self) -> IntArray:
        """Group of every variable, shape (d,), numbered from 0."""

    @property
    def start_scale(self) -> FloatArray:
        """Scales to start from, one per group."""

    @property
    def smallest_scale(self) -> FloatArray:
        """Lower bounds of the scales."""

    @property
    def largest_scale(self) -> FloatArray:
        """Upper bounds of the scales."""

    def best_scale(self, W: FloatArray) -> FloatArray:
        """Return the scales within their bounds that minimize the score for weights W."""

    def value_and_grad(
        self, W: FloatArray, scale: FloatArray | None = None
    ) -> tuple[float, FloatArray]:
        """Return the score at weights W and scales, and its gradient in W, shape (d, d)."""


@dataclass(frozen=True)
class ConcomitantScore:
    """Least squares with estimated noise scales (Saboksayr, Mateos and Tepper 2024).

    ½ Σ_g [S_g / σ_g + n_g σ_g], where S_g sums the residual variances of the n_g variables in
    group g, which share the noise scale σ_g. One group of all variables is CoLiDE-EV (eq. 4), one
    group per variable is CoLiDE-NV (eq. 6).

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.
    group : ndarray of int, shape (d,)
        Group of every variable, numbered from 0.
    floor : float
        Lower bound of every scale, as a fraction of its starting value, which prevents a perfect
        fit from dividing by zero; > 0.
    own : OwnCovariances, optional
        After experiments, every column's own covariance, in place of C. The numbers of variables
        are then sums of their shares of the rows.

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
    own: OwnCovariances | None = None

    offers: ClassVar[frozenset[Property]] = frozenset({Property.SCALED_LEAST_SQUARES})
    estimates_scale: ClassVar[bool] = True

    @property
    def group_size(self) -> FloatArray | IntArray:
        """Number of variables n_g in every group."""
        return np.bincount(self.group, weights=None if self.own is None else self.own.share)

    @property
    def start_scale(self) -> FloatArray:
        """Starting values of the scales: the smallest standard deviation in every group."""
        smallest, own = np.full(self.group_size.size, np.inf), self.own
        variance = np.diagonal(self.covariance) if own is None else own.variance / own.share
        np.minimum.at(smallest, self.group, np.sqrt(variance))
        return smallest

    @property
    def smallest_scale(self) -> FloatArray:
        """Lower bounds of the scales."""
        return self.floor * self.start_scale

    @property
    def largest_scale(self) -> FloatArray:
        """Upper bounds of the scales, all infinite."""
        return np.full(self.group_size.size, np.inf)

    def best_scale(self, W: FloatArray) -> FloatArray:
        """Return the scales that minimize the score for weights W, one per group."""
        if self.own is None:
            residual = residual_variances(self.covariance, W)
        else:
            residual = np.maximum(self.own.gradient_and_residual(W)[1], 0.0)
        total = np.bincount(self.group, weights=residual)
        return np.maximum(np.sqrt(total / self.group_size), self.smallest_scale)

    def value_and_grad(
        self, W: FloatArray, scale: FloatArray | None = None
    ) -> tuple[float, FloatArray]:
        """Return the score and its gradient in W, −C (I − W) / σ.

        If no scales are given, the optimal ones for W are used. The derivative with respect to the
        scales vanishes there, so the gradient in W is the same.
        """
        scale = self.best_scale(W) if scale is None else scale
        deviation = scale[self.group]
        if self.own is not None:
            gradient, residual = self.own.gradient_and_residual(W)
            value = 0.5 * np.sum(residual / deviation + self.own.share * deviation)
            return float(value), gradient / deviation
        product = self.covariance - self.covariance @ W
        residual = product.diagonal() - np.einsum("ij,ij->j", W, product)
        value = 0.5 * np.sum(residual / deviation + deviation)
        return float(value), -product / deviation


@dataclass(frozen=True)
class EqualVarianceLikelihood:
    """(d/2) log Σ_j r_j, where r_j is the residual variance of j (Ng et al. 2020, eq. 3).

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.
    explained : ndarray of bool, shape (d,), optional
        Variables j in the sum, whose number is d; by default all.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import EqualVarianceLikelihood
    >>> score = EqualVarianceLikelihood(np.eye(3))
    >>> bool(np.isclose(score.value_and_grad(np.zeros((3, 3)))[0], 1.5 * np.log(3)))
    True
    """

    covariance: FloatArray
    explained: BoolArray | None = None

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient −d C (I − W) / Σ_j r_j, shape (d, d)."""
        gradient, residual = _gradient_and_residual(self.covariance, W)
        residual = residual if self.explained is None else residual[self.explained]
        d, total = residual.size, float(residual.sum())
        return 0.5 * d * math.log(total), gradient * (d / total)


@dataclass(frozen=True)
class UnequalVarianceLikelihood:
    """½ Σ_j log r_j, where r_j is the residual variance of j (Ng et al. 2020, eq. 2).

    On a DAG it is the negative log-likelihood per row, up to a constant. Dividing a column by a
    constant changes the score by a constant, provided that W is rescaled accordingly.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import UnequalVarianceLikelihood
    >>> UnequalVarianceLikelihood(np.eye(3)).value_and_grad(np.zeros((3, 3)))[0]
    0.0
    """

    covariance: FloatArray

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient −[C (I − W)]_ij / r_j, shape (d, d)."""
        gradient, residual = _gradient_and_residual(self.covariance, W)
        return 0.5 * float(np.log(residual).sum()), gradient / residual


@dataclass(frozen=True)
class JacobianLogDeterminant:
    """−log ``|det(I − W)|``, the likelihood's term for cyclic W; 0 on a DAG (Ng et al. 2020).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.scores import JacobianLogDeterminant
    >>> JacobianLogDeterminant().value_and_grad(np.array([[0.0, 3.0], [0.0, 0.0]]))[0]
    0.0
    """

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value and its gradient (I − W)⁻ᵀ; infinity and 0 if I − W is singular."""
        matrix = np.negative(W, order="C")  # ravel does not copy a C-contiguous array
        matrix.ravel()[:: len(W) + 1] += 1.0
        factors, pivots, zero_pivot = lapack.dgetrf(matrix.T, overwrite_a=True)
        if zero_pivot > 0:
            return np.inf, np.zeros_like(W)
        value = 0.0 - float(np.log(np.abs(factors.diagonal())).sum())
        inverse, _ = lapack.dgetri(factors, pivots, overwrite_lu=True)
        return value, inverse


def _gradient_and_residual(C: FloatArray, W: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return −C (I − W), and every variable's residual variance, bounded away from 0."""
    from causal_dag.solvers.continuous.matrix_kernels import residual_gradient

    gradient, residual = residual_gradient(C, W)
    return gradient, np.maximum(residual, SMALLEST_VARIANCE_SHARE * C.diagonal())

"""Gaussian log-likelihood scores, with the noise variances profiled out. Smaller is better."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from causal_dag.arrays import FloatArray
from causal_dag.regression import SMALLEST_VARIANCE_SHARE


@dataclass(frozen=True)
class EqualVarianceLikelihood:
    """(d/2) log Σ_j r_j, where r_j is the residual variance of j (Ng et al. 2020, eq. 3).

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.likelihood_scores import EqualVarianceLikelihood
    >>> score = EqualVarianceLikelihood(np.eye(3))
    >>> bool(np.isclose(score.value_and_grad(np.zeros((3, 3)))[0], 1.5 * np.log(3)))
    True
    """

    covariance: FloatArray

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient −d C (I − W) / Σ_j r_j, shape (d, d)."""
        gradient, residual = _gradient_and_residual(self.covariance, W)
        d, total = W.shape[0], float(residual.sum())
        return 0.5 * d * math.log(total), gradient * (d / total)


@dataclass(frozen=True)
class UnequalVarianceLikelihood:
    """½ Σ_j log r_j, where r_j is the residual variance of j (Ng et al. 2020, eq. 2).

    On a DAG it is the negative log-likelihood per row, but for a constant. Dividing a column by a
    constant changes it by a constant, if W is rescaled with the columns.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance C of the variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.likelihood_scores import UnequalVarianceLikelihood
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
    """−log ``|det(I − W)|``: what a cyclic W adds to the likelihood; 0 on a DAG (Ng et al. 2020).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.likelihood_scores import JacobianLogDeterminant
    >>> JacobianLogDeterminant().value_and_grad(np.array([[0.0, 3.0], [0.0, 0.0]]))[0]
    0.0
    """

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value and its gradient (I − W)⁻ᵀ; infinite and 0 where I − W is singular."""
        factors, pivots, _ = lapack.dgetrf((np.eye(W.shape[0]) - W).T, overwrite_a=True)
        diagonal = np.abs(factors.diagonal())
        if not diagonal.all():
            return np.inf, np.zeros_like(W)
        inverse, _ = lapack.dgetri(factors, pivots, overwrite_lu=True)
        return 0.0 - float(np.log(diagonal).sum()), inverse


def _gradient_and_residual(C: FloatArray, W: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return −C (I − W), and every variable's residual variance, bounded away from 0."""
    from causal_dag.solvers.continuous.score_kernels import residual_gradient

    gradient, residual = residual_gradient(C, W)
    return gradient, np.maximum(residual, SMALLEST_VARIANCE_SHARE * C.diagonal())

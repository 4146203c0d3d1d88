"""Every variable a sum of sines of the others (Zheng et al. 2020, section 4)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.saving.values import saveable
from causal_dag.solvers.continuous.differentiable import Acyclicity
from causal_dag.solvers.continuous.first_layer import FirstLayer


def sobolev_basis(x: FloatArray, n_basis: int) -> FloatArray:
    """Return φ_k(x) = s_k sin(x/s_k) with s_k = 2/((2k − 1)π), k = 1, ..., n_basis.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        Where to evaluate.
    n_basis : int
        Number of functions.

    Returns
    -------
    ndarray of shape (n, n_basis, d)

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.basis_model import sobolev_basis
    >>> (sobolev_basis(np.array([[1.0]]), 3) * np.pi / 2 * [[[1], [3], [5]]]).round(12).ravel()
    array([ 1., -1.,  1.])
    """
    s: FloatArray = 2.0 / (np.pi * np.arange(1.0, 2.0 * n_basis, 2.0)[:, None])
    return s * np.sin(x[:, None, :] / s)


@saveable("BasisFunctions")
@dataclass(frozen=True, eq=False)
class BasisFunctions:
    """f_j(x) = Σ_i Σ_k V_jki φ_k(x_i − centre_i), 0 at the centre.

    Parameters
    ----------
    V : ndarray of shape (d, n_basis, d)
        Coefficients.
    centre : ndarray of shape (d,)
        Means of the columns.
    """

    V: FloatArray
    centre: FloatArray

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return all f_j at the rows, shape (n, d)."""
        features = sobolev_basis(rows - self.centre, self.V.shape[1])
        values: FloatArray = features.reshape(len(rows), -1) @ self.V.reshape(len(self.V), -1).T
        return values

    def restricted_to(self, adjacency: BoolArray) -> Self:
        """Return the functions without the terms of all other variables."""
        return type(self)(np.where(adjacency.T[:, None, :], self.V, 0.0), self.centre)


@dataclass(frozen=True, eq=False)
class BasisModel:
    """x_j = intercept_j + Σ_i Σ_k V_jki φ_k(x_i) + noise; the parameters are the free entries of V.

    Least squares needs no more of the rows than the covariance of features and variables, so the
    time of a step does not depend on n.

    Parameters
    ----------
    feature_covariance : ndarray of shape (n_basis · d, n_basis · d)
        Covariance of the features φ_k(x_i), in the order of the last two axes of V.
    cross_covariance : ndarray of shape (d, n_basis · d)
        Covariance of variables with features.
    variance : ndarray of shape (d,)
        Variances of the variables.
    centre : ndarray of shape (d,)
        Their means.
    first_layer : FirstLayer
        Where the parameters stand.
    lambda1 : float
        Weight of the ℓ1 norm of V.
    lambda2 : float
        Weight of half the squares of V.
    h : Acyclicity
        Acyclicity function of A_ij = Σ_k V_jki².

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import TraceExponential
    >>> from causal_dag.solvers.continuous.basis_model import BasisModel
    >>> rows = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> free = np.array([[False, True], [False, False]])
    >>> model = BasisModel.from_rows(rows, free, 3, 0.01, 0.01, TraceExponential())
    >>> model.score(np.zeros(3))[0]
    1.0
    """

    feature_covariance: FloatArray
    cross_covariance: FloatArray
    variance: FloatArray
    centre: FloatArray
    first_layer: FirstLayer
    lambda1: float
    lambda2: float
    h: Acyclicity

    @classmethod
    def from_rows(
        cls,
        rows: FloatArray,
        free: BoolArray,
        n_basis: int,
        lambda1: float,
        lambda2: float,
        h: Acyclicity,
    ) -> Self:
        """Return the model of the rows, shape (n, d)."""
        n, centre = len(rows), rows.mean(axis=0)
        centred = rows - centre
        features = sobolev_basis(centred, n_basis).reshape(n, -1)
        features -= features.mean(axis=0)
        return cls(
            features.T @ features / n,
            centred.T @ features / n,
            (centred * centred).mean(axis=0),
            centre,
            FirstLayer(free, n_basis),
            lambda1,
            lambda2,
            h,
        )

    @cached_property
    def l1_weights(self) -> FloatArray:
        """λ1 for all parameters."""
        return np.full(self.first_layer.size, self.lambda1)

    @cached_property
    def nonnegative(self) -> BoolArray:
        """Which parameters may not be negative: none."""
        return np.zeros(self.first_layer.size, dtype=bool)

    def start(self) -> FloatArray:
        """Return all coefficients zero, as in the authors' program."""
        return np.zeros(self.first_layer.size)

    def score(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return ½ of the mean squared residual plus the ridge penalty, and the gradient."""
        V = self.first_layer.unpack(parameters).reshape(self.cross_covariance.shape)
        explained = V @ self.feature_covariance
        value = 0.5 * float(
            self.variance.sum() + (V * (explained - 2 * self.cross_covariance)).sum()
        )
        gradient = self.first_layer.pack(explained - self.cross_covariance)
        ridge = self.lambda2 * parameters
        return value + 0.5 * float(ridge @ parameters), gradient + ridge

    def acyclicity(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return h and its gradient."""
        return self.first_layer.acyclicity(self.h, self.first_layer.unpack(parameters))

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return the strengths √A."""
        return self.first_layer.strengths(self.first_layer.unpack(parameters))

    def functions(self, parameters: FloatArray) -> BasisFunctions:
        """Return the functions f_j."""
        return BasisFunctions(self.first_layer.unpack(parameters), self.centre)

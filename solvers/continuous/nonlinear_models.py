"""Models in which every variable is a nonlinear function of the others (Zheng et al. 2020).

The functions are sums of sines of single variables, or networks with one hidden layer. In both
cases a first layer of parameters determines how strongly a variable depends on each of the others,
and whether the graph is acyclic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.estimator import DAGEstimator
from causal_dag.saving.values import saveable
from causal_dag.wording import quoted

# Networks are very slow with more columns.
MOST_COLUMNS_NONLINEAR = 20

# Parameters that apply only to the weights of a linear model: for each name, the default value and
# the error message for any other value.
_ABOUT_WEIGHTS = "{parameter} applies only to linear weights; leave it out with {nonlinear}"
_ESTIMATES_WEIGHTS = "{parameter} estimates linear weights; leave it out with {nonlinear}"
_STARTS_FROM_WEIGHTS = (
    "init gives linear weights, from which {nonlinear} cannot start; leave it out, and vary "
    "random_state or state prior_knowledge instead"
)
_LOSES_FUNCTIONS = (
    "{parameter} would lose the functions of {nonlinear}; leave it out, and start the order search "
    "from the fitted model: TOPO(init=model)"
)
LINEAR_ONLY: dict[str, tuple[Any, str]] = {
    "loss": ("l2", _ABOUT_WEIGHTS),
    "acyclicity": ("exponential", _ABOUT_WEIGHTS),
    "l1_step": ("subgradient", _ABOUT_WEIGHTS),
    "nonnegative": (False, _ABOUT_WEIGHTS),
    "penalty_weights": (None, _ABOUT_WEIGHTS),
    "refit": (False, _ESTIMATES_WEIGHTS),
    "init": (None, _STARTS_FROM_WEIGHTS),
    "polish": (None, _LOSES_FUNCTIONS),
}


def refuse_linear_options(estimator: DAGEstimator) -> None:
    """Raise ``ValueError`` for parameters that apply only to the weights of a linear model.

    Examples
    --------
    >>> from causal_dag import NOTEARS
    >>> from causal_dag.solvers.continuous.nonlinear_models import refuse_linear_options
    >>> refuse_linear_options(NOTEARS(nonlinear="mlp", refit=True))
    Traceback (most recent call last):
    ValueError: refit=True estimates linear weights; leave it out with nonlinear='mlp'
    """
    parameters = estimator.get_params(deep=False)
    for name, (default, message) in LINEAR_ONLY.items():
        value = parameters.get(name, default)
        # Arrays are not compared: they are never the default None.
        is_left_out = value is default or (isinstance(value, str | bool) and value == default)
        if not is_left_out:
            raise ValueError(
                message.format(
                    parameter=f"{name}={quoted(value)}",
                    nonlinear=f"nonlinear={parameters['nonlinear']!r}",
                )
            )


@dataclass(frozen=True)
class FirstLayer:
    """Parameters V, where ``V[j, k, i]`` connects variable i to unit k of target j.

    The function of j does not depend on i if and only if V[j, :, i] is 0, so
    A_ij = Σ_k V_jki² replaces W∘W (Zheng et al. 2020, section 4).

    Parameters
    ----------
    free : ndarray of bool, shape (d, d)
        ``free[i, j]``: i may be a parent of j. All other entries of V are fixed at 0.
    n_units : int
        Number of units m per target.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.nonlinear_models import FirstLayer
    >>> layer = FirstLayer(np.array([[False, True], [False, False]]), n_units=2)
    >>> layer.strengths(layer.unpack(np.array([3.0, 4.0]))).tolist()
    [[0.0, 25.0], [0.0, 0.0]]
    """

    free: BoolArray
    n_units: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape (d, m, d) of V."""
        d = self.free.shape[0]
        return d, self.n_units, d

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self._places.size

    @cached_property
    def _places(self) -> IntArray:
        return np.flatnonzero(np.broadcast_to(self.free.T[:, None, :], self.shape))

    def unpack(self, parameters: FloatArray) -> FloatArray:
        """Return V, shape (d, m, d)."""
        V = np.zeros(self.shape)
        V.ravel()[self._places] = parameters
        return V

    def pack(self, V: FloatArray) -> FloatArray:
        """Return the parameters among the entries of V, or of a gradient of its shape."""
        return V.ravel()[self._places]

    def strengths(self, V: FloatArray) -> FloatArray:
        """Return A, shape (d, d)."""
        return np.ascontiguousarray((V * V).sum(axis=1).T)

    def per_parameter(self, slope: FloatArray) -> FloatArray:
        """Return the entry of a (d, d) matrix for the edge of each parameter."""
        return np.broadcast_to(slope.T[:, None, :], self.shape).ravel()[self._places]


def sobolev_basis(x: FloatArray, n_basis: int) -> FloatArray:
    """Return φ_k(x) = s_k sin(x/s_k) with s_k = 2/((2k − 1)π), k = 1, ..., n_basis.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        Points at which to evaluate the functions.
    n_basis : int
        Number of functions.

    Returns
    -------
    ndarray of shape (n, n_basis, d)

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.nonlinear_models import sobolev_basis
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

    Least squares requires only the covariance of features and variables, so the time per step does
    not depend on n.

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
        Positions of the parameters in V.
    lambda1 : float
        Weight of the ℓ1 norm of V.
    lambda2 : float
        Factor on half the sum of squares of V.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.nonlinear_models import BasisModel
    >>> rows = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> free = np.array([[False, True], [False, False]])
    >>> model = BasisModel.from_rows(rows, free, 3, 0.01, 0.01)
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

    parts: ClassVar[dict[str, Any]] = {}
    proximal: ClassVar[bool] = False
    nonnegative: ClassVar[bool] = False

    @classmethod
    def from_rows(
        cls, rows: FloatArray, free: BoolArray, n_basis: int, lambda1: float, lambda2: float
    ) -> Self:
        """Return the model of the rows, shape (n, d)."""
        n, centre = len(rows), rows.mean(axis=0)
        centered = rows - centre
        features = sobolev_basis(centered, n_basis).reshape(n, -1)
        features -= features.mean(axis=0)
        return cls(
            features.T @ features / n,
            centered.T @ features / n,
            (centered * centered).mean(axis=0),
            centre,
            FirstLayer(free, n_basis),
            lambda1,
            lambda2,
        )

    @cached_property
    def l1_weights(self) -> FloatArray:
        """λ1 for all parameters."""
        return np.full(self.first_layer.size, self.lambda1)

    def start(self) -> FloatArray:
        """Return zero for all coefficients, as in the authors' program."""
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

    def strengths(self, parameters: FloatArray) -> FloatArray:
        """Return A, where A_ij = Σ_k V_jki²."""
        return self.first_layer.strengths(self.first_layer.unpack(parameters))

    def per_parameter(self, slope: FloatArray) -> FloatArray:
        """Return dh/dA for the edge of each parameter."""
        return self.first_layer.per_parameter(slope)

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return the strengths √A."""
        return np.sqrt(self.strengths(parameters))

    def functions(self, parameters: FloatArray) -> BasisFunctions:
        """Return the functions f_j."""
        return BasisFunctions(self.first_layer.unpack(parameters), self.centre)


# Maps the mean squared residual, summed over the d variables, and d to a score and its derivative.
ResidualLoss = Callable[[float, int], tuple[float, float]]

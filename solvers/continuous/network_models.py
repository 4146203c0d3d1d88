"""Models whose functions are networks of one hidden layer, one per variable."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.saving.values import saveable
from causal_dag.solvers.continuous.nonlinear_models import FirstLayer, ResidualLoss


def least_squares(mean_square: float, d: int) -> tuple[float, float]:
    """Return half the mean square and its slope (Zheng et al. 2020, eq. 12)."""
    return 0.5 * mean_square, 0.5


def gaussian_likelihood(mean_square: float, d: int) -> tuple[float, float]:
    """Return d/2 log of the mean square, and its slope (Bello et al. 2022, appendix C.2).

    It is the negative Gaussian log-likelihood under one noise variance, up to a constant.
    """
    return 0.5 * d * float(np.log(mean_square)), 0.5 * d / mean_square


@saveable("NetworkFunctions")
@dataclass(frozen=True, eq=False)
class NetworkFunctions:
    """f_j(x) = Σ_k output_jk (σ(b_jk + V_jk (x − centre)) − σ(b_jk)), 0 at the centre.

    Parameters
    ----------
    V : ndarray of shape (d, m, d)
        First layer: ``V[j, k, i]`` connects variable i to hidden unit k of target j.
    biases, output : ndarray of shape (d, m)
        Biases of the hidden units, and weights of the second layer.
    centre : ndarray of shape (d,)
        Means of the columns.
    """

    V: FloatArray
    biases: FloatArray
    output: FloatArray
    centre: FloatArray

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return all f_j at the rows, shape (n, d)."""
        from scipy.special import expit

        centered, values = rows - self.centre, np.empty_like(rows)
        for j, (V, bias, output) in enumerate(zip(self.V, self.biases, self.output, strict=True)):
            values[:, j] = (expit(centered @ V.T + bias) - expit(bias)) @ output
        return values

    def restricted_to(self, adjacency: BoolArray) -> Self:
        """Return the functions with all other parents held at their means."""
        V = np.where(adjacency.T[:, None, :], self.V, 0.0)
        return type(self)(V, self.biases, self.output, self.centre)


@dataclass(frozen=True, eq=False)
class NetworkModel:
    """x_j = intercept_j + f_j(x) + noise, with a layer of sigmoid units for every f_j.

    The parameters are the free entries of the first layer, then the biases of the hidden units,
    then the weights of the second layer. The intercept is profiled out: residuals are centered.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.
    free : ndarray of bool, shape (d, d)
        ``free[i, j]``: i may be a parent of j.
    hidden_units : int
        Number of units in each hidden layer.
    lambda1 : float
        Weight of the ℓ1 norm of the first layer.
    lambda2 : float
        Factor on half the sum of squared weights of both layers.
    loss : callable
        ``least_squares`` or ``gaussian_likelihood``.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.network_models import NetworkModel, least_squares
    >>> rows = np.array([[0.0, 1.0], [2.0, 3.0]])
    >>> free = np.array([[False, True], [False, False]])
    >>> model = NetworkModel(rows, free, 3, 0.01, 0.01, least_squares)
    >>> value, gradient = model.score(np.zeros(15))  # 3 weights, 6 biases, 6 weights
    >>> value, gradient.shape
    (1.0, (15,))
    """

    rows: FloatArray
    free: BoolArray
    hidden_units: int
    lambda1: float
    lambda2: float
    loss: ResidualLoss

    parts: ClassVar[dict[str, Any]] = {}
    proximal: ClassVar[bool] = False
    nonnegative: ClassVar[bool] = False

    @cached_property
    def first_layer(self) -> FirstLayer:
        """Positions of the first layer's parameters in V."""
        return FirstLayer(self.free, self.hidden_units)

    @cached_property
    def l1_weights(self) -> FloatArray:
        """λ1 for the first layer, 0 for all other parameters."""
        weights = np.zeros(self.first_layer.size + 2 * self.free.shape[0] * self.hidden_units)
        weights[: self.first_layer.size] = self.lambda1
        return weights

    @cached_property
    def _centre(self) -> FloatArray:
        centre: FloatArray = self.rows.mean(axis=0)
        return centre

    @cached_property
    def _columns(self) -> FloatArray:
        return np.ascontiguousarray((self.rows - self._centre).T)

    def start(self, size: float, generator: np.random.Generator) -> FloatArray:
        """Return random parameters: first layer and biases within ±size, second within ±1/√m."""
        m = self.hidden_units
        half_width = np.full(self.l1_weights.size, size)
        half_width[-self.free.shape[0] * m :] = 1.0 / np.sqrt(m)
        return half_width * generator.uniform(-1.0, 1.0, half_width.size)

    def _layers(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        V = self.first_layer.unpack(parameters[: self.first_layer.size])
        biases, output = parameters[self.first_layer.size :].reshape(2, -1, self.hidden_units)
        return V, biases, output

    def score(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the loss plus the ridge penalty, and the gradient."""
        from causal_dag.solvers.continuous.network_kernels import half_square_loss

        n, d = self.rows.shape
        V, biases, output = self._layers(parameters)
        slopes = np.zeros_like(V), np.empty_like(biases), np.empty_like(output)
        squares = 2.0 * half_square_loss(self._columns, V, biases, output, self.free, *slopes)
        value, slope = self.loss(squares / n, d)
        gradient = np.concatenate(
            [self.first_layer.pack(slopes[0]), slopes[1].ravel(), slopes[2].ravel()]
        )
        gradient *= 2.0 * slope / n
        ridge = self._ridge * parameters
        return value + 0.5 * float(ridge @ parameters), gradient + ridge

    @cached_property
    def _ridge(self) -> FloatArray:
        """λ2 for weights, 0 for biases."""
        ridge = np.full(self.l1_weights.size, self.lambda2)
        n_biases = self.free.shape[0] * self.hidden_units
        ridge[self.first_layer.size : self.first_layer.size + n_biases] = 0.0
        return ridge

    def strengths(self, parameters: FloatArray) -> FloatArray:
        """Return A, where A_ij = Σ_k V_jki²."""
        return self.first_layer.strengths(self._layers(parameters)[0])

    def per_parameter(self, slope: FloatArray) -> FloatArray:
        """Return dh/dA for the edge of each parameter; 0 for biases and the second layer."""
        entries = np.zeros(self.l1_weights.size)
        entries[: self.first_layer.size] = self.first_layer.per_parameter(slope)
        return entries

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return the strengths √A."""
        return np.sqrt(self.strengths(parameters))

    def functions(self, parameters: FloatArray) -> NetworkFunctions:
        """Return the functions f_j."""
        return NetworkFunctions(*self._layers(parameters), self._centre)

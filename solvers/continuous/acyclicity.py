"""Acyclicity functions h: zero exactly where the weights form an acyclic graph, else positive."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.solvers.continuous.differentiable import Differentiable


@dataclass(frozen=True)
class TraceExponential:
    """The trace of exp(W∘W) − I (Zheng et al. 2018, theorem 1): all closed walks, weighted 1/k!.

    The identity is never added and subtracted again, so h keeps full relative accuracy down to
    the smallest positive numbers, where tr exp(W∘W) − d drowns in rounding below 1e-14.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import TraceExponential
    >>> h = TraceExponential()
    >>> h.value_and_grad(np.array([[0.0, 5.0], [0.0, 0.0]]))[0]
    0.0
    >>> cycle = np.array([[0.0, 1e-6], [1e-6, 0.0]])  # 2 (cosh(1e-12) - 1) = 1e-24
    >>> round(h.value_and_grad(cycle)[0] / 1e-24, 12)
    1.0
    """

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return h(W) and its gradient 2W ∘ exp(W∘W)ᵀ.

        Where the exponential overflows, h is infinite and the gradient is given as 0.
        """
        from causal_dag.solvers.continuous.exponential_kernels import trace_exponential

        h, gradient = trace_exponential(W)
        return h, gradient

    def value_and_slope(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h and dh/dA = exp(A)ᵀ at a non-negative A in the place of W∘W.

        Where the exponential overflows, h is infinite and the slope is given as 0.
        """
        from causal_dag.solvers.continuous.exponential_kernels import exponential_minus_identity

        walks = exponential_minus_identity(A)
        if not float(walks.sum()) < np.inf:
            return np.inf, np.zeros_like(A)
        return float(np.trace(walks)), walks.T + np.eye(A.shape[0])


@dataclass(frozen=True)
class Polynomial:
    """The trace of (I + W∘W/d)^d − I (Yu et al. 2019, theorem 1), by repeated squaring.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import Polynomial
    >>> Polynomial().value_and_grad(np.array([[0.0, 5.0], [0.0, 0.0]]))[0]
    0.0
    >>> Polynomial().value_and_grad(np.array([[0.0, 1.0], [1.0, 0.0]]))[0]
    0.5
    """

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return h(W) and its gradient 2W ∘ [(I + W∘W/d)^(d−1)]ᵀ.

        Where a power overflows, h is infinite and the gradient is given as 0.
        """
        d = W.shape[0]
        A = W * W / d
        with np.errstate(over="ignore", invalid="ignore"):
            shorter = _power_minus_identity(A, d - 1)
            longer = shorter + A + A @ shorter
        if not math.isfinite(longer.sum()):
            return np.inf, np.zeros_like(W)
        return float(longer.diagonal().sum()), 2.0 * W * (shorter.T + np.eye(d))


@dataclass(frozen=True)
class TruncatedPowerSeries:
    """The trace of Σ_k (W∘W)^k, cut off at k = d (TMPI; Zhang et al. 2022).

    Walks of all lengths have the same weight, so that long cycles leave a gradient too. On a DAG
    the series ends by itself before k = d.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import TruncatedPowerSeries
    >>> TruncatedPowerSeries().value_and_grad(np.array([[0.0, 5.0], [0.0, 0.0]]))[0]
    0.0
    >>> TruncatedPowerSeries().value_and_grad(np.array([[0.0, 2.0], [1.0, 0.0]]))[0]
    8.0
    """

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return h(W) and its gradient 2W ∘ [Σ_k k (W∘W)^(k−1)]ᵀ for k = 1, …, d.

        Where a power overflows, h is infinite and the gradient is given as 0.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            total, slope = _power_series(W * W, W.shape[0])
        if not (math.isfinite(total.sum()) and math.isfinite(slope.sum())):
            return np.inf, np.zeros_like(W)
        return float(total.diagonal().sum()), 2.0 * W * slope.T


AcyclicityName = Literal["exponential", "polynomial", "power-series"]

#: Acyclicity functions of the augmented Lagrangian, by name.
ACYCLICITY: dict[AcyclicityName, Callable[[], Differentiable]] = {
    "exponential": TraceExponential,
    "polynomial": Polynomial,
    "power-series": TruncatedPowerSeries,
}


@dataclass(frozen=True)
class LogDeterminant:
    """d log s − log det(sI − W∘W) (Bello et al. 2022, eq. 4), a barrier around the M-matrices.

    Parameters
    ----------
    s : float
        The domain holds the W for which the spectral radius of W∘W is less than s; s > 0.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import LogDeterminant
    >>> LogDeterminant(1.0).value(np.array([[0.0, 5.0], [0.0, 0.0]]))
    0.0
    >>> LogDeterminant(1.0).value(np.array([[0.0, 1.0], [1.0, 0.0]]))
    inf
    """

    s: float

    def value(self, W: FloatArray) -> float:
        """Return h(W), infinite outside the domain."""
        return self._value_at(W * W)

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return h(W) and its gradient 2W ∘ (sI − W∘W)⁻ᵀ.

        Outside the domain, h is infinite and the gradient is given as 0.
        """
        value, slope = self.value_and_slope(W * W)
        return value, 2.0 * W * slope

    def value_and_slope(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h and dh/dA = (sI − A)⁻ᵀ at a non-negative A in the place of W∘W.

        Outside the domain, h is infinite and the slope is given as 0.
        """
        value = self._value_at(A)
        if math.isinf(value):
            return value, np.zeros_like(A)
        inverse = np.linalg.inv(self.s * np.eye(A.shape[0]) - A)
        return value, np.asarray(inverse.T, dtype=np.float64)

    def _value_at(self, A: FloatArray) -> float:
        """Return h at A.

        sI − A is an M-matrix if and only if elimination without pivoting finds all pivots
        positive (Berman and Plemmons 1994, theorem 6.2.3); the determinant is their product.
        """
        M = self.s * np.eye(A.shape[0]) - A
        value = 0.0
        for k in range(A.shape[0]):
            pivot = M[k, k]
            if not pivot > 0:
                return np.inf
            value -= math.log(pivot / self.s)
            M[k + 1 :, k + 1 :] -= np.outer(M[k + 1 :, k] / pivot, M[k, k + 1 :])
        return value


def _power_minus_identity(A: FloatArray, exponent: int) -> FloatArray:
    """Return (I + A)^exponent − I for A >= 0, by squaring, without cancellation."""
    result = np.zeros_like(A)
    for bit in bin(exponent)[2:]:
        result = 2.0 * result + result @ result
        if bit == "1":
            result = result + A + A @ result
    return result


def _power_series(A: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return Σ A^k and Σ k A^(k−1) for k = 1, …, n by doubling, as Zhang et al. (2022) do."""
    total, slope, power, length = A, np.eye(A.shape[0]), A, 1
    for bit in bin(n)[3:]:
        # k = length + 1, …, 2 length: A^k = A^length A^m, and k = length + m.
        slope = slope + length * power @ (np.eye(A.shape[0]) + total - power) + power @ slope
        total, power, length = total + power @ total, power @ power, 2 * length
        if bit == "1":
            slope = slope + (length + 1) * power
            power = power @ A
            total, length = total + power, length + 1
    return total, slope

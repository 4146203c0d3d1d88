"""The trace of a truncated power series (TMPI)."""

import math
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.solvers.continuous.acyclicity import register_acyclicity


@register_acyclicity("power-series")
@dataclass(frozen=True)
class TruncatedPowerSeries:
    """tr Σ_k A^k for k = 1, …, d, where A = W∘W (Zhang et al. 2022).

    Walks of all lengths have equal weight, so long cycles contribute to the gradient as well. On a
    DAG all terms from k = d on are zero.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity.power_series import TruncatedPowerSeries
    >>> TruncatedPowerSeries().value_and_grad(np.array([[0.0, 25.0], [0.0, 0.0]]))[0]
    0.0
    >>> TruncatedPowerSeries().value_and_grad(np.array([[0.0, 4.0], [1.0, 0.0]]))[0]
    8.0
    """

    def value_and_grad(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and its gradient [Σ_k k A^(k−1)]ᵀ for k = 1, …, d.

        If a power overflows, h is infinite and the gradient is set to 0.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            total, slope = _power_series(A, A.shape[0])
        if not (math.isfinite(total.sum()) and math.isfinite(slope.sum())):
            return np.inf, np.zeros_like(A)
        return float(total.diagonal().sum()), slope.T


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

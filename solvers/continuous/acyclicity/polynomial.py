"""The trace of a matrix power (DAG-GNN)."""

import math
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.solvers.continuous.acyclicity import register_acyclicity


@register_acyclicity("polynomial")
@dataclass(frozen=True)
class Polynomial:
    """tr (I + A/d)^d − d, where A = W∘W (Yu et al. 2019, theorem 1), by repeated squaring.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity.polynomial import Polynomial
    >>> Polynomial().value_and_grad(np.array([[0.0, 25.0], [0.0, 0.0]]))[0]
    0.0
    >>> Polynomial().value_and_grad(np.array([[0.0, 1.0], [1.0, 0.0]]))[0]
    0.5
    """

    def value_and_grad(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and its gradient [(I + A/d)^(d−1)]ᵀ.

        If a power overflows, h is infinite and the gradient is set to 0.
        """
        d = A.shape[0]
        share = A / d
        with np.errstate(over="ignore", invalid="ignore"):
            shorter = _power_minus_identity(share, d - 1)
            longer = shorter + share + share @ shorter
        if not math.isfinite(longer.sum()):
            return np.inf, np.zeros_like(A)
        return float(longer.diagonal().sum()), shorter.T + np.eye(d)


def _power_minus_identity(A: FloatArray, exponent: int) -> FloatArray:
    """Return (I + A)^exponent − I for A >= 0, by squaring, without cancellation."""
    result = np.zeros_like(A)
    for bit in bin(exponent)[2:]:
        result = 2.0 * result + result @ result
        if bit == "1":
            result = result + A + A @ result
    return result

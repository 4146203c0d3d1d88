"""The log-determinant, a barrier that confines the central path to its domain (DAGMA)."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.solvers.continuous.parts import Property


@dataclass(frozen=True)
class LogDeterminant:
    """d log s − log det(sI − A), where A = W∘W (Bello et al. 2022, eq. 4).

    It is a barrier: finite only on its domain, the matrices A of spectral radius less than s.

    Parameters
    ----------
    s : float
        Spectral radius that bounds the domain, > 0.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
    >>> LogDeterminant(1.0).value(np.array([[0.0, 25.0], [0.0, 0.0]]))
    0.0
    >>> LogDeterminant(1.0).value(np.array([[0.0, 1.0], [1.0, 0.0]]))
    inf
    """

    s: float = 1.0

    offers: ClassVar[frozenset[Property]] = frozenset({Property.DOMAIN, Property.LOG_DETERMINANT})

    def with_domain(self, s: float) -> Self:
        """Return the same function on the domain of size s."""
        return replace(self, s=s)

    def value(self, A: FloatArray) -> float:
        """Return h(A), infinite outside the domain.

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

    def value_and_grad(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and its gradient (sI − A)⁻ᵀ.

        Outside the domain, h is infinite and the gradient is set to 0.
        """
        value = self.value(A)
        if math.isinf(value):
            return value, np.zeros_like(A)
        inverse = np.linalg.inv(self.s * np.eye(A.shape[0]) - A)
        return value, np.asarray(inverse.T, dtype=np.float64)

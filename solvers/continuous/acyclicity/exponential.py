"""The trace of the matrix exponential (NOTEARS)."""

from dataclasses import dataclass

from causal_dag.arrays import FloatArray
from causal_dag.solvers.continuous.acyclicity import register_acyclicity


@register_acyclicity("exponential")
@dataclass(frozen=True)
class TraceExponential:
    """tr exp(A) − d, where A = W∘W (Zheng et al. 2018, theorem 1): closed walks weighted by 1/k!.

    The identity is not added and then subtracted, so h keeps full relative accuracy down to the
    smallest positive numbers, whereas tr exp(A) − d is lost in rounding error below 1e-14.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
    >>> h = TraceExponential()
    >>> h.value_and_grad(np.array([[0.0, 25.0], [0.0, 0.0]]))[0]
    0.0
    >>> cycle = np.array([[0.0, 1e-12], [1e-12, 0.0]])  # 2 (cosh(1e-12) - 1) = 1e-24
    >>> round(h.value_and_grad(cycle)[0] / 1e-24, 12)
    1.0
    """

    def value_and_grad(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and its gradient exp(A)ᵀ.

        If the exponential overflows, h is infinite and the gradient is set to 0.
        """
        from causal_dag.solvers.continuous.matrix_kernels import trace_exponential

        h, gradient = trace_exponential(A)
        return h, gradient

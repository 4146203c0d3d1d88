"""What the schemes ask of a score and of an acyclicity function."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from causal_dag.arrays import FloatArray


class Differentiable(Protocol):
    """A function of the weights with a gradient."""

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value at W and the gradient, shape (d, d)."""


@dataclass(frozen=True)
class WeightedSum:
    """Σ_k c_k f_k(W).

    Parameters
    ----------
    terms : tuple of Differentiable
        The functions f_k.
    factors : tuple of float
        One c_k a function.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import TraceExponential
    >>> from causal_dag.solvers.continuous.differentiable import WeightedSum
    >>> h = TraceExponential()
    >>> cycle = np.ones((2, 2))
    >>> WeightedSum((h, h), (1.0, 2.0)).value_and_grad(cycle)[0] == 3 * h.value_and_grad(cycle)[0]
    True
    """

    terms: tuple[Differentiable, ...]
    factors: tuple[float, ...]

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value at W and the gradient, shape (d, d)."""
        value, gradient = 0.0, np.zeros_like(W)
        for factor, term in zip(self.factors, self.terms, strict=True):
            term_value, term_gradient = term.value_and_grad(W)
            value += factor * term_value
            gradient += factor * term_gradient
        return value, gradient


class Acyclicity(Protocol):
    """An acyclicity function of non-negative strengths A, such as W∘W."""

    def value_and_slope(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and dh/dA, shape (d, d)."""

"""What the schemes ask of a score and of an acyclicity function."""

from typing import Protocol

from causal_dag.arrays import FloatArray


class Differentiable(Protocol):
    """A function of the weights with a gradient."""

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the value at W and the gradient, shape (d, d)."""


class Acyclicity(Protocol):
    """An acyclicity function of non-negative strengths A, such as W∘W."""

    def value_and_slope(self, A: FloatArray) -> tuple[float, FloatArray]:
        """Return h(A) and dh/dA, shape (d, d)."""

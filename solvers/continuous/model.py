"""Models: what the schemes optimise, as a function of one vector of parameters."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.problem import StructuralFunctions
from causal_dag.solvers.continuous.differentiable import Differentiable
from causal_dag.solvers.continuous.matching_parts import require_score_of_weights
from causal_dag.solvers.continuous.penalties import Penalty


class Model(Protocol):
    """Score and acyclicity of a graph, as functions of the parameters that stand for it."""

    @property
    def l1_weights(self) -> FloatArray:
        """Weight of the absolute value of every parameter in the objective."""

    @property
    def nonnegative(self) -> BoolArray:
        """Which parameters may not be negative."""

    def score(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the objective but for its ℓ1 part, and the gradient."""

    def acyclicity(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return h and its gradient."""

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return the weights W of the graph, shape (d, d)."""

    def functions(self, parameters: FloatArray) -> StructuralFunctions | None:
        """Return every variable's function of its parents; None where all are linear in W."""


@dataclass(frozen=True)
class LinearModel:
    """Linear relations: the parameters are the free entries of W.

    Parameters
    ----------
    data_fit : Differentiable
        Score of W.
    penalty : Penalty
        Penalty on W.
    h : Differentiable
        Acyclicity function of W.
    free : ndarray of bool, shape (d, d)
        Entries of W that may be non-zero.
    is_nonnegative : bool
        Whether weights may not be negative.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.acyclicity import TraceExponential
    >>> from causal_dag.solvers.continuous.model import LinearModel
    >>> from causal_dag.solvers.continuous.penalties import L1
    >>> from causal_dag.solvers.continuous.scores import LeastSquares
    >>> score = LeastSquares(np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> free = np.array([[False, True], [False, False]])
    >>> model = LinearModel(score, L1(0.1), TraceExponential(), free)
    >>> model.score(np.array([1.0]))
    (1.5, array([-1.]))
    """

    data_fit: Differentiable
    penalty: Penalty
    h: Differentiable
    free: BoolArray
    is_nonnegative: bool = False

    def __post_init__(self) -> None:
        require_score_of_weights("LinearModel", self.data_fit)

    @cached_property
    def l1_weights(self) -> FloatArray:
        """Slope of the penalty at 0 for every free entry."""
        return self.penalty.l1_weights(self.free.shape[0]).ravel()[self._places]

    @cached_property
    def nonnegative(self) -> BoolArray:
        """Which parameters may not be negative: all or none."""
        return np.full(self._places.size, self.is_nonnegative)

    @cached_property
    def _places(self) -> IntArray:
        return np.flatnonzero(self.free)

    def score(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the score plus the smooth part of the penalty, and the gradient."""
        W = self.weights(parameters)
        value, gradient = self.data_fit.value_and_grad(W)
        smooth = self.penalty.smooth_part(W)
        if smooth is not None:
            value, gradient = value + smooth[0], gradient + smooth[1]
        return value, gradient.ravel()[self._places]

    def acyclicity(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return h and its gradient."""
        h, gradient = self.h.value_and_grad(self.weights(parameters))
        return h, gradient.ravel()[self._places]

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return W, with exact zeros where it is not free."""
        W = np.zeros(self.free.shape)
        W.ravel()[self._places] = parameters
        return W

    def functions(self, parameters: FloatArray) -> None:
        """Return None: all functions are linear."""

    def parameters(self, W: FloatArray) -> FloatArray:
        """Return the free entries of W; the nearest allowed ones where W is not allowed."""
        entries = W.ravel()[self._places]
        return np.maximum(entries, 0.0) if self.is_nonnegative else entries.copy()

"""Models: score and graph as functions of the parameter vector that a descent optimizes."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.problem import Problem, StructuralFunctions
from causal_dag.regression import least_squares_weights
from causal_dag.solvers.continuous.parts import Acyclicity
from causal_dag.solvers.continuous.penalties import Penalty
from causal_dag.solvers.continuous.scores import Score


class Model(Protocol):
    """Score and graph as functions of a vector of parameters."""

    @property
    def parts(self) -> dict[str, Any]:
        """The score and the penalty, if a scheme has to check that they are compatible."""

    @property
    def l1_weights(self) -> FloatArray:
        """Weight of the absolute value of every parameter in the objective."""

    @property
    def proximal(self) -> bool:
        """Whether Adam applies the ℓ1 norm's proximal operator instead of its subgradient."""

    @property
    def nonnegative(self) -> bool:
        """Whether parameters are constrained to be non-negative."""

    def score(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the objective without its ℓ1 term, and the gradient."""

    def strengths(self, parameters: FloatArray) -> FloatArray:
        """Return the matrix A that must be acyclic, (d, d): sums of squared parameters per edge."""

    def per_parameter(self, slope: FloatArray) -> FloatArray:
        """Return the entry of dh/dA for the edge of each parameter; 0 if it belongs to no edge."""

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return the weights W of the graph, shape (d, d)."""

    def functions(self, parameters: FloatArray) -> StructuralFunctions | None:
        """Return every variable's function of its parents; None if all are linear in W."""


@dataclass(frozen=True)
class LinearModel:
    """Linear relations: the parameters are the free entries of W, and A = W∘W.

    Parameters
    ----------
    data_fit : Score
        Score of W.
    penalty : Penalty
        Penalty on W.
    free : ndarray of bool, shape (d, d)
        Entries of W that may be non-zero.
    nonnegative : bool
        Whether weights are constrained to be non-negative.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.models import LinearModel
    >>> from causal_dag.solvers.continuous.penalties import L1
    >>> from causal_dag.solvers.continuous.scores import LeastSquares
    >>> score = LeastSquares(np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> model = LinearModel(score, L1(0.1), np.array([[False, True], [False, False]]))
    >>> model.score(np.array([1.0]))
    (1.5, array([-1.]))
    """

    data_fit: Score
    penalty: Penalty
    free: BoolArray
    nonnegative: bool = False

    @property
    def parts(self) -> dict[str, Any]:
        """Score and penalty."""
        return {"score": self.data_fit, "penalty": self.penalty}

    @property
    def proximal(self) -> bool:
        """Whether Adam applies the ℓ1 norm's proximal operator after each step."""
        return self.penalty.proximal

    @cached_property
    def l1_weights(self) -> FloatArray:
        """Slope of the penalty at 0 for every free entry."""
        return self.penalty.l1_weights(self.free.shape[0]).ravel()[self._places]

    @cached_property
    def _places(self) -> IntArray:
        return np.flatnonzero(self.free)

    def _matrix(self, entries: FloatArray) -> FloatArray:
        matrix = np.zeros(self.free.shape)
        matrix.ravel()[self._places] = entries
        return matrix

    def score(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the score plus the smooth part of the penalty, and the gradient."""
        W = self._matrix(parameters)
        value, gradient = self.data_fit.value_and_grad(W)
        smooth = self.penalty.smooth_part(W)
        if smooth is not None:
            value, gradient = value + smooth[0], gradient + smooth[1]
        return value, gradient.ravel()[self._places]

    def strengths(self, parameters: FloatArray) -> FloatArray:
        """Return W∘W."""
        return self._matrix(parameters * parameters)

    def per_parameter(self, slope: FloatArray) -> FloatArray:
        """Return the free entries of dh/dA."""
        return slope.ravel()[self._places]

    def weights(self, parameters: FloatArray) -> FloatArray:
        """Return W, with exact zeros at the entries that are not free."""
        return self._matrix(parameters)

    def functions(self, parameters: FloatArray) -> None:
        """Return None: all functions are linear."""

    def parameters(self, W: FloatArray) -> FloatArray:
        """Return the free entries of W, projected to the feasible values."""
        entries = W.ravel()[self._places]
        return np.maximum(entries, 0.0) if self.nonnegative else entries.copy()


def starting_weights(problem: Problem, acyclicity: Acyclicity) -> FloatArray:
    """Return the weights to start from, shape (d, d).

    These are the user's weights; or, if only an order is given, the least-squares coefficients of
    every variable on its predecessors; or else zeros.

    Raises
    ------
    ValueError
        If the acyclicity function is infinite at the user's weights.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import InitialPoint, Problem
    >>> from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
    >>> from causal_dag.solvers.continuous.models import starting_weights
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> problem = Problem(moments, Constraints.none(2), initial=InitialPoint(order=[0, 1]))
    >>> starting_weights(problem, TraceExponential()).tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    initial = problem.initial
    if initial.weights is not None:
        if math.isinf(acyclicity.value_and_grad(initial.weights**2)[0]):
            raise ValueError(
                "init: the weights have cycles too strong to start from; start from a DAG, for "
                "example causal_dag.graph.project_to_dag(init).weights"
            )
        return initial.weights.copy()
    if initial.order is not None:
        position = np.argsort(initial.order)
        predecessors = position[:, None] < position[None, :]
        candidates = predecessors & problem.constraints.allowed
        weights: FloatArray = problem.by_column(
            lambda of: least_squares_weights(of.covariance, candidates)
        )
        return weights
    return np.zeros_like(problem.moments.covariance)

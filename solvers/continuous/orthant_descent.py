"""Orthant-wise quasi-Newton descent: smooth functions plus an ℓ1 norm, with exact zeros."""

import math
from collections.abc import Callable

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Status

SmoothFunction = Callable[[FloatArray], tuple[float, FloatArray]]

# Number of stored pairs of steps and gradient changes: as in L-BFGS-B, but fewer for more than 300
# columns, where they would dominate memory use.
N_PAIRS = 10
N_PAIRS_OF_MANY = 3
MANY_VARIABLES = 100_000
SUFFICIENT_DECREASE = 1e-4
MAX_STEP_REDUCTIONS = 40
# If no step decreases the objective, a subgradient up to this fraction of the objective means that
# only rounding error is left; above it, the line search has failed.
NOISE_FLOOR = 1e-5


class OrthantDescent:
    """Minimize f(x) + Σ λ_i ``|x_i|`` by OWL-QN (Andrew and Gao 2007); resumable.

    Each step stays within the orthant of its starting point, where the norm is linear. The
    quasi-Newton matrix therefore only has to approximate the curvature of f, and zeros are exact.

    Parameters
    ----------
    smooth : callable
        Value and gradient of f; a point with an infinite value is rejected.
    start : ndarray of shape (k,)
        Starting point.
    l1_weights : ndarray of shape (k,)
        Weights λ.
    nonnegative : bool
        Whether variables are constrained to be non-negative.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.orthant_descent import OrthantDescent
    >>> target = np.array([3.0, 0.5])
    >>> def half_square(x):
    ...     return 0.5 * float(((x - target) ** 2).sum()), x - target
    >>> descent = OrthantDescent(half_square, np.zeros(2), np.ones(2), nonnegative=False)
    >>> descent.advance(100)
    <Status.CONVERGED: 'converged'>
    >>> descent.point
    array([2., 0.])
    """

    steps_between_clocks = 1

    def __init__(
        self,
        smooth: SmoothFunction,
        start: FloatArray,
        l1_weights: FloatArray,
        *,
        nonnegative: bool,
    ) -> None:
        self.smooth = smooth
        self.right = l1_weights
        self.left = np.full_like(l1_weights, np.inf) if nonnegative else l1_weights
        self.point = start.copy()
        value, self.gradient = smooth(self.point)
        self.value = self.start_value = value + float(l1_weights @ np.abs(start))
        self.steps = 0
        self.slope, self.direction, self.trial = np.empty((3, start.size))
        kept = N_PAIRS if start.size <= MANY_VARIABLES else N_PAIRS_OF_MANY
        self.step_pairs, self.change_pairs = np.zeros((2, kept, start.size))
        self.curvatures, self.share = np.empty((2, kept))
        self.n_pairs = 0

    def advance(self, n_steps: int) -> Status | None:
        """Take ``n_steps`` steps, or fewer if no further step decreases the objective."""
        from causal_dag.solvers.continuous.matrix_kernels import pseudo_gradient

        for _ in range(n_steps):
            largest = pseudo_gradient(self.point, self.gradient, self.right, self.left, self.slope)
            if largest == 0.0:
                return Status.CONVERGED
            if not self._step():
                at_rest = largest <= NOISE_FLOOR * max(1.0, abs(self.value))
                return Status.CONVERGED if at_rest else Status.LINE_SEARCH_FAILED
            self.steps += 1
        return None

    def _step(self) -> bool:
        """Take a quasi-Newton or steepest-descent step; return False if neither descends."""
        from causal_dag.solvers.continuous.matrix_kernels import quasi_newton_direction

        descent = quasi_newton_direction(
            self.slope, self.point, self.step_pairs, self.change_pairs, self.curvatures,
            self.n_pairs, self.share, self.direction,
        )  # fmt: skip
        length = 1.0 if self.n_pairs else min(1.0, 1.0 / float(np.abs(self.slope).sum()))
        if descent < 0.0 and self._search(length, descent):
            return True
        if self.n_pairs == 0:
            return False
        self.n_pairs = 0
        return self._step()

    def _search(self, length: float, descent: float) -> bool:
        """Shorten the step until it decreases the objective enough; return False if none does."""
        from causal_dag.solvers.continuous.matrix_kernels import projected_step

        for _ in range(MAX_STEP_REDUCTIONS):
            change, l1_norm = projected_step(
                self.point, self.direction, length, self.slope, self.right, self.left, self.trial
            )
            smooth, gradient = self.smooth(self.trial)
            value = smooth + l1_norm
            enough = value <= self.value + SUFFICIENT_DECREASE * change
            if enough and value < self.value:  # which rounding can make equal
                self._accept(value, gradient)
                return True
            length *= _reduction_factor(value - self.value, length * descent)
        return False

    def _accept(self, value: float, gradient: FloatArray) -> None:
        step, change = self.trial - self.point, gradient - self.gradient
        curvature = float(step @ change)
        if curvature > 1e-10 * math.sqrt(float(step @ step) * float(change @ change)):
            pair = self.n_pairs % self.curvatures.size
            self.step_pairs[pair], self.change_pairs[pair] = step, change
            self.curvatures[pair] = curvature
            self.n_pairs += 1
        self.point, self.trial = self.trial, self.point
        self.gradient, self.value = gradient, value


def _reduction_factor(rise: float, first_order: float) -> float:
    """Return the fraction of a failed step at which the interpolating parabola is lowest.

    Clipped to [0.1, 0.5], because the parabola ignores kinks and infinite values.
    """
    if not math.isfinite(rise):
        return 0.1
    curvature = rise - first_order
    return min(max(-0.5 * first_order / curvature, 0.1), 0.5) if curvature > 0.0 else 0.5

"""Orthant-wise quasi-Newton descent: smooth functions plus an ℓ1 norm, with exact zeros."""

import math
from collections.abc import Callable

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Status

SmoothFunction = Callable[[FloatArray], tuple[float, FloatArray]]

# Pairs of steps and gradient changes that are kept: as in L-BFGS-B, but fewer for more than 300
# columns, where they would take most of the memory.
N_PAIRS = 10
N_PAIRS_OF_MANY = 3
MANY_VARIABLES = 100_000
SUFFICIENT_DECREASE = 1e-4
LARGEST_CUTS = 40
# Where no step decreases the objective, a subgradient up to this share of it says that rounding is
# all that is left; above it, the descent has failed.
NOISE_FLOOR = 1e-5


class OrthantDescent:
    """Minimize f(x) + Σ λ_i ``|x_i|`` by OWL-QN (Andrew and Gao 2007); resumable.

    A step stays within the orthant of the point that it leaves, where the norm is linear; so the
    curvature of f is all that the quasi-Newton matrix has to know, and zeros are exact.

    Parameters
    ----------
    smooth : callable
        Value and gradient of f; an infinite value refuses a point.
    start : ndarray of shape (k,)
        Where to start.
    l1_weights : ndarray of shape (k,)
        Weights λ.
    nonnegative : bool
        Whether variables may not be negative.

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
        """Take ``n_steps`` steps; fewer where none descends any more."""
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
        """Take a quasi-Newton step, or one along the slope; False where neither descends."""
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
        """Cut the step until the objective falls enough; False if no step is short enough."""
        from causal_dag.solvers.continuous.matrix_kernels import projected_step

        for _ in range(LARGEST_CUTS):
            change, l1_norm = projected_step(
                self.point, self.direction, length, self.slope, self.right, self.left, self.trial
            )
            smooth, gradient = self.smooth(self.trial)
            value = smooth + l1_norm
            enough = value <= self.value + SUFFICIENT_DECREASE * change
            if enough and value < self.value:  # which rounding can make equal
                self._accept(value, gradient)
                return True
            length *= _cut(value - self.value, length * descent)
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


def _cut(rise: float, first_order: float) -> float:
    """Return the share of a failed step at which the parabola through it is lowest.

    Within a tenth and a half: the parabola knows nothing of kinks and infinite values.
    """
    if not math.isfinite(rise):
        return 0.1
    curvature = rise - first_order
    return min(max(-0.5 * first_order / curvature, 0.1), 0.5) if curvature > 0.0 else 0.5

"""Orthant-wise quasi-Newton descent: smooth functions plus an ℓ1 norm, with exact zeros."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.problem import Status

SmoothFunction = Callable[[FloatArray], tuple[float, FloatArray]]

# Pairs of steps and gradient changes that are kept: as in L-BFGS-B, but fewer for more than 300
# columns, where they would take most of the memory.
N_PAIRS = 10
N_PAIRS_OF_MANY = 3
MANY_VARIABLES = 100_000
SUFFICIENT_DECREASE = 1e-4
LARGEST_CUTS = 40
# Iterations in a row that must decrease the objective by less than ``tol``: the first ones do not
# know the curvature yet, and a single one may just have met a bad step.
PATIENCE = N_PAIRS
# Where no step decreases the objective, a subgradient up to this share of it says that rounding is
# all that is left; above it, the descent has failed.
NOISE_FLOOR = 1e-5


@dataclass(frozen=True)
class DescentEnd:
    """Where a descent ended.

    Parameters
    ----------
    point : ndarray of shape (k,)
        The last point.
    value : float
        Objective there.
    status : Status
        How it ended.
    n_iter : int
        Iterations.
    """

    point: FloatArray
    value: float
    status: Status
    n_iter: int


@dataclass(frozen=True)
class OrthantDescent:
    """Minimise f(x) + Σ λ_i ``|x_i|`` by OWL-QN (Andrew and Gao 2007).

    A step stays within the orthant of the point that it leaves, where the norm is linear; so the
    curvature of f is all that the quasi-Newton matrix has to know, and zeros are exact.

    Parameters
    ----------
    tol : float
        Relative decrease at which to stop.
    max_iter : int
        Largest number of iterations.
    is_late : callable
        Asked after every iteration; a true answer is the end of the time budget.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.orthant_descent import OrthantDescent
    >>> target = np.array([3.0, 0.5])
    >>> def half_square(x):
    ...     return 0.5 * float(((x - target) ** 2).sum()), x - target
    >>> descent = OrthantDescent(tol=1e-12, max_iter=100)
    >>> descent.minimize(half_square, np.zeros(2), np.ones(2), np.zeros(2, dtype=bool)).point
    array([2., 0.])
    """

    tol: float
    max_iter: int
    is_late: Callable[[], bool] = lambda: False

    def minimize(
        self,
        smooth: SmoothFunction,
        start: FloatArray,
        l1_weights: FloatArray,
        nonnegative: BoolArray,
    ) -> DescentEnd:
        """Return the minimiser.

        Parameters
        ----------
        smooth : callable
            Value and gradient of f; an infinite value refuses a point.
        start : ndarray of shape (k,)
            Where to start.
        l1_weights : ndarray of shape (k,)
            Weights λ.
        nonnegative : ndarray of bool, shape (k,)
            Variables that may not be negative.
        """
        left = np.where(nonnegative, np.inf, l1_weights)
        run = _Run(smooth, start, l1_weights, left)
        return run.to_the_end(self)


class _Run:
    """One descent: its point, what is known of the curvature, and work space."""

    def __init__(
        self, smooth: SmoothFunction, start: FloatArray, right: FloatArray, left: FloatArray
    ) -> None:
        self.smooth = smooth
        self.right = right
        self.left = left
        self.x = start.copy()
        value, self.gradient = smooth(self.x)
        self.value = value + float(right @ np.abs(self.x))
        self.slope, self.direction, self.point = np.empty((3, start.size))
        kept = N_PAIRS if start.size <= MANY_VARIABLES else N_PAIRS_OF_MANY
        self.steps, self.changes = np.zeros((2, kept, start.size))
        self.curvatures, self.share = np.empty((2, kept))
        self.n_pairs = 0

    def to_the_end(self, limits: OrthantDescent) -> DescentEnd:
        from causal_dag.solvers.continuous.orthant_kernels import pseudo_gradient

        small = 0
        for n_iter in range(limits.max_iter):
            largest = pseudo_gradient(self.x, self.gradient, self.right, self.left, self.slope)
            if largest == 0.0 or small == PATIENCE:
                return self._end(Status.CONVERGED, n_iter)
            if n_iter > 0 and limits.is_late():
                return self._end(Status.TIME_BUDGET, n_iter)
            before = self.value
            if not self._step():
                at_rest = largest <= NOISE_FLOOR * max(1.0, abs(self.value))
                status = Status.CONVERGED if at_rest else Status.LINE_SEARCH_FAILED
                return self._end(status, n_iter)
            is_small = before - self.value <= limits.tol * max(abs(before), abs(self.value), 1.0)
            small = small + 1 if is_small else 0
        return self._end(Status.MAX_ITER, limits.max_iter)

    def _end(self, status: Status, n_iter: int) -> DescentEnd:
        return DescentEnd(self.x, self.value, status, n_iter)

    def _step(self) -> bool:
        """Take a quasi-Newton step, or one along the slope; False where neither descends."""
        from causal_dag.solvers.continuous.orthant_kernels import quasi_newton_direction

        descent = quasi_newton_direction(
            self.slope, self.x, self.steps, self.changes, self.curvatures, self.n_pairs,
            self.share, self.direction,
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
        from causal_dag.solvers.continuous.orthant_kernels import projected_step

        for _ in range(LARGEST_CUTS):
            change, l1_norm = projected_step(
                self.x, self.direction, length, self.slope, self.right, self.left, self.point
            )
            smooth, gradient = self.smooth(self.point)
            value = smooth + l1_norm
            enough = value <= self.value + SUFFICIENT_DECREASE * change
            if enough and value < self.value:  # which rounding can make equal
                self._accept(value, gradient)
                return True
            length *= _cut(value - self.value, length * descent)
        return False

    def _accept(self, value: float, gradient: FloatArray) -> None:
        step, change = self.point - self.x, gradient - self.gradient
        curvature = float(step @ change)
        if curvature > 1e-10 * math.sqrt(float(step @ step) * float(change @ change)):
            pair = self.n_pairs % self.curvatures.size
            self.steps[pair], self.changes[pair], self.curvatures[pair] = step, change, curvature
            self.n_pairs += 1
        self.x, self.point = self.point, self.x
        self.gradient, self.value = gradient, value


def _cut(rise: float, first_order: float) -> float:
    """Return the share of a failed step at which the parabola through it is lowest.

    Within a tenth and a half: the parabola knows nothing of kinks and infinite values.
    """
    if not math.isfinite(rise):
        return 0.1
    curvature = rise - first_order
    return min(max(-0.5 * first_order / curvature, 0.1), 0.5) if curvature > 0.0 else 0.5

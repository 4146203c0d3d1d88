"""Acyclicity as a soft constraint: one unconstrained problem, as in GOLEM."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.problem import Monitor, Solution, StageRecord, Status
from causal_dag.solvers.continuous.acyclicity import TraceExponential
from causal_dag.solvers.continuous.differentiable import Differentiable
from causal_dag.solvers.continuous.matching_parts import require_l1, require_score_of_weights
from causal_dag.solvers.continuous.penalties import L1

# Adam's constants, as in the program of Ng et al. (2020).
BETA1 = 0.9
BETA2 = 0.999
EPSILON = 1e-8


@dataclass(frozen=True)
class SoftConstraint:
    """Minimise score + λ1‖W‖₁ + λ2 h by Adam (Ng et al. 2020, section 4).

    The walks exp(W∘W) − I are kept for some steps, as long as the gradient 2W ∘ exp(W∘W)ᵀ is off by
    no more than the share that the central path allows its inverses.

    Parameters
    ----------
    max_iter : int
        Largest number of steps.
    learning_rate : float
        Adam's step size.
    checkpoint : int
        Steps between two looks at the objective.
    tol : float
        The descent ends when the objective changes by no more than this share between two looks.
    """

    max_iter: int
    learning_rate: float
    checkpoint: int
    tol: float

    def minimize(
        self,
        score: Differentiable,
        penalty: L1,
        lambda2: float,
        *,
        free: BoolArray,
        start: FloatArray,
        smallest_weight: float,
        monitor: Monitor,
    ) -> Solution:
        """Return where the descent ends.

        Parameters
        ----------
        score : Differentiable
            The score.
        penalty : L1
            The ℓ1 penalty.
        lambda2 : float
            Weight of h = tr exp(W∘W) − d.
        free : ndarray of bool, shape (d, d)
            Entries of W that may be non-zero.
        start : ndarray of shape (d, d)
            Where to start.
        smallest_weight : float
            Lower bound of all weights: 0, or minus infinity.
        monitor : Monitor
            Receives a record every ``checkpoint`` steps.
        """
        require_score_of_weights("SoftConstraint", score)
        require_l1("SoftConstraint", penalty)
        objective = _Objective(score, penalty, lambda2, free)
        start = np.maximum(start, smallest_weight)
        return _Run(self, objective, start, smallest_weight, monitor).to_the_end()


@dataclass(frozen=True)
class _Objective:
    """Score, penalty and weighted acyclicity."""

    score: Differentiable
    penalty: L1
    lambda2: float
    free: BoolArray

    @cached_property
    def l1_weights(self) -> FloatArray:
        return self.penalty.l1_weights(self.free.shape[0])

    def subgradient(self, W: FloatArray, walks: FloatArray) -> FloatArray:
        """Return the subgradient with slope 0 of ``|0|``, given exp(W∘W) − I."""
        _, gradient = self.score.value_and_grad(W)
        gradient = gradient + (2.0 * self.lambda2) * W * walks.T + self.l1_weights * np.sign(W)
        return np.where(self.free, gradient, 0.0)


class _KeptWalks:
    """exp(W∘W) − I along a descent, computed anew as often as it changes.

    Free entries of W are off the diagonal, where the identity does not matter.
    """

    def __init__(self) -> None:
        self._walks = np.empty((0, 0))
        self._interval = 1
        self._age = 0

    def at(self, W: FloatArray) -> FloatArray:
        from causal_dag.solvers.continuous.adam_kernels import next_interval
        from causal_dag.solvers.continuous.exponential_kernels import exponential_minus_identity

        if self._age % self._interval == 0:
            former, self._walks = self._walks, exponential_minus_identity(W * W)
            if self._age > 0:
                missed = float(np.linalg.norm(W * (self._walks - former).T))
                total = float(np.linalg.norm(W * self._walks.T))
                self._interval = next_interval(self._interval, missed / total if total else 0.0)
            self._age = 0
        self._age += 1
        return self._walks


class _Run:
    """One descent: its weights and Adam's running means."""

    def __init__(
        self,
        scheme: SoftConstraint,
        objective: _Objective,
        start: FloatArray,
        smallest_weight: float,
        monitor: Monitor,
    ) -> None:
        self.scheme = scheme
        self.objective = objective
        self.walks = _KeptWalks()
        self.smallest_weight = smallest_weight
        self.monitor = monitor
        self.W, self.latest = start.copy(), start.copy()
        self.first_moment, self.second_moment = np.zeros((2, *start.shape))
        self.steps = 0

    def to_the_end(self) -> Solution:
        status: Status | None = None
        previous = np.nan  # equal to nothing, so that the first look never ends the descent
        while status is None:
            n_steps = min(self.scheme.checkpoint, self.scheme.max_iter - self.steps)
            # Where steps are too long, squares and exponentials overflow on the way.
            with np.errstate(over="ignore", invalid="ignore"):
                is_finite = self._advance(n_steps)
            if not is_finite:
                self.W = self.latest
                status = Status.DIVERGED
            value = self._record()
            if status is None and abs(previous - value) <= self.scheme.tol * abs(previous):
                status = Status.CONVERGED
            status = status or self.monitor.stop_reason()
            if self.steps >= self.scheme.max_iter:
                status = status or Status.MAX_ITER
            previous, self.latest = value, self.W.copy()
        return Solution(
            weights=self.W,
            objective=value,
            status=status,
            n_iter=self.steps,
            trace=tuple(self.monitor.records),
        )

    def _advance(self, n_steps: int) -> bool:
        """Take steps until the user wants to stop; False if they leave the finite numbers."""
        from causal_dag.solvers.continuous.gradient_kernels import adam_step

        for _ in range(n_steps):
            gradient = self.objective.subgradient(self.W, self.walks.at(self.W))
            self.steps += 1
            adam_step(
                self.W, gradient, self.first_moment, self.second_moment, self.steps,
                self.scheme.learning_rate, BETA1, BETA2, EPSILON, self.smallest_weight,
            )  # fmt: skip
            if not math.isfinite(self.W.sum()):
                return False
            if self.monitor.stop_reason() is not None:
                break
        return math.isfinite(self._objective_parts()[2])

    def _objective_parts(self) -> tuple[float, float, float]:
        """Return score, h and objective."""
        score, _ = self.objective.score.value_and_grad(self.W)
        h, _ = TraceExponential().value_and_grad(self.W)
        value = score + self.objective.penalty.value(self.W) + self.objective.lambda2 * h
        return score, h, value

    def _record(self) -> float:
        score, h, value = self._objective_parts()
        self.monitor.record(
            StageRecord(
                stage=len(self.monitor.records),
                objective=value,
                score=score,
                h=h,
                step=self.scheme.learning_rate,
                non_zeros=int(np.count_nonzero(self.W)),
                seconds=self.monitor.seconds,
            )
        )
        return value

"""Descents by Adam: a compiled loop for the linear central path, and a version for any model."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Solution, Status
from causal_dag.solvers.continuous.models import LinearModel, Model
from causal_dag.solvers.continuous.own_covariances import OwnCovariances
from causal_dag.solvers.continuous.parts import Acyclicity, Property
from causal_dag.solvers.continuous.penalties import Penalty
from causal_dag.solvers.continuous.scores import ScaledScore

# Multiplications per call of the kernel, that is, between checks of the clock: about a second.
MULTIPLICATIONS_PER_CALL = 2e10


@dataclass(frozen=True)
class StageObjective:
    """Objective of a stage of the linear central path: μ(score + penalty) + h(W∘W).

    Parameters
    ----------
    score : ScaledScore
        The score.
    penalty : Penalty
        The penalty.
    mu : float
        Weight of the score and the penalty.
    acyclicity : Acyclicity
        The function h.
    """

    score: ScaledScore
    penalty: Penalty
    mu: float
    acyclicity: Acyclicity

    def parts(self, W: FloatArray, scale: FloatArray) -> tuple[float, float, float]:
        """Return objective, score and h at weights W, shape (d, d), and noise scales by group."""
        score, _ = self.score.value_and_grad(W, scale)
        h, _ = self.acyclicity.value_and_grad(W * W)
        return self.mu * (score + self.penalty.value(W)) + h, score, h

    def value(self, W: FloatArray, scale: FloatArray) -> float:
        """Return the objective at weights W, shape (d, d), and noise scales by group."""
        return self.parts(W, scale)[0]


class FusedAdam:
    """Adam on the weights in one compiled loop, with exact noise scales after each step.

    As in the authors' programs, self-loops may be non-zero along the path and influence it.

    Parameters
    ----------
    model : LinearModel
        A ``ScaledScore`` and an ℓ1 penalty.
    mu : float
        Weight of score and penalty.
    acyclicity : LogDeterminant
        The log-determinant, with its domain.
    start : tuple of ndarray
        Weights to start from, shape (d, d), and noise scales for the first step.
    rate : float
        Step size.
    may_shorten : bool
        Whether a step that leaves the domain is undone and halved; otherwise it ends the descent.
    """

    needs: ClassVar[dict[str, Property]] = {
        "score": Property.SCALED_LEAST_SQUARES,
        "penalty": Property.L1_NORM,
        "acyclicity": Property.LOG_DETERMINANT,
    }
    start_value = math.nan

    def __init__(
        self,
        model: LinearModel,
        mu: float,
        acyclicity: Any,
        start: tuple[FloatArray, FloatArray],
        rate: float,
        *,
        may_shorten: bool,
    ) -> None:
        from causal_dag.solvers.continuous.adam_kernels import pad, work_space

        score: Any = model.data_fit
        weights, scale = start
        self.objective = StageObjective(score, model.penalty, mu, acyclicity)
        self.scale = scale.copy()
        self.rate = rate
        self.steps = 0
        self._d = len(weights)
        self.steps_between_clocks = max(1, int(MULTIPLICATIONS_PER_CALL / self._d**3))
        self._may_shorten = may_shorten
        self._s = float(acyclicity.s)
        self._smallest_weight = 0.0 if model.nonnegative else -np.inf
        self._interval = 1
        every = np.arange(self._d)
        own = score.own or OwnCovariances(score.covariance[None], (every,), np.ones(self._d))
        self._covariances = np.array([pad(C) for C in own.matrices])
        self._by_column = pad(own.by_column)
        self._unit = float(np.abs(self._covariances).max())
        self._single_covariances = (self._covariances / self._unit).astype(np.float32)
        self._columns = np.concatenate(own.columns)
        self._starts = np.cumsum([0, *(columns.size for columns in own.columns)])
        self.point = pad(weights)
        # Unit of the objective: roughly the largest gradient of the score, but at least 1.
        largest = self._unit / float(scale.min())
        self._barrier = 1.0 / max(1.0, mu * largest)
        self._mu = mu * self._barrier
        l1 = self._mu * pad(model.penalty.l1_weights(self._d))
        none = np.zeros_like(l1)
        free = pad(model.free | np.eye(self._d, dtype=bool))
        self._entries = np.array([free, none, l1] if model.proximal else [free, l1, none])
        self._groups = np.array(
            [np.bincount(score.group, own.share), score.smallest_scale, score.largest_scale]
        )
        self._moments = np.zeros((2, *self.point.shape), dtype=np.float32)
        self._work = work_space(len(self.point))

    @staticmethod
    def start(model: Any, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the starting state of the first stage for these parameters."""
        return model.weights(parameters), model.data_fit.start_scale

    @property
    def weights(self) -> FloatArray:
        """Current weights, shape (d, d)."""
        return self.point[: self._d, : self._d].copy()

    @property
    def end(self) -> tuple[FloatArray, FloatArray]:
        """Starting state of the next stage."""
        return self.weights, self.scale

    @property
    def value(self) -> float:
        """Current objective."""
        return self.objective.value(self.weights, self.scale)

    def record(self) -> dict[str, float]:
        """Return the fields of a trace record for the current point."""
        objective, score, h = self.objective.parts(self.weights, self.scale)
        sigma = float(self.scale[self.objective.score.group].mean())
        return {"objective": objective, "score": score, "h": h, "sigma": sigma}

    def solution(self, weights: FloatArray) -> Solution:
        """Return the solution, given the current weights without self-loops."""
        score = self.objective.score
        scale = score.best_scale(weights)
        return Solution(
            weights=weights,
            objective=self.objective.value(weights, scale),
            noise_scale=scale[score.group] if score.estimates_scale else None,
        )

    def advance(self, n_steps: int) -> Status | None:
        """Take ``n_steps`` steps; return ``STEP_TOO_SMALL`` if even the shortest is infeasible."""
        from causal_dag.solvers.continuous.adam_kernels import LEFT_DOMAIN, STALLED, adam_steps

        n_done, self.rate, self._interval, outcome = adam_steps(
            self.point, self._moments, self.scale, self._covariances, self._by_column,
            self._single_covariances, self._columns, self._starts, self._unit,
            self.objective.score.group, self._groups, self._entries, self._mu, self._barrier,
            self._s, self._smallest_weight, float(self.rate), self._interval, self.steps, n_steps,
            self._may_shorten, self._work,
        )  # fmt: skip
        self.steps += n_done
        return {LEFT_DOMAIN: Status.DIVERGED, STALLED: Status.STEP_TOO_SMALL}.get(outcome)


#: Maps A to dh/dA, or to None if h is not finite, in which case the step is rejected.
Slope = Callable[[FloatArray], FloatArray | None]


def exact_slope(acyclicity: Acyclicity) -> Slope:
    """Return the gradient of an acyclicity function, for descents confined to its domain."""

    def slope_at(A: FloatArray) -> FloatArray | None:
        h, slope = acyclicity.value_and_grad(A)
        return slope if math.isfinite(h) else None

    return slope_at


class KeptSlope:
    """Gradient of an acyclicity function along a descent, recomputed only as it changes.

    Parameters
    ----------
    acyclicity : Acyclicity
        The function h.
    """

    def __init__(self, acyclicity: Acyclicity) -> None:
        self._slope_at = exact_slope(acyclicity)
        self._slope: FloatArray | None = None
        self._interval = 1
        self._age = 0

    def __call__(self, A: FloatArray) -> FloatArray | None:
        """Return dh/dA at A, or at the A of a few steps ago; None if h is not finite."""
        from causal_dag.solvers.continuous.adam_kernels import next_interval

        if self._age % self._interval == 0:
            former, self._slope = self._slope, self._slope_at(A)
            if former is not None and self._slope is not None:
                # Relative to the norm of ∂h/∂W = 2 W ∘ dh/dA, where A = W∘W.
                missed = math.sqrt(float((A * (self._slope - former) ** 2).sum()))
                total = math.sqrt(float((A * self._slope**2).sum()))
                self._interval = next_interval(self._interval, missed / total if total else 0.0)
            self._age = 0
        self._age += 1
        return self._slope


class ModelAdam:
    """Adam on the parameters of a model, for μ(score + ℓ1) + b h; resumable.

    Parameters
    ----------
    model : Model
        Model to fit.
    mu, barrier : float
        Weight of the score and the ℓ1 norm, and weight of h.
    acyclicity : Acyclicity
        The function h.
    slope : callable
        Its gradient along the descent: a ``KeptSlope``, or an ``exact_slope``.
    start : ndarray of shape (k,)
        Parameters to start from, where h is finite.
    rate, beta1 : float
        Adam's constants.
    may_shorten : bool
        Whether a step that ``slope`` rejects is undone and halved; otherwise it ends the descent.
    """

    start_value = math.nan
    steps_between_clocks = 1

    def __init__(
        self,
        model: Model,
        mu: float,
        barrier: float,
        acyclicity: Acyclicity,
        slope: Slope,
        start: FloatArray,
        rate: float,
        beta1: float,
        *,
        may_shorten: bool = False,
    ) -> None:
        self.model = model
        self.point = start.copy()
        self.rate = rate
        self.steps = 0
        self._mu = mu
        self._barrier = barrier
        self._acyclicity = acyclicity
        self._slope_at = slope
        self._beta1 = beta1
        self._may_shorten = may_shorten
        self._smallest = 0.0 if model.nonnegative else -np.inf
        l1, none = model.l1_weights, np.zeros(start.size)
        self._subgradient: FloatArray = none if model.proximal else l1
        self._shrinkage: FloatArray = mu * l1 if model.proximal else none
        self._moments = np.zeros((2, start.size))
        self._next = np.empty(start.size)
        self._slope = slope(model.strengths(start))

    @property
    def weights(self) -> FloatArray:
        """Current weights, shape (d, d)."""
        return self.model.weights(self.point)

    @property
    def end(self) -> FloatArray:
        """Starting state of the next stage."""
        return self.point

    @property
    def value(self) -> float:
        """Current objective."""
        return self.record()["objective"]

    def record(self) -> dict[str, float]:
        """Return the fields of a trace record for the current point."""
        score, _ = self.model.score(self.point)
        h, _ = self._acyclicity.value_and_grad(self.model.strengths(self.point))
        l1 = float(self.model.l1_weights @ np.abs(self.point))
        return {"objective": self._mu * (score + l1) + self._barrier * h, "score": score, "h": h}

    def solution(self, weights: FloatArray) -> Solution:
        """Return the solution, given the current weights."""
        return Solution(weights, self.value, functions=self.model.functions(self.point))

    def advance(self, n_steps: int) -> Status | None:
        """Take ``n_steps`` steps; return ``STEP_TOO_SMALL`` if even the shortest is infeasible."""
        from causal_dag.solvers.continuous.adam_kernels import SMALLEST_RATE, move, update_moments

        for _ in range(n_steps):
            if self._slope is None:  # at the start
                return Status.DIVERGED
            _, gradient = self.model.score(self.point)
            update_moments(
                self.point, gradient, self.model.per_parameter(self._slope), self._mu,
                self._barrier, self._subgradient, self._beta1, self._moments,
            )  # fmt: skip
            while self.rate > SMALLEST_RATE:
                move(
                    self.point, self._moments, self.steps + 1, self.rate, self._beta1,
                    self._shrinkage, self._smallest, self._next,
                )  # fmt: skip
                slope = self._slope_at(self.model.strengths(self._next))
                if slope is not None or not self._may_shorten:
                    break
                self.rate /= 2
            else:
                return Status.STEP_TOO_SMALL
            self.point, self._next, self._slope = self._next, self.point, slope
            self.steps += 1
            if slope is None or not math.isfinite(self.point.sum()):
                return Status.DIVERGED
        return None

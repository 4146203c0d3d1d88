"""The central path of a model of any kind, by Adam on its parameters."""

from collections.abc import Callable

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, Solution, StageRecord, Status
from causal_dag.solvers.continuous.adam_descent import LARGEST_STRICT_S
from causal_dag.solvers.continuous.central_path import S_INCREMENT, CentralPath
from causal_dag.solvers.continuous.model import Model

# From the log-determinant's s to the model whose acyclicity function has it.
ModelAt = Callable[[float], Model]


def follow_path(
    path: CentralPath, model_at: ModelAt, start: FloatArray, monitor: Monitor
) -> Solution:
    """Minimise μ(score + ℓ1) + h_s for falling μ (Bello et al. 2022, algorithm 2).

    Stages, step sizes and what happens at the border of the domain are those of ``CentralPath``.

    Parameters
    ----------
    path : CentralPath
        Schedule.
    model_at : callable
        Returns the model for an s.
    start : ndarray of shape (k,)
        Parameters to start from, within the domain.
    monitor : Monitor
        Receives one record a stage.

    Returns
    -------
    Solution
        The end of the path.
    """
    run = _Run(path, model_at, monitor)
    parameters = start
    for number, (mu, s) in enumerate(zip(path.mu, path.s, strict=True)):
        descent = run.stage(number, mu, s, parameters)
        parameters = descent.parameters
        if monitor.stop_reason() is not None:
            break
    return Solution(
        weights=descent.model.weights(parameters),
        objective=descent.value,
        status=run.status(number),
        n_iter=run.steps,
        trace=tuple(monitor.records),
        functions=descent.model.functions(parameters),
    )


class _Run:
    """One walk along a path: counts the steps, and knows how its last stage ended."""

    def __init__(self, path: CentralPath, model_at: ModelAt, monitor: Monitor) -> None:
        self.path = path
        self.model_at = model_at
        self.monitor = monitor
        self.steps = 0
        self.stage_status = Status.MAX_ITER

    def stage(self, number: int, mu: float, s: float, start: FloatArray) -> "ModelDescent":
        """Descend from a start, again at larger s and half the step size where the domain ends."""
        rate = self.path.learning_rate
        n_steps = self.path.max_iter if self._is_last(number) else self.path.warm_up_iter
        while True:
            model = self.model_at(s)
            descent = ModelDescent(
                model, mu, start, rate, is_strict=s <= LARGEST_STRICT_S, is_late=self._is_late
            )
            stayed_inside = self._descend(descent, n_steps)
            self.steps += descent.steps
            if stayed_inside:
                break
            rate, s = rate / 2, s + S_INCREMENT
        self._record(number, descent)
        return descent

    def _descend(self, descent: "ModelDescent", n_steps: int) -> bool:
        """Descend until the objective settles; False if the parameters leave the domain."""
        self.stage_status = Status.MAX_ITER
        previous = np.nan  # equal to nothing, so that the first look never ends the stage
        while descent.steps < n_steps:
            descent.advance(min(self.path.checkpoint, n_steps - descent.steps))
            if descent.left_domain:
                return False
            value = descent.value
            if abs(previous - value) <= self.path.tol * abs(previous):
                self.stage_status = Status.CONVERGED
                break
            if descent.stalled:
                self.stage_status = Status.STEP_TOO_SMALL
                break
            if self._is_late():
                break
            previous = value
        return True

    def _is_late(self) -> bool:
        return self.monitor.stop_reason() is not None

    def _record(self, number: int, descent: "ModelDescent") -> None:
        self.monitor.record(
            StageRecord(
                stage=number,
                objective=descent.value,
                score=descent.model.score(descent.parameters)[0],
                h=descent.h,
                mu=descent.mu,
                step=descent.rate,
                non_zeros=int(np.count_nonzero(descent.model.weights(descent.parameters))),
                seconds=self.monitor.seconds,
            )
        )

    def status(self, number: int) -> Status:
        """Return how the path ended, after its stage ``number``."""
        if self._is_last(number) and self.stage_status is Status.CONVERGED:
            return Status.CONVERGED
        return self.monitor.stop_reason() or self.stage_status

    def _is_last(self, number: int) -> bool:
        return number == len(self.path.mu) - 1


class ModelDescent:
    """Adam on the parameters of a model, with a subgradient of the ℓ1 norm; resumable.

    Parameters
    ----------
    model : Model
        What to fit.
    mu : float
        Weight of score and ℓ1 norm.
    start : ndarray of shape (k,)
        Parameters to start from, within the domain.
    rate : float
        Step size.
    is_strict : bool
        Whether a step that leaves the domain ends the descent; else it is undone and halved.
    is_late : callable
        Asked after every step; a true answer ends ``advance``.
    """

    def __init__(
        self,
        model: Model,
        mu: float,
        start: FloatArray,
        rate: float,
        *,
        is_strict: bool,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        self.model = model
        self.mu = mu
        self.parameters = start
        self.rate = rate
        self.steps = 0
        self.left_domain = False
        self.stalled = False
        self.h, self._h_gradient = model.acyclicity(start)
        self._is_strict = is_strict
        self._is_late = is_late
        self._first_moment = np.zeros_like(start)
        self._second_moment = np.zeros_like(start)

    @property
    def value(self) -> float:
        """Objective at this moment."""
        score, _ = self.model.score(self.parameters)
        return self.mu * (score + float(self.model.l1_weights @ np.abs(self.parameters))) + self.h

    def advance(self, n_steps: int) -> None:
        """Take ``n_steps`` steps; fewer where it is late, ``left_domain`` or ``stalled``."""
        for _ in range(n_steps):
            self._move(self._direction())
            if self.left_domain or self.stalled:
                break
            self.steps += 1
            if self._is_late():
                break

    def _direction(self) -> FloatArray:
        """Return Adam's step at rate 1."""
        from causal_dag.solvers.continuous.adam_kernels import BETA1, BETA2, EPSILON

        _, gradient = self.model.score(self.parameters)
        gradient = gradient + self.model.l1_weights * np.sign(self.parameters)
        gradient = self.mu * gradient + self._h_gradient
        self._first_moment += (1.0 - BETA1) * (gradient - self._first_moment)
        self._second_moment += (1.0 - BETA2) * (gradient * gradient - self._second_moment)
        first = self._first_moment / (1.0 - BETA1 ** (self.steps + 1))
        second = self._second_moment / (1.0 - BETA2 ** (self.steps + 1))
        step: FloatArray = -first / (np.sqrt(second) + EPSILON)
        return step

    def _move(self, direction: FloatArray) -> None:
        """Step along a direction, as far as the domain and the rules at its border allow."""
        from causal_dag.solvers.continuous.adam_kernels import SMALLEST_RATE

        while self.rate > SMALLEST_RATE:
            parameters = self.parameters + self.rate * direction
            parameters = np.where(self.model.nonnegative, np.maximum(parameters, 0.0), parameters)
            h, h_gradient = self.model.acyclicity(parameters)
            if np.isfinite(h):
                self.parameters, self.h, self._h_gradient = parameters, h, h_gradient
                return
            if self._is_strict:
                self.left_domain = True
                return
            self.rate /= 2
        self.stalled = True

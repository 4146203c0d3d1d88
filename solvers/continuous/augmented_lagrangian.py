"""The augmented Lagrangian of NOTEARS: equality-constrained ℓ1 minimisation."""

import math
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, Solution, StageRecord, Status
from causal_dag.solvers.continuous.model import Model
from causal_dag.solvers.continuous.orthant_descent import DescentEnd, OrthantDescent

# The multiplier's schedule (Zheng et al. 2018, algorithm 1, with the authors' constants).
RHO_FACTOR = 10.0
SUFFICIENT_PROGRESS = 0.25
INNER_MAX_ITER = 15000


@dataclass(frozen=True)
class AugmentedLagrangian:
    """Minimise score + ℓ1 subject to h = 0 by the method of multipliers.

    Every dual step minimises score + λ‖W‖₁ + ½ρh² + αh, raises ρ tenfold until h has fallen to a
    quarter, and then moves α by ρh (Zheng et al. 2018, algorithm 1). The inner minimisations are
    orthant-wise: the published program splits W into halves W⁺ − W⁻ ≥ 0 for L-BFGS-B, which
    doubles the variables and reaches the same minima.

    Parameters
    ----------
    max_iter : int
        Largest number of dual steps.
    h_tol : float
        Acyclicity at which to stop.
    rho_max : float
        Limit of the penalty parameter ρ.
    tol : float
        Relative decrease of the augmented Lagrangian at which an inner minimisation ends.
    """

    max_iter: int
    h_tol: float
    rho_max: float
    tol: float

    def minimize(self, model: Model, start: FloatArray, monitor: Monitor) -> Solution:
        """Return the minimiser.

        Parameters
        ----------
        model : Model
            Score and acyclicity as functions of the parameters.
        start : ndarray of shape (k,)
            Parameters to start from.
        monitor : Monitor
            Receives one record a dual step.
        """
        return _Run(self, model, monitor).to_the_end(start)


class _Run:
    """One solution in the making: the state of the method of multipliers."""

    def __init__(self, scheme: AugmentedLagrangian, model: Model, monitor: Monitor) -> None:
        self.scheme = scheme
        self.model = model
        self.monitor = monitor
        self.descent = OrthantDescent(scheme.tol, INNER_MAX_ITER, lambda: monitor.seconds_left <= 0)
        self.rho = 1.0
        self.alpha = 0.0
        self.h = np.inf
        self.n_iter = 0
        self.inner_status = Status.CONVERGED

    def to_the_end(self, start: FloatArray) -> Solution:
        parameters = start
        for step in range(self.scheme.max_iter):
            parameters = self._dual_step(parameters)
            self._record(step, parameters)
            finished = self.h <= self.scheme.h_tol or self.rho >= self.scheme.rho_max
            if finished or self.monitor.stop_reason() is not None:
                break
        return Solution(
            weights=self.model.weights(parameters),
            objective=self.monitor.records[-1].objective,
            status=self._status(),
            n_iter=self.n_iter,
            trace=tuple(self.monitor.records),
            functions=self.model.functions(parameters),
        )

    def _dual_step(self, start: FloatArray) -> FloatArray:
        """Minimise at growing ρ until h falls enough, then move the multiplier."""
        while True:
            end = self._minimize(start)
            h, _ = self.model.acyclicity(end.point)
            if h <= SUFFICIENT_PROGRESS * self.h or self.monitor.stop_reason() is not None:
                break
            self.rho *= RHO_FACTOR
            if self.rho >= self.scheme.rho_max:
                break
        self.h = h
        self.alpha += self.rho * h
        return end.point

    def _minimize(self, start: FloatArray) -> DescentEnd:
        end = self.descent.minimize(
            self._lagrangian, start, self.model.l1_weights, self.model.nonnegative
        )
        self.n_iter += end.n_iter
        self.inner_status = end.status
        return end

    def _lagrangian(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return score + ½ρh² + αh and its gradient; infinite where it overflows."""
        from causal_dag.solvers.continuous.orthant_kernels import add_multiple

        score, gradient = self.model.score(parameters)
        h, h_gradient = self.model.acyclicity(parameters)
        value = score + (0.5 * self.rho * h + self.alpha) * h
        sum_of_gradient = add_multiple(gradient, self.rho * h + self.alpha, h_gradient)
        overflows = not (math.isfinite(value) and math.isfinite(sum_of_gradient))
        return (np.inf, np.zeros_like(parameters)) if overflows else (value, gradient)

    def _record(self, step: int, parameters: FloatArray) -> None:
        score, _ = self.model.score(parameters)
        self.monitor.record(
            StageRecord(
                stage=step,
                objective=score + float(self.model.l1_weights @ np.abs(parameters)),
                score=score,
                h=self.h,
                mu=self.rho,
                non_zeros=int(np.count_nonzero(self.model.weights(parameters))),
                seconds=self.monitor.seconds,
            )
        )

    def _status(self) -> Status:
        is_acyclic = self.h <= self.scheme.h_tol
        if is_acyclic and self.inner_status is Status.CONVERGED:
            return Status.CONVERGED
        stopped = self.monitor.stop_reason()
        if stopped is not None:
            return stopped
        if is_acyclic:
            return self.inner_status
        return Status.NOT_ACYCLIC if self.rho >= self.scheme.rho_max else Status.MAX_ITER

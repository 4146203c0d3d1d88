"""The augmented Lagrangian of NOTEARS: equality-constrained ℓ1 minimization."""

import math
from dataclasses import dataclass, replace

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, Solution, Status
from causal_dag.solvers.continuous.models import Model
from causal_dag.solvers.continuous.orthant_descent import OrthantDescent
from causal_dag.solvers.continuous.parts import Acyclicity, check_parts
from causal_dag.solvers.continuous.stage_loop import Limits, add_record, descend

# The multiplier's schedule (Zheng et al. 2018, algorithm 1, with the authors' constants).
RHO_FACTOR = 10.0
SUFFICIENT_PROGRESS = 0.25
INNER_MAX_ITER = 15000
# Number of consecutive iterations that must decrease the objective by less than ``tol``: early
# iterations lack curvature information, and a single one may merely have taken a bad step.
PATIENCE = 10


@dataclass(frozen=True)
class Lagrangian:
    """Score + ½ρh² + αh, as a function of a model's parameters.

    Parameters
    ----------
    model : Model
        Provides the score and the strengths A.
    acyclicity : Acyclicity
        The function h of A.
    rho, alpha : float
        Penalty parameter and multiplier.
    """

    model: Model
    acyclicity: Acyclicity
    rho: float = 1.0
    alpha: float = 0.0

    def h(self, parameters: FloatArray) -> float:
        """Return the acyclicity."""
        return self.acyclicity.value_and_grad(self.model.strengths(parameters))[0]

    def value_and_grad(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Return the value and its gradient, or infinity and 0 on overflow."""
        from causal_dag.solvers.continuous.matrix_kernels import add_acyclicity

        score, gradient = self.model.score(parameters)
        h, slope = self.acyclicity.value_and_grad(self.model.strengths(parameters))
        value = score + (0.5 * self.rho * h + self.alpha) * h
        sum_of_gradient = add_acyclicity(
            gradient, self.rho * h + self.alpha, parameters, self.model.per_parameter(slope)
        )
        overflows = not (math.isfinite(value) and math.isfinite(sum_of_gradient))
        return (np.inf, np.zeros_like(parameters)) if overflows else (value, gradient)


@dataclass(frozen=True)
class AugmentedLagrangian:
    """Minimize score + ℓ1 subject to h = 0 by the method of multipliers.

    Every dual step minimizes score + λ‖W‖₁ + ½ρh² + αh, multiplies ρ by ten until h has decreased
    to a quarter, and then increases α by ρh (Zheng et al. 2018, algorithm 1). The inner
    minimizations are orthant-wise; the published program instead splits W into W⁺ − W⁻ with both
    parts ≥ 0 for L-BFGS-B, which doubles the number of variables and reaches the same minima.

    Parameters
    ----------
    max_iter : int
        Maximum number of dual steps.
    h_tol : float
        Value of h at which to stop.
    rho_max : float
        Upper limit of the penalty parameter ρ.
    tol : float
        Relative decrease of the augmented Lagrangian at which an inner minimization ends.
    """

    max_iter: int
    h_tol: float
    rho_max: float
    tol: float

    def minimize(
        self, model: Model, acyclicity: Acyclicity, start: FloatArray, monitor: Monitor
    ) -> Solution:
        """Return the minimizer.

        Parameters
        ----------
        model : Model
            Score and graph as functions of the parameters.
        acyclicity : Acyclicity
            The function h.
        start : ndarray of shape (k,)
            Parameters to start from.
        monitor : Monitor
            Receives one record per dual step.
        """
        check_parts(scheme=self, acyclicity=acyclicity, **model.parts)
        lagrangian, point = Lagrangian(model, acyclicity), start
        h, n_iter = np.inf, 0
        for _ in range(self.max_iter):
            while True:
                descent, status = self._descend(lagrangian, point, monitor)
                n_iter += descent.steps
                new_h = lagrangian.h(descent.point)
                if new_h <= SUFFICIENT_PROGRESS * h or monitor.stop_reason() is not None:
                    break
                lagrangian = replace(lagrangian, rho=RHO_FACTOR * lagrangian.rho)
                if lagrangian.rho >= self.rho_max:
                    break
            h, point = new_h, descent.point
            lagrangian = replace(lagrangian, alpha=lagrangian.alpha + lagrangian.rho * h)
            score, _ = model.score(point)
            objective = score + float(model.l1_weights @ np.abs(point))
            add_record(
                monitor, model.weights(point), objective=objective, score=score, h=h,
                mu=lagrangian.rho,
            )  # fmt: skip
            is_finished = h <= self.h_tol or lagrangian.rho >= self.rho_max
            if is_finished or monitor.stop_reason() is not None:
                break
        return Solution(
            weights=model.weights(point),
            objective=objective,
            status=self._status(h, lagrangian.rho, status, monitor),
            n_iter=n_iter,
            trace=tuple(monitor.records),
            functions=model.functions(point),
        )

    def _descend(
        self, lagrangian: Lagrangian, start: FloatArray, monitor: Monitor
    ) -> tuple[OrthantDescent, Status]:
        model = lagrangian.model
        descent = OrthantDescent(
            lagrangian.value_and_grad, start, model.l1_weights, nonnegative=model.nonnegative
        )
        limits = Limits(INNER_MAX_ITER, checkpoint=1, tol=self.tol, patience=PATIENCE, unit=1.0)
        return descent, descend(descent, limits, monitor)

    def _status(self, h: float, rho: float, inner: Status, monitor: Monitor) -> Status:
        is_acyclic = h <= self.h_tol
        if is_acyclic and inner is Status.CONVERGED:
            return Status.CONVERGED
        stopped = monitor.stop_reason()
        if stopped is not None:
            return stopped
        if is_acyclic:
            return inner
        return Status.NOT_ACYCLIC if rho >= self.rho_max else Status.MAX_ITER

"""The augmented Lagrangian of NOTEARS: equality-constrained ℓ1 minimisation by L-BFGS-B."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, OptimizeResult, minimize

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.problem import Monitor, Solution, StageRecord, Status
from causal_dag.solvers.continuous.differentiable import Differentiable
from causal_dag.solvers.continuous.penalties import L1

# The multiplier's schedule (Zheng et al. 2018, algorithm 1, with the authors' constants).
RHO_FACTOR = 10.0
SUFFICIENT_PROGRESS = 0.25
INNER_MAX_ITER = 15000
# Where a line search fails, a projected gradient up to this share of the objective says that it has
# reached the noise floor; above it, the minimisation has failed.
NOISE_FLOOR = 1e-5


@dataclass(frozen=True)
class AugmentedLagrangian:
    """Minimise score + ℓ1 subject to h(W) = 0 by the method of multipliers.

    Every dual step minimises score + λ‖W‖₁ + ½ρh² + αh, raises ρ tenfold until h has fallen to a
    quarter, and then moves α by ρh (Zheng et al. 2018, algorithm 1). The ℓ1 norm is smooth in the
    halves of W = W⁺ − W⁻ ≥ 0; forbidden entries are no variables at all.

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

    def minimize(
        self,
        score: Differentiable,
        penalty: L1,
        acyclicity: Differentiable,
        *,
        free: BoolArray,
        start: FloatArray,
        monitor: Monitor,
    ) -> Solution:
        """Return the minimiser.

        Parameters
        ----------
        score, acyclicity : Differentiable
            Score and acyclicity function h.
        penalty : L1
            The ℓ1 penalty.
        free : ndarray of bool, shape (d, d)
            Entries of W that may be non-zero.
        start : ndarray of shape (d, d)
            Where to start.
        monitor : Monitor
            Receives one record a dual step.
        """
        run = _Run(self, _SplitObjective(score, penalty, acyclicity, free), monitor)
        return run.to_the_end(start)


@dataclass(frozen=True)
class _SplitObjective:
    """The augmented Lagrangian as a function of the free entries of W⁺ and W⁻."""

    score: Differentiable
    penalty: L1
    acyclicity: Differentiable
    free: BoolArray

    def halves(self, W: FloatArray) -> FloatArray:
        entries = W[self.free]
        return np.concatenate([np.maximum(entries, 0.0), np.maximum(-entries, 0.0)])

    def weights(self, halves: FloatArray) -> FloatArray:
        W = np.zeros(self.free.shape)
        W[self.free] = halves[: halves.size // 2] - halves[halves.size // 2 :]
        return W

    def value_and_grad(
        self, halves: FloatArray, rho: float, alpha: float
    ) -> tuple[float, FloatArray]:
        W = self.weights(halves)
        score, score_gradient = self.score.value_and_grad(W)
        h, h_gradient = self.acyclicity.value_and_grad(W)
        lambda1 = self.penalty.lambda1
        value = score + lambda1 * float(halves.sum()) + (0.5 * rho * h + alpha) * h
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = (score_gradient + (rho * h + alpha) * h_gradient)[self.free]
            overflows = not (math.isfinite(value) and math.isfinite(gradient.sum()))
        if overflows:
            return np.inf, np.zeros_like(halves)
        return value, np.concatenate([gradient + lambda1, lambda1 - gradient])


class _Run:
    """One solution in the making: the state of the method of multipliers."""

    def __init__(
        self, scheme: AugmentedLagrangian, objective: _SplitObjective, monitor: Monitor
    ) -> None:
        self.scheme = scheme
        self.objective = objective
        self.monitor = monitor
        self.rho = 1.0
        self.alpha = 0.0
        self.h = np.inf
        self.n_iter = 0
        self.inner_status = Status.CONVERGED

    def to_the_end(self, start: FloatArray) -> Solution:
        halves = self.objective.halves(start)
        for step in range(self.scheme.max_iter):
            halves = self._dual_step(halves)
            self._record(step, halves)
            finished = self.h <= self.scheme.h_tol or self.rho >= self.scheme.rho_max
            if finished or self.monitor.stop_reason() is not None:
                break
        return Solution(
            weights=self.objective.weights(halves),
            objective=self.monitor.records[-1].objective,
            status=self._status(),
            n_iter=self.n_iter,
            trace=tuple(self.monitor.records),
        )

    def _dual_step(self, start: FloatArray) -> FloatArray:
        """Minimise at growing ρ until h falls enough, then move the multiplier."""
        while True:
            halves = self._minimize(start)
            h, _ = self.objective.acyclicity.value_and_grad(self.objective.weights(halves))
            if h <= SUFFICIENT_PROGRESS * self.h or self.monitor.stop_reason() is not None:
                break
            self.rho *= RHO_FACTOR
            if self.rho >= self.scheme.rho_max:
                break
        self.h = h
        self.alpha += self.rho * h
        return halves

    def _minimize(self, start: FloatArray) -> FloatArray:
        if start.size == 0:  # scipy's result would have no iteration counts
            return start
        overflowed = False

        def objective(halves: FloatArray) -> tuple[float, FloatArray]:
            nonlocal overflowed
            value, gradient = self.objective.value_and_grad(halves, self.rho, self.alpha)
            overflowed = overflowed or math.isinf(value)
            return value, gradient

        result = minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=Bounds(np.zeros_like(start), np.inf),
            callback=self._stop_in_time if self.monitor.time_budget is not None else None,
            options={
                "ftol": self.scheme.tol,
                "maxiter": INNER_MAX_ITER,
                "maxfun": INNER_MAX_ITER,
            },
        )
        self.n_iter += result.nit
        self.inner_status = _inner_status(result, overflowed)
        halves: FloatArray = result.x
        return halves

    def _stop_in_time(self, intermediate_result: OptimizeResult) -> None:
        if self.monitor.seconds_left <= 0:
            raise StopIteration

    def _record(self, step: int, halves: FloatArray) -> None:
        W = self.objective.weights(halves)
        score, _ = self.objective.score.value_and_grad(W)
        self.monitor.record(
            StageRecord(
                stage=step,
                objective=score + self.objective.penalty.value(W),
                score=score,
                h=self.h,
                mu=self.rho,
                non_zeros=int(np.count_nonzero(W)),
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


def _inner_status(result: OptimizeResult, overflowed: bool) -> Status:
    # An infinite value on the way can pass for convergence: the line search gives up at once.
    if result.success and not overflowed:
        return Status.CONVERGED
    if result.nit >= INNER_MAX_ITER or result.nfev >= INNER_MAX_ITER:
        return Status.MAX_ITER
    at_bound = (result.x <= 0.0) & (result.jac > 0.0)
    slope = float(np.abs(np.where(at_bound, 0.0, result.jac)).max())
    if slope <= NOISE_FLOOR * max(1.0, abs(result.fun)):
        return Status.CONVERGED
    return Status.LINE_SEARCH_FAILED

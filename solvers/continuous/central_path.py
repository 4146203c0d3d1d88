"""The central path: a sequence of unconstrained problems that leads to an acyclic graph."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, Solution, Status
from causal_dag.solvers.continuous.adam import FusedAdam, ModelAdam, exact_slope
from causal_dag.solvers.continuous.models import Model
from causal_dag.solvers.continuous.parts import Property, check_parts, go_together
from causal_dag.solvers.continuous.stage_loop import Limits, add_record, descend

# A stage that leaves the domain is restarted with s increased by this amount and half the step
# size (as in the authors' program of Bello et al. 2022).
S_INCREMENT = 0.1
# Up to this s, a step that leaves the domain ends the descent; above it, the step is undone and
# halved (as in the same program).
LARGEST_STRICT_S = 0.9
# Below this step size, restarting is pointless.
SMALLEST_RATE = 1e-16
# Adam's constant, as in the same program.
BETA1 = 0.99


@dataclass(frozen=True)
class CentralPath:
    """Minimize μ(score + λ‖W‖₁) + h_s(W) for decreasing μ, each stage from the last one's end.

    h_s is the log-determinant (Bello et al. 2022, algorithm 1; Saboksayr et al. 2024,
    algorithm 1). Small steps are part of the method: faster descents end in worse local minima.

    Parameters
    ----------
    mu : sequence of float
        Weight of the score and the penalty in each stage.
    s : sequence of float
        Parameter of the log-determinant in each stage.
    warm_up_iter, max_iter : int
        Maximum number of steps in each stage except the last, and in the last.
    learning_rate : float
        Adam's step size at the start of each stage.
    checkpoint : int
        Number of steps between checks of the objective and the clock.
    tol : float
        A stage ends when the relative change of the objective between two checks is at most this.

    Raises
    ------
    ValueError
        If ``mu`` and ``s`` differ in length.
    """

    mu: Sequence[float]
    s: Sequence[float]
    warm_up_iter: int = 20000
    max_iter: int = 70000
    learning_rate: float = 3e-4
    checkpoint: int = 1000
    tol: float = 1e-6

    needs: ClassVar[dict[str, Property]] = {"acyclicity": Property.DOMAIN}

    def __post_init__(self) -> None:
        if len(self.mu) != len(self.s):
            raise ValueError(
                f"mu={self.mu!r} and s={self.s!r} must have the same length, one number per stage"
            )

    def minimize(
        self,
        model: Model,
        acyclicity: Any,
        start: FloatArray,
        monitor: Monitor,
        weight_threshold: float = np.inf,
    ) -> Solution:
        """Return the end of the path, without self-loops.

        Parameters
        ----------
        model : Model
            Score and graph as functions of the parameters.
        acyclicity : LogDeterminant
            An acyclicity function with a domain, which each stage sets to its own size.
        start : ndarray of shape (k,)
            Parameters to start from, within the domain.
        monitor : Monitor
            Receives one record per stage.
        weight_threshold : float
            A self-loop larger than this at the end of the path is not a rounding error; the status
            reports it.
        """
        check_parts(scheme=self, acyclicity=acyclicity, **model.parts)
        is_fused = go_together(descent=FusedAdam, acyclicity=acyclicity, **model.parts)
        stage_start: Any = FusedAdam.start(model, start) if is_fused else start
        n_iter, last = 0, len(self.mu) - 1
        for number, (mu, s) in enumerate(zip(self.mu, self.s, strict=True)):
            limits = Limits(
                self.max_iter if number == last else self.warm_up_iter, self.checkpoint, self.tol
            )
            rate = self.learning_rate
            while True:
                h = acyclicity.with_domain(s)
                descent = _descent(model, mu, h, stage_start, rate, is_fused)
                status = descend(descent, limits, monitor)
                n_iter += descent.steps
                if status is not Status.DIVERGED or rate <= SMALLEST_RATE:
                    break
                rate, s = rate / 2, s + S_INCREMENT
            stage_start = descent.end
            add_record(monitor, descent.weights, mu=mu, step=descent.rate, **descent.record())
            if monitor.stop_reason() is not None:
                break
        if number < last or status is not Status.CONVERGED:
            status = monitor.stop_reason() or status
        elif _largest_self_loop(descent.weights) > weight_threshold:
            status = Status.NOT_ACYCLIC
        solution = descent.solution(without_self_loops(descent.weights, weight_threshold))
        return replace(solution, status=status, n_iter=n_iter, trace=tuple(monitor.records))


def _descent(
    model: Any, mu: float, acyclicity: Any, start: Any, rate: float, is_fused: bool
) -> FusedAdam | ModelAdam:
    may_shorten = acyclicity.s > LARGEST_STRICT_S
    if is_fused:
        return FusedAdam(model, mu, acyclicity, start, rate, may_shorten=may_shorten)
    return ModelAdam(
        model, mu, 1.0, acyclicity, exact_slope(acyclicity), start, rate, BETA1,
        may_shorten=may_shorten,
    )  # fmt: skip


def without_self_loops(W: FloatArray, weight_threshold: float) -> FloatArray:
    """Remove the self-loops that remain at the end of a path.

    The published protocol deletes the smallest weights above the threshold until no cycle is left.
    A self-loop is a cycle of one edge, so all weights up to the largest self-loop are removed.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.central_path import without_self_loops
    >>> W = np.array([[0.4, 2.0], [0.35, 0.0]])
    >>> without_self_loops(W, weight_threshold=0.5).tolist()
    [[0.0, 2.0], [0.35, 0.0]]
    >>> without_self_loops(W, weight_threshold=0.3).tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    largest = _largest_self_loop(W)
    cut = np.abs(W) <= largest if largest > weight_threshold else np.eye(W.shape[0], dtype=bool)
    return np.where(cut, 0.0, W)


def _largest_self_loop(W: FloatArray) -> float:
    return float(np.abs(np.diagonal(W)).max())

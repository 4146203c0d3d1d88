"""The central path: a sequence of unconstrained problems that leads to an acyclic graph."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.problem import Monitor, Solution, StageRecord, Status
from causal_dag.solvers.continuous.acyclicity import LogDeterminant
from causal_dag.solvers.continuous.adam_descent import AdamDescent, StageObjective
from causal_dag.solvers.continuous.matching_parts import require_l1, require_score_of_scales
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import ScaledScore

# Multiplications in one call of a kernel, between two looks at the clock: about a second.
MULTIPLICATIONS_A_CALL = 2e10
# A stage that leaves the domain starts again with s this much larger and half the step size (as in
# the authors' program of Bello et al. 2022).
S_INCREMENT = 0.1


@dataclass(frozen=True)
class CentralPath:
    """Minimise μ(score + λ‖W‖₁) + h_s(W) for falling μ, each stage starting where the last ended.

    h_s is the log-determinant (Bello et al. 2022, algorithm 1; Saboksayr et al. 2024,
    algorithm 1). Small steps are part of the method: faster descents end in worse local minima.

    Parameters
    ----------
    mu : sequence of float
        Weight of score and penalty in every stage.
    s : sequence of float
        Parameter of the log-determinant in every stage.
    warm_up_iter, max_iter : int
        Largest number of steps in every stage but the last, and in the last.
    learning_rate : float
        Adam's step size at the start of every stage.
    checkpoint : int
        Steps between two looks at the objective and the clock.
    tol : float
        A stage ends when the objective changes by no more than this share between two looks.

    Raises
    ------
    ValueError
        If ``mu`` and ``s`` differ in length.
    """

    mu: Sequence[float]
    s: Sequence[float]
    warm_up_iter: int
    max_iter: int
    learning_rate: float
    checkpoint: int
    tol: float

    def __post_init__(self) -> None:
        if len(self.mu) != len(self.s):
            raise ValueError(
                f"mu={self.mu!r} and s={self.s!r} must have the same length, one number a stage"
            )

    def minimize(
        self,
        score: ScaledScore,
        penalty: L1,
        *,
        free: BoolArray,
        start: FloatArray,
        smallest_weight: float = -np.inf,
        weight_threshold: float,
        monitor: Monitor,
    ) -> Solution:
        """Return the end of the path, without self-loops.

        Parameters
        ----------
        score : ScaledScore
            The score.
        penalty : L1
            The ℓ1 penalty.
        free : ndarray of bool, shape (d, d)
            Entries of W that may be non-zero at the end. On the way self-loops may be non-zero
            too, as in the authors' programs; they shape the path.
        start : ndarray of shape (d, d)
            Where to start.
        smallest_weight : float
            Lower bound of all weights: 0, or minus infinity.
        weight_threshold : float
            A self-loop above this at the end of the path is no rounding matter: the status says so.
        monitor : Monitor
            Receives one record a stage.
        """
        require_score_of_scales("CentralPath", score)
        require_l1("CentralPath", penalty)
        may_move = free | np.eye(start.shape[0], dtype=bool)
        run = _Run(self, may_move, smallest_weight, monitor)
        W, scale = np.maximum(start, smallest_weight), score.start_scale
        for number, (mu, s) in enumerate(zip(self.mu, self.s, strict=True)):
            objective = StageObjective(score, penalty, mu, LogDeterminant(s))
            end = run.stage(number, objective, W, scale)
            W, scale = end.weights, end.scale
            if monitor.stop_reason() is not None:
                break
        loop_free = without_self_loops(W, weight_threshold)
        scale = score.best_scale(loop_free)
        return Solution(
            weights=loop_free,
            objective=end.objective.value(loop_free, scale),
            status=run.status(number, W, weight_threshold),
            n_iter=run.steps,
            trace=tuple(monitor.records),
            noise_scale=scale[score.group],
        )


def without_self_loops(W: FloatArray, weight_threshold: float) -> FloatArray:
    """Remove the self-loops that a path has left.

    The published protocol deletes the smallest weights above the threshold until no cycle is left.
    A self-loop is a cycle of one edge, so everything up to the largest self-loop goes with it.

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


class _Run:
    """One walk along a path: counts the steps, and knows how its last stage ended."""

    def __init__(
        self, path: CentralPath, free: BoolArray, smallest_weight: float, monitor: Monitor
    ) -> None:
        self.path = path
        self.free = free
        self.smallest_weight = smallest_weight
        self.monitor = monitor
        self.steps = 0
        self.stage_status = Status.MAX_ITER

    def stage(
        self, number: int, objective: StageObjective, W: FloatArray, scale: FloatArray
    ) -> AdamDescent:
        """Descend from W, again at larger s and half the step size where the domain is left."""
        rate = self.path.learning_rate
        n_steps = self.path.max_iter if self._is_last(number) else self.path.warm_up_iter
        while True:
            descent = AdamDescent(objective, self.free, W, scale, rate, self.smallest_weight)
            stayed_inside = self._descend(descent, n_steps)
            self.steps += descent.steps
            if stayed_inside:
                break
            rate /= 2
            larger_domain = LogDeterminant(objective.acyclicity.s + S_INCREMENT)
            objective = replace(objective, acyclicity=larger_domain)
        self._record(number, descent)
        return descent

    def _descend(self, descent: AdamDescent, n_steps: int) -> bool:
        """Descend until the objective settles; False if the weights leave the domain."""
        self.stage_status = Status.MAX_ITER
        previous = np.nan  # equal to nothing, so that the first look never ends the stage
        while descent.steps < n_steps:
            left = n_steps - descent.steps
            if not self._advance(
                descent, self.monitor.steps_until_look(self.path.checkpoint, left)
            ):
                return False
            value = descent.value
            if abs(previous - value) <= self.path.tol * abs(previous):
                self.stage_status = Status.CONVERGED
                break
            if descent.stalled:
                self.stage_status = Status.STEP_TOO_SMALL
                break
            if self.monitor.stop_reason() is not None:
                break
            previous = value
        return True

    def _advance(self, descent: AdamDescent, n_steps: int) -> bool:
        """Take steps, fewer where it is late; False if the weights leave the domain."""
        n_at_once = max(1, int(MULTIPLICATIONS_A_CALL / self.free.shape[0] ** 3))
        for first in range(0, n_steps, n_at_once):
            if not descent.advance(min(n_at_once, n_steps - first)):
                return False
            if descent.stalled or self.monitor.stop_reason() is not None:
                break
        return True

    def _record(self, number: int, descent: AdamDescent) -> None:
        W, objective = descent.weights, descent.objective
        score, _ = objective.score.value_and_grad(W, descent.scale)
        self.monitor.record(
            StageRecord(
                stage=number,
                objective=descent.value,
                score=score,
                h=objective.acyclicity.value(W),
                mu=objective.mu,
                sigma=float(descent.scale[objective.score.group].mean()),
                step=descent.learning_rate,
                non_zeros=int(np.count_nonzero(W) - np.count_nonzero(np.diagonal(W))),
                seconds=self.monitor.seconds,
            )
        )

    def status(self, number: int, W: FloatArray, weight_threshold: float) -> Status:
        """Return how the path ended, after its stage ``number``, with weights W."""
        finished = self._is_last(number) and self.stage_status is Status.CONVERGED
        if finished and _largest_self_loop(W) > weight_threshold:
            return Status.NOT_ACYCLIC
        return self.stage_status if finished else self.monitor.stop_reason() or self.stage_status

    def _is_last(self, number: int) -> bool:
        return number == len(self.path.mu) - 1

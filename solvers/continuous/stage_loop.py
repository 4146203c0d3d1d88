"""The loop shared by all continuous schemes: steps, checks of objective and clock, and records.

A scheme runs one descent per stage, each by ``descend``, which alone handles tolerances, step
limits, the time budget and the callback.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, Status


class Descent(Protocol):
    """A resumable descent on one objective."""

    #: Current point: the array that the steps modify.
    point: FloatArray
    #: Number of steps taken.
    steps: int
    #: Number of steps between checks of the clock, few enough for a prompt response to the user.
    steps_between_clocks: int
    #: Value that the objective at the first check is compared with. With NaN every comparison is
    #: false, and the first check never ends a stage.
    start_value: float

    @property
    def value(self) -> float:
        """Objective at the current point."""

    def advance(self, n_steps: int) -> Status | None:
        """Take steps; return how the descent ended, or None if it can continue.

        ``DIVERGED`` means that the point is unusable: not finite, or outside the domain of the
        acyclicity function.
        """


@dataclass(frozen=True)
class Limits:
    """Stopping rule of a descent.

    Parameters
    ----------
    max_steps : int
        Maximum number of steps.
    checkpoint : int
        Number of steps between checks of the objective.
    tol : float
        Relative change of the objective between two checks up to which it counts as stationary.
    patience : int
        Number of consecutive checks at which the objective must be stationary.
    unit : float
        Changes are relative to the objective, or to this value if the objective is smaller.
    """

    max_steps: int
    checkpoint: int
    tol: float
    patience: int = 1
    unit: float = 0.0


def descend(
    descent: Descent,
    limits: Limits,
    monitor: Monitor,
    on_check: Callable[[float], object] = lambda value: None,
) -> Status:
    """Advance a descent until its objective is stationary, or a limit or the user stops it.

    Parameters
    ----------
    descent : Descent
        Descent to advance; if the steps diverge, the point of the last check is restored.
    limits : Limits
        Step limit and tolerances.
    monitor : Monitor
        Reports when the user wants to stop.
    on_check : callable
        Called with the objective at every check.

    Returns
    -------
    Status
        How the descent ended.
    """
    previous, n_at_rest = descent.start_value, 0
    # If time has run out before the first step, one step is still taken.
    n_steps = limits.checkpoint if monitor.stop_reason() is None else 1
    while descent.steps < limits.max_steps:
        before = descent.point.copy()
        ended = _advance(descent, min(n_steps, limits.max_steps - descent.steps), monitor)
        value = descent.value
        if ended is Status.DIVERGED or (ended is None and not math.isfinite(value)):
            descent.point[...] = before
            ended, value = Status.DIVERGED, descent.value
        on_check(value)
        unit = max(abs(previous), abs(value), limits.unit)
        n_at_rest = n_at_rest + 1 if abs(previous - value) <= limits.tol * unit else 0
        # A descent also converges when its steps become too short to move the point.
        if ended in (None, Status.STEP_TOO_SMALL) and n_at_rest >= limits.patience:
            return Status.CONVERGED
        ended = ended or monitor.stop_reason()
        if ended is not None:
            return ended
        previous = value
    return Status.MAX_ITER


def _advance(descent: Descent, n_steps: int, monitor: Monitor) -> Status | None:
    """Take steps, checking the clock in between; fewer if the user wants to stop."""
    at_once = descent.steps_between_clocks
    for first in range(0, n_steps, at_once):
        if first > 0 and monitor.stop_reason() is not None:
            break
        ended = descent.advance(min(at_once, n_steps - first))
        if ended is not None:
            return ended
    return None


def add_record(
    monitor: Monitor,
    weights: FloatArray,
    *,
    objective: float,
    score: float,
    h: float,
    **further: float,
) -> None:
    """Record the end of a stage in the trace.

    Parameters
    ----------
    monitor : Monitor
        Receives the record.
    weights : ndarray of shape (d, d)
        Weights at the end of the stage; self-loops are not counted as non-zero.
    objective, score, h : float
        The objective and its terms.
    **further : float
        Other fields of ``StageRecord``.
    """
    non_zeros = np.count_nonzero(weights) - np.count_nonzero(np.diagonal(weights))
    monitor.record_stage(objective, score=score, h=h, non_zeros=int(non_zeros), **further)

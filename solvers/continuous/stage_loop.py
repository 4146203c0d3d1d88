"""The one loop of all continuous schemes: steps, looks at the objective and the clock, and records.

A scheme makes descents, one per stage, and ``descend`` carries each out. Nothing else looks at
tolerances, step limits, the time budget or the callback.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Monitor, StageRecord, Status


class Descent(Protocol):
    """A descent on one objective that can be resumed."""

    #: Where it is: the array that the steps change.
    point: FloatArray
    #: Steps taken.
    steps: int
    #: Steps that take no longer than a user is willing to wait for an answer.
    steps_between_clocks: int
    #: What the objective of the first look is compared with; NaN compares with nothing, so that
    #: the first look never ends a stage.
    start_value: float

    @property
    def value(self) -> float:
        """Objective at the point."""

    def advance(self, n_steps: int) -> Status | None:
        """Take steps; return how the descent has ended, None if it can go on.

        ``DIVERGED`` says that the point is of no use: not finite, or outside of the domain of the
        acyclicity function.
        """


@dataclass(frozen=True)
class Limits:
    """When a descent has gone far enough.

    Parameters
    ----------
    max_steps : int
        Largest number of steps.
    checkpoint : int
        Steps between two looks at the objective.
    tol : float
        A look finds the objective at rest where it has changed by no more than this share.
    patience : int
        Looks in a row that must find it at rest.
    unit : float
        Changes are shares of the objective, or of this where the objective is smaller.
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
    at_look: Callable[[float], object] = lambda value: None,
) -> Status:
    """Advance a descent until its objective is at rest, or limits or the user end it.

    Parameters
    ----------
    descent : Descent
        What to advance; where steps diverge, it goes back to the last look.
    limits : Limits
        Steps and tolerances.
    monitor : Monitor
        Says when the user wants to stop.
    at_look : callable
        Called with the objective at every look.

    Returns
    -------
    Status
        How the descent ended.
    """
    previous, n_at_rest = descent.start_value, 0
    # Where the time is up before the first step, one step is still taken.
    n_steps = limits.checkpoint if monitor.stop_reason() is None else 1
    while descent.steps < limits.max_steps:
        before = descent.point.copy()
        ended = _advance(descent, min(n_steps, limits.max_steps - descent.steps), monitor)
        value = descent.value
        if ended is Status.DIVERGED or (ended is None and not math.isfinite(value)):
            descent.point[...] = before
            ended, value = Status.DIVERGED, descent.value
        at_look(value)
        unit = max(abs(previous), abs(value), limits.unit)
        n_at_rest = n_at_rest + 1 if abs(previous - value) <= limits.tol * unit else 0
        # Steps too short to leave the point are how a descent can come to rest, too.
        if ended in (None, Status.STEP_TOO_SMALL) and n_at_rest >= limits.patience:
            return Status.CONVERGED
        ended = ended or monitor.stop_reason()
        if ended is not None:
            return ended
        previous = value
    return Status.MAX_ITER


def _advance(descent: Descent, n_steps: int, monitor: Monitor) -> Status | None:
    """Take steps, with looks at the clock in between; fewer where the user wants to stop."""
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
    """Add the end of a stage to the trace.

    Parameters
    ----------
    monitor : Monitor
        Receives the record.
    weights : ndarray of shape (d, d)
        Weights at the end of the stage; self-loops do not count as non-zero.
    objective, score, h : float
        The objective and its parts.
    **further : float
        Other fields of ``StageRecord``.
    """
    non_zeros = np.count_nonzero(weights) - np.count_nonzero(np.diagonal(weights))
    monitor.record(
        StageRecord(
            stage=len(monitor.records),
            objective=objective,
            score=score,
            h=h,
            non_zeros=int(non_zeros),
            seconds=monitor.seconds,
            **further,
        )
    )

"""How a run ended, and what was measured."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Status(enum.StrEnum):
    """How a run ended."""

    DONE = "done"
    FAILED = "failed"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    CRASHED = "crashed"
    MISSING = "missing"


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what was measured.

    Parameters
    ----------
    status : Status
        ``"done"``; ``"failed"``, the method raised an error; ``"time limit"`` or ``"memory
        limit"``, it was stopped; ``"crashed"``, its process died; ``"missing"``, its package is
        not installed.
    message : str
        Why, in one line; empty if done.
    measures : mapping of str to number, bool, str or None
        Figures of the estimated graph, see ``measures.py``; never NaN.
    wall_seconds, cpu_seconds : float or None
        Of the fit alone, after compiled code was loaded; up to the end, where it was stopped.
    peak_memory_mb, start_memory_mb : float or None
        Largest resident size of the process, and its size before the fit.
    """

    status: Status
    message: str = ""
    measures: Mapping[str, Any] = field(default_factory=dict)
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    start_memory_mb: float | None = None

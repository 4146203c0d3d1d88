"""How a run ended, and what was measured."""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Most characters of a text that are read, and that are kept.
LONGEST_TEXT, LONGEST_LINE = 5000, 500
#: What a run took: columns of a store, and attributes of an outcome.
TIME_AND_MEMORY = ("wall_seconds", "cpu_seconds", "peak_memory_mb", "start_memory_mb")


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

    Whatever a method reports, an outcome can be stored: texts become one printable line each,
    and numbers that are not finite become None.

    Parameters
    ----------
    status : Status
        ``"done"``; ``"failed"``, the method raised an error; ``"time limit"`` or ``"memory
        limit"``, it was stopped; ``"crashed"``, its process died; ``"missing"``, its package is
        not installed.
    message : str
        Why; empty if done.
    measures : mapping of str to number, bool, str or None
        Figures of the estimated graph, see ``measures.py``.
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

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", plain_line(self.message))
        measures = {name: _storable(value) for name, value in self.measures.items()}
        object.__setattr__(self, "measures", measures)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Outcome":
        """Return the outcome that ``dataclasses.asdict`` made a document of."""
        return cls(**{**document, "status": Status(document["status"])})


def described(error: BaseException) -> str:
    r"""Return an error's type and message in one line, also where the message raises another.

    Examples
    --------
    >>> from causal_dag.benchmarks.store.outcome import described
    >>> described(ValueError("two\nlines")), described(KeyboardInterrupt())
    ('ValueError: two lines', 'KeyboardInterrupt')
    """
    try:
        message = plain_line(str(error))
    except Exception:  # a third party's __str__ may raise anything
        message = "(its message cannot be shown)"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def plain_line(text: str) -> str:
    r"""Return a text as one line that any terminal shows and any file holds.

    Examples
    --------
    >>> from causal_dag.benchmarks.store.outcome import plain_line
    >>> plain_line("two\n lines"), plain_line("caf\udce9"), plain_line("\x1b[31mred")
    ('two lines', 'caf\\udce9', '\\x1b[31mred')
    """
    shown = (
        c if c.isprintable() else ascii(c)[1:-1] for c in " ".join(text[:LONGEST_TEXT].split())
    )
    return "".join(shown)[:LONGEST_LINE]


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return plain_line(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value

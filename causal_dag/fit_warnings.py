"""Classes of warnings that fits give, and a thread-safe way to give and suppress them.

Python's own ``warnings.catch_warnings`` changes the filters of the whole process, so that fits in
threads would switch off each other's warnings, and leave them off. ``held_back`` suppresses
warnings in the current context only.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_HELD_BACK: ContextVar[tuple[type[Warning], ...]] = ContextVar("_HELD_BACK", default=())
_RECORDED: ContextVar[list[str] | None] = ContextVar("_RECORDED", default=None)


class ProjectionWarning(UserWarning):
    """The solver's weights had cycles, and edges were cut to reach a DAG."""


class NoEdgeWarning(UserWarning):
    """A penalty or a threshold left no edge, though columns are clearly correlated."""


class FewRowsWarning(UserWarning):
    """There are so few rows for the columns that many graphs fit as well."""


class DeterminedColumnWarning(UserWarning):
    """A column is determined by its parents, so that its likelihood has no bound."""


class CodedColumnsWarning(UserWarning):
    """Columns look like codes of categories, and the solver treats them as real-valued."""


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the nearest line outside this package, unless the category is held back.

    Parameters
    ----------
    message : str
        What is wrong, and what to do.
    category : type
        Class of the warning.
    """
    if not issubclass(category, _HELD_BACK.get()):
        record = _RECORDED.get()
        if record is not None and message not in record:
            record.append(message)
        warnings.warn(message, category, stacklevel=_level_of_caller())


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Yield a list, to which the messages of this thread's warnings are added, each once.

    Examples
    --------
    >>> from causal_dag.fit_warnings import held_back, recorded, warn
    >>> with recorded() as messages, held_back():
    ...     warn("nobody hears this")
    >>> messages
    []
    """
    messages: list[str] = []
    token = _RECORDED.set(messages)
    try:
        yield messages
    finally:
        _RECORDED.reset(token)


@contextmanager
def held_back(*categories: type[Warning]) -> Iterator[None]:
    """Suppress warnings of these categories in this thread; all of them, without categories.

    Examples
    --------
    >>> from causal_dag.fit_warnings import held_back, warn
    >>> with held_back():
    ...     warn("nobody hears this")
    """
    token = _HELD_BACK.set((*_HELD_BACK.get(), *(categories or (Warning,))))
    try:
        yield
    finally:
        _HELD_BACK.reset(token)


def _level_of_caller() -> int:
    """Return the ``stacklevel``, counted from ``warn``, of the first frame outside the package."""
    level = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in {"causal_dag", "joblib", "sklearn"}

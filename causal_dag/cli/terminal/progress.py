"""Progress bars on stderr, shown only in an interactive terminal."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator

import click

Advance = Callable[..., None]


@contextlib.contextmanager
def progress_bar(description: str) -> Iterator[Advance]:
    """Yield a function that takes a text, the number of completed steps and the total.

    The bar is shown if :func:`is_watched`, and is removed at the end. Without the numbers, only
    the text is updated, for example by what the library logs.

    Parameters
    ----------
    description : str
        Text before the bar.
    """
    if not is_watched():
        yield lambda text, done=None, total=None: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        Remaining(),
        TextColumn("{task.fields[step]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(description, total=None, step="", count="")

        def advance(text: str, done: int | None = None, total: int | None = None) -> None:
            count = "" if done is None else f"{done}/{total}"
            bars.update(task, step=text, completed=done, total=total, count=count)

        logger = logging.getLogger("causal_dag")
        messages = _Messages(lambda text: bars.update(task, step=text))
        level, lower = logger.level, min(logger.getEffectiveLevel(), logging.INFO)
        logger.addHandler(messages)
        logger.setLevel(lower)
        try:
            yield advance
        finally:
            logger.setLevel(level)
            logger.removeHandler(messages)


class _Messages(logging.Handler):
    """Passes on the messages that are logged."""

    def __init__(self, show: Callable[[str], object]) -> None:
        super().__init__(logging.INFO)
        self.show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on one message."""
        self.show(record.getMessage())


def is_watched() -> bool:
    """Return whether stderr is a terminal and neither ``--json`` nor ``--quiet`` is given."""
    context = click.get_current_context(silent=True)
    asked = {} if context is None else context.params
    return sys.stderr.isatty() and not (asked.get("as_json") or asked.get("quiet"))

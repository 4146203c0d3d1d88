"""Progress bars on stderr, only where somebody is looking."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Advance = Callable[[str, float | None], None]


@contextlib.contextmanager
def progress_bar(description: str, *, wanted: bool) -> Iterator[Advance]:
    """Yield a function that shows (what is going on, fraction done or None).

    Parameters
    ----------
    description : str
        Text before the bar.
    wanted : bool
        Show it, if stderr is a terminal.
    """
    if not (wanted and is_terminal()):
        yield lambda text, fraction: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(description, total=None, step="")

        def advance(text: str, fraction: float | None) -> None:
            if fraction is None:
                bars.update(task, step=text)
            else:
                bars.update(task, step=text, total=1.0, completed=fraction)

        yield advance


def is_terminal() -> bool:
    """Return whether stderr is a terminal."""
    return sys.stderr.isatty()

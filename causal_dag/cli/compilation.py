"""A note on stderr when a command waits for code to be compiled."""

import functools
from collections.abc import Callable
from typing import Any

from causal_dag.cli.terminal.output import note

MESSAGE = (
    "compiling solvers, which takes some 20 seconds and is done once (per machine and version)"
)


def says_when_compiling(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command to say once when it compiles code, unless ``--quiet`` is given.

    Compiled code is kept on the disk, so this happens in the first fits on a machine only.
    """

    @functools.wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        if options.get("quiet"):
            return command(*arguments, **options)
        from numba.core import event

        # Loading cached code does not raise this event.
        with event.install_listener("numba:compile", _listener(event)):
            return command(*arguments, **options)

    return wrapped


def _listener(event: Any) -> Any:
    class SaysOnce(event.Listener):
        has_said = False

        def on_start(self, _: Any) -> None:
            if not self.has_said:
                self.has_said = True
                note(MESSAGE)

        def on_end(self, _: Any) -> None:
            """Do nothing."""

    return SaysOnce()

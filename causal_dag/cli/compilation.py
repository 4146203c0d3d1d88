"""A note on stderr when a command waits for code to be compiled."""

import functools
from collections.abc import Callable
from typing import Any

from causal_dag.cli.terminal.output import note


def says_when_compiling(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command to report once that it compiles code, unless ``--quiet`` is given.

    Compiled code is cached on disk, so this happens only in the first fits on a machine.
    """

    @functools.wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        from causal_dag.kernel_cache import notice

        usual = notice.say
        notice.say = None if options.get("quiet") else note
        try:
            return command(*arguments, **options)
        finally:
            notice.say = usual

    return wrapped

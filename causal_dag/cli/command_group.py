"""Errors as one line that says what to do, and exit codes a script can rely on."""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from causal_dag.cli.output import never_fail_on_odd_characters

DATA_ERROR, USAGE_ERROR = 1, 2


class OneLineErrorGroup(click.Group):
    """A group of commands that never shows a traceback for a user's mistake.

    Exit codes: 0 all went well; 1 the data or the solver says no (``ValueError``, ``OSError``);
    2 the command line is wrong.
    """

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; errors become one line on stderr, ``error: ...``."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        never_fail_on_odd_characters()
        try:
            exit_code: object = super().main(args, prog_name, complete_var, False, **extra)
        except click.UsageError as error:
            _fail(_with_help_hint(error), USAGE_ERROR)
        except click.ClickException as error:
            _fail(error.format_message(), error.exit_code)
        except click.Abort:
            _fail("interrupted", DATA_ERROR)
        except BrokenPipeError:
            _silence_stdout()
            sys.exit(DATA_ERROR)
        except OSError as error:
            _fail(_os_error(error), DATA_ERROR)
        except ValueError as error:
            _fail(str(error), DATA_ERROR)
        sys.exit(exit_code if isinstance(exit_code, int) else 0)


def _fail(message: str, exit_code: int) -> NoReturn:
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)


def _with_help_hint(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx is not None else "causal-dag"
    return f"{error.format_message().rstrip('.')} (see {command} --help)"


def _os_error(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        return f"no such file or folder: {error.filename}"
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _silence_stdout() -> None:
    """Keep the interpreter from complaining, at exit, that the reader has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""One-line error messages that state the remedy, and stable exit codes for scripts."""

import contextlib
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from causal_dag.cli.terminal.output import (
    never_fail_on_odd_characters,
    note,
    open_closed_streams,
    print_line,
)

DATA_ERROR, USAGE_ERROR, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
DEBUG = "--debug"
LONGEST_MESSAGE = 1000


class Interrupted(click.ClickException):
    """Interruption by Ctrl-C, with a message that states which results are kept."""

    exit_code = INTERRUPTED


class OneLineErrorGroup(click.Group):
    """A group of commands that ends every error with one line, and a traceback under ``--debug``.

    Exit codes: 0 success; 1 a file or the data cannot be used, or an internal error occurred;
    2 the command line is invalid; 130 interrupted by Ctrl-C; 141 the reader closed the pipe.
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
        open_closed_streams()
        never_fail_on_odd_characters()
        debug, rest = _without_debug(list(sys.argv[1:] if args is None else args))
        exit_code: object = 0
        try:
            exit_code = super().main(rest, prog_name, complete_var, False, **extra)
            sys.stdout.flush()
        except click.exceptions.NoArgsIsHelpError as error:  # a group without a command
            print_line(error.format_message())
        except BrokenPipeError:
            _silence_stdout()
            sys.exit(BROKEN_PIPE)
        except Exception as error:
            if debug:
                traceback.print_exception(error)
            _fail(error)
        sys.exit(exit_code if isinstance(exit_code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command, overriding how click handles some exceptions."""
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _show_in_one_line
                return super().invoke(ctx)
        except EOFError as error:  # click would treat it as Ctrl-D
            raise ValueError(f"a file ends too early ({error})") from error
        except BrokenPipeError:
            _silence_stdout()
            ctx.exit(BROKEN_PIPE)


def _show_in_one_line(message: Warning | str, *_: object, **__: object) -> None:
    note(f"warning: {' '.join(str(message).split())}")


def _without_debug(args: list[str]) -> tuple[bool, list[str]]:
    """Return whether ``--debug`` is among the options, and the remaining arguments."""
    end = args.index("--") if "--" in args else len(args)
    options = [text for text in args[:end] if text != DEBUG]
    return len(options) < end, options + args[end:]


def _fail(error: Exception) -> NoReturn:
    message, exit_code = _explained(error)
    message = _shortened(" ".join(message.split()))
    note(f"error: {message}")
    sys.exit(exit_code)


def _explained(error: Exception) -> tuple[str, int]:
    """Return the message shown to the user, and the exit code."""
    if isinstance(error, click.UsageError):
        return _with_help_hint(error), USAGE_ERROR
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    if isinstance(error, click.Abort):
        return "interrupted", INTERRUPTED
    if isinstance(error, OSError):
        return _os_error(error), DATA_ERROR
    if isinstance(error, ValueError):
        return str(error), DATA_ERROR
    if isinstance(error, MemoryError):
        return f"not enough memory ({error})" if str(error) else "not enough memory", DATA_ERROR
    kind = type(error).__name__
    return f"{kind}: {error} (unexpected; {DEBUG} shows where it came from)", DATA_ERROR


def _shortened(message: str) -> str:
    """Remove the middle of an overly long message; the remedy is at the end."""
    if len(message) <= LONGEST_MESSAGE:
        return message
    half = LONGEST_MESSAGE // 2
    return f"{message[:half]} [...] {message[-half:]}"


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
    """Prevent an error at interpreter exit after the reader has closed the pipe."""
    with contextlib.suppress(OSError, ValueError):  # no descriptor behind a captured stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""Common behavior of the commands: argument checks, reports and shared options."""

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.terminal.output import print_json

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]

FILE = click.Path(path_type=Path)
MOST_NAMES = 30
#: Key of the words typed so far, for completion: click drops them after an option without a value.
WORDS = f"{__name__}.words"
HINTS = {"solver": "; causal-dag compare takes several"}


class StrictCommand(click.Command):
    """A command that refuses an option given twice, instead of silently using the last one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments after checking how often each option occurs."""
        ctx.meta[WORDS] = list(args)
        _, _, occurrences = self.make_parser(ctx).parse_args(list(args))
        for option, count in Counter(occurrences).items():
            takes_one = isinstance(option, click.Option) and not (option.multiple or option.is_flag)
            if count > 1 and takes_one:
                hint = HINTS.get(str(option.name), "")
                raise click.UsageError(
                    f"{option.opts[0]} is given {count} times; give it once{hint}", ctx
                )
        return super().parse_args(ctx, args)


def command(
    short_help: str, *examples: str, name: str | None = None
) -> Callable[[Command], StrictCommand]:
    """Return a decorator that turns a function into a strict command.

    Parameters
    ----------
    short_help : str
        Description in the list of commands.
    *examples : str
        Command lines shown below its help, without the program's name.
    name : str, optional
        By default the function's name.
    """
    return click.command(
        name, cls=StrictCommand, short_help=short_help, epilog=examples_text(*examples)
    )


def examples_text(*examples: str) -> str | None:
    """Return the examples shown below the help of a command."""
    lines = [f"  causal-dag {example}\n" for example in examples]
    return "\b\nExamples:\n" + "".join(lines) if lines else None


@dataclass(frozen=True)
class Report:
    """Result of a command.

    Parameters
    ----------
    document : object
        The complete result, printed as JSON.
    show : callable
        Prints the result in readable form.
    error : click.ClickException, optional
        Error raised after the report is printed.
    """

    document: Any
    show: Callable[[], None]
    error: click.ClickException | None = None


_JSON = click.option("--json", "as_json", is_flag=True, help="Print only one JSON document.")
_QUIET = click.option("--quiet", "-q", is_flag=True, help="Print only errors.")


def reported(command: Callable[..., Report]) -> Command:
    """Add ``--json`` and ``--quiet``, which decide how the returned report is printed."""

    @functools.wraps(command)
    def printed(*args: Any, as_json: bool, quiet: bool, **options: Any) -> None:
        report = command(*args, **options)
        if as_json:
            print_json(report.document)
        elif not quiet:
            report.show()
        if report.error is not None:
            raise report.error

    return with_options(printed, (_JSON, _QUIET))


def gathered(name: str, kind: Any, options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds options, and passes their values to the command as one object.

    Parameters
    ----------
    name : str
        The command's parameter for the object.
    kind : dataclass
        The object's class; its fields are named like the options' values.
    options : sequence of decorators
        In the order in which the help shows them.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_object(*args: Any, **values: Any) -> Any:
            given = {f.name: values.pop(f.name) for f in fields(kind) if f.name in values}
            return command(*args, **{name: kind(**given)}, **values)

        return with_options(with_object, options)

    return decorate


def with_options(command: Command, options: Sequence[Decorator]) -> Command:
    """Add options to a command, in the order in which its help shows them."""
    for option in reversed(options):
        command = option(command)
    return command


class KnownName(click.types.StringParamType):
    """A name from a list, with completion and a suggestion if the name is unknown.

    Parameters
    ----------
    kind : str
        What the name refers to, for messages.
    known : callable
        Returns the list; called only when needed, since it may import many modules.
    """

    name = "name"

    def __init__(self, kind: str, known: Callable[[], Iterable[str]]) -> None:
        self.kind, self.known = kind, known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name, if it is known."""
        known = self.known()
        return value if value in known else self.fail(unknown_name(self.kind, value, known))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the names that start with the incomplete word."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.known() if name.startswith(incomplete)]


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return an error message with the most similar and the available names."""
    from causal_dag.wording import did_you_mean, shortened_list

    names = list(known)
    available = shortened_list(names, MOST_NAMES)
    return f"unknown {kind} {name!r}; {did_you_mean(name, names)}available: {available}"


@contextlib.contextmanager
def misuse() -> Iterator[None]:
    """Turn an error about the command line, rather than a file, into a usage error."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise click.UsageError(str(error)) from error


def _seed(context: click.Context, option: click.Parameter, value: str) -> int | None:
    if value.lower() == "none":
        return None
    if not value.isdecimal():
        raise click.BadParameter(
            f"{value!r} is neither a seed (0, 1, ...) nor none", context, option
        )
    return int(value)


random_state = click.option(
    "--random-state",
    metavar="N|none",
    callback=_seed,
    default="0",
    help="Seed of the random numbers; none for a different seed each time.",
)

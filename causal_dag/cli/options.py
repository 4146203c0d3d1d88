"""Options and argument types that several commands share."""

from collections.abc import Callable, Iterable
from typing import Any

import click

Command = Callable[..., Any]

DATASET_SAMPLES, DATASET_NODES = 1000, 20


def registered_name(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """Check registry names; an unknown one is a usage error with a suggestion."""
    from causal_dag.solvers import available_solvers

    known = available_solvers()
    for name in (value,) if isinstance(value, str) else value or ():
        if name not in known:
            raise click.BadParameter(unknown_name("solver", name, known), context, option)
    return value


def number_or_range(
    context: click.Context, option: click.Parameter, value: str
) -> float | tuple[float, float]:
    """Read a number, or two numbers with a colon: ``0.5:10``."""
    try:
        numbers = [float(part) for part in value.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise click.BadParameter(
            f"{value!r} is neither a number nor low:high, such as 0.5:10", context, option
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def json_and_quiet(command: Command) -> Command:
    """Add ``--json`` and ``--quiet``."""
    command = click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")(command)
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
    )(command)


def column_choice(command: Command) -> Command:
    """Add ``--columns`` and ``--drop``."""
    command = click.option(
        "--drop", multiple=True, metavar="NAME", help="Leave out a column (repeatable)."
    )(command)
    return click.option(
        "--columns", metavar="A,B,C", help="Use only these columns, in this order."
    )(command)


def random_state(command: Command) -> Command:
    """Add ``--random-state``."""
    return click.option(
        "--random-state", default=0, show_default=True, help="Seed of all random choices."
    )(command)


def split_names(text: str | None) -> list[str] | None:
    """Return the names in a comma-separated list (quoted names may hold commas)."""
    import csv

    if text is None:
        return None
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True))]


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a message with the nearest known name, and all of them."""
    import difflib

    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {kind} {name!r}; {hint}available: {', '.join(names)}"

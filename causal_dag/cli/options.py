"""Options and argument types that several commands share."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

Command = Callable[..., Any]

DEFAULT_SOLVER = "topo-bic"
DATASET_SAMPLES, DATASET_NODES = 1000, 20
MOST_NAMES = 30
#: Where completion finds the words typed so far: click drops them at an option without its value.
WORDS = f"{__name__}.words"


class StrictCommand(click.Command):
    """A command that refuses an option given twice, instead of silently using the last one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, after a look at how often each option occurs."""
        ctx.meta[WORDS] = list(args)
        _, _, occurrences = self.make_parser(ctx).parse_args(list(args))
        for option, count in Counter(occurrences).items():
            takes_one = isinstance(option, click.Option) and not (option.multiple or option.is_flag)
            if count > 1 and takes_one:
                raise click.UsageError(
                    f"{option.opts[0]} is given {count} times; give it once", ctx
                )
        return super().parse_args(ctx, args)


@contextlib.contextmanager
def misuse() -> Iterator[None]:
    """Turn a ``ValueError`` about what was typed, and not about a file, into a usage error."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise click.UsageError(str(error)) from error


def one_solver(context: click.Context, option: click.Parameter, value: tuple[str, ...]) -> str:
    """Check that one registry name was given, and return it."""
    if len(value) > 1:
        raise click.BadParameter(
            f"{len(value)} solvers are given, and one is fitted; causal-dag compare takes several",
            context,
            option,
        )
    names: tuple[str, ...] = registered_name(context, option, value)
    return names[0]


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


def random_state(command: Command) -> Command:
    """Add ``--random-state``."""
    return click.option(
        "--random-state",
        metavar="N|none",
        callback=_seed,
        default="0",
        show_default=True,
        help="Seed of all random choices; none draws others each time.",
    )(command)


def _seed(context: click.Context, option: click.Parameter, value: str) -> int | None:
    if value.lower() == "none":
        return None
    if not value.isdecimal():
        raise click.BadParameter(f"{value!r} is neither a whole number nor none", context, option)
    return int(value)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a message with the nearest known names, and what there is."""
    from causal_dag.wording import did_you_mean, shortened_list

    names = list(known)
    available = shortened_list(names, MOST_NAMES)
    return f"unknown {kind} {name!r}; {did_you_mean(name, names)}available: {available}"

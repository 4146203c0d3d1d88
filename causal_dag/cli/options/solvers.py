"""Options that select solvers and set their parameters."""

import ast
import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import Decorator, KnownName, misuse, unknown_name, with_options

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator

DEFAULT_SOLVER = "topo-bic"
_WORDS = {"true": True, "false": False, "none": None}


def solver_names() -> Sequence[str]:
    """Return the registry names."""
    from causal_dag.solvers import available_solvers

    return available_solvers()


SOLVER = KnownName("solver", solver_names)


def one_solver(example: str) -> Decorator:
    """Return a decorator that adds ``--solver`` and ``--param``, with an example of the latter."""
    options = (
        click.option(
            "--solver",
            "-s",
            type=SOLVER,
            default=DEFAULT_SOLVER,
            help="Registry name; causal-dag solvers lists them.",
        ),
        click.option(
            "--param",
            "-p",
            "params",
            multiple=True,
            metavar="KEY=VALUE",
            help=f"Parameter of the solver (repeatable), for example -p {example}.",
        ),
    )
    return functools.partial(with_options, options=options)


def several_solvers(help_of_solver: str) -> Decorator:
    """Return a decorator that adds ``--solver``, ``--param`` and ``--jobs``."""
    options = (
        click.option("--solver", "-s", "names", type=SOLVER, multiple=True, help=help_of_solver),
        click.option(
            "--param",
            "-p",
            "params",
            multiple=True,
            metavar="SOLVER.KEY=VALUE",
            help="Parameter of one solver (repeatable), for example -p notears.lambda1=0.05.",
        ),
        click.option("--jobs", "-j", default=1, help="Number of processes; -1 for all cores."),
    )
    return functools.partial(with_options, options=options)


def literal(text: str) -> Any:
    """Parse a number, true, false, none or a list; return any other text unchanged.

    Examples
    --------
    >>> from causal_dag.cli.options.solvers import literal
    >>> literal("0.05"), literal("true"), literal("[1, 2]"), literal("equal")
    (0.05, True, [1, 2], 'equal')
    """
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def solver_parameters(texts: Iterable[str]) -> dict[str, Any]:
    """Parse parameters written ``key=value``."""
    parameters = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"{text!r} is not a parameter; write -p key=value")
        parameters[key.strip()] = literal(value.strip())
    return parameters


def parameters_by_solver(texts: Iterable[str], solvers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Parse parameters written ``solver.key=value`` and group them by solver."""
    parameters: dict[str, dict[str, Any]] = {name: {} for name in solvers}
    for text in texts:
        solver, dot, rest = text.partition(".")
        if not dot or "=" in solver:
            raise click.UsageError(f"{text!r} does not name a solver; write -p solver.key=value")
        if solver not in parameters:
            raise click.UsageError(unknown_name("solver", solver, solvers))
        parameters[solver] |= solver_parameters([rest])
    return parameters


def make_checked_solvers(
    parameters: Mapping[str, Mapping[str, Any]], random_state: int | None, *, moments_by: str | None
) -> "dict[str, DAGEstimator]":
    """Return unfitted solvers whose parameters are valid.

    Parameters
    ----------
    parameters : mapping of registry name to parameters
        Solvers to create.
    random_state : int or None
        Seed for randomized solvers.
    moments_by : str or None
        The option by which solvers get moments instead of rows, if there is one.

    Raises
    ------
    click.UsageError
        If a parameter is invalid, or a solver needs rows and gets moments.
    """
    from causal_dag.registry import make_seeded_solver
    from causal_dag.solvers import make_solver

    with misuse():
        solvers = {
            name: make_seeded_solver(name, random_state, **settings)
            for name, settings in parameters.items()
        }
        for solver in solvers.values():
            solver.checked_copy()
    for name, solver in solvers.items():
        if moments_by and solver.needs_rows:
            others = [other for other in solver_names() if not make_solver(other).needs_rows]
            raise click.UsageError(
                f"solver {name} needs rows, which {moments_by} does not provide; use "
                f"{'--missing drop, or ' if 'em' in moments_by else ''}one of {', '.join(others)}"
            )
    return solvers

"""From texts on the command line to solver parameters."""

import ast
from collections.abc import Iterable, Sequence
from typing import Any

import click

from causal_dag.cli.options import unknown_name

_WORDS = {"true": True, "false": False, "none": None}


def literal(text: str) -> Any:
    """Return what a text stands for: a number, true/false, none, a list — or the text itself.

    Examples
    --------
    >>> from causal_dag.cli.parameters import literal
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
    """Return the parameters in texts ``key=value``."""
    parameters = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"{text!r} is not a parameter; write -p key=value")
        parameters[key.strip()] = literal(value.strip())
    return parameters


def parameters_by_solver(texts: Iterable[str], solvers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the parameters in texts ``solver.key=value``, by solver."""
    parameters: dict[str, dict[str, Any]] = {name: {} for name in solvers}
    for text in texts:
        solver, dot, rest = text.partition(".")
        if not dot or "=" in solver:
            raise click.UsageError(f"{text!r} names no solver; write -p solver.key=value")
        if solver not in parameters:
            raise click.UsageError(unknown_name("solver", solver, solvers))
        parameters[solver] |= solver_parameters([rest])
    return parameters

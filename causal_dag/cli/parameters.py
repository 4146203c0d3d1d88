"""From texts on the command line to solver parameters and prior knowledge."""

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options import unknown_name

if TYPE_CHECKING:
    from causal_dag.constraints import PriorKnowledge

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


def prior_knowledge(
    forbid: Iterable[str], require: Iterable[str], tiers: Path | None, names: Sequence[str]
) -> "PriorKnowledge | None":
    """Return what is known beforehand, or None if nothing is.

    Parameters
    ----------
    forbid, require : iterable of str
        Edges, written ``cause:effect``.
    tiers : Path, optional
        File with a line a tier, causes first; names separated by commas, ``#`` for comments.
    names : sequence of str
        Column names.
    """
    from causal_dag.constraints import PriorKnowledge

    forbidden = [edge(text, names) for text in forbid]
    required = [edge(text, names) for text in require]
    layers = [] if tiers is None else read_tiers(tiers)
    if not (forbidden or required or layers):
        return None
    return PriorKnowledge(forbidden=forbidden, required=required, tiers=layers)


def edge(text: str, names: Sequence[str]) -> tuple[str, str]:
    """Return cause and effect of an edge written ``cause:effect``; names may hold colons.

    Examples
    --------
    >>> from causal_dag.cli.parameters import edge
    >>> edge("cd3:28:akt", ["cd3:28", "akt"])
    ('cd3:28', 'akt')
    """
    pieces = text.split(":")
    splits = [(":".join(pieces[:k]), ":".join(pieces[k:])) for k in range(1, len(pieces))]
    if not splits:
        raise click.UsageError(f"{text!r} is not an edge; write cause:effect")
    matches = [split for split in splits if split[0] in names and split[1] in names]
    if len(matches) > 1:
        raise click.UsageError(f"edge {text!r} can be read in {len(matches)} ways; rename a column")
    if not matches:
        unknown = next(name for name in splits[0] if name not in names)
        raise click.UsageError(f"edge {text!r}: {unknown_name('column', unknown, names)}")
    return matches[0]


def read_tiers(path: Path) -> list[list[str]]:
    """Return the tiers in a file, causes first."""
    import csv

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text file in UTF-8; write a line a tier") from error
    lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    rows = csv.reader(lines, skipinitialspace=True)
    return [[name.strip() for name in row if name.strip()] for row in rows]

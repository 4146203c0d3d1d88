"""``causal-dag solvers``: list the available solvers and their parameters."""

import functools
import inspect
from typing import Any

import click

from causal_dag.cli.options.command import Report, command, reported
from causal_dag.cli.options.solvers import DEFAULT_SOLVER, SOLVER, solver_names
from causal_dag.cli.terminal.output import assignments, print_line, print_paragraph, print_table


@command("List the solvers and their parameters.", "solvers", "solvers notears")
@click.argument("name", required=False, type=SOLVER)
@reported
def solvers(name: str | None) -> Report:
    """List the solvers; with NAME, show one in full."""
    if name:
        entry = _entry(name)
        return Report(entry, functools.partial(_print_in_full, entry))
    entries = [_entry(solver) for solver in solver_names()]
    return Report(entries, functools.partial(_print_list, entries))


def _print_list(entries: list[dict[str, Any]]) -> None:
    from causal_dag.estimator import DAGEstimator

    rows = [
        [
            f"{entry['name']} (default)" if entry["name"] == DEFAULT_SOLVER else entry["name"],
            entry["column_values"],
            entry["summary"],
        ]
        for entry in entries
    ]
    print_table(["solver", "columns ", "what it does "], rows)
    print_line()
    # Inherited parameters are listed once.
    inherited = inspect.signature(DAGEstimator).parameters
    common: dict[str, None] = {}
    for entry in entries:
        parameters = entry["parameters"]
        own = {key: value for key, value in parameters.items() if key not in inherited}
        common |= dict.fromkeys(key for key in parameters if key in inherited)
        text = f"{entry['name']}: {assignments(own) or 'no parameters of its own'}"
        print_paragraph(text, hanging="  ")
    print_line()
    print_paragraph(f"nearly every solver: {', '.join(common)}", hanging="  ")
    print_line("in full: causal-dag solvers NAME")


def _print_in_full(entry: dict[str, Any]) -> None:
    call = f"{entry['class']}({assignments(entry['parameters'])})"
    print_paragraph(f"{entry['name']} = {call}", hanging="  ")
    print_line()
    # Docstring lines are slightly longer than most terminals are wide.
    for line in entry["documentation"].splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        print_paragraph(line.strip(), indent=indent) if line.strip() else print_line()


def _entry(name: str) -> dict[str, Any]:
    from causal_dag.registry import make_solver, registered_solvers

    estimator = make_solver(name)
    # Parameters that distinguish this name from others of the same class.
    preset = assignments(registered_solvers()[name].preset)
    documentation = inspect.getdoc(type(estimator)) or ""
    return {
        "name": name,
        "class": type(estimator).__name__,
        "summary": documentation.partition("\n")[0] + (f" With {preset}." if preset else ""),
        "default": name == DEFAULT_SOLVER,
        "needs_rows": estimator.needs_rows,
        "needs_full_rank": estimator.needs_full_rank,
        "column_values": estimator.column_values,
        "parameters": estimator.get_params(deep=False),
        "documentation": documentation,
    }

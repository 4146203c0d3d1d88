"""``causal-dag solvers``: what is there to choose from."""

from typing import Any

import click

from causal_dag.cli.completion import complete_solver
from causal_dag.cli.options import (
    DEFAULT_SOLVER,
    StrictCommand,
    json_and_quiet,
    registered_name,
)
from causal_dag.cli.output import print_json, print_line, print_paragraph, print_table

# Every solver has these, so the table leaves them out.
COMMON_PARAMETERS = {
    "weight_threshold",
    "prior_knowledge",
    "refit",
    "polish",
    "time_budget",
    "callback",
    "verbose",
}

EXAMPLES = "\b\nExamples:\n  causal-dag solvers\n  causal-dag solvers notears\n"


@click.command(
    cls=StrictCommand, short_help="List the solvers and their parameters.", epilog=EXAMPLES
)
@click.argument("name", required=False, callback=registered_name, shell_complete=complete_solver)
@json_and_quiet
def solvers(name: str | None, as_json: bool, quiet: bool) -> None:
    """List the solvers; with NAME, show one in full."""
    from causal_dag.solvers import available_solvers

    entries = [_entry(solver) for solver in ([name] if name else available_solvers())]
    if as_json:
        print_json(entries[0] if name else entries)
    elif quiet:
        return
    elif name:
        _print_in_full(entries[0])
    else:
        _print_list(entries)


def _print_list(entries: list[dict[str, Any]]) -> None:
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
    for entry in entries:
        own = {k: v for k, v in entry["parameters"].items() if k not in COMMON_PARAMETERS}
        text = f"{entry['name']}: {_assignments(own) or 'no parameters of its own'}"
        print_paragraph(text, hanging="  ")
    common = {k: v for e in entries for k, v in e["parameters"].items() if k in COMMON_PARAMETERS}
    print_line()
    print_paragraph(f"nearly every solver: {', '.join(common)}", hanging="  ")
    print_line("in full: causal-dag solvers NAME")


def _print_in_full(entry: dict[str, Any]) -> None:
    call = f"{entry['class']}({_assignments(entry['parameters'])})"
    print_paragraph(f"{entry['name']} = {call}", hanging="  ")
    print_line()
    # Docstrings are written in lines that are a little longer than most terminals.
    for line in entry["documentation"].splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        print_paragraph(line.strip(), indent=indent) if line.strip() else print_line()


def _entry(name: str) -> dict[str, Any]:
    import inspect

    from causal_dag.solvers import make_solver

    estimator = make_solver(name)
    documentation = inspect.getdoc(type(estimator)) or ""
    return {
        "name": name,
        "class": type(estimator).__name__,
        "summary": documentation.partition("\n")[0] + _difference(name),
        "default": name == DEFAULT_SOLVER,
        "needs_rows": estimator.needs_rows,
        "needs_full_rank": estimator.needs_full_rank,
        "column_values": estimator.column_values,
        "parameters": estimator.get_params(deep=False),
        "documentation": documentation,
    }


def _difference(name: str) -> str:
    """Return what sets a name apart from the others of its class."""
    from causal_dag.registry import make_solver, registered_solvers

    entries = registered_solvers()
    siblings = [
        other
        for other, entry in entries.items()
        if entry.estimator_class is entries[name].estimator_class
    ]
    parameters = {other: make_solver(other).get_params(deep=False) for other in siblings}
    preset = dict.fromkeys(key for other in siblings for key in entries[other].preset)
    differing = [
        key for key in preset if len({repr(given[key]) for given in parameters.values()}) > 1
    ]
    own = {key: parameters[name][key] for key in differing}
    return f" Here {_assignments(own)}." if own else ""


def _assignments(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in parameters.items())

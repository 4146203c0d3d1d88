"""``causal-dag solvers``: what is there to choose from."""

from typing import Any

import click

from causal_dag.cli.options import json_and_quiet, registered_name

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


@click.command(short_help="List the solvers and their parameters.", epilog=EXAMPLES)
@click.argument("name", required=False, callback=registered_name)
@json_and_quiet
def solvers(name: str | None, as_json: bool, quiet: bool) -> None:
    """List the solvers; with NAME, show one in full."""
    import inspect

    from causal_dag.cli.output import print_json, print_table
    from causal_dag.solvers import available_solvers

    entries = [_entry(solver) for solver in ([name] if name else available_solvers())]
    if as_json:
        print_json(entries[0] if name else entries)
    elif quiet:
        return
    elif name:
        click.echo(f"{name} = {entries[0]['class']}({_assignments(entries[0]['parameters'])})\n")
        click.echo(inspect.cleandoc(entries[0]["documentation"]))
    else:
        rows = [[e["name"], e["class"], e["column_values"], e["summary"]] for e in entries]
        print_table(["solver", "class ", "columns ", "what it does "], rows)
        for entry in entries:
            own = {k: v for k, v in entry["parameters"].items() if k not in COMMON_PARAMETERS}
            click.echo(f"{entry['name']}: {_assignments(own) or 'no parameters of its own'}")
        common = {k: v for k, v in entries[0]["parameters"].items() if k in COMMON_PARAMETERS}
        click.echo(f"\nevery solver: {', '.join(common)}")
        click.echo("in full: causal-dag solvers NAME")


def _entry(name: str) -> dict[str, Any]:
    import inspect

    from causal_dag.solvers import make_solver

    estimator = make_solver(name)
    documentation = inspect.getdoc(type(estimator)) or ""
    return {
        "name": name,
        "class": type(estimator).__name__,
        "summary": documentation.partition("\n")[0],
        "needs_rows": estimator.needs_rows,
        "needs_full_rank": estimator.needs_full_rank,
        "column_values": estimator.column_values,
        "parameters": estimator.get_params(),
        "documentation": documentation,
    }


def _assignments(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value!r}" for key, value in parameters.items())

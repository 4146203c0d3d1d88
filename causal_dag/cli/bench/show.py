"""``causal-dag bench show``: one run, whole, and how to repeat it by hand."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.bench.store_option import store_option
from causal_dag.cli.output import cell_text, print_json, print_line, print_paragraph

if TYPE_CHECKING:
    from causal_dag.benchmarks.store.store import StoredRun


@click.command(short_help="Show one run, and how to repeat it.")
@click.argument("run")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def show(run: str, store_path: Path, as_json: bool) -> None:
    """Show RUN, the key of a run or its first digits: what was fitted, what came of it, where."""
    from causal_dag.benchmarks.runner.python_code import python_code
    from causal_dag.benchmarks.store.store import Store

    with Store.open(store_path) as store:
        found = store.run(run)
    if as_json:
        print_json(run_document(found) | {"python": python_code(found.cell)})
        return
    for title, entries in run_document(found).items():
        if isinstance(entries, dict):
            print_line(f"\n{title}")
            for name, value in entries.items():
                print_paragraph(f"{name}: {_text(value)}", indent="  ", hanging="    ")
        else:
            print_line(f"{title}: {entries}")
    print_line(f"\nin Python\n{python_code(found.cell)}")


def run_document(run: "StoredRun") -> dict[str, Any]:
    """Return a run as nested mappings, in the order in which one reads them."""
    from dataclasses import asdict

    outcome = asdict(run.outcome)
    measures = outcome.pop("measures")
    return {
        "key": run.cell.key,
        "started": run.started,
        **run.cell.document(),
        "outcome": outcome | {"status": str(run.outcome.status)},
        "measures": measures,
        "limits": asdict(run.limits),
        "environment": dict(run.environment),
    }


def _text(value: Any) -> str:
    return cell_text(value) if isinstance(value, float) else str(value)

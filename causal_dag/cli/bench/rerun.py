"""``causal-dag bench rerun``: one run again, beside what the store says of it."""

from pathlib import Path
from typing import Any

import click

from causal_dag.cli.bench.store_option import store_option
from causal_dag.cli.output import print_json, print_line, print_table


@click.command(short_help="Do one run again, and compare.")
@click.argument("run")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def rerun(run: str, store_path: Path, as_json: bool) -> None:
    """Do RUN, the key of a run or its first digits, again here, and set both beside each other.

    The store is not changed.
    """
    from causal_dag.benchmarks.runner.local_pool import LocalPool
    from causal_dag.benchmarks.store.store import Store

    with Store.open(store_path) as store:
        before = store.run(run)
    ((_, answer),) = LocalPool().run([before.cell], before.limits)
    rows = _rows(before.outcome, answer.outcome)
    differing = [name for name, then, now in rows if then != now and name not in _MEASURED_TIME]
    if as_json:
        print_json({"key": before.cell.key, "rows": rows, "differing": differing})
        return
    print_table(["", "stored ", "now "], rows)
    print_line(f"\ndiffering: {', '.join(differing)}" if differing else "\nthe same result")
    if dict(before.environment) != dict(answer.environment):
        print_line("the stored run took place elsewhere, see 'causal-dag bench show'")


_MEASURED_TIME = ("wall_seconds", "cpu_seconds", "peak_memory_mb", "start_memory_mb")


def _rows(then: Any, now: Any) -> list[tuple[str, Any, Any]]:
    names = ["status", "message", *_MEASURED_TIME]
    rows = [(name, getattr(then, name), getattr(now, name)) for name in names]
    measures = dict.fromkeys([*then.measures, *now.measures])
    return rows + [(name, then.measures.get(name), now.measures.get(name)) for name in measures]

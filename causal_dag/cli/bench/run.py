"""``causal-dag bench run``: carry out a suite, or the rest of it."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.bench.store_option import store_option
from causal_dag.cli.bench.suite_names import refuse_unknown_suite
from causal_dag.cli.command_group import Interrupted
from causal_dag.cli.options import json_and_quiet
from causal_dag.cli.output import print_json, print_line

if TYPE_CHECKING:
    from causal_dag.benchmarks.runner.executor import Executor
    from causal_dag.benchmarks.runner.run import Progress, RunSummary

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag bench run quickstart --jobs 2\n"
    "  causal-dag bench run mine.toml --store mine.sqlite\n"
    "  causal-dag bench run colide-paper --scheduler tcp://10.0.0.1:8786\n"
)


@click.command(short_help="Carry out a suite, or what is left of it.", epilog=EXAMPLES)
@click.argument("suite")
@store_option
@click.option("--jobs", "-j", default=1, show_default=True, help="Runs at a time on this machine.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run elsewhere: the address of a Dask scheduler (tcp://host:8786), or 'ray'.",
)
@click.option("--retry", is_flag=True, help="Run again what failed or was stopped at a limit.")
@json_and_quiet
def run(
    suite: str,
    store_path: Path,
    jobs: int,
    scheduler: str | None,
    retry: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Carry out SUITE, the name of a shipped one or a .toml file.

    Every run is a process of its own with one thread, stopped at the suite's limits of time and
    memory. Finished runs are in the store at once: interrupt or kill the command whenever you like,
    and call it again to go on.
    """
    from causal_dag.benchmarks.plan import read_suite
    from causal_dag.benchmarks.runner.run import run_suite

    refuse_unknown_suite(suite)
    planned = read_suite(suite)
    executor = _executor(jobs, scheduler)
    with _bar(planned.name, wanted=not (as_json or quiet)) as progress:
        try:
            summary = run_suite(planned, store_path, executor, retry=retry, progress=progress)
        except KeyboardInterrupt as interrupt:
            again = f"the same command goes on; what is done is in {store_path}"
            raise Interrupted(f"interrupted; {again}") from interrupt
    document = _document(summary, planned.name, store_path)
    if as_json:
        print_json(document)
    elif not quiet:
        _print(document)


def _executor(jobs: int, scheduler: str | None) -> "Executor":
    from causal_dag.benchmarks.runner.dask_cluster import DaskCluster
    from causal_dag.benchmarks.runner.joblib_backend import JoblibBackend
    from causal_dag.benchmarks.runner.local_pool import LocalPool

    if jobs < 1:
        raise click.UsageError(f"--jobs {jobs}: run at least one at a time")
    if scheduler is None:
        return LocalPool(jobs)
    if jobs != 1:
        raise click.UsageError("--jobs is for this machine; a --scheduler has its own workers")
    if scheduler == "ray":
        return JoblibBackend("ray")
    if not re.fullmatch(r"\w+://.+", scheduler):
        raise click.UsageError(
            f"--scheduler {scheduler}: write tcp://host:port, the address of a Dask scheduler, or "
            "ray"
        )
    return DaskCluster(scheduler)


@contextlib.contextmanager
def _bar(name: str, *, wanted: bool) -> "Iterator[Progress | None]":
    """Yield what shows the runs done and the time left, where somebody looks."""
    from causal_dag.cli.progress import is_terminal

    if not (wanted and is_terminal()):
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[latest]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=None, latest="loading")

        def advance(cell: Any, outcome: Any, done: int, total: int) -> None:
            latest = f"{cell.method.label} on {cell.data.label}: {outcome.status}"
            bars.update(task, total=total, completed=done, latest=latest)

        yield advance


def _document(summary: "RunSummary", name: str, store_path: Path) -> dict[str, Any]:
    return {
        "suite": name,
        "store": str(store_path),
        "runs": summary.n_cells,
        "settled_before": summary.n_before,
        "now": {str(status): count for status, count in sorted(summary.counts.items())},
        "seconds": summary.seconds,
    }


def _print(document: dict[str, Any]) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in document["now"].items())
    before = document["settled_before"]
    print_line(
        f"{document['suite']}: {document['runs']} runs; {before} were settled before, "
        f"now {counts or 'nothing was left to do'} ({document['seconds']:.0f} s)"
    )
    print_line(f"kept in {document['store']}")
    print_line(f"next: causal-dag bench report {document['suite']} --store {document['store']}")

"""``causal-dag bench list`` and ``run``: show and run benchmark suites."""

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.bench.stored_runs import store_option
from causal_dag.cli.options.command import Report, command, misuse, reported
from causal_dag.cli.terminal.errors import Interrupted
from causal_dag.cli.terminal.output import assignments, print_line, print_paragraph, print_table
from causal_dag.cli.terminal.progress import progress_bar

if TYPE_CHECKING:
    from causal_dag.benchmarks.plan import PlannedData, Suite
    from causal_dag.benchmarks.runner.run import Executor

_UNITS = (("days", 86_400.0), ("h", 3_600.0), ("min", 60.0))


@command(
    "List the suites, or show one.",
    "bench list",
    "bench list quickstart",
    "bench list mine.toml",
    name="list",
)
@click.argument("suite", required=False)
@reported
def list_suites(suite: str | None) -> Report:
    """List the suites that come with the package; with SUITE, a name or a .toml file, show one.

    The time shown is an upper bound: all runs in sequence, each stopped at its limit.
    """
    from causal_dag.benchmarks.plan import available_suites, read_suite

    if suite:
        refuse_unknown_suite(suite)
        found = read_suite(suite)
        return Report(_document(found), functools.partial(_print_suite, found))
    suites = [read_suite(name) for name in available_suites()]
    return Report(list(map(_document, suites)), functools.partial(_print_suites, suites))


@command(
    "Run a suite, or resume it.",
    "bench run quickstart --jobs 2",
    "bench run mine.toml --store mine.sqlite",
    "bench run colide-paper --scheduler tcp://10.0.0.1:8786",
)
@click.argument("suite")
@store_option
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Number of concurrent runs on this machine.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run elsewhere: the address of a Dask scheduler (tcp://host:8786), or 'ray'.",
)
@click.option("--retry", is_flag=True, help="Repeat runs that failed or were stopped at a limit.")
@reported
def run(suite: str, store_path: Path, jobs: int, scheduler: str | None, retry: bool) -> Report:
    """Run SUITE, the name of a shipped suite or a .toml file.

    Every run is a separate process with one thread, stopped at the suite's limits of time and
    memory. Each run is stored as soon as it finishes: the command can be interrupted or killed at
    any time, and continues when it is called again.
    """
    from causal_dag.benchmarks.plan import read_suite
    from causal_dag.benchmarks.runner.run import run_suite

    refuse_unknown_suite(suite)
    planned = read_suite(suite)
    executor = _executor(jobs, scheduler)
    with progress_bar(planned.name) as advance:

        def progress(cell: Any, outcome: Any, done: int, total: int) -> None:
            advance(f"{cell.method.label} on {cell.data.label}: {outcome.status}", done, total)

        try:
            summary = run_suite(planned, store_path, executor, retry=retry, progress=progress)
        except KeyboardInterrupt as interrupt:
            again = f"run the same command to continue; finished runs are in {store_path}"
            raise Interrupted(f"interrupted; {again}") from interrupt
    document = {
        "suite": planned.name,
        "store": str(store_path),
        "runs": summary.n_cells,
        "settled_before": summary.n_before,
        "now": {str(status): count for status, count in sorted(summary.counts.items())},
        "seconds": summary.seconds,
    }
    return Report(document, functools.partial(_print_run, document))


def refuse_unknown_suite(suite: str) -> None:
    """Raise a usage error if the argument is neither the name of a suite nor a path."""
    from causal_dag.benchmarks.plan import suite_path

    with misuse():
        suite_path(suite)


def _executor(jobs: int, scheduler: str | None) -> "Executor":
    from causal_dag.benchmarks.runner.clusters import DaskCluster, JoblibBackend
    from causal_dag.benchmarks.runner.local_pool import LocalPool

    if scheduler is None:
        return LocalPool(jobs)
    if jobs != 1:
        raise click.UsageError("--jobs applies to this machine; a --scheduler has its own workers")
    if scheduler == "ray":
        return JoblibBackend("ray")
    if not re.fullmatch(r"\w+://.+", scheduler):
        raise click.UsageError(
            f"--scheduler {scheduler}: write tcp://host:port, the address of a Dask scheduler, or "
            "ray"
        )
    return DaskCluster(scheduler)


def _print_run(document: dict[str, Any]) -> None:
    counts = ", ".join(f"{count} {status}" for status, count in document["now"].items())
    before = document["settled_before"]
    print_line(
        f"{document['suite']}: {document['runs']} runs; {before} were settled before, "
        f"now {counts or 'nothing was left to do'} ({document['seconds']:.0f} s)"
    )
    print_line(f"kept in {document['store']}")
    print_line(f"next: causal-dag bench report {document['suite']} --store {document['store']}")


def duration(seconds: float) -> str:
    """Return a duration in a suitable unit.

    Examples
    --------
    >>> from causal_dag.cli.bench.suites import duration
    >>> duration(50), duration(4 * 3600), duration(36 * 3600), duration(100 * 3600)
    ('50 s', '4 h', '36 h', '4.2 days')
    """
    for name, length in _UNITS:
        if seconds >= 2 * length:
            return f"{round(seconds / length, 1):g} {name}"
    return f"{round(seconds, 1):g} s"


def _print_suites(suites: "list[Suite]") -> None:
    rows = [
        [s.name, s.n_cells, f"{s.limits.seconds:g} s", duration(s.worst_seconds)] for s in suites
    ]
    print_table(["suite", "runs", "limit of one", "all at most"], rows)
    for suite in suites:
        print_line()
        print_paragraph(f"{suite.name}: {suite.description}", hanging="  ")
    print_line("\nin full: causal-dag bench list SUITE")


def _print_suite(suite: "Suite") -> None:
    limits, methods = suite.limits, _solver_entries(suite)
    print_paragraph(f"{suite.name}: {suite.description}", hanging="  ")
    print_line()
    print_paragraph(
        f"{suite.n_cells} runs, each of at most {limits.seconds:g} s and {limits.memory_mb:g} MB; "
        f"at most {duration(suite.worst_seconds)} one after the other"
    )
    print_line()
    print_table(
        ["data", "rows ", "columns ", "scales ", "seeds ", "runs"],
        [
            [entry["label"], *(", ".join(map(str, entry[key])) for key in _LISTED), entry["runs"]]
            for entry in _data_entries(suite)
        ],
    )
    print_line()
    print_table(
        ["solver", "method ", "from ", "version ", "at most columns", "runs"],
        [
            [e["label"], e["name"], e["origin"], e["version"], e["max_features"], e["runs"]]
            for e in methods
        ],
    )
    for entry in methods:
        if entry["parameters"]:
            print_paragraph(f"{entry['label']}: {assignments(entry['parameters'])}", hanging="  ")


_LISTED = ("n_samples", "n_features", "scales", "seeds")


def _document(suite: "Suite") -> dict[str, Any]:
    return {
        "name": suite.name,
        "description": suite.description,
        "runs": suite.n_cells,
        "worst_seconds": suite.worst_seconds,
        "limits": suite.limits,
        "data": _data_entries(suite),
        "solvers": _solver_entries(suite),
    }


def _data_entries(suite: "Suite") -> list[dict[str, Any]]:
    """Return one entry per label, with its sizes and scales combined."""
    entries: dict[str, dict[str, Any]] = {}
    for data in suite.data:
        source = data.source
        about = {"label": source.label, "kind": source.kind, "settings": source.settings}
        entry = entries.setdefault(source.label, about | {"runs": 0} | {k: [] for k in _LISTED})
        for key, value in zip(
            _LISTED, (source.n_samples, source.n_features, source.scale, _seeds(data)), strict=True
        ):
            entry[key] += [] if value in entry[key] else [value]
        entry["runs"] += len(data.seeds) * sum(method.takes(data) for method in suite.methods)
    return list(entries.values())


def _solver_entries(suite: "Suite") -> list[dict[str, Any]]:
    return [
        {
            **{key: getattr(planned.method, key) for key in ("label", "name", "origin", "version")},
            "baseline": planned.method.is_baseline,
            "parameters": planned.method.parameters,
            "max_features": planned.max_features,
            "runs": sum(len(data.seeds) for data in suite.data if planned.takes(data)),
        }
        for planned in suite.methods
    ]


def _seeds(data: "PlannedData") -> str:
    """Return the seeds as text; consecutive seeds as a range."""
    first, last = data.seeds[0], data.seeds[-1]
    if len(data.seeds) > 2 and list(data.seeds) == list(range(first, last + 1)):
        return f"{first}–{last}"
    return ", ".join(map(str, data.seeds))

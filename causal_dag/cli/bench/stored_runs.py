"""``causal-dag bench show``, ``rerun``, ``export`` and ``report``: the contents of a store."""

import functools
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import Report, command, reported
from causal_dag.cli.options.files import check_outputs
from causal_dag.cli.terminal.output import cell_text, print_line, print_paragraph, print_table

if TYPE_CHECKING:
    from causal_dag.benchmarks.store.store import StoredRun

MEASURED_TIME = ("wall_seconds", "cpu_seconds", "peak_memory_mb", "start_memory_mb")
FILE = click.Path(path_type=Path, dir_okay=False)

store_option = click.option(
    "--store",
    "store_path",
    type=FILE,
    default=Path("causal-dag-bench.sqlite"),
    help="File that holds the runs.",
)


@command("Show one run, and how to repeat it.")
@click.argument("run")
@store_option
@reported
def show(run: str, store_path: Path) -> Report:
    """Show RUN, the key of a run or its first digits: method, data, result and machine."""
    from causal_dag.benchmarks.runner.fit import python_code
    from causal_dag.benchmarks.store.store import Store

    with Store.open(store_path) as store:
        found = store.run(run)
    document = run_document(found) | {"python": python_code(found.cell)}
    return Report(document, functools.partial(_print_run, document))


def run_document(run: "StoredRun") -> dict[str, Any]:
    """Return a run as nested mappings, in reading order."""
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


def _print_run(document: dict[str, Any]) -> None:
    for title, entries in document.items():
        if isinstance(entries, dict):
            print_line(f"\n{title}")
            for name, value in entries.items():
                text = cell_text(value) if isinstance(value, float) else str(value)
                print_paragraph(f"{name}: {text}", indent="  ", hanging="    ")
        elif title == "python":
            print_line(f"\nin Python\n{entries}")
        else:
            print_line(f"{title}: {entries}")


@command("Repeat one run, and compare.")
@click.argument("run")
@store_option
@reported
def rerun(run: str, store_path: Path) -> Report:
    """Repeat RUN, the key of a run or its first digits, here, and compare both results.

    The store is not changed.
    """
    from causal_dag.benchmarks.runner.local_pool import LocalPool
    from causal_dag.benchmarks.store.store import Store

    with Store.open(store_path) as store:
        before = store.run(run)
    ((_, answer),) = LocalPool().run([before.cell], before.limits)
    rows = _rows(before.outcome, answer.outcome)
    differing = [name for name, then, now in rows if then != now and name not in MEASURED_TIME]
    is_elsewhere = dict(before.environment) != dict(answer.environment)

    def print_both() -> None:
        print_table(["", "stored ", "now "], rows)
        print_line(f"\ndiffering: {', '.join(differing)}" if differing else "\nthe same result")
        if is_elsewhere:
            print_line("the stored run used another environment, see 'causal-dag bench show'")

    return Report({"key": before.cell.key, "rows": rows, "differing": differing}, print_both)


def _rows(then: Any, now: Any) -> list[tuple[str, Any, Any]]:
    names = ["status", "message", *MEASURED_TIME]
    rows = [(name, getattr(then, name), getattr(now, name)) for name in names]
    measures = dict.fromkeys([*then.measures, *now.measures])
    return rows + [(name, then.measures.get(name), now.measures.get(name)) for name in measures]


@command("Write the runs as CSV, Parquet or JSON.")
@click.argument("suite", required=False)
@store_option
@click.option(
    "--output", "-o", required=True, type=FILE, help="File to write, .csv, .parquet or .json."
)
def export(suite: str | None, store_path: Path, output: Path) -> None:
    """Write the runs of SUITE, by default of all suites in the store: one row per run."""
    from causal_dag.benchmarks.store.records import write_records
    from causal_dag.benchmarks.store.store import Store

    check_outputs([("--output", output)], [store_path])
    with Store.open(store_path) as store:
        records = store.records(suite)
    write_records(records, output)
    print_line(f"wrote {len(records)} runs to {output}")


@command("Write a report on the runs, with tables and pictures.")
@click.argument("suite", required=False)
@store_option
@click.option(
    "--output",
    "-o",
    default=Path("report.html"),
    type=FILE,
    help="Report to write, .html; its tables are written to the same name with .md and .tex.",
)
@click.option(
    "--reference",
    metavar="SOLVER",
    help="Solver that the others are compared with; by default the best one in each setting.",
)
@click.option("--title", help="Heading of the page; by default the suite's name.")
def report(
    suite: str | None, store_path: Path, output: Path, reference: str | None, title: str | None
) -> None:
    """Write a report on the runs of SUITE, by default of all suites in the store.

    It works offline and contains tables, paired tests, ranks, pictures, failures and provenance.
    An earlier report of the same name is replaced; no other file is changed.
    """
    from causal_dag.benchmarks.report import write_report
    from causal_dag.benchmarks.store.store import Store

    for path in (output, output.with_suffix(".md"), output.with_suffix(".tex")):
        check_outputs([("--output", path)], [store_path])
    with Store.open(store_path) as store:
        descriptions = store.suites()
        records = store.records(suite)
    if suite is None and len(descriptions) == 1:
        (suite,) = descriptions
    paths = write_report(
        records,
        output,
        title=title or (f"Benchmark {suite}" if suite else "All benchmarks"),
        description=descriptions.get(suite or "", ""),
        reference=reference,
    )
    print_line(f"wrote {', '.join(map(str, paths))}")

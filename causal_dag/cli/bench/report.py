"""``causal-dag bench report``: a page on the runs of a store."""

from pathlib import Path

import click

from causal_dag.cli.bench.store_option import store_option
from causal_dag.cli.output import print_line
from causal_dag.cli.outputs import check_outputs


@click.command(short_help="Write a page on the runs, with tables and pictures.")
@click.argument("suite", required=False)
@store_option
@click.option(
    "--output",
    "-o",
    default=Path("report.html"),
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Page to write, .html; its tables go beside it, under the same name with .md and .tex.",
)
@click.option(
    "--reference",
    metavar="SOLVER",
    help="Solver that the others are compared with; by default the best one of every setting.",
)
@click.option("--title", help="Heading of the page; by default the suite's name.")
def report(
    suite: str | None, store_path: Path, output: Path, reference: str | None, title: str | None
) -> None:
    """Write a page on the runs of SUITE, by default of all suites in the store.

    It works offline and holds tables, paired tests, ranks, pictures, failures and provenance. An
    earlier report of that name is replaced, and no other file.
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

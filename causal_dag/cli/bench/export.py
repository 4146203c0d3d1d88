"""``causal-dag bench export``: the runs of a store as one flat table."""

from pathlib import Path

import click

from causal_dag.cli.bench.store_option import store_option
from causal_dag.cli.output import print_line
from causal_dag.cli.outputs import check_outputs


@click.command(short_help="Write the runs as CSV, Parquet or JSON.")
@click.argument("suite", required=False)
@store_option
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="File to write, .csv, .parquet or .json.",
)
def export(suite: str | None, store_path: Path, output: Path) -> None:
    """Write the runs of SUITE, by default of all suites in the store: one row a run."""
    from causal_dag.benchmarks.store.export import write_records
    from causal_dag.benchmarks.store.store import Store

    check_outputs([("--output", output)], [store_path])
    with Store.open(store_path) as store:
        records = store.records(suite)
    write_records(records, output)
    print_line(f"wrote {len(records)} runs to {output}")

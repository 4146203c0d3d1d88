"""``causal-dag moments``: the moments of tables larger than memory, and of several sites."""

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import FILE, Report, command, reported
from causal_dag.cli.options.files import OutputFile, check_outputs
from causal_dag.cli.options.table import COLUMNS, split_names
from causal_dag.cli.terminal.output import print_line, table_size

if TYPE_CHECKING:
    from causal_dag.moments import Moments


@command(
    "Compute the moments of large tables, or merge those of several.",
    "moments big.parquet -o big.moments",
    "moments north.moments south.moments -o both.moments",
)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=FILE)
@click.option("--columns", type=COLUMNS, help="Read only these columns of tables.")
@click.option(
    "--output",
    "-o",
    required=True,
    type=OutputFile(".moments"),
    help="Where to write the moments: a file .moments, for causal-dag fit.",
)
@reported
def moments(paths: tuple[Path, ...], columns: str | None, output: Path) -> Report:
    """Compute the moments of each FILE, and merge them: CSV, Parquet, a folder of it, or .moments.

    Tables are read batch by batch. The file written holds the number of rows, the means and
    the covariance of the columns, and no row.
    """
    from causal_dag.files.moments_files import write_moments

    check_outputs([("--output", output)], inputs=paths)
    total = functools.reduce(
        lambda one, other: one.merge(other),
        (_moments_of(path, split_names(columns)) for path in paths),
    )
    write_moments(total, output)
    document = {
        "n_samples": total.n_samples,
        "n_features": total.n_features,
        "files": [str(output)],
    }
    return Report(document, functools.partial(_print, document))


def _moments_of(path: Path, columns: tuple[str, ...] | None) -> "Moments":
    from causal_dag.files.moments_files import MOMENTS_ENDING, read_moments
    from causal_dag.files.table_columns import TableError
    from causal_dag.files.table_files import CSV_ENDINGS, ROWS_PER_BATCH, csv_batches
    from causal_dag.moments import Moments

    if path.name.lower().endswith(CSV_ENDINGS):
        try:
            return Moments.from_batches(csv_batches(path, columns))
        except TableError:
            raise
        except ValueError as error:
            raise ValueError(
                f"{path}, batches of {ROWS_PER_BATCH} rows: {error}; --columns selects columns"
            ) from error
    if path.suffix != MOMENTS_ENDING:
        return Moments.from_parquet(path, columns)
    if columns is not None:
        raise click.UsageError(f"--columns selects columns of tables, and {path} holds moments")
    return read_moments(path)


def _print(document: dict[str, Any]) -> None:
    size = table_size(document["n_samples"], document["n_features"])
    print_line(f"wrote {document['files'][0]}: moments of {size}")

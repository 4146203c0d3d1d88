"""``causal-dag moments``: what fits need of tables larger than memory, and of several sites."""

import functools
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import FILE, Report, command, gathered, reported
from causal_dag.cli.options.files import OutputFile, check_outputs
from causal_dag.cli.options.table import COLUMNS, refuse_labels_among, split_names, weights_in
from causal_dag.cli.options.table_options import DECIMAL, ENCODING, WEIGHTS
from causal_dag.cli.terminal.output import print_line, table_size
from causal_dag.wording import quoted

if TYPE_CHECKING:
    import pandas as pd

    from causal_dag.arrays import IntArray
    from causal_dag.moments import Moments

COUNT = "count"
OF_CATEGORIES = "--output counts.csv counts the distinct rows of categories"


@dataclass(frozen=True)
class Reading:
    """How tables are read in batches.

    Parameters
    ----------
    columns, decimal, encoding
        As for ``causal_dag.files.table_files.csv_batches``; ``columns`` as on the command line.
    weights : str or None
        Column that says how often each row occurs.
    """

    columns: str | None
    decimal: str
    encoding: str | None
    weights: str | None

    def __post_init__(self) -> None:
        if self.weights is not None:
            refuse_labels_among(self.names, {"weights": self.weights})

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the columns to read."""
        return split_names(self.columns)

    def separated(
        self, paths: Sequence[Path], *, as_text: bool
    ) -> tuple[Iterator[Any], Iterator[Any] | None]:
        """Return the batches of tables, and the weights of their rows if there are some."""
        pairs = itertools.chain.from_iterable(self._batches(path, as_text) for path in paths)
        if self.weights is None:
            return (batch for batch, _ in pairs), None
        # Both advance together, so that one batch is kept.
        first, second = itertools.tee(pairs)
        return (batch for batch, _ in first), (weights for _, weights in second)

    def _batches(self, path: Path, as_text: bool) -> Iterator[tuple[Any, Any]]:
        from causal_dag.batches import parquet_batches
        from causal_dag.files.table_files import csv_batches

        if not _is_csv(path):
            for file, first, batch, found in parquet_batches(path, self.names, None, self.weights):
                yield batch, self._counts(file, first, found)
            return
        own = [] if self.weights is None else [self.weights]
        names, first = None if self.names is None else (*self.names, *own), 0
        for batch in csv_batches(
            path, names, decimal=self.decimal, encoding=self.encoding, as_text=as_text
        ):
            if own and self.weights not in batch:
                raise click.UsageError(f"--weights: {path} has no column {self.weights!r}")
            found = batch[self.weights] if own else None
            yield batch.drop(columns=own), self._counts(path, first, found)
            first += len(batch)

    def _counts(self, path: Path | str, first: int, found: Any) -> "IntArray | None":
        if self.weights is None:
            return None
        return weights_in(f"{path}, batch from row {first}", self.weights, found)


@command(
    "Compute the moments of large tables, or count their distinct rows.",
    "moments big.parquet -o big.moments",
    "moments north.moments south.moments -o both.moments",
    "moments answers.parquet -o counts.csv",
)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=FILE)
@gathered(
    "reading",
    Reading,
    (
        click.option("--columns", type=COLUMNS, help="Read only these columns of tables."),
        DECIMAL,
        ENCODING,
        WEIGHTS,
    ),
)
@click.option(
    "--output",
    "-o",
    required=True,
    type=OutputFile(".moments", ".csv", ".csv.gz", ".parquet", ".pq"),
    help="Where to write: a file .moments, for solvers that need moments only; or a table .csv or "
    ".parquet of the distinct rows, for solvers of categories with --weights count.",
)
@reported
def moments(paths: tuple[Path, ...], reading: Reading, output: Path) -> Report:
    """Read each FILE batch by batch: CSV, Parquet, a folder of it, or .moments; and merge them.

    A file .moments holds the number of rows, the means and the covariance of the columns, and no
    row. A table of distinct rows, which categories have few of, holds in its last column how often
    each occurs.
    """
    from causal_dag.files.moments_files import MOMENTS_ENDING, write_moments
    from causal_dag.files.table_files import write_table

    check_outputs([("--output", output)], inputs=paths)
    _refuse_output_among_parts(output, paths)
    if output.suffix == MOMENTS_ENDING:
        total = functools.reduce(
            lambda one, other: one.merge(other), (_moments_of(path, reading) for path in paths)
        )
        write_moments(total, output)
        what, n_samples, n_features = "moments", total.n_samples, total.n_features
    else:
        frame, counts = _distinct_rows(paths, reading, output)
        name = reading.weights or COUNT
        if name in frame.columns:
            raise ValueError(
                f"a column is called {name!r} like that of the counts; rename it, or say with "
                "--weights that it counts rows"
            )
        table = frame.assign(**{name: counts})
        write_table(table, output, names=list(table.columns))
        what, n_samples, n_features = f"{len(frame)} distinct rows", counts.sum(), frame.shape[1]
    document = {
        "n_samples": int(n_samples),
        "n_features": n_features,
        "files": [str(output)],
    }
    return Report(document, functools.partial(_print, what, document))


def _refuse_output_among_parts(output: Path, paths: Sequence[Path]) -> None:
    from causal_dag.batches import PARQUET_ENDINGS

    for folder in filter(Path.is_dir, paths):
        if output.suffix in PARQUET_ENDINGS and folder.resolve() in output.resolve().parents:
            raise click.UsageError(
                f"--output {output} lies in {folder}, and would be read as a part of it the next "
                "time; choose another folder"
            )


def _is_csv(path: Path) -> bool:
    from causal_dag.files.table_files import CSV_ENDINGS

    return path.name.lower().endswith(CSV_ENDINGS)


def _moments_of(path: Path, reading: Reading) -> "Moments":
    from causal_dag.files.moments_files import MOMENTS_ENDING, read_moments
    from causal_dag.files.table_columns import TableError
    from causal_dag.files.table_files import ROWS_PER_BATCH
    from causal_dag.moments import Moments

    if path.suffix == MOMENTS_ENDING:
        if reading.columns is not None or reading.weights is not None:
            option = "--columns" if reading.columns is not None else "--weights"
            raise click.UsageError(f"{option} selects columns of tables, and {path} holds moments")
        return read_moments(path)
    try:
        if not _is_csv(path):
            return Moments.from_parquet(path, reading.names, sample_weight=reading.weights)
        batches, weights = reading.separated([path], as_text=False)
        return Moments.from_batches(batches, sample_weight=weights)
    except TableError:
        raise
    except ValueError as error:
        of_batches = f"{path}, batches of {ROWS_PER_BATCH} rows: " if _is_csv(path) else ""
        raise ValueError(
            f"{of_batches}{error}; --columns selects columns, and {OF_CATEGORIES}"
        ) from error


def _distinct_rows(
    paths: tuple[Path, ...], reading: Reading, output: Path
) -> "tuple[pd.DataFrame, IntArray]":
    """Return the distinct rows of all tables, and how often each occurs.

    Cells of CSV files are compared as they are written, and read once all are there, since a batch
    does not show the type of a column.
    """
    from causal_dag.files.moments_files import MOMENTS_ENDING
    from causal_dag.row_counts import distinct_rows

    for path in paths:
        if path.suffix == MOMENTS_ENDING:
            raise click.UsageError(f"{path} holds moments, from which rows cannot be counted")
    batches, weights = reading.separated(paths, as_text=True)
    frame, counts = distinct_rows(batches, sample_weight=weights)
    if any(map(_is_csv, paths)):
        # Cells that differ as text can be the same number, such as 1 and 01.
        frame, counts = distinct_rows([_read_from_csv(frame)], sample_weight=[counts])
    elif _is_csv(output):
        _refuse_labels_that_csv_changes(frame, output)
    return frame, counts


def _read_from_csv(frame: "pd.DataFrame") -> "pd.DataFrame":
    from causal_dag.files.csv_tables import CsvFile

    text = io.StringIO()
    frame.to_csv(text, index=False)
    return CsvFile("distinct rows", text.getvalue().encode()).read()


def _refuse_labels_that_csv_changes(frame: "pd.DataFrame", output: Path) -> None:
    kept = _read_from_csv(frame).nunique().to_numpy()
    for name, n_labels, n_kept in zip(frame.columns, frame.nunique(), kept, strict=True):
        if n_kept < n_labels:
            raise ValueError(
                f"{output}: CSV would not keep the {n_labels} labels of column {quoted(name)} "
                "apart, since it reads texts such as 'NA' as missing and '01' as a number; write "
                "a file .parquet"
            )


def _print(what: str, document: dict[str, Any]) -> None:
    size = table_size(document["n_samples"], document["n_features"])
    print_line(f"wrote {document['files'][0]}: {what} of {size}")

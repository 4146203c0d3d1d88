"""Read and write tables of numbers: CSV and Parquet."""

import stat
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causal_dag.batches import PARQUET_ENDINGS
from causal_dag.files.atomic_files import FilePath, whole_file
from causal_dag.files.csv_tables import CsvFile
from causal_dag.files.table_columns import (
    AS_COVARIANCE,
    TableError,
    choose_columns,
    is_symmetric,
    listed,
    with_rows_like_columns,
    without_row_labels,
)
from causal_dag.wording import quoted

if TYPE_CHECKING:
    import pandas as pd

    from causal_dag.moments import Moments

CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt")
PARQUET_MAGIC = b"PAR1"
#: Stands for standard input.
STANDARD_INPUT = "-"
MISSING = ("refuse", "drop", "keep")
# Rows of a CSV file in memory at once.
ROWS_PER_BATCH = 5000


@dataclass(frozen=True)
class Cells:
    """A table as it stands in a file, with cells of any content.

    Parameters
    ----------
    name : str
        Its name in messages.
    frame : pandas.DataFrame
        Its cells.
    csv : CsvFile or None
        Where lines of text are looked up; None for Parquet.
    left_out : tuple of str
        Columns of the file that are not in ``frame``.
    """

    name: str
    frame: "pd.DataFrame"
    csv: CsvFile | None = None
    left_out: tuple[str, ...] = ()

    def numbers(self, missing: str = "refuse") -> "pd.DataFrame":
        """Return the table as numbers; see ``read_table``."""
        return self._checked(missing, refuse_constant=False)

    def variables(self, missing: str = "refuse") -> "pd.DataFrame":
        """Return the table as numbers that a solver can take: at least two, and not all the same.

        Raises
        ------
        TableError
            As for ``read_table``; also if a column is constant, or there are fewer than two rows.
        """
        table = self._checked(missing, refuse_constant=True)
        if len(table) < 2:
            raise TableError(f"{self.name} has one row, and a fit needs two at least", "add rows")
        if len(table) > 2 and not self.left_out and is_symmetric(table):
            raise TableError(f"{self.name} is symmetric, as a covariance is", AS_COVARIANCE)
        return table

    def _checked(self, missing: str, *, refuse_constant: bool) -> "pd.DataFrame":
        from causal_dag.files.table_problems import table_error, usable_numbers
        from causal_dag.validation import check_choice

        check_choice("missing", missing, MISSING)
        table, problems = usable_numbers(
            self.frame, missing=missing, refuse_constant=refuse_constant
        )
        if problems and self._holds_edges():
            raise TableError(
                f"{self.name} is a list of edges, not data",
                "name the table that a graph is to be fitted to",
            )
        if problems:
            raise table_error(self.name, problems, self._places)
        self._require_row(table)
        return table

    def levels(self, missing: str = "refuse") -> "pd.DataFrame":
        """Return the cells as they are, for solvers that read labels.

        Parameters
        ----------
        missing : {"refuse", "drop"}
            Whether missing cells are refused, or their rows left out.

        Raises
        ------
        TableError
            If cells are missing, or no row is left; the message names the columns.
        """
        from causal_dag.files.table_problems import missing_cells, table_error

        if missing == "drop":
            table = self.frame.dropna()
            self._require_row(table)
            return table
        if problems := missing_cells(self.frame):
            raise table_error(self.name, problems, self._places)
        return self.frame

    def _require_row(self, table: "pd.DataFrame") -> None:
        if len(table):
            return
        gaps = self.frame.isna().sum().sort_values(ascending=False)
        worst = [f"{quoted(str(name))} ({count})" for name, count in gaps.items() if count]
        raise TableError(
            f"no row of {self.name} is complete; missing cells by column: {listed(worst)}",
            drop=[str(gaps.index[0])],
        )

    def _holds_edges(self) -> bool:
        """Whether the header is that of an edge list, as ``write_graph`` writes it."""
        return [str(name) for name in self.frame.columns[:2]] == ["source", "target"]

    def _places(self, rows: Collection[int]) -> dict[int, str]:
        lines = {} if self.csv is None else self.csv.lines_of(rows)
        return {r: f"line {lines[r]}" if r in lines else f"row {r + 1}" for r in rows}


def read_table(
    path: FilePath,
    *,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    missing: str = "refuse",
    decimal: str = ".",
    encoding: str | None = None,
    index_column: str | int | None = None,
) -> "pd.DataFrame":
    r"""Read a table of numbers with named columns.

    Parameters
    ----------
    path : path
        ``.csv``, ``.csv.gz``, ``.tsv`` or ``.txt`` with a header row, separated by commas,
        semicolons, tabs or bars; ``.parquet`` (needs pyarrow); or ``-`` for standard input.
    columns : sequence of str, optional
        Columns to keep, in this order; all by default.
    drop : sequence of str
        Columns to leave out.
    missing : {"refuse", "drop", "keep"}, default "refuse"
        What to do with rows in which a number is missing or infinite; ``"keep"`` leaves NaN there.
    decimal : {".", ","}, default "."
        Decimal mark in text.
    encoding : str, optional
        Encoding of text; UTF-8 by default.
    index_column : str or int, optional
        Column that holds row labels, by name or place; it becomes the index. Row numbers in a
        first column without a name, as pandas writes them, are recognized without it.

    Returns
    -------
    pandas.DataFrame
        Numbers, shape (n, d).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TableError
        If the file is not such a table. Its message, a ``ValueError``'s, names all columns that
        hold text, missing or infinite values, the first such cell and its line, and the parameter
        that would help.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from causal_dag.files.table_files import read_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "data.csv")
    ...     _ = path.write_text("rain;wet;day\n0,5;1;5\n1,5;1;6\n;1;7\n")
    ...     read_table(path, drop=["day"], decimal=",", missing="drop")
       rain  wet
    0   0.5  1.0
    1   1.5  1.0
    """
    cells = read_cells(
        path,
        columns=columns,
        drop=drop,
        decimal=decimal,
        encoding=encoding,
        index_column=index_column,
    )
    return cells.numbers(missing)


def read_cells(
    path: FilePath,
    *,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    decimal: str = ".",
    encoding: str | None = None,
    index_column: str | int | None = None,
) -> Cells:
    """Read a table of anything; the parameters are those of ``read_table``."""
    from causal_dag.validation import check_choice

    check_choice("decimal", decimal, (".", ","))
    cells = _read(path, decimal, encoding)
    frame = without_row_labels(cells.frame, index_column, cells.name)
    chosen = choose_columns(frame, columns, drop, cells.name)
    left_out = tuple(name for name in frame.columns if name not in chosen.columns)
    return Cells(cells.name, chosen, cells.csv, left_out)


def csv_batches(
    path: Path,
    columns: Sequence[str] | None = None,
    *,
    decimal: str = ".",
    encoding: str | None = None,
    as_text: bool = False,
) -> Iterator["pd.DataFrame"]:
    """Yield the rows of a CSV file that may be larger than memory, 5,000 at a time.

    Parameters
    ----------
    path : Path
        File to read.
    columns : sequence of str, optional
        Columns to keep, in this order; default all but row numbers without a name.
    decimal, encoding : object
        As for ``read_table``.
    as_text : bool
        Whether to return cells as they are written.

    Raises
    ------
    TableError
        As ``read_table`` does, except for cells that are not numbers.
    """
    _require_file(path, "name a file")
    name, kept = str(path), None
    file = CsvFile(name, path, encoding, decimal)
    for batch in file.batches(ROWS_PER_BATCH, as_text=as_text):
        if kept is None:
            kept = choose_columns(without_row_labels(batch, None, name), columns, (), name).columns
        yield batch.rename(columns=str.strip)[list(kept)]


def read_covariance(
    path: FilePath,
    n_samples: int,
    *,
    columns: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    decimal: str = ".",
    encoding: str | None = None,
) -> "Moments":
    """Read a covariance matrix with column names, as moments of ``n_samples`` rows and mean 0.

    Parameters
    ----------
    path : path
        A square table whose header names the variables. A column before the others may hold the
        same names.
    n_samples : int
        Number of rows that the covariance was computed from.
    columns, drop, decimal, encoding : object
        As for ``read_table``.

    Returns
    -------
    Moments

    Raises
    ------
    TableError
        If the table is not square, or its rows have other names than its columns.
    ValueError
        If the matrix is not a covariance matrix.
    """
    import numpy as np

    from causal_dag.moments import Moments

    cells = _read(path, decimal, encoding)
    n_rows, n_columns = cells.frame.shape
    frame = without_row_labels(cells.frame, 0 if n_columns == n_rows + 1 else None, cells.name)
    if frame.shape[0] != frame.shape[1]:
        raise TableError(
            f"{cells.name} has {n_rows} rows and {n_columns} columns",
            "give a covariance matrix as many of both",
        )
    if n_columns > n_rows:
        frame = with_rows_like_columns(frame, cells.name)
    table = Cells(cells.name, frame, cells.csv).numbers()
    kept = list(choose_columns(table, columns, drop, cells.name).columns)
    places = [table.columns.get_loc(name) for name in kept]
    covariance = table.to_numpy()[np.ix_(places, places)]
    return Moments(n_samples, np.zeros(len(kept)), covariance, tuple(kept))


def write_table(rows: Any, path: FilePath, *, names: Sequence[str]) -> None:
    """Write rows, shape (n, d), under column names, as CSV or Parquet by the file's ending.

    Raises ``ValueError`` if the ending is neither, or pyarrow is missing.
    """
    import pandas as pd

    path = Path(path)
    table = pd.DataFrame(rows, columns=pd.Index(names))
    if path.name.lower().endswith(PARQUET_ENDINGS):
        try:
            with whole_file(path) as temporary:
                table.to_parquet(temporary, index=False)
        except ImportError as error:
            raise _missing_pyarrow(path) from error
    elif path.name.lower().endswith((".csv", ".csv.gz")):
        with whole_file(path) as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n")
    else:
        raise ValueError(f"{path} is of an unknown kind; end it with .csv, .csv.gz or .parquet")


def _read(path: FilePath, decimal: str, encoding: str | None) -> Cells:
    """Return the cells of a file or of standard input, by its ending or its first bytes."""
    if str(path) == STANDARD_INPUT:
        content = sys.stdin.buffer.read()
        if content.startswith(PARQUET_MAGIC):
            return _parquet_cells(content, "standard input")
        return _csv_cells(CsvFile("standard input", content, encoding, decimal))
    path = Path(path)
    _require_file(path, "name a file, or - for standard input")
    name = path.name.lower()
    if name.endswith(PARQUET_ENDINGS):
        return _parquet_cells(path, str(path))
    if name.endswith(CSV_ENDINGS):
        return _csv_cells(CsvFile(str(path), path, encoding, decimal))
    endings = ", ".join((*CSV_ENDINGS, *PARQUET_ENDINGS))
    raise TableError(f"{path} is of an unknown kind", f"save the table as one of {endings}")


def _require_file(path: Path, remedy: str) -> None:
    if not path.exists():
        raise FileNotFoundError(f"no such file: {path}")
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise TableError(f"{path} is a folder", "name a file")
    if not stat.S_ISREG(mode):
        # Opening a pipe would wait for a writer, perhaps for ever.
        raise TableError(f"{path} is a pipe or a device", remedy)


def _csv_cells(file: CsvFile) -> Cells:
    return Cells(file.name, file.read(), file)


def _parquet_cells(content: Path | bytes, name: str) -> Cells:
    import io

    import pandas as pd

    source: Any = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        frame = pd.read_parquet(source)
    except ImportError as error:
        raise _missing_pyarrow(name) from error
    except Exception as error:  # the bytes of a damaged file can make pyarrow raise anything
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise TableError(f"{name} is not a Parquet file ({reason})") from error
    return Cells(name, frame)


def _missing_pyarrow(name: FilePath) -> ValueError:
    return ValueError(
        f"{name}: Parquet needs pyarrow; install it (pip install pyarrow) or use a CSV file"
    )

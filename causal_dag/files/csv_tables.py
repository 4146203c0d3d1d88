"""Comma-separated files of any separator, encoding and header, read by pandas."""

import codecs
import contextlib
import csv
import gzip
import io
import warnings
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from causal_dag.files.table_columns import MOST_LISTED, TableError, listed
from causal_dag.tables.numeric_columns import reads_as_number
from causal_dag.wording import quoted

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = ",;\t|"
GZIP_MAGIC, ZIP_MAGIC = b"\x1f\x8b", b"PK\x03\x04"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What reading raises where a file is damaged; only part of it can then be read.
DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error, csv.Error, UnicodeError)
DEFAULT_ENCODING = "utf-8-sig"


@dataclass(frozen=True)
class CsvFile:
    """A text file of cells, or the bytes of one.

    Parameters
    ----------
    name : str
        What messages call it.
    content : Path or bytes
        Where it is, or what it holds; compressed by gzip or not.
    encoding : str or None
        Of the text; UTF-8 by default.
    decimal : {".", ","}
        Decimal mark.
    """

    name: str
    content: Path | bytes
    encoding: str | None = None
    decimal: str = "."

    def read(self) -> "pd.DataFrame":
        """Return all cells under the names of the header; a column without one is called ``""``.

        Raises
        ------
        TableError
            If the file is not a table with a header and rows.
        """
        with self._named_errors(), self._open() as file:
            return next(self._tables(file, None))

    def batches(self, n_rows: int, *, as_text: bool = False) -> Iterator["pd.DataFrame"]:
        """Yield the table that ``read`` returns, ``n_rows`` rows at a time.

        Parameters
        ----------
        n_rows : int
            Number of rows per batch.
        as_text : bool
            Whether to return cells as they are written. Otherwise their type is that of the cells
            of each batch.

        Raises
        ------
        TableError
            As ``read`` does, where reading comes to the place.
        """
        with self._named_errors(), self._open() as file:
            yield from self._tables(file, n_rows, str if as_text else None)

    @contextlib.contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Raise what reading can raise as a ``TableError`` that names the file."""
        import pandas as pd

        try:
            yield
        except UnicodeError as error:
            raise self._wrong_encoding() from error
        except LookupError as error:
            raise TableError(
                f"encoding {self.encoding!r} is unknown", encoding="latin-1"
            ) from error
        except (pd.errors.ParserWarning, pd.errors.ParserError) as error:
            with contextlib.suppress(*DAMAGE):
                self._refuse_ragged_rows()
            raise self._no_table(error) from error
        except DAMAGE as error:
            raise self._no_table(error) from error

    def lines_of(self, rows: Collection[int]) -> dict[int, int]:
        """Return the lines of the file in which rows of the table end; row 0 follows the header.

        A row behind a damaged place is left out.
        """
        lines: dict[int, int] = {}
        try:
            for row, line, _ in self._rows():
                if row in rows:
                    lines[row] = line
        except DAMAGE:
            pass
        return lines

    def _tables(
        self, file: IO[str], n_rows: int | None, dtype: type[str] | None = None
    ) -> Iterator["pd.DataFrame"]:
        """Yield the table, whole or a number of rows at a time."""
        import pandas as pd

        names, separator = _header(_first_record(file, self.name), self.decimal)
        _refuse_header(names, self.name)
        # One place more, for cells without a name: pandas would take them for row labels.
        places = list(range(len(names) + 1))
        tables: Iterator[pd.DataFrame] | None = None
        while True:
            # Other code runs between two batches, and warns as it likes.
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)
                if tables is None:
                    found: Any = pd.read_csv(
                        file,
                        sep=separator,
                        decimal=self.decimal,
                        header=None,
                        names=places,
                        index_col=False,
                        skipinitialspace=True,
                        chunksize=n_rows,
                        dtype=dtype,
                    )
                    tables = iter([found]) if n_rows is None else found
                table = next(tables, None)
            if table is None:
                return
            if len(table) == 0:
                raise TableError(f"{self.name} has a header and no rows", "add rows")
            if table[places[-1]].notna().any() or table[places[-2]].isna().any():
                self._refuse_ragged_rows()
            yield table.drop(columns=places[-1]).set_axis(names, axis=1)

    def _open(self) -> io.TextIOWrapper:
        encoding = self.encoding or DEFAULT_ENCODING
        codecs.lookup(encoding)
        start = self._start()
        if start == ZIP_MAGIC:
            raise TableError(f"{self.name} is a spreadsheet or an archive", "save the table as CSV")
        raw: Any = self.content if isinstance(self.content, Path) else io.BytesIO(self.content)
        if start.startswith(GZIP_MAGIC):
            raw = gzip.open(raw)  # noqa: SIM115 -- the reader of the text closes it
        elif isinstance(raw, Path):
            raw = raw.open("rb")
        return io.TextIOWrapper(raw, encoding=encoding, newline="")

    def _start(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content[: len(ZIP_MAGIC)]
        with self.content.open("rb") as file:
            return file.read(len(ZIP_MAGIC))

    def _rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """Yield number, line and cells of each row; the header is row -1."""
        with self._open() as file:
            _, separator = _header(_first_record(file, self.name), self.decimal)
        with self._open() as file:
            reader = csv.reader(file, delimiter=separator, skipinitialspace=True)
            # A blank line, which pandas skips, is not a row.
            filled = (cells for cells in reader if len(cells) > 1 or any(map(str.strip, cells)))
            for row, cells in enumerate(filled, start=-1):
                yield row, reader.line_num, cells

    def _refuse_ragged_rows(self) -> None:
        """Raise ``TableError`` if some rows have more or fewer cells than the header has names."""
        rows = self._rows()
        n_names = len(next(rows)[2])
        # One empty cell behind the last column does no harm: some programs end lines with commas.
        wrong = [
            (line, len(cells))
            for _, line, cells in rows
            if not n_names <= len(cells) <= n_names + 1 or any(cells[n_names:])
        ]
        if wrong:
            examples = [f"line {line} has {count}" for line, count in wrong[:MOST_LISTED]]
            raise TableError(
                f"the header of {self.name} names {n_names} columns, but "
                f"{listed(examples, len(wrong))}",
                "give every line as many cells as there are names",
            )

    def _no_table(self, error: Exception) -> TableError:
        text = str(error).strip()
        reason = text.splitlines()[0] if text else type(error).__name__
        return TableError(f"{self.name} is not a CSV table ({reason})")

    def _wrong_encoding(self) -> TableError:
        try:
            with self._open() as file:
                start = bytes(file.buffer.read(1000))
        except DAMAGE as error:
            return self._no_table(error)
        if self.encoding is not None:
            return TableError(f"{self.name} is not in {self.encoding}", "name its encoding")
        if start.startswith(UTF16_MARKS):
            return TableError(f"{self.name} is not in UTF-8", encoding="utf-16")
        if b"\0" in start:
            return TableError(f"{self.name} is not a text file", "save the table as CSV")
        return TableError(f"{self.name} is not in UTF-8", "save it in UTF-8", encoding="latin-1")


def _first_record(file: IO[str], name: str) -> str:
    """Return the text of the first record that is not blank; a quoted name may hold lines."""
    record = next((line for line in file if line.strip()), None)
    if record is None:
        raise TableError(f"{name} has no header row", "write the column names in the first line")
    while record.count('"') % 2:
        line = file.readline()
        if not line or len(record) > csv.field_size_limit():
            raise csv.Error("a quotation mark in the header is never closed")
        record += line
    return record


def _header(record: str, decimal: str) -> tuple[list[str], str]:
    """Return the names in a header, and the separator that gives the most of them."""
    separators = sorted(SEPARATORS, key=lambda separator: separator == decimal)
    splits: dict[str, list[str]] = {}
    for separator in separators:
        # With the wrong separator, a line break in quotation marks is an error.
        with contextlib.suppress(csv.Error):
            reader = csv.reader([record], delimiter=separator, skipinitialspace=True)
            splits[separator] = next(reader)
    if not splits:
        raise csv.Error("its header cannot be read")
    separator = max(splits, key=lambda key: len(splits[key]))
    return [name.strip() for name in splits[separator]], separator


def _refuse_header(names: Sequence[str], file: str) -> None:
    """Raise ``TableError`` if names repeat or are values; row labels need no name."""
    repeated = [quoted(name) for name, count in Counter(names).items() if count > 1 and name]
    if repeated:
        raise TableError(
            f"the header of {file} holds {listed(repeated)} more than once", "rename these columns"
        )
    named = [name for name in names if name]
    # What pandas calls the columns of an array.
    if all(map(reads_as_number, named)) and named != [str(place) for place in range(len(named))]:
        raise TableError(
            f"the first line of {file} holds numbers, not column names",
            "add a header row; if it is one, begin its names with a letter (y2020 for 2020)",
        )

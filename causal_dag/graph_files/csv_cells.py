"""Rows of CSV files, and names in cells that spreadsheets must not evaluate."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from causal_dag.files.atomic_files import FilePath, write_whole_text

SEPARATORS = ",;\t"

# Spreadsheets read a cell that begins like this as a formula, and one with an apostrophe as text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")
_NEEDS_QUOTES = re.compile(r'[,"\n\r]|^\s|\s$')


def cell_of_name(name: str) -> str:
    """Return a name as a cell that no spreadsheet reads as a formula.

    Names that begin with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return get an apostrophe
    in front, as do those that begin with apostrophes followed by one of these;
    ``name_in_cell`` removes it.

    Examples
    --------
    >>> from causal_dag.graph_files.csv_cells import cell_of_name, name_in_cell
    >>> cell_of_name("=2+3"), name_in_cell("'=2+3"), cell_of_name("rain")
    ("'=2+3", '=2+3', 'rain')
    """
    return f"'{name}" if _FORMULA.match(name) else name


def name_in_cell(cell: str) -> str:
    """Return the name from which ``cell_of_name`` made the cell."""
    return cell[1:] if _MARKED.match(cell) else cell


def write_rows(path: FilePath, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows of strings and numbers, separated by commas; None is an empty cell."""
    lines = [",".join(_cell(value) for value in row) for row in rows]
    write_whole_text(path, "\n".join([*lines, ""]))


def read_rows(path: FilePath) -> list[list[str]]:
    """Return the rows that are not empty, separated by commas, semicolons or tabs.

    Numbers with decimal commas become numbers with points where semicolons separate.

    Raises
    ------
    ValueError
        If the file is not UTF-8 text, or not CSV.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("not a text file in UTF-8; save it as CSV or JSON in UTF-8") from error
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        rows = [row for row in reader if any(row)]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    if separator == ";":
        rows = [[re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", cell) for cell in row] for row in rows]
    return rows


def _separator(text: str) -> str:
    """Return the separator that the first line has most of, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n"))
    first = re.split(r"[\r\n]", first, maxsplit=1)[0]
    return max(SEPARATORS, key=first.count)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else repr(value)
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text

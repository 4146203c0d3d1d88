"""All problems that keep the columns of a table from being fitted, collected in one error."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.files.table_columns import TableError, listed
from causal_dag.tables.numeric_columns import DECIMAL_COMMA, numbers_in
from causal_dag.wording import quoted

if TYPE_CHECKING:
    import pandas as pd

# What takes text.
OTHER_SOLVERS = ", or use a solver for categories (topo-bdeu) or mixed tables (topo-mixed)"
# Kinds that no option of the reader can make usable.
DROPPED = ("text", "constant", "empty")
GAPS = {"missing", "infinite"}
_HELD = {
    "text": "text",
    "decimal comma": "decimal commas",
    "comma": "commas that mark decimals or thousands",
}
_WITH_THOUSANDS = re.compile(r"\s*[+-]?[1-9]\d{0,2}(,\d{3})+\s*")


@dataclass(frozen=True)
class ColumnProblem:
    """Why one column cannot be fitted.

    Parameters
    ----------
    column : str
        Its name.
    kind : {"text", "decimal comma", "comma", "missing", "empty", "infinite", "constant"}
        What its cells hold; ``"comma"``: numbers with commas that mark decimals or thousands.
    count : int
        How many of its cells do.
    row : int
        The first of them.
    cell : str
        What that one holds.
    """

    column: str
    kind: str
    count: int
    row: int
    cell: str

    def text(self, place: str) -> str:
        """Return the problem in words; ``place`` says where the first cell is."""
        column = f"column {quoted(self.column)}"
        first = f"{quoted(self.cell)} in {place}"
        if self.kind in _HELD:
            more = f", the first of {self.count} such cells" if self.count > 1 else ""
            return f"{column} holds {_HELD[self.kind]} ({first}{more})"
        if self.kind == "constant":
            return f"{column} is constant ({self.cell})"
        if self.kind == "empty":
            return f"{column} is empty"
        cells = f"{self.count} {self.kind} cell{'s' if self.count > 1 else ''}"
        return f"{column} has {cells} ({'the first ' if self.count > 1 else ''}in {place})"


def usable_numbers(
    frame: "pd.DataFrame", *, missing: str, refuse_constant: bool
) -> "tuple[pd.DataFrame, list[ColumnProblem]]":
    """Return the columns as numbers, and what is wrong with them.

    Parameters
    ----------
    frame : DataFrame of shape (n, d)
        Cells of any kind.
    missing : {"refuse", "drop", "keep"}
        Count missing and infinite cells among the problems, leave out their rows, or make them NaN.
    refuse_constant : bool
        Count a constant column among the problems.
    """
    import pandas as pd

    read = [numbers_in(frame.iloc[:, place]) for place in range(frame.shape[1])]
    values = np.column_stack([numbers for numbers, _ in read])
    is_text = np.column_stack([texts for _, texts in read])
    kept = np.ones(len(frame), dtype=bool)
    if missing == "drop":
        kept &= (np.isfinite(values) | is_text).all(axis=1)
    problems = [
        problem
        for place, name in enumerate(frame.columns)
        for problem in _problems(
            str(name), frame.iloc[:, place], values[:, place], is_text[:, place], kept,
            refuse_constant=refuse_constant,
        )
    ]  # fmt: skip
    if missing == "keep":
        values[np.isinf(values)] = np.nan
        problems = [problem for problem in problems if problem.kind not in GAPS]
    return pd.DataFrame(values[kept], frame.index[kept], frame.columns), problems


def missing_cells(frame: "pd.DataFrame") -> list[ColumnProblem]:
    """Return one problem per column with missing cells.

    Parameters
    ----------
    frame : DataFrame of shape (n, d)
        Cells of any kind.
    """
    problems = []
    for name, gaps in frame.isna().items():
        if gaps.any():
            kind = "empty" if gaps.all() else "missing"
            row = int(np.argmax(gaps))
            problems.append(ColumnProblem(str(name), kind, int(gaps.sum()), row, ""))
    return problems


def table_error(
    name: str,
    problems: Collection[ColumnProblem],
    places: Callable[[Collection[int]], Mapping[int, str]],
) -> TableError:
    """Return one error that lists all problems, where they are, and what would help.

    Parameters
    ----------
    name : str
        What to call the table.
    problems : collection of ColumnProblem
        At least one.
    places : callable
        From row numbers to where these rows are, in words.
    """
    where = places({problem.row for problem in problems})
    seen = listed([problem.text(where[problem.row]) for problem in problems])
    kinds = {problem.kind for problem in problems}
    options: dict[str, Any] = {}
    if kinds & {"decimal comma", "comma"}:
        options["decimal"] = ","
    hopeless = [p.column for p in problems if p.kind in DROPPED]
    if hopeless:
        options["drop"] = list(dict.fromkeys(hopeless))
    if kinds & GAPS:
        options["missing"] = "drop"
    remedy = "" if kinds <= {"constant", "empty"} else "correct these cells"
    if "text" in kinds:
        remedy += OTHER_SOLVERS
    return TableError(f"{name}: {seen}", remedy, **options)


def _problems(
    name: str,
    column: "pd.Series[Any]",
    values: FloatArray,
    is_text: "np.ndarray[Any, np.dtype[np.bool_]]",
    kept: "np.ndarray[Any, np.dtype[np.bool_]]",
    *,
    refuse_constant: bool,
) -> Iterator[ColumnProblem]:
    found = {
        "text": kept & is_text,
        "missing": kept & np.isnan(values) & ~is_text,
        "infinite": kept & np.isinf(values),
    }
    for kind, where in found.items():
        if where.any():
            row = int(np.argmax(where))
            held = _kind_of_texts(column[where].map(str)) if kind == "text" else kind
            if kind == "missing" and where.sum() == kept.sum():
                held = "empty"
            yield ColumnProblem(name, held, int(where.sum()), row, str(column.iloc[row]))
    rest = values[kept & np.isfinite(values)]
    if refuse_constant and rest.size > 1 and not is_text.any() and rest.min() == rest.max():
        yield ColumnProblem(name, "constant", rest.size, 0, f"{rest[0]:g}")


def _kind_of_texts(texts: Collection[str]) -> str:
    if not all(map(DECIMAL_COMMA.fullmatch, texts)):
        return "text"
    return "comma" if all(map(_WITH_THOUSANDS.fullmatch, texts)) else "decimal comma"

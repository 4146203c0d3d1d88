"""One column of any type as float64, or the reason why it cannot be used."""

import numbers
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.wording import quoted

if TYPE_CHECKING:
    import pandas as pd


# Beyond these limits the fourth powers that solvers form leave the range of float64.
LARGEST_SCALE = 1e60
SMALLEST_SCALE = 1e-60
# Values that differ in so few units of their last place are one value, computed in several ways.
CONSTANT_TOLERANCE = 64 * np.finfo(np.float64).eps

MOST_COLUMNS = 10
REMEDY_FOR_GAPS = (
    'drop those rows or impute them; solvers leave them out with missing="drop", and use '
    'incomplete rows with missing="em"'
)
#: The same for solvers that need rows.
ONLY_ROWS = {REMEDY_FOR_GAPS: 'drop those rows or impute them; missing="drop" leaves them out'}
REMEDY_FOR_TEXT = (
    "convert text to numbers (one 0/1 column per category), drop the column, or use topo-bdeu, a "
    "solver for categories, or topo-mixed, a solver for mixed tables"
)
_MISSING = ("NAType", "NaTType")


class ColumnTypeError(ValueError, TypeError):
    """A cell holds something that is not a number."""


@dataclass(frozen=True)
class ColumnProblem:
    """Why a column cannot be used.

    Parameters
    ----------
    seen : str
        What it holds, to be read after the column's name.
    remedy : str
        What to do.
    is_of_wrong_type : bool
        Whether cells hold something that is not a number.
    """

    seen: str
    remedy: str
    is_of_wrong_type: bool = False


def read_column(values: NDArray[Any], *, may_have_gaps: bool = False) -> FloatArray | ColumnProblem:
    """Return the cells of a column as finite numbers, or the reason why they are not.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Of any type. Booleans count as 0 and 1; ``None`` and the missing values of pandas are NaN.
    may_have_gaps : bool
        Return missing and infinite cells as NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.tables.numeric_columns import read_column
    >>> read_column(np.array([1, True, 2.5], dtype=object)).tolist()
    [1.0, 1.0, 2.5]
    >>> read_column(np.array([1, "*", "3"], dtype=object)).seen
    "holds text ('*' in row 1)"
    """
    kind = values.dtype.kind
    if kind == "c":
        return _complex_problem(values[0] if values.size else 0j, 0)
    if kind not in "biufOUS":
        return ColumnProblem(
            f"holds values of type {values.dtype}", "convert it to numbers or drop it", True
        )
    if kind in "biuf":
        with np.errstate(over="ignore"):
            column = values.astype(np.float64)
    else:
        read = _read_cells(values.tolist())
        if isinstance(read, ColumnProblem):
            return read
        column = read
    is_finite = np.isfinite(column)
    if may_have_gaps:
        return np.where(is_finite, column, np.nan)
    return column if is_finite.all() else non_finite_problem(column)


def degenerate_columns(rows: FloatArray) -> dict[int, ColumnProblem]:
    """Return the columns that no solver can use: constant, or of an extreme scale.

    Missing cells (NaN) do not count.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.tables.numeric_columns import degenerate_columns
    >>> degenerate_columns(np.array([[0.1, 1.0], [0.1, 2.0]]))[0].seen
    'is constant (value 0.1)'
    """
    low, high = np.fmin.reduce(rows, axis=0), np.fmax.reduce(rows, axis=0)
    largest = np.maximum(np.abs(low), np.abs(high))
    found = {}
    # The whole range can overflow.
    half_range = high / 2 - low / 2
    for j in np.flatnonzero(half_range <= CONSTANT_TOLERANCE / 2 * largest).tolist():
        found[j] = constant_problem(f"{low[j]:g}")
    for j in np.flatnonzero(largest > LARGEST_SCALE).tolist():
        found[j] = ColumnProblem(
            f"has values up to {largest[j]:.3g}, beyond {LARGEST_SCALE:g}",
            "divide it by a constant (choose other units)",
        )
    for j in np.flatnonzero(half_range < SMALLEST_SCALE / 2).tolist():
        found.setdefault(
            j,
            ColumnProblem(
                f"varies by {2 * half_range[j]:.3g} only, below {SMALLEST_SCALE:g}",
                "multiply it by a constant (choose other units)",
            ),
        )
    return found


def refuse_problems(
    problems: Mapping[int, ColumnProblem],
    names: Sequence[str] | None,
    remedies: Mapping[str, str] | None = None,
) -> None:
    """Raise one error that says the problems of all columns, if there are any.

    Parameters
    ----------
    problems : mapping from column number to ColumnProblem
        The problems.
    names : sequence of str or None
        Names of the columns.
    remedies : mapping, optional
        What to advise instead of some of the remedies.

    Raises
    ------
    ColumnTypeError
        If a cell holds something that is not a number.
    ValueError
        If the columns hold numbers, but cannot be used.
    """
    if not problems:
        return
    columns = sorted(problems)
    seen = [
        f"column {column if names is None else quoted(names[column])} {problems[column].seen}"
        for column in columns[:MOST_COLUMNS]
    ]
    more = len(columns) - len(seen)
    others = {} if remedies is None else remedies
    advice = (problems[column].remedy for column in columns)
    distinct = dict.fromkeys(others.get(remedy, remedy) for remedy in advice)
    message = "; ".join([*seen, *([f"and {more} more columns"] if more else []), *distinct])
    is_of_wrong_type = any(problem.is_of_wrong_type for problem in problems.values())
    raise ColumnTypeError(message) if is_of_wrong_type else ValueError(message)


def _read_cells(cells: Sequence[Any]) -> FloatArray | ColumnProblem:
    column = np.full(len(cells), np.nan)
    texts, others = [], []
    for row, cell in enumerate(cells):
        if isinstance(cell, str | bytes):
            texts.append(row)
        elif isinstance(cell, numbers.Real | Decimal | np.bool_):
            try:
                column[row] = float(cell)
            except OverflowError:
                return ColumnProblem(
                    f"holds a number beyond the range of float64 ({quoted(cell)} in row {row})",
                    "divide it by a constant (choose other units)",
                )
            except ValueError:  # a signalling NaN of decimal
                continue
        elif cell is not None and type(cell).__name__ not in _MISSING:
            others.append(row)
    if others:
        return _type_problem(cells[others[0]], others[0])
    return _text_problem(cells, texts) if texts else column


def _type_problem(cell: Any, row: int) -> ColumnProblem:
    if isinstance(cell, numbers.Complex):
        return _complex_problem(cell, row)
    return ColumnProblem(
        f"holds values of type {type(cell).__name__!r} ({quoted(cell)} in row {row})",
        "the argument must be a string-free table of real numbers: convert the column or drop it",
        True,
    )


def _complex_problem(cell: Any, row: int) -> ColumnProblem:
    return ColumnProblem(
        f"is complex ({quoted(cell)} in row {row})",
        "Complex data not supported: use real parts, imaginary parts, or both as two columns",
        True,
    )


def _text_problem(cells: Sequence[Any], texts: Sequence[int]) -> ColumnProblem:
    row = next((row for row in texts if not reads_as_number(cells[row])), None)
    if row is None:
        first = f"{quoted(cells[texts[0]])} in row {texts[0]}"
        return ColumnProblem(
            f"holds numbers written as text ({first})",
            "convert them to numbers (pandas.to_numeric)",
            True,
        )
    if isinstance(cells[row], str) and DECIMAL_COMMA.fullmatch(cells[row]):
        return ColumnProblem(
            f"holds numbers with decimal commas ({quoted(cells[row])} in row {row})",
            "read the file with decimal=','",
            True,
        )
    return ColumnProblem(
        f"holds text ({quoted(cells[row])} in row {row})",
        REMEDY_FOR_TEXT,
        True,
    )


def constant_problem(value: str) -> ColumnProblem:
    """Return that a column has one value only."""
    return ColumnProblem(
        f"is constant (value {value})",
        "drop constant columns: they have no causes and no effects that data could show",
    )


def non_finite_problem(column: FloatArray) -> ColumnProblem:
    """Return which cells of a column are missing or infinite."""
    missing, infinite = np.isnan(column), np.isinf(column)
    seen = [
        _count(where, what)
        for where, what in ((missing, "NaN (missing)"), (infinite, "infinite (inf)"))
        if where.any()
    ]
    return ColumnProblem(f"has {' and '.join(seen)}", REMEDY_FOR_GAPS)


def _count(where: BoolArray, what: str) -> str:
    count, first = int(where.sum()), int(np.argmax(where))
    if count == 1:
        return f"1 {what} value, in row {first}"
    return f"{count} {what} values, the first in row {first}"


#: A number with a decimal comma.
DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*")


def numbers_in(column: "pd.Series[Any]") -> tuple[FloatArray, BoolArray]:
    """Return the numbers in a column, NaN where there is none, and which cells are non-numeric.

    Parameters
    ----------
    column : pandas.Series
        Of any type. Missing cells (None, NaN, NaT, <NA>) are not counted among the non-numeric
        ones; strings that represent a number are numbers.

    Returns
    -------
    values : ndarray of shape (n,)
    is_text : ndarray of bool, shape (n,)

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.numeric_columns import numbers_in
    >>> values, is_text = numbers_in(pd.Series([1, "2.5", None, "high"], dtype=object))
    >>> values.tolist(), is_text.tolist()
    ([1.0, 2.5, nan, nan], [False, False, False, True])
    """
    import pandas as pd

    present = column.notna().to_numpy()
    values = np.full(len(column), np.nan)
    types = pd.api.types
    if types.is_numeric_dtype(column) and not types.is_complex_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(column), bool)
    if not types.is_datetime64_any_dtype(column) and not types.is_timedelta64_dtype(column):
        cells = column.astype(object).to_numpy()[present]
        values[present] = [_number(cell) for cell in cells.tolist()]
    return values, present & np.isnan(values)


def reads_as_number(text: str | bytes) -> bool:
    """Whether Python takes a text for a number; with a decimal comma, it does not."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(cell: object) -> float:
    # Python reads 1_000 as a number; in a table it is text.
    if isinstance(cell, complex) or (isinstance(cell, str) and "_" in cell):
        return float("nan")
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return float("inf")
    except (TypeError, ValueError):
        return float("nan")

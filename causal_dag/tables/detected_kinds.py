"""Which columns of a table hold numbers, and which hold levels: detected, or stated by users."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import FloatArray
from causal_dag.tables.column_kinds import (
    KINDS,
    NUMERIC,
    PLAIN_TYPES,
    ColumnKind,
    ColumnKinds,
    Kind,
    checked_numbers,
    is_number,
    level_codes,
    plain_labels,
    table_columns,
)
from causal_dag.tables.columns import Columns, column_names
from causal_dag.tables.numeric_columns import (
    DECIMAL_COMMA,
    ONLY_ROWS,
    ColumnProblem,
    constant_problem,
    degenerate_columns,
    read_column,
    reads_as_number,
    refuse_problems,
)
from causal_dag.wording import counted, listed, quoted

if TYPE_CHECKING:
    import pandas as pd

#: What a user may state of columns: a kind, or the levels in their order.
StatedKinds: TypeAlias = Mapping[Any, Kind | Sequence[Any]]
# A column with more levels than the first number, or than the second and fewer than so many rows
# for each of them, is taken for an identifier or a measurement.
MOST_LEVELS = 1000
FEW_LEVELS = 20
ROWS_PER_LEVEL = 5


def read_kinds(
    X: Any, stated: StatedKinds | None = None, *, has_numbers: bool, n_samples: int | None = None
) -> tuple[ColumnKinds, FloatArray]:
    """Find out what the columns of a table hold, and return it with the table as numbers and codes.

    Strings, booleans and categoricals are levels; only ordered categoricals have an order. Levels
    that do not occur are left out. Numbers are numbers, or levels if the solver takes no numbers;
    counts have to be stated.
    Where columns may be numbers, text of which more than half reads as numbers is refused unless
    its kind is stated.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        The table; not changed.
    stated : mapping from column to a kind or to levels in their order, optional
        Overrides what is detected.
    has_numbers : bool
        Whether columns may be numbers.
    n_samples : int, optional
        Number of rows that these stand for, where some occur several times.

    Raises
    ------
    ValueError
        If a column has gaps, one level only, or so many that it looks like an identifier; the
        message names all such columns, and the remedy. If ``stated`` names no column or no kind.
    """
    series = table_columns(X, min_samples=2)
    names = column_names(X)
    by_column = _stated({} if stated is None else stated, Columns(len(series), names))
    columns, rows, problems = [], [], {}
    for j, values in enumerate(series):
        n_rows = n_samples or len(values)
        found = _read(values, by_column.get(j), has_numbers=has_numbers, n_samples=n_rows)
        if isinstance(found, ColumnProblem):
            problems[j] = found
        else:
            columns.append(found[0])
            rows.append(found[1])
    refuse_problems(problems, names, ONLY_ROWS)
    return ColumnKinds(tuple(columns), names), np.column_stack(rows)


def _stated(stated: StatedKinds, columns: Columns) -> dict[int, Any]:
    if not isinstance(stated, Mapping):
        raise ValueError(
            f"kinds={quoted(stated)} is not a mapping; write kinds={{column: 'ordered'}}"
        )
    positions = columns.distinct_positions(stated, "kinds")
    for value in stated.values():
        is_kind = isinstance(value, str) and value in KINDS
        if not is_kind and (isinstance(value, str | bytes) or not isinstance(value, Sequence)):
            raise ValueError(
                f"kinds: {quoted(value)} is not a kind; choose one of {listed(KINDS)}, or list the "
                "levels in their order"
            )
        if not is_kind and len(set(map(_place, value))) < len(value):
            raise ValueError(f"kinds: {quoted(value)} lists a level twice; list each once")
    return dict(zip(positions, stated.values(), strict=True))


def _read(
    series: "pd.Series[Any]", stated: Any, *, has_numbers: bool, n_samples: int
) -> tuple[ColumnKind, FloatArray] | ColumnProblem:
    """Return the kind of a column, and its numbers or codes."""
    labels = plain_labels(series)
    if isinstance(labels, ColumnProblem):
        return labels
    is_numeric = labels.dtype.kind == "f"
    if is_numeric and (problem := degenerate_columns(labels[:, None])):
        return problem[0]
    if is_numeric and has_numbers and stated in (None, *NUMERIC):
        column = ColumnKind(stated or "number", dtype=str(series.dtype))
        numbers = checked_numbers(labels, column)
        return numbers if isinstance(numbers, ColumnProblem) else (column, numbers)
    if has_numbers and stated is None and (as_text := _numbers_as_text(series, labels)):
        return as_text
    kind, levels = _levels(series, labels, stated)
    if contradiction := _contradiction(labels, levels, stated):
        return contradiction
    if len(levels) < 2:
        return constant_problem(quoted(levels[0]))
    if len(levels) > MOST_LEVELS or (
        len(levels) > FEW_LEVELS and len(levels) * ROWS_PER_LEVEL > n_samples
    ):
        return ColumnProblem(
            f"has {len(levels)} different values in {n_samples} rows",
            "so many levels are those of an identifier or a measurement: drop the column, or cut "
            "it into bins (pandas.qcut)",
        )
    column = ColumnKind(kind, levels, str(series.dtype))
    codes = level_codes(labels, column)
    return codes if isinstance(codes, ColumnProblem) else (column, codes)


def _numbers_as_text(series: "pd.Series[Any]", labels: NDArray[Any]) -> ColumnProblem | None:
    """Return what is wrong with a column of text that is more likely meant to hold numbers."""
    if series.dtype == "category":
        return None
    counts = Counter(cell for cell in labels.tolist() if isinstance(cell, str))
    n_numbers = sum(
        count
        for cell, count in counts.items()
        if reads_as_number(cell) or DECIMAL_COMMA.fullmatch(cell)
    )
    if 2 * n_numbers <= len(labels):
        return None
    problem = read_column(labels)
    assert isinstance(problem, ColumnProblem)
    return replace(
        problem, remedy=f"{problem.remedy}; if they are labels, state kinds={{column: 'unordered'}}"
    )


def _levels(
    series: "pd.Series[Any]", labels: NDArray[Any], stated: Any
) -> tuple[Kind, tuple[Any, ...]]:
    import pandas as pd

    seen = set(pd.unique(labels).tolist())
    if stated is not None and not isinstance(stated, str):
        given = [label for label in stated if isinstance(label, Hashable) and label in seen]
        return "ordered" if len(given) > 2 else "binary", tuple(given)
    is_category = series.dtype == "category"
    order = series.cat.categories.tolist() if is_category else sorted(seen, key=_place)
    plain = [label if isinstance(label, PLAIN_TYPES) else str(label) for label in order]
    levels = tuple(label for label in plain if label in seen)
    if len(levels) == 2:
        return "binary", levels
    is_ordered = stated == "ordered" or (stated is None and is_category and series.cat.ordered)
    return "ordered" if is_ordered else "unordered", levels


def _contradiction(
    labels: NDArray[Any], levels: tuple[Any, ...], stated: Any
) -> ColumnProblem | None:
    """Return in what way a column is not as stated, if it is not."""
    if stated in NUMERIC or (stated == "binary" and len(levels) != 2):
        return ColumnProblem(
            f"holds {counted(len(levels), 'level')}, and kinds states {quoted(stated)}",
            f"leave it out of kinds, or state one of {listed(KINDS[3:])}",
        )
    known = set(levels)
    unlisted = [] if isinstance(stated, str | None) else [x for x in labels if x not in known]
    if not unlisted:
        return None
    return ColumnProblem(
        f"has the value {quoted(unlisted[0])}, which is none of the levels {quoted(stated)} that "
        "kinds states",
        "list all of them",
    )


def _place(label: Any) -> tuple[str, Any]:
    """Return what labels are sorted by: numbers among each other, and texts among each other."""
    return ("number", label) if is_number(label) else ("text", str(label))

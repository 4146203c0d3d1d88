"""What the columns of a table hold, numbers or levels, and tables as rows of numbers and codes."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.tables.columns import written_names
from causal_dag.tables.data_frames import as_pandas_frame, labels_of_columns
from causal_dag.tables.numeric_columns import (
    ONLY_ROWS,
    ColumnProblem,
    non_finite_problem,
    read_column,
    refuse_problems,
)
from causal_dag.tables.rows import finite_rows, refuse_what_is_no_table, table_array
from causal_dag.wording import listed, quoted

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["number", "count", "binary", "unordered", "ordered"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Greater counts are not exact in float64.
LARGEST_COUNT = 2.0**53
# Labels that are kept as they are; others, such as intervals, become text.
PLAIN_TYPES = (str, bool, int, float)
NUMERIC: tuple[Kind, ...] = ("number", "count")


@dataclass(frozen=True)
class ColumnKind:
    """What one column holds.

    Parameters
    ----------
    kind : {"number", "count", "binary", "unordered", "ordered"}
        Numbers; counts; two levels; levels without an order; levels in their order.
    levels : tuple
        Labels in the order of their codes, 0 to k − 1; empty for numbers and counts.
    dtype : str
        Type of the column in a pandas frame.
    """

    kind: Kind
    levels: tuple[Any, ...] = ()
    dtype: str = "float64"

    @property
    def is_ordered(self) -> bool:
        """Whether greater codes or numbers mean more, or there are two levels only."""
        return self.kind != "unordered"

    @cached_property
    def index(self) -> "pd.Index[Any]":
        """The labels, to be looked up."""
        import pandas as pd

        are_numbers = all(map(is_number, self.levels))
        return pd.Index(list(self.levels), dtype="float64" if are_numbers else "object")

    def labels(self, codes: NDArray[Any]) -> Any:
        """Return codes as a column of labels of the original type; numbers as they are."""
        import pandas as pd

        if not self.levels:
            is_whole = self.kind == "count" and "int" in self.dtype.lower()
            return codes.astype(np.int64) if is_whole else codes
        if self.dtype == "category":
            is_ordered = self.kind == "ordered"
            return pd.Categorical.from_codes(
                codes.astype(np.intp), list(self.levels), ordered=is_ordered
            )
        labels = np.array(self.levels, dtype=object)[codes.astype(np.intp)]
        return pd.Series(labels, dtype=object).astype(self.dtype)


@dataclass(frozen=True)
class ColumnKinds:
    """What the columns of a table hold; ``read_kinds`` finds it out.

    Parameters
    ----------
    columns : tuple of ColumnKind
        One per column.
    names : tuple of str, optional
        Names of the columns.
    node_of : tuple of int, optional
        The node of every column, where some are one node of the graph together.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.detected_kinds import read_kinds
    >>> X = pd.DataFrame({"smoker": ["no", "yes", "no"], "grade": ["a", "c", "b"]})
    >>> kinds, rows = read_kinds(X, {"grade": ["c", "b", "a"]}, has_numbers=False)
    >>> rows.tolist()
    [[0.0, 2.0], [1.0, 0.0], [0.0, 1.0]]
    >>> print("; ".join(kinds.description()))
    smoker: binary (no, yes); grade: ordered (c < b < a)
    """

    columns: tuple[ColumnKind, ...]
    names: tuple[str, ...] | None = None
    node_of: tuple[int, ...] | None = None

    @property
    def nodes(self) -> IntArray:
        """The node of every column, shape (c,)."""
        return np.arange(len(self.columns)) if self.node_of is None else np.array(self.node_of)

    @property
    def is_ordered_node(self) -> BoolArray:
        """Nodes of a single column with an order, shape (d,): their dependences have a sign."""
        alone: BoolArray = np.bincount(self.nodes) == 1
        alone[self.nodes[~self.is_ordered]] = False
        return alone

    @property
    def n_levels(self) -> IntArray:
        """Number of levels of every column, 0 for numbers and counts, shape (d,)."""
        return np.array([len(column.levels) for column in self.columns])

    @property
    def widths(self) -> IntArray:
        """Number of columns by which each enters linear models: one, or k − 1, shape (d,).

        Each of k levels without an order but the first has an indicator.
        """
        return np.where(self.is_ordered, 1, self.n_levels - 1)

    @property
    def is_ordered(self) -> BoolArray:
        """Columns of numbers, counts, two levels, and levels in their order, shape (d,)."""
        return np.array([column.is_ordered for column in self.columns])

    @property
    def is_count(self) -> BoolArray:
        """Columns that were declared to hold counts, shape (d,)."""
        return np.array([column.kind == "count" for column in self.columns])

    @property
    def are_numeric(self) -> bool:
        """Whether all labels are numbers."""
        return all(is_number(label) for column in self.columns for label in column.levels)

    def description(self) -> list[str]:
        """Return one line per column."""
        lines = []
        for name, column in zip(self.written_names, self.columns, strict=True):
            joint = " < " if column.kind == "ordered" else ", "
            shown = [written_label(label) for label in column.levels[:MOST_SHOWN]]
            more = ["…"] if len(column.levels) > MOST_SHOWN else []
            levels = f" ({joint.join(shown + more)})" if shown else ""
            lines.append(f"{name}: {column.kind}{levels}")
        return lines

    def encode(self, X: Any) -> FloatArray:
        """Return a table with these columns as numbers and codes, shape (n, d).

        Raises
        ------
        ValueError
            If a column holds a level that the fitted table did not, or a gap.
        """
        problems, rows = {}, []
        for j, (column, series) in enumerate(zip(self.columns, table_columns(X), strict=True)):
            found = _encoded(series, column)
            if isinstance(found, ColumnProblem):
                problems[j] = found
            else:
                rows.append(found)
        refuse_problems(problems, self.names, ONLY_ROWS)
        return np.column_stack(rows)

    def decode(self, rows: FloatArray, *, are_means: bool = False) -> Any:
        """Return codes as labels: a frame, or an array where all labels are numbers.

        Counts are integers where they were, unless ``are_means``.
        """
        import pandas as pd

        if self.are_numeric:
            return np.column_stack(
                [_values(column)[codes.astype(np.intp)] if column.levels else codes
                 for column, codes in zip(self.columns, rows.T, strict=True)]
            )  # fmt: skip
        return pd.DataFrame(
            {
                name: codes if are_means and not column.levels else column.labels(codes)
                for name, column, codes in zip(
                    self.written_names, self.columns, rows.T, strict=True
                )
            }
        )

    def codes_of(self, position: int, values: Any) -> FloatArray:
        """Return the codes of a label, or of several; ``ValueError`` for an unknown one."""
        import pandas as pd

        series = pd.Series(np.atleast_1d(np.asarray(values, dtype=object)))
        found = _encoded(series, self.columns[position])
        if isinstance(found, ColumnProblem):
            refuse_problems({position: found}, self.names, ONLY_ROWS)
        return np.asarray(found)

    @property
    def written_names(self) -> tuple[str, ...]:
        """Names of the columns as files show them."""
        return written_names(self.names, len(self.columns))


MOST_SHOWN = 8


def table_columns(X: Any, *, min_samples: int = 1) -> "list[pd.Series[Any]]":
    """Return the columns of a table of any library as series of pandas.

    Raises
    ------
    ValueError
        If ``X`` is not a table, or has too few rows or no column.
    """
    import pandas as pd
    from sklearn.utils import check_array

    refuse_what_is_no_table(X)
    if labels_of_columns(X) is not None:
        frame = as_pandas_frame(X)
    else:
        table = table_array(X)
        if table.dtype.kind == "V":  # records
            finite_rows(X)
        # Stated, as pandas would otherwise try to read integers beyond float64 as dates.
        frame = pd.DataFrame(table, dtype=table.dtype)
    check_array(np.empty(frame.shape, dtype=bool), ensure_min_samples=min_samples)
    return [frame.iloc[:, j] for j in range(frame.shape[1])]


def frame_and_gaps(X: Any, *, min_samples: int = 1) -> "tuple[pd.DataFrame, BoolArray]":
    """Return a table of any library as a frame of pandas, and which cells are no level.

    Raises
    ------
    ValueError
        As :func:`table_columns` does.
    """
    import pandas as pd

    columns = table_columns(X, min_samples=min_samples)
    return pd.concat(columns, axis=1), np.column_stack([~is_level(column) for column in columns])


def is_level(series: "pd.Series[Any]") -> BoolArray:
    """Return which cells of a column are neither missing nor infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.column_kinds import is_level
    >>> is_level(pd.Series([1.0, np.nan, np.inf])).tolist()
    [True, False, False]
    """
    present: BoolArray = series.notna().to_numpy()
    if series.dtype.kind == "f":
        present = present & ~series.isin([np.inf, -np.inf]).to_numpy()
    return present


def plain_labels(series: "pd.Series[Any]") -> NDArray[Any] | ColumnProblem:
    """Return the cells: floats where all are numbers, otherwise labels."""
    missing = series.isna().to_numpy()
    if missing.any():
        return non_finite_problem(np.where(missing, np.nan, 0.0))
    if series.dtype.kind in "iufc":
        return read_column(np.asarray(series))
    is_category = series.dtype == "category"
    cells = (series.cat.categories if is_category else series).tolist()
    cells = [cell.item() if isinstance(cell, np.generic) else cell for cell in cells]
    if not is_category and not any(isinstance(cell, str | bool) for cell in cells):
        return read_column(np.asarray(series))
    plain = np.array(
        [cell if isinstance(cell, PLAIN_TYPES) else str(cell) for cell in cells], dtype=object
    )
    return plain[series.cat.codes.to_numpy()] if is_category else plain


def _encoded(series: "pd.Series[Any]", column: ColumnKind) -> FloatArray | ColumnProblem:
    labels = plain_labels(series)
    if isinstance(labels, ColumnProblem):
        return labels
    return level_codes(labels, column) if column.levels else checked_numbers(labels, column)


def checked_numbers(labels: NDArray[Any], column: ColumnKind) -> FloatArray | ColumnProblem:
    """Return the cells of a column of numbers, or of counts."""
    numbers = labels.astype(np.float64) if labels.dtype.kind == "f" else read_column(labels)
    if isinstance(numbers, ColumnProblem) or column.kind == "number":
        return numbers
    is_count = (numbers >= 0) & (numbers <= LARGEST_COUNT) & (numbers == np.floor(numbers))
    if is_count.all():
        return numbers
    row = int(np.argmin(is_count))
    return ColumnProblem(
        f"has the value {numbers[row]:g} in row {row}, and kinds states 'count'",
        "counts are whole numbers from 0 to 2**53: correct the cell, or leave the column out of "
        "kinds",
    )


def level_codes(labels: NDArray[Any], column: ColumnKind) -> FloatArray | ColumnProblem:
    """Return the cells of a column of levels as codes."""
    codes: IntArray = column.index.get_indexer(labels)
    if (codes < 0).any():
        row = int(np.argmin(codes))
        return ColumnProblem(
            f"has the value {quoted(labels[row])} in row {row}, which is none of its levels "
            f"{listed(column.levels)}",
            "drop those rows, or fit to a table in which all levels occur",
        )
    return codes.astype(np.float64)


def written_label(label: Any) -> str:
    """Return a label as text: whole numbers without a decimal point."""
    return f"{label:g}" if is_number(label) else str(label)


def is_number(label: Any) -> bool:
    """Return whether a label is a number, which ``True`` is not here."""
    return isinstance(label, int | float) and not isinstance(label, bool)


def _values(column: ColumnKind) -> FloatArray:
    return np.array(column.levels, dtype=np.float64)

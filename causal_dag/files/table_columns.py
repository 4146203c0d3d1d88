"""Errors of files that are not usable tables, and the choice of a table's columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from causal_dag.wording import did_you_mean, quoted, shortened_list

if TYPE_CHECKING:
    import pandas as pd


MOST_LISTED = 10


class TableError(ValueError):
    """A file is not a table of numbers.

    Parameters
    ----------
    seen : str
        What was found, and where.
    remedy : str
        What to do outside this program.
    **options
        Parameters of ``read_table`` that would help.

    Attributes
    ----------
    seen, remedy, options
        As passed, so that a command can name its own options.

    Examples
    --------
    >>> from causal_dag.files.table_columns import TableError
    >>> str(TableError("t.csv is not in UTF-8", encoding="latin-1"))
    "t.csv is not in UTF-8; pass encoding='latin-1'"
    """

    def __init__(self, seen: str, remedy: str = "", **options: Any) -> None:
        self.seen = seen
        self.remedy = remedy
        self.options = options
        assignments = ", ".join(f"{name}={value!r}" for name, value in options.items())
        super().__init__(self.advising(f"pass {assignments}" if options else ""))

    def advising(self, options: str) -> str:
        """Return the message with the options described in these words.

        Examples
        --------
        >>> from causal_dag.files.table_columns import TableError
        >>> TableError("a cell holds text", "correct it", drop=["a"]).advising("add --drop a")
        'a cell holds text; correct it, or add --drop a'
        """
        remedies = ", or ".join(part for part in (self.remedy, options) if part)
        return f"{self.seen}; {remedies}" if remedies else self.seen


def listed(texts: Sequence[str], total: int | None = None) -> str:
    """Return a list of strings in words, with at most ten of a total (by default all)."""
    return shortened_list(texts, MOST_LISTED, total)


class UnknownColumnError(TableError):
    """A column was asked for that the table does not have."""


AS_COVARIANCE = "read it as one (read_covariance; --covariance --rows N)"


def without_row_labels(
    frame: "pd.DataFrame", index_column: str | int | None, file: str
) -> "pd.DataFrame":
    """Return the table without row labels, row numbers and empty columns that have no name."""
    names = [str(name).strip() for name in frame.columns]
    frame = frame.set_axis(names, axis=1)
    label_place = None if index_column is None else _place(index_column, names, file)
    dropped = [] if label_place is None else [label_place]
    for place, name in enumerate(names):
        if name or place == label_place:
            continue
        column = frame.iloc[:, place]
        numbers = list(range(len(frame)))
        # Cells can be read as text.
        counts_rows = place == 0 and column.tolist() in (numbers, list(map(str, numbers)))
        if not (counts_rows or column.isna().all()):
            raise _unnamed_column(place, frame, file)
        dropped.append(place)
    kept = frame.iloc[:, [place for place in range(len(names)) if place not in dropped]]
    return kept if label_place is None else kept.set_axis(frame.iloc[:, label_place], axis=0)


def _unnamed_column(place: int, frame: "pd.DataFrame", file: str) -> TableError:
    names = list(frame.columns)
    if place > 0:
        seen = f"{file} has a column without a name after {names[place - 1]!r}"
        return TableError(seen, "name it")
    if list(map(str, frame.iloc[:, 0])) == names[1:]:
        return _labelled_matrix(frame.iloc[:, 1:], file)
    return TableError(f"the first column of {file} has no name", "name it", index_column=0)


def _labelled_matrix(matrix: "pd.DataFrame", file: str) -> TableError:
    seen = f"the rows of {file} are called like its columns"
    if is_symmetric(matrix):
        return TableError(f"{seen}, as those of a covariance are", AS_COVARIANCE)
    return TableError(
        f"{seen}: it holds the weights of a graph, not data",
        "name the table that a graph is to be fitted to",
    )


def is_symmetric(table: "pd.DataFrame") -> bool:
    """Return whether a table is square and equal to its transpose."""
    if table.shape[0] != table.shape[1]:
        return False
    cells: list[list[Any]] = table.to_numpy().tolist()
    return cells == [list(column) for column in zip(*cells, strict=True)]


def with_rows_like_columns(frame: "pd.DataFrame", file: str) -> "pd.DataFrame":
    """Return the rows of a labeled matrix in the order of its columns."""
    labels = [str(label).strip() for label in frame.index]
    names = list(frame.columns)
    if sorted(labels) != sorted(names):
        raise TableError(
            f"the rows of {file} are called {listed(labels)} and its columns {listed(names)}",
            "call them alike",
        )
    return frame.set_axis(labels, axis=0).loc[names]


def _place(column: str | int, names: Sequence[str], file: str) -> int:
    if column in names:
        return names.index(str(column))
    if str(column).isdecimal() and int(column) < len(names):
        return int(column)
    raise _unknown_column(str(column), names, file)


def choose_columns(
    table: "pd.DataFrame", columns: Sequence[str] | None, drop: Sequence[str], file: str
) -> "pd.DataFrame":
    """Return the table with these columns, in this order, without those to drop."""
    for parameter, names in (("columns", columns), ("drop", drop)):
        if isinstance(names, str):
            raise UnknownColumnError(
                f"{parameter}={names!r} is one text, not a list of names",
                f"write {parameter}=[{names!r}]",
            )
    known = list(table.columns)
    for name in (*(columns or ()), *drop):
        if name not in known:
            raise _unknown_column(name, known, file)
    kept = [name for name in (columns or known) if name not in drop]
    if not kept:
        raise UnknownColumnError(f"no column of {file} is left", "drop fewer")
    return table[kept]


def _unknown_column(name: str, known: Sequence[str], file: str) -> TableError:
    several = [part.strip() for part in name.split(",")]
    if set(several) <= set(known):
        remedy = f"name one column at a time: {listed(several)}"
    else:
        remedy = f"{did_you_mean(name, known)}columns: {listed(known)}"
    return UnknownColumnError(f"{file} has no column {quoted(name)}", remedy)

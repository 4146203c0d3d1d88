"""One or several series as tables of numbers, and as one table with lagged columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.tables.columns import column_names, refuse_repeated, written_names
from causal_dag.tables.data_frames import labels_of_columns
from causal_dag.tables.numeric_columns import REMEDY_FOR_GAPS, REMEDY_FOR_TEXT
from causal_dag.tables.rows import finite_rows, named_rows
from causal_dag.wording import counted, listed

REMEDIES = {
    REMEDY_FOR_GAPS: "impute them, or pass the series before and after them as two",
    REMEDY_FOR_TEXT: (
        "convert text to numbers (one 0/1 column per category) or drop the column: solvers of time "
        "series take numbers only"
    ),
}


@dataclass(frozen=True)
class Series:
    """Series of the same variables, of any lengths.

    Parameters
    ----------
    parts : tuple of ndarray of shape (T, d)
        The series, earliest row first.
    names : tuple of str, optional
        Names of the variables.
    is_one : bool
        Whether one series was passed, rather than a list.
    """

    parts: tuple[FloatArray, ...]
    names: tuple[str, ...] | None
    is_one: bool

    @property
    def n_features(self) -> int:
        """Number of variables d."""
        return int(self.parts[0].shape[1])

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the variables, ``x0, x1, ...`` if they have none."""
        return written_names(self.names, self.n_features)

    def lagged_table(self, n_lags: int, skipped: int | None = None) -> Any:
        """Return one table of all series, in which every row holds the rows before it, too.

        Parameters
        ----------
        n_lags : int
            How many rows before.
        skipped : int, optional
            Rows at the beginning of every series without a row in the table, by default ``n_lags``.

        Returns
        -------
        DataFrame
            The d variables, then the variables one row earlier, and so on, named by
            ``lagged_names``. Lags never reach from one series into another.
        """
        first = n_lags if skipped is None else skipped
        tables = [
            np.hstack([part[first - k : len(part) - k] for k in range(n_lags + 1)])
            for part in self.parts
        ]
        return named_rows(np.vstack(tables), lagged_names(self.labels, n_lags))

    def require_rows(self, n_lags: int, least: int = 1) -> None:
        """Raise ``ValueError`` if a series is too short, or all together are.

        Parameters
        ----------
        n_lags : int
            Number of rows before each that is needed.
        least : int
            Fewest rows that must be left of all series together.
        """
        for number, part in enumerate(self.parts):
            if len(part) <= n_lags:
                which = "the series" if self.is_one else f"series {number}"
                leave = "" if self.is_one else ", or leave the series out"
                raise ValueError(
                    f"{which} has {counted(len(part), 'sample')}, and n_lags={n_lags} needs more "
                    f"than {n_lags}; lower n_lags{leave}"
                )
        left = sum(len(part) - n_lags for part in self.parts)
        if left < least:
            raise ValueError(
                f"n_lags={n_lags} leaves {counted(left, 'sample')} with all rows before it, and at "
                f"least {least} are needed; add rows, or lower n_lags"
            )


def read_series(X: Any) -> Series:
    """Convert a series, or a list of series, to finite numbers.

    Parameters
    ----------
    X : array-like or data frame of shape (T, d), or a list of them
        Rows in the order of time, at equal distances.

    Raises
    ------
    ValueError
        If a table cannot be read (as ``finite_rows`` says), the tables have different columns, or
        the index of a data frame shows that its rows are not in the order of time, or are of
        several series.

    Examples
    --------
    >>> from causal_dag.time_series.series import read_series
    >>> series = read_series([[[1.0], [2.0], [3.0]], [[7.0], [8.0]]])
    >>> series.lagged_table(1).to_numpy().tolist()
    [[2.0, 1.0], [3.0, 2.0], [8.0, 7.0]]
    """
    is_list = isinstance(X, list | tuple) and len(X) > 0 and all(map(_is_table, X))
    is_one = not (is_list or (getattr(X, "ndim", 2) == 3 and len(X) > 0))
    tables = [X] if is_one else list(X)
    parts, names = [], column_names(tables[0])
    for number, table in enumerate(tables):
        which = "" if is_one else f"series {number}: "
        parts.append(_finite_rows(table, which))
        _require_order_of_time(table, which)
        if column_names(table) != names or parts[-1].shape[1] != parts[0].shape[1]:
            raise ValueError(
                f"{which}its columns are {_columns(table, parts[-1])}, and those of series 0 are "
                f"{_columns(tables[0], parts[0])}; give all series the same columns in the same "
                "order"
            )
    return Series(tuple(parts), names, is_one)


def lagged_names(labels: tuple[str, ...], n_lags: int) -> tuple[str, ...]:
    """Return the names of the variables in this row and in those before.

    Raises
    ------
    ValueError
        If a variable has the name of another one's earlier value.

    Examples
    --------
    >>> from causal_dag.time_series.series import lagged_names
    >>> lagged_names(("a", "b"), 1)
    ('a', 'b', 'a[t-1]', 'b[t-1]')
    """
    earlier = (f"{name}[t-{k}]" for k in range(1, n_lags + 1) for name in labels)
    names = (*labels, *earlier)
    refuse_repeated(names, "column")
    return names


def _is_table(X: Any) -> bool:
    """Whether an entry of a list is a table of its own, rather than a row."""
    if labels_of_columns(X) is not None:
        return True
    try:
        return np.ndim(X) == 2
    except ValueError:  # rows of different lengths
        return False


def _finite_rows(table: Any, which: str) -> FloatArray:
    try:
        return finite_rows(table, remedies=REMEDIES)
    except ValueError as error:
        raise type(error)(f"{which}{error}") from error


def _require_order_of_time(table: Any, which: str) -> None:
    index: Any = getattr(table, "index", None)
    if getattr(index, "nlevels", 1) > 1:
        raise ValueError(
            f"{which}the rows have an index of {index.nlevels} levels, as several series have; pass"
            " a list of series: [part.droplevel(0) for _, part in X.groupby(level=0)]"
        )
    if not hasattr(index, "freqstr"):  # dates, periods and durations have one
        return
    if not index.is_monotonic_increasing:
        raise ValueError(f"{which}the rows are not in the order of time; pass X.sort_index()")
    if not index.is_unique:
        raise ValueError(
            f"{which}several rows have the time {index[index.duplicated()][0]}; pass series of "
            "several units as a list, or keep one row per time"
        )


def _columns(table: Any, rows: FloatArray) -> str:
    names = column_names(table)
    return f"{rows.shape[1]} without names" if names is None else listed(names)

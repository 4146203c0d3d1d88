"""The numbers in any table, with counts of missing and non-numeric cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.tables.columns import column_names, written_names
from causal_dag.tables.data_frames import as_pandas_frame, labels_of_columns
from causal_dag.tables.numeric_columns import numbers_in
from causal_dag.tables.rows import refuse_what_is_no_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ReadableColumn:
    """A column as numbers; NaN where a cell holds none.

    Parameters
    ----------
    name : str
        Column name; ``x0, x1, ...`` for arrays.
    values : ndarray of shape (n,)
        Numbers. All NaN if the column holds dates.
    n_missing : int
        Cells that are empty or NaN.
    n_infinite : int
        Cells that are infinite; NaN in ``values``.
    n_texts : int
        Cells that hold something other than a number.
    example_text : str or None
        The first of these.
    """

    name: str
    values: FloatArray
    n_missing: int = 0
    n_infinite: int = 0
    n_texts: int = 0
    example_text: str | None = None


def readable_columns(X: Any) -> list[ReadableColumn]:
    """Return the columns of a data frame or a two-dimensional array-like as numbers.

    Raises
    ------
    ValueError
        If there are no rows and columns to speak of, or column names repeat.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.advice.readable_columns import readable_columns
    >>> [column] = readable_columns(pd.DataFrame({"dose": [1.0, None, "high"]}))
    >>> column.n_missing, column.n_texts, column.example_text
    (1, 1, 'high')
    """
    frame = _frame(X)
    return [_column(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]


def complete_rows(X: Any, names: Sequence[str]) -> "pd.DataFrame":
    """Return the rows of ``X`` in which all of these columns hold finite numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.advice.readable_columns import complete_rows
    >>> complete_rows(pd.DataFrame({"a": [1, None], "b": ["x", "y"]}), ["a"]).shape
    (1, 1)
    """
    import pandas as pd

    chosen = {column.name: column.values for column in readable_columns(X) if column.name in names}
    return pd.DataFrame({name: chosen[name] for name in names}).dropna(ignore_index=True)


def _frame(X: Any) -> "pd.DataFrame":
    import pandas as pd

    refuse_what_is_no_table(X)
    is_frame = labels_of_columns(X) is not None
    frame = as_pandas_frame(X) if is_frame else pd.DataFrame(_two_dimensional(X))
    if frame.shape[1] == 0:
        raise ValueError("the table has no columns; give one column a variable")
    return frame.set_axis(list(written_names(column_names(X), frame.shape[1])), axis=1)


def _two_dimensional(X: Any) -> Any:
    if isinstance(X, np.ma.MaskedArray):
        X = np.ma.filled(X.astype(np.float64), np.nan)
    try:
        table = np.asarray(X)
    except ValueError as error:
        raise ValueError(
            f"the table is not rectangular ({error}); give every row the same number of values"
        ) from error
    if table.ndim != 2:
        raise ValueError(f"the table has {table.ndim} dimensions; give rows and columns, (n, d)")
    return table


def _column(name: str, series: "pd.Series[Any]") -> ReadableColumn:
    values, is_text = numbers_in(series)
    infinite = np.isinf(values)
    return ReadableColumn(
        name,
        np.where(infinite, np.nan, values),
        n_missing=int(series.isna().sum()),
        n_infinite=int(infinite.sum()),
        n_texts=int(is_text.sum()),
        example_text=str(series[is_text].iloc[0]) if is_text.any() else None,
    )

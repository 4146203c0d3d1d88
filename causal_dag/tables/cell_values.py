"""The numbers in a column of any type, and which of its cells are non-numeric."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

#: A number with a decimal comma.
DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*")


def numbers_in(column: "pd.Series[Any]") -> tuple[FloatArray, BoolArray]:
    """Return the numbers in a column, NaN where there is none, and which cells are non-numeric.

    Parameters
    ----------
    column : pandas.Series
        Of any type. Missing cells (None, NaN, NaT, <NA>) are not counted among the non-numeric
        ones; texts that stand for a number are numbers.

    Returns
    -------
    values : ndarray of shape (n,)
    is_text : ndarray of bool, shape (n,)

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.cell_values import numbers_in
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

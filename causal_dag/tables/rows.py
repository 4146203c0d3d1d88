"""Convert any table that a user passes to rows of numbers, with errors that name the columns."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import FloatArray
from causal_dag.tables.columns import are_positions, column_labels, column_names
from causal_dag.tables.data_frames import as_data_frame, labels_of_columns
from causal_dag.tables.numeric_columns import (
    ColumnProblem,
    degenerate_columns,
    read_column,
    refuse_problems,
)
from causal_dag.wording import listed, quoted


def finite_rows(
    X: Any, *, min_samples: int = 1, remedies: Mapping[str, str] | None = None
) -> FloatArray:
    """Convert a table to rows of finite float64, shape (n, d); the caller's data is not changed.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        Numbers; booleans count as 0 and 1. Data frames of pandas, polars (lazy ones too) and
        compatible libraries, Arrow tables, and structured arrays have names.
    min_samples : int
        Fewest rows allowed.
    remedies : mapping, optional
        What the message advises instead of some of the usual remedies.

    Raises
    ------
    ValueError
        If the table is sparse, complex, not two-dimensional, empty, or holds a text, a date, a
        missing or an infinite value; the message names all such columns, and the remedy.

    Examples
    --------
    >>> from causal_dag.tables.rows import finite_rows
    >>> finite_rows([[1, 2], [3, 4]]).dtype
    dtype('float64')
    """
    rows, problems = _read(X, min_samples)
    refuse_problems(problems, column_names(X), remedies)
    return rows


def incomplete_rows(X: Any, *, min_samples: int = 1) -> FloatArray:
    """Convert a table to rows of float64, with NaN where a cell is missing or infinite.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        As for :func:`finite_rows`.
    min_samples : int
        Fewest rows allowed.

    Raises
    ------
    ValueError
        As :func:`finite_rows` does, but not for missing and infinite values.

    Examples
    --------
    >>> from causal_dag.tables.rows import incomplete_rows
    >>> incomplete_rows([[1, None], [3, float("inf")]]).tolist()
    [[1.0, nan], [3.0, nan]]
    """
    rows, problems = _read(X, min_samples, may_have_gaps=True)
    refuse_problems(problems, column_names(X))
    return rows


def usable_rows(
    X: Any, *, min_samples: int = 2, remedies: Mapping[str, str] | None = None
) -> FloatArray:
    """Convert a table to rows that a solver can use: finite, and no column constant or extreme.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        As for :func:`finite_rows`.
    min_samples : int
        Fewest rows allowed.
    remedies : mapping, optional
        As for :func:`finite_rows`.

    Raises
    ------
    ValueError
        As :func:`finite_rows` does, or if a column is constant or beyond the range in which its
        fourth powers can be computed; the message names all such columns, and the remedy.

    Examples
    --------
    >>> from causal_dag.tables.rows import usable_rows
    >>> usable_rows([[0.1, 1], [0.1, None]])
    Traceback (most recent call last):
    ...
    ValueError: column 0 is constant (value 0.1); column 1 has 1 NaN (missing) value, in row 1; \
drop constant columns: they have no causes and no effects that data could show; \
drop those rows or impute them; solvers leave them out with missing="drop", and use incomplete \
rows with missing="em"
    """
    rows, problems = _read(X, min_samples)
    refuse_problems(degenerate_columns(rows) | problems, column_names(X), remedies)
    return rows


def named_rows(rows: FloatArray, names: Sequence[str] | None) -> Any:
    """Return rows in a form that tells scikit-learn the names: a frame, where there are some."""
    if names is None:
        return rows
    import pandas as pd

    return pd.DataFrame(rows, columns=pd.Index(names, dtype=object), copy=False)


def names_like_fitted(X: Any, fitted: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the names of a table's columns as an estimator fitted to other columns sees them.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        The table.
    fitted : sequence of str, optional
        Names of the columns of the fitted table; None if it had none.

    Raises
    ------
    ValueError
        If the fitted table had no names, and ``X`` has its columns' numbers in another order.
    """
    if fitted is not None:
        return column_labels(X)
    names = column_names(X)
    if names is None or are_positions(names):
        return None
    if set(names) == set(map(str, range(len(names)))):
        raise ValueError(
            f"the columns are labelled {listed(names)}, but the model was fitted to columns in the "
            f"order 0 to {len(names) - 1}; bring them into that order"
        )
    return names


def _read(
    X: Any, min_samples: int, *, may_have_gaps: bool = False
) -> tuple[FloatArray, dict[int, ColumnProblem]]:
    """Return the rows, with NaN in the columns that have a problem, and the problems."""
    from sklearn.utils import check_array

    refuse_what_is_no_table(X)
    is_frame = labels_of_columns(X) is not None
    table = _columns_of_frame(as_data_frame(X)) if is_frame else table_array(X)
    if isinstance(table, np.ndarray) and table.dtype.kind in "biuf":
        rows: FloatArray = table
        # scikit-learn's check takes longer than all other checks together.
        if table.dtype != np.float64 or table.ndim != 2 or min(table.shape) < max(min_samples, 1):
            with np.errstate(over="ignore"):
                rows = check_array(
                    table, dtype=np.float64, ensure_all_finite=False, ensure_min_samples=min_samples
                )
        if np.isfinite(rows).all():
            return rows, {}
        table = rows
    columns = list(table.T) if isinstance(table, np.ndarray) else table
    problems = {}
    rows = np.full((len(columns[0]) if columns else len(table), len(columns)), np.nan)
    for column, values in enumerate(columns):
        found = read_column(values, may_have_gaps=may_have_gaps)
        if isinstance(found, ColumnProblem):
            problems[column] = found
        else:
            rows[:, column] = found
    check_array(rows, ensure_all_finite=False, ensure_min_samples=min_samples)
    return rows, problems


def refuse_what_is_no_table(X: Any) -> None:
    """Raise ``ValueError``, with what to pass instead, for paths, dictionaries, graphs and such."""
    from scipy.sparse import issparse

    if issparse(X):
        raise ValueError("sparse data is not supported; convert it with X.toarray()")
    if isinstance(X, str | bytes | os.PathLike):
        raise ValueError(
            f"{quoted(X)} is not a table; if it is a file, pass "
            f"causal_dag.files.table_files.read_table({quoted(os.fspath(X))})"
        )
    is_records = isinstance(X, list | tuple) and X and isinstance(X[0], Mapping)
    if isinstance(X, Mapping) or is_records:
        what = "a list of records" if is_records else f"a {type(X).__name__}"
        raise ValueError(f"{what} is not a table; pass pandas.DataFrame(X)")
    if hasattr(X, "is_directed"):
        raise ValueError(f"{quoted(X)} is a graph, not a table; pass rows and columns")
    if isinstance(X, type):
        raise ValueError(f"{X.__name__} is a class, not a table; pass an instance of it")
    if hasattr(X, "covariance") and hasattr(X, "n_samples"):
        raise ValueError("these are moments, not rows; use fit_moments")


def _columns_of_frame(frame: Any) -> list[NDArray[Any]] | NDArray[Any]:
    if not hasattr(frame, "shape"):
        raise ValueError(f"a {type(frame).__name__} is not a table; pass the data frame itself")
    n_columns = frame.shape[1]
    if n_columns == 0:
        return np.empty(frame.shape)
    if hasattr(frame, "iloc"):
        return [np.asarray(frame.iloc[:, j]) for j in range(n_columns)]
    return [np.asarray(frame[name]) for name in frame.columns]


def _without_masked_cells(X: Any) -> NDArray[Any]:
    if not np.ma.is_masked(X):
        return np.asarray(X.data)
    cells = X.data.astype(object)
    cells[np.ma.getmaskarray(X)] = None
    return np.asarray(cells)


def table_array(X: Any) -> NDArray[Any]:
    """Return rows and columns that are no data frame as an array of shape (n, d)."""
    if isinstance(X, np.ma.MaskedArray):
        X = _without_masked_cells(X)
    try:
        table = np.asarray(X)
        if table.dtype.kind in "US" and not isinstance(X, np.ndarray):
            # numpy has converted the numbers among them to strings.
            table = np.asarray(X, dtype=object)
    except ValueError as error:
        raise ValueError(
            f"the table is not rectangular ({error}); give every row the same number of values"
        ) from error
    if table.ndim == 0 and table.dtype.kind not in "biufc":
        raise ValueError(
            f"{quoted(X)} is not a table; pass rows and columns: an array of shape (n, d) or a "
            "data frame"
        )
    if table.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got one of shape {table.shape} instead. Reshape your data: "
            "array.reshape(-1, 1) for one column, array.reshape(1, -1) for one row"
        )
    return table

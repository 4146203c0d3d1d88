"""From whatever a user passes as a table to finite rows, with errors that name the column."""

import math
import numbers
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_dag.arrays import FloatArray
from causal_dag.columns import are_positions, column_labels, column_names, listed
from causal_dag.moments import Moments

# Beyond these limits the fourth powers that solvers form leave the range of float64.
LARGEST_SCALE = 1e60
SMALLEST_SCALE = 1e-60
# Share of a column's variance that the other columns leave unexplained, below which the
# rounding error of the covariance itself decides.
COLLINEARITY_TOLERANCE = 1e-12


class ColumnTypeError(ValueError, TypeError):
    """A cell holds something that is not a number."""


def finite_rows(X: Any, *, min_samples: int = 1) -> FloatArray:
    """Convert a table to rows of finite float64, shape (n, d); the caller's data is not changed.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        Numbers; booleans count as 0 and 1.
    min_samples : int
        Fewest rows allowed.

    Raises
    ------
    ValueError
        If the table is sparse, masked, complex, not two-dimensional, empty, or holds a text, a
        date, a missing or an infinite value; the message names the column and the remedy.

    Examples
    --------
    >>> from causal_dag.validation import finite_rows
    >>> finite_rows([[1, 2], [3, 4]]).dtype
    dtype('float64')
    """
    from sklearn.utils import check_array

    names = column_names(X)
    _refuse_sparse_and_masked(X)
    table = _numeric_frame(X, names) if hasattr(X, "columns") else _numeric_array(X)
    rows: FloatArray = check_array(
        table, dtype=np.float64, ensure_all_finite=False, ensure_min_samples=min_samples
    )
    _refuse_non_finite(rows, names)
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
    if names is not None and are_positions(sorted(names, key=lambda name: (len(name), name))):
        if are_positions(names):
            return None
        raise ValueError(
            f"the columns are labelled {listed(names)}, but the model was fitted to columns in the "
            f"order 0 to {len(names) - 1}; bring them into that order"
        )
    return names


def refuse_degenerate_columns(rows: FloatArray, names: Sequence[str] | None) -> None:
    """Raise ``ValueError`` for columns no solver can use: constant, or of an extreme scale."""
    largest = np.abs(rows).max(axis=0)
    for column in np.flatnonzero(largest > LARGEST_SCALE):
        raise ValueError(
            f"column {_label(column, names)} has values up to {largest[column]:.3g}, beyond "
            f"{LARGEST_SCALE:g}; divide it by a constant (choose other units)"
        )
    shift = rows.mean(axis=0)
    spread = np.abs(rows - shift).max(axis=0)
    # A spread within the rounding error of the mean is no spread.
    constant = spread <= 4 * np.finfo(np.float64).eps * np.abs(shift)
    for column in np.flatnonzero(constant):
        raise ValueError(
            f"column {_label(column, names)} is constant (value {rows[0, column]:g}); a constant "
            "has no causes and no effects that data could show: drop it"
        )
    for column in np.flatnonzero(spread < SMALLEST_SCALE):
        raise ValueError(
            f"column {_label(column, names)} varies by {spread[column]:.3g} only, below "
            f"{SMALLEST_SCALE:g}; multiply it by a constant (choose other units)"
        )


def refuse_constant_moments(moments: Moments) -> None:
    """Raise ``ValueError`` if the moments hold a column without variance, or one too extreme."""
    scale = np.sqrt(np.maximum(moments.variance, 0.0))
    for column in np.flatnonzero(scale == 0):
        raise ValueError(f"column {moments.name_of(column)} is constant; drop it")
    for column in np.flatnonzero((scale < SMALLEST_SCALE) | (scale > LARGEST_SCALE)):
        raise ValueError(
            f"column {moments.name_of(column)} has standard deviation {scale[column]:.3g}, outside "
            f"{SMALLEST_SCALE:g} to {LARGEST_SCALE:g}; choose other units"
        )


def refuse_rank_deficiency(moments: Moments, solver: str) -> None:
    """Raise ``ValueError`` if some column is a linear combination of others.

    The message names the column and those that determine it.
    """
    n, d = moments.n_samples, moments.n_features
    if n <= d:
        raise ValueError(
            f"{solver} regresses columns on all others and needs more rows than columns, but "
            f"n_samples={n} and n_features={d}; add rows, drop columns, or use a solver with an "
            "l1 penalty (notears, colide-ev)"
        )
    correlation = moments.standardized().covariance
    column = _first_determined_column(correlation)
    if column is not None:
        before = correlation[:column, :column]
        coefficients = np.linalg.solve(before, correlation[:column, column])
        raise ValueError(_collinearity_message(moments, column, coefficients, solver))


def check_number(
    name: str,
    value: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    strict: bool = False,
    integer: bool = False,
) -> None:
    """Raise ``ValueError`` unless ``value`` is a number within the bounds.

    Parameters
    ----------
    name : str
        Parameter name, for the message.
    value : object
        What the user passed.
    low, high : float, optional
        Inclusive bounds.
    strict : bool
        Exclude ``low`` itself.
    integer : bool
        Demand a whole number.

    Examples
    --------
    >>> from causal_dag.validation import check_number
    >>> check_number("lambda1", -1, low=0)
    Traceback (most recent call last):
    ...
    ValueError: lambda1=-1 must be a number >= 0
    """
    kind = numbers.Integral if integer else numbers.Real
    is_number = isinstance(value, kind) and not isinstance(value, bool)
    if is_number and not math.isnan(value):
        above = low is None or (value > low if strict else value >= low)
        if above and (high is None or value <= high):
            return
    bounds = [] if low is None else [f"{'>' if strict else '>='} {low:g}"]
    bounds += [] if high is None else [f"<= {high:g}"]
    what = "an integer" if integer else "a number"
    raise ValueError(f"{name}={value!r} must be {what} {' and '.join(bounds)}".rstrip())


def check_choice(name: str, value: Any, choices: Collection[str]) -> None:
    """Raise ``ValueError`` unless ``value`` is one of ``choices``.

    Examples
    --------
    >>> from causal_dag.validation import check_choice
    >>> check_choice("noise", "equal", ["equal", "unequal"])
    """
    if not (isinstance(value, str) and value in choices):
        allowed = ", ".join(map(repr, choices))
        raise ValueError(f"{name}={value!r} is not known; choose one of {allowed}")


def _first_determined_column(correlation: FloatArray) -> int | None:
    """Return the first column that those before it determine, by its Cholesky pivot."""
    from scipy.linalg.lapack import dpotrf

    factor, failed_at = dpotrf(correlation, lower=1)
    pivots = np.diagonal(factor)[: failed_at - 1 if failed_at else None] ** 2
    small = np.flatnonzero(pivots < COLLINEARITY_TOLERANCE)
    if small.size:
        return int(small[0])
    return failed_at - 1 if failed_at else None


def _label(column: int | np.integer, names: Sequence[str] | None) -> str:
    return repr(names[int(column)]) if names is not None else str(column)


def _refuse_sparse_and_masked(X: Any) -> None:
    from scipy.sparse import issparse

    if issparse(X):
        raise ValueError("sparse data is not supported; convert it with X.toarray()")
    if isinstance(X, np.ma.MaskedArray) and np.ma.getmaskarray(X).any():
        column = int(np.ma.getmaskarray(X).nonzero()[-1][0])
        raise ValueError(f"column {column} has masked values; drop those rows or impute them")


def _numeric_frame(X: Any, names: Sequence[str] | None) -> FloatArray:
    if X.shape[1] == 0:
        return np.empty(X.shape)
    columns = [np.asarray(X[name]) for name in X.columns]
    return np.column_stack(
        [_numeric_column(values, _label(j, names)) for j, values in enumerate(columns)]
    )


def _numeric_array(X: Any) -> Any:
    try:
        table = np.asarray(X)
    except ValueError as error:
        raise ValueError(
            f"the table is not rectangular ({error}); give every row the same number of values"
        ) from error
    if table.dtype.kind in "biuf" or table.ndim != 2:
        # check_array has the words for a wrong number of dimensions.
        return table if table.dtype.kind in "biuf" else np.zeros(table.shape)
    if table.shape[0] == 0 or table.shape[1] == 0:
        return np.empty(table.shape)
    columns = [_numeric_column(values, str(j)) for j, values in enumerate(table.T)]
    return np.column_stack(columns)


def _numeric_column(values: Any, label: str) -> Any:
    kind = values.dtype.kind
    if kind in "biuf":
        return values
    if kind == "c":
        raise ValueError(
            f"Complex data not supported: column {label} is complex; use its real part, its "
            "imaginary part, or both as two columns"
        )
    if kind == "O":
        return np.array([_number(value, label) for value in values], dtype=np.float64)
    if kind in "US":
        return _number(values[0], label)
    raise ValueError(
        f"column {label} holds values of type {values.dtype}; convert it to numbers or drop it"
    )


def _number(value: Any, label: str) -> float:
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, numbers.Complex):
        raise ValueError(f"Complex data not supported: column {label} holds {value!r}")
    if value is None or str(value) in {"<NA>", "NaT"}:
        return float("nan")
    if isinstance(value, str | bytes):
        raise ColumnTypeError(
            f"column {label} holds text ({value!r}); convert it to numbers "
            "(pandas.to_numeric, or one 0/1 column a category) or drop it"
        )
    raise ColumnTypeError(
        f"column {label}: the argument must be a string-free table of real numbers, not "
        f"{type(value).__name__!r}; convert the column to numbers or drop it"
    )


def _refuse_non_finite(rows: FloatArray, names: Sequence[str] | None) -> None:
    finite = np.isfinite(rows)
    if finite.all():
        return
    column = int(np.flatnonzero(~finite.all(axis=0))[0])
    bad = rows[~finite[:, column], column]
    what = "NaN (missing)" if np.isnan(bad[0]) else "infinite (inf)"
    raise ValueError(
        f"column {_label(column, names)} has {bad.size} {what} or other non-finite values; "
        "drop those rows or impute them"
    )


def _collinearity_message(
    moments: Moments, column: int, coefficients: NDArray[np.floating], solver: str
) -> str:
    partners = np.flatnonzero(np.abs(coefficients) > 1e-6)
    others = ", ".join(moments.name_of(int(partner)) for partner in partners)
    same = partners.size == 1
    relation = f"a multiple of column {others}" if same else f"a combination of columns {others}"
    return (
        f"column {moments.name_of(column)} is (almost) exactly {relation}, and {solver} needs "
        "columns of which none determines another; drop one of them"
    )

"""Weights of rows: how often each row occurs."""

from typing import Any

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.tables.data_frames import as_data_frame, labels_of_columns
from causal_dag.tables.rows import refuse_what_is_no_table, table_array
from causal_dag.wording import quoted

# Whole numbers up to it are exact in float64, in which moments are accumulated.
MOST_ROWS = 2**53
# Of tables with repeated rows: 8 GB.
MOST_CELLS = 2**30
NO_ROW_OCCURS = "sample_weight: all weights are zero; at least one row must occur"


def row_weights(sample_weight: Any, n_samples: int) -> IntArray:
    """Return weights as whole numbers, shape (n_samples,).

    Raises
    ------
    ValueError
        If there is not one weight per row, one is not a whole number of at least 0, or their sum
        exceeds 2^53.

    Examples
    --------
    >>> from causal_dag.tables.row_weights import row_weights
    >>> row_weights([2.0, 0.0, 1.0], 3)
    array([2, 0, 1])
    """
    try:
        given = np.asarray(sample_weight)
        if np.iscomplexobj(given):
            raise TypeError
        weights = given.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"sample_weight{_text_among(sample_weight)} must be one number per row"
        ) from None
    if weights.shape != (n_samples,):
        raise ValueError(
            f"sample_weight has the shape {weights.shape}; expected {(n_samples,)}, one weight per "
            "row"
        )
    is_wrong = ~(np.isfinite(weights) & (weights >= 0) & (weights == np.floor(weights)))
    if is_wrong.any():
        row = int(np.argmax(is_wrong))
        raise ValueError(
            f"sample_weight: the weight {weights[row]:g} of row {row} is not a whole number >= 0; "
            "a weight is how often a row occurs, and Moments(n, mean, covariance) "
            "takes moments with weights of another kind"
        )
    with np.errstate(over="ignore"):
        n_rows = weights.sum()
    if n_rows > MOST_ROWS:
        raise ValueError(
            f"sample_weight: the weights add up to {n_rows:.3g} rows, and numbers of rows are "
            f"exact up to {MOST_ROWS:.3g}; divide all weights by a common factor"
        )
    return weights.astype(np.int64)


def _text_among(sample_weight: Any) -> str:
    """Return where the first weight that is no number stands, or all weights if that is unclear."""
    if np.ndim(sample_weight) == 1 and not np.iscomplexobj(sample_weight):
        for row, weight in enumerate(sample_weight):
            try:
                float(weight)
            except (TypeError, ValueError):
                return f": {quoted(weight)} in row {row}; weights"
    return f"={quoted(sample_weight)}"


def repeated_rows(X: Any, times: IntArray) -> Any:
    """Return a table with each row as often as it occurs.

    Raises
    ------
    ValueError
        If it would have more than 2^30 cells.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.tables.row_weights import repeated_rows
    >>> repeated_rows([[1, 5], [2, 6], [3, 7]], np.array([2, 0, 1])).tolist()
    [[1, 5], [1, 5], [3, 7]]
    """
    table, n_rows = table_with_rows(X), int(times.sum())
    if n_rows * table.shape[1] > MOST_CELLS:
        raise ValueError(
            f"sample_weight: {n_rows} rows would have to be repeated, and at most "
            f"{MOST_CELLS // table.shape[1]} are; use a solver that needs only moments, such as "
            "topo-bic, or counts of categories, such as topo-bdeu, on complete rows and without "
            "targets"
        )
    positions = np.repeat(np.arange(times.size), times)
    return table.iloc[positions] if hasattr(table, "iloc") else table[positions]


def table_with_rows(X: Any) -> Any:
    """Return a table as a data frame or an array of shape (n, d): with rows to select.

    Raises
    ------
    ValueError
        If it is not a table.

    Examples
    --------
    >>> from causal_dag.tables.row_weights import table_with_rows
    >>> table_with_rows([[1, 5], [2, 6]]).shape
    (2, 2)
    """
    refuse_what_is_no_table(X)
    table = as_data_frame(X)
    return table_array(table) if labels_of_columns(table) is None else table

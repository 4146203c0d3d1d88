"""Weights of rows: how often each row occurs."""

from typing import Any

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.tables.data_frames import as_data_frame
from causal_dag.wording import quoted

NO_ROW_OCCURS = "sample_weight: all weights are zero; at least one row must occur"


def row_weights(sample_weight: Any, n_samples: int) -> IntArray:
    """Return weights as whole numbers, shape (n_samples,).

    Raises
    ------
    ValueError
        If there is not one weight per row, or one is not a whole number of at least 0.

    Examples
    --------
    >>> from causal_dag.tables.row_weights import row_weights
    >>> row_weights([2.0, 0.0, 1.0], 3)
    array([2, 0, 1])
    """
    try:
        weights = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"sample_weight={quoted(sample_weight)} must be one number per row"
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
    return weights.astype(np.int64)


def repeated_rows(X: Any, times: IntArray) -> Any:
    """Return a table with each row as often as it occurs.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.tables.row_weights import repeated_rows
    >>> repeated_rows([[1, 5], [2, 6], [3, 7]], np.array([2, 0, 1])).tolist()
    [[1, 5], [1, 5], [3, 7]]
    """
    table, positions = table_with_rows(X), np.repeat(np.arange(times.size), times)
    return table.iloc[positions] if hasattr(table, "iloc") else table[positions]


def table_with_rows(X: Any) -> Any:
    """Return a table as a data frame, an array, or a matrix: with a shape, and rows to select.

    Examples
    --------
    >>> from causal_dag.tables.row_weights import table_with_rows
    >>> table_with_rows([[1, 5], [2, 6]]).shape
    (2, 2)
    """
    table = as_data_frame(X)
    return table if hasattr(table, "shape") else np.asarray(table)

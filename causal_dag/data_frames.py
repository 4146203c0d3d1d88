"""Data frames of any library, by what they can do: none of the libraries has to be installed."""

from typing import Any


def as_data_frame(X: Any) -> Any:
    """Return lazy frames collected and Arrow tables as pandas frames; all else unchanged.

    Examples
    --------
    >>> from causal_dag.data_frames import as_data_frame
    >>> as_data_frame([[1, 2]])
    [[1, 2]]
    """
    if hasattr(X, "collect_schema") and hasattr(X, "collect"):
        return X.collect()
    return X.to_pandas() if _is_arrow(X) else X


def labels_of_columns(X: Any) -> list[Any] | None:
    """Return the labels of a data frame's columns, without its rows; None if ``X`` is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.data_frames import labels_of_columns
    >>> labels_of_columns(pd.DataFrame({"a": [1]})), labels_of_columns([[1]])
    (['a'], None)
    """
    if hasattr(X, "collect_schema"):
        return list(X.collect_schema().names())
    if _is_arrow(X):
        # An index that pandas has written is a column in Arrow, but not in the frame.
        return list(X.slice(0, 0).to_pandas().columns)
    return list(X.columns) if hasattr(X, "columns") else None


def _is_arrow(X: Any) -> bool:
    return hasattr(X, "column_names") and hasattr(X, "to_pandas") and hasattr(X, "slice")

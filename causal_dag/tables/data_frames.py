"""Data frames of any library, by what they can do: none of the libraries has to be installed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def as_data_frame(X: Any) -> Any:
    """Return a frame with its rows in memory: lazy frames are computed.

    Arrow tables, frames of Spark and the like, and structured arrays become pandas frames; all
    else is returned as it is.

    Examples
    --------
    >>> from causal_dag.tables.data_frames import as_data_frame
    >>> as_data_frame([[1, 2]])
    [[1, 2]]
    """
    if hasattr(X, "iloc"):
        return X.compute() if hasattr(X, "compute") else X
    if hasattr(X, "collect_schema"):
        return X.collect() if hasattr(X, "collect") else X
    for convert in ("to_pandas", "toPandas"):
        if hasattr(X, convert):
            return getattr(X, convert)()
    if _field_names(X) is None:
        return X
    import pandas as pd

    return pd.DataFrame(X)


def as_pandas_frame(X: Any) -> "pd.DataFrame":
    """Return a data frame of any library as one of pandas.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.data_frames import as_pandas_frame
    >>> as_pandas_frame(pd.DataFrame({"a": [1]})).columns.tolist()
    ['a']
    """
    import numpy as np
    import pandas as pd

    frame = as_data_frame(X)
    if hasattr(frame, "iloc"):
        return pd.DataFrame(frame)
    return pd.DataFrame({name: np.asarray(frame[name]) for name in frame.columns})


def labels_of_columns(X: Any) -> list[Any] | None:
    """Return the labels of a data frame's columns, without reading its rows; None if it is none.

    Examples
    --------
    >>> import pandas as pd
    >>> from causal_dag.tables.data_frames import labels_of_columns
    >>> labels_of_columns(pd.DataFrame({"a": [1]})), labels_of_columns([[1]])
    (['a'], None)
    """
    if isinstance(X, type):
        return None
    if hasattr(X, "collect_schema"):
        return list(X.collect_schema().names())
    if hasattr(X, "column_names") and hasattr(X, "slice") and hasattr(X, "to_pandas"):
        # An index that pandas has written is a column in Arrow, but not in the frame.
        return list(X.slice(0, 0).to_pandas().columns)
    return list(X.columns) if hasattr(X, "columns") else _field_names(X)


def _field_names(X: Any) -> list[str] | None:
    """Return the names of the fields of a structured array of shape (n,); None for all else."""
    names = getattr(getattr(X, "dtype", None), "names", None)
    return list(names) if isinstance(names, tuple) and getattr(X, "ndim", 0) == 1 else None

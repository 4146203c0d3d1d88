"""The two scales on which every honest comparison is made."""

from typing import Any

from causal_dag.moments import Moments
from causal_dag.tables.columns import column_names
from causal_dag.tables.rows import usable_rows
from causal_dag.validation import check_choice

SCALES = ("raw", "standardized")


def scaled(X: Any, scale: str) -> Any:
    """Return the columns as they are, or shifted to mean 0 and scaled to variance 1.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d), or Moments
        The data; not changed.
    scale : {"raw", "standardized"}
        Which scale.

    Returns
    -------
    ndarray or data frame of shape (n, d), or Moments
        A data frame where ``X`` has column names; moments where it is moments.

    Raises
    ------
    ValueError
        If a column is constant or holds anything but finite numbers.

    Examples
    --------
    >>> from causal_dag.scaling import scaled
    >>> scaled([[1.0, 10.0], [3.0, 30.0]], "standardized").tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    check_choice("scale", scale, SCALES)
    if isinstance(X, Moments):
        return X if scale == "raw" else X.standardized()
    names = column_names(X)
    rows = usable_rows(X)
    if scale == "standardized":
        rows = rows - rows.mean(axis=0)
        rows /= rows.std(axis=0)
    if names is None:
        return rows
    import pandas as pd

    return pd.DataFrame(rows, columns=pd.Index(names))

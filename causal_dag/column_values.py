"""What the columns of a table hold, and which kinds of solvers can take them."""

import numpy as np

from causal_dag.arrays import FloatArray

#: What columns hold, and the ``column_values`` of the solvers that can take it.
TAKEN_BY = {
    "binary": ("binary", "count", "real", "category", "mixed"),
    "count": ("count", "real", "mixed"),
    "real": ("real", "mixed"),
}
#: The ``column_values`` of solvers that read labels, whose tables have kinds of columns.
READ_LABELS = ("category", "mixed")


def column_values_of(rows: FloatArray) -> str:
    """Return what all columns hold: ``"binary"`` (0 and 1), ``"count"`` or ``"real"``.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.

    Examples
    --------
    >>> import numpy as np
    >>> tables = [[0, 1], [1, 1]], [[0, 1], [2, 1]], [[0.5, 1], [2, 1]]
    >>> [column_values_of(np.array(table)) for table in tables]
    ['binary', 'count', 'real']
    """
    if np.isin(rows, (0, 1)).all():
        return "binary"
    return "count" if ((rows >= 0) & (rows == np.floor(rows))).all() else "real"


def refuse_non_binary(values: FloatArray, column: str) -> None:
    """Raise ``ValueError`` unless all values of a column are 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.column_values import refuse_non_binary
    >>> refuse_non_binary(np.array([0.0, 1.0]), "rain")
    """
    other = values[(values != 0) & (values != 1)]
    if other.size:
        raise ValueError(
            f"column {column} has the value {other[0]:g}, but a logistic regression needs 0 "
            "and 1; recode the column, or use a criterion for real numbers (topo-bic)"
        )


def refuse_non_counts(values: FloatArray, column: str) -> None:
    """Raise ``ValueError`` unless all values of a column are counts.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.column_values import refuse_non_counts
    >>> refuse_non_counts(np.array([0.0, 7.0]), "visits")
    """
    other = values[(values < 0) | (values != np.floor(values))]
    if other.size:
        raise ValueError(
            f"column {column} has the value {other[0]:g}, but a Poisson regression needs "
            "counts (0, 1, 2, …); drop the column, or use a criterion for real numbers "
            "(topo-bic)"
        )

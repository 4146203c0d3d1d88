"""The distinct rows of a table that is larger than memory, and how often each occurs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.batches import with_weights
from causal_dag.parameters import Number
from causal_dag.tables.column_kinds import table_columns
from causal_dag.tables.columns import column_names
from causal_dag.tables.row_weights import NO_ROW_OCCURS, row_weights
from causal_dag.wording import listed, quoted

if TYPE_CHECKING:
    import pandas as pd

# Cells of distinct rows, where the caller names no number of rows: 1 GB of references to labels.
MOST_CELLS = 2**27
# Fewest rows of batches that wait to be counted together.
ROWS_TOGETHER = 2**16

#: Rows, and how often each occurs.
_Counted = tuple["pd.DataFrame", IntArray]


def distinct_rows(
    batches: Iterable[Any],
    *,
    sample_weight: Iterable[Any] | None = None,
    most_rows: int | None = None,
) -> "tuple[pd.DataFrame, IntArray]":
    """Return the distinct rows of a table, and how often each occurs: its contingency table.

    Scores of categories depend on these counts alone. So ``fit`` to the distinct rows, with the
    counts as ``sample_weight``, is the fit to all rows, and a table of categories may be larger
    than memory as long as its distinct rows are not.

    Parameters
    ----------
    batches : iterable of array-like or data frame of shape (n_b, d)
        Arrays, frames of pandas or polars, Arrow record batches, which hold cells of any kind;
        missing ones count as equal. The columns of data frames are aligned by name.
    sample_weight : iterable of array-like of shape (n_b,), optional
        Of each batch, how often each row occurs, a whole number; default once.
    most_rows : int, optional
        Most distinct rows to keep in memory; default as many as have 2^27 cells.

    Returns
    -------
    frame : DataFrame of shape (m, d)
        The rows that occur, in the order in which they appear first.
    counts : ndarray of int, shape (m,)
        How often each occurs.

    Raises
    ------
    ValueError
        If no row occurs, the batches have different columns or orders of categories, a weight is
        not a whole number, or there are too many distinct rows; the message names the column with
        the most distinct values.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> from causal_dag.row_counts import distinct_rows
    >>> batches = [[["rain", "wet"], ["sun", "dry"]], [["rain", "wet"]]] * 100
    >>> frame, counts = distinct_rows(batches)
    >>> frame.values.tolist(), counts.tolist()
    ([['rain', 'wet'], ['sun', 'dry']], [200, 100])
    >>> model = TOPO(criterion="bdeu").fit(frame, sample_weight=counts)
    >>> model.moments_.n_samples, np.argwhere(model.adjacency_).tolist()
    (300, [[0, 1]])
    """
    if most_rows is not None:
        most_rows = Number(low=1, integer=True).check("most_rows", most_rows)
    found: list[_Counted] = []
    n_waiting = 0
    for number, (batch, weights) in enumerate(with_weights(batches, sample_weight)):
        if not len(batch):
            continue
        try:
            part = _counted_batch(batch, weights)
            found.append((_aligned(part[0], found[0][0]) if found else part[0], part[1]))
            n_waiting += len(part[0])
            # As many rows wait as were counted before, so that none is counted often.
            if n_waiting >= max(ROWS_TOGETHER, len(found[0][0])):
                found, n_waiting = [_merged(found, most_rows)], 0
        except ValueError as error:
            raise ValueError(f"batch {number}: {error}") from error
    if not found:
        raise ValueError("distinct_rows received no row")
    frame, counts = _merged(found, most_rows)
    occurs = counts > 0
    if not occurs.any():
        raise ValueError(NO_ROW_OCCURS)
    return frame[occurs].reset_index(drop=True), counts[occurs]


def _counted_batch(batch: Any, weights: Any) -> _Counted:
    import pandas as pd

    frame = pd.concat(table_columns(batch), axis=1)
    names = column_names(batch)
    frame.columns = pd.RangeIndex(frame.shape[1]) if names is None else pd.Index(names)
    counts = np.ones(len(frame), dtype=np.int64)
    return _counted(frame, counts if weights is None else row_weights(weights, len(frame)))


def _counted(frame: "pd.DataFrame", counts: IntArray) -> _Counted:
    """Return the distinct rows, and the sums of their counts."""
    columns = [frame.iloc[:, j] for j in range(frame.shape[1])]
    groups = frame.groupby(columns, sort=False, dropna=False, observed=True)
    try:
        place = groups.ngroup().to_numpy()
    except TypeError as error:
        raise ValueError(f"cells must be numbers, texts or other labels ({error})") from None
    _, first = np.unique(place, return_index=True)
    return frame.iloc[first], np.bincount(place, counts).astype(np.int64)


def _merged(parts: list[_Counted], most_rows: int | None) -> _Counted:
    import pandas as pd

    frames, counts = zip(*parts, strict=True)
    together = np.concatenate(counts)
    # Sums of counts are exact as long as that of all is.
    together = row_weights(together, together.size)
    frame, total = _counted(pd.concat(frames, ignore_index=True), together)
    most = most_rows or MOST_CELLS // frame.shape[1]
    if len(frame) > most:
        n_values = [frame.iloc[:, j].nunique() for j in range(frame.shape[1])]
        column = int(np.argmax(n_values))
        raise ValueError(
            f"{len(frame)} distinct rows among {total.sum()}, and at most {most} are kept in "
            f"memory; column {quoted(frame.columns[column])} has {n_values[column]} distinct "
            "values: leave out identifiers, cut measurements into bins (pandas.cut), or raise "
            "most_rows"
        )
    return frame, total


def _aligned(frame: "pd.DataFrame", first: "pd.DataFrame") -> "pd.DataFrame":
    """Return the frame with its columns in the order of the first one's."""
    if set(frame.columns) != set(first.columns):
        raise ValueError(
            f"it has the columns {listed(frame.columns)}, and batches before have "
            f"{listed(first.columns)}; pass the same columns"
        )
    frame = frame[list(first.columns)]
    for name, own, before in zip(first.columns, frame.dtypes, first.dtypes, strict=True):
        if getattr(before, "ordered", False) and own != before:
            raise ValueError(
                f"column {quoted(name)} has other ordered categories than in batches before; give "
                "all batches the same"
            )
    return frame

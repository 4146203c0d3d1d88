"""Means and shares under interventions, from lowest to highest over several graphs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.tables.column_kinds import ColumnKinds

if TYPE_CHECKING:
    from pandas import DataFrame


def range_of_means(
    means: Sequence[FloatArray], labels: Sequence[str], kinds: ColumnKinds | None
) -> "DataFrame":
    """Return the lowest and highest of several graphs' means.

    Parameters
    ----------
    means : sequence of ndarray
        One per graph, as ``means_of_rows`` returns them.
    labels : sequence of str
        Names of the columns.
    kinds : ColumnKinds or None
        What columns hold that are not all numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.effects.intervention_means import range_of_means
    >>> means = [np.array([1.0, 2.0]), np.array([1.0, 1.5])]
    >>> range_of_means(means, ["a", "b"], None).reset_index()
      column  lowest  highest
    0      a     1.0      1.0
    1      b     1.5      2.0
    """
    from pandas import DataFrame, Index, MultiIndex

    index: Any = Index(list(labels), name="column")
    if kinds is not None:
        pairs = [
            (name, level)
            for name, column in zip(labels, kinds.columns, strict=True)
            for level in (column.levels or ("mean",))
        ]
        index = MultiIndex.from_tuples(pairs, names=["column", "level"])
    ends = {"lowest": np.min(means, axis=0), "highest": np.max(means, axis=0)}
    return DataFrame(ends, index=index)


def means_of_rows(rows: FloatArray, kinds: ColumnKinds | None) -> FloatArray:
    """Return the mean of every column of numbers, and the share of every level of the others."""
    if kinds is None:
        return np.asarray(rows.mean(axis=0))
    parts = [
        np.bincount(column.astype(np.intp), minlength=n_levels) / len(column)
        if n_levels
        else [column.mean()]
        for column, n_levels in zip(rows.T, kinds.n_levels.tolist(), strict=True)
    ]
    return np.concatenate(parts)

"""Batches of rows, whose columns are aligned by name: their moments so far, and how these merge."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from causal_dag.batches import (
    RunningMoments,
    rows_of_batch,
)
from causal_dag.tables.columns import column_names
from causal_dag.tables.row_weights import row_weights
from causal_dag.tables.rows import finite_rows
from causal_dag.wording import listed

#: Moments of the batches so far, and the names of their columns.
NamedMoments = tuple[RunningMoments, tuple[str, ...] | None]


def moments_of_batch(batch: Any, weights: Any = None) -> NamedMoments:
    """Return the moments of a batch, with an error that names the cell where one is not finite."""
    rows = rows_of_batch(batch)
    running = RunningMoments(rows.shape[1])
    running.add(rows, None if weights is None else row_weights(weights, len(rows)))
    if not (np.isfinite(running.offset).all() and np.isfinite(running.scatter).all()):
        finite_rows(batch)
    return running, column_names(batch)


def merged_batches(first: NamedMoments, second: NamedMoments) -> NamedMoments:
    """Return the moments of the batches of both; the arguments may be changed."""
    (total, names), (part, others) = first, second
    columns = positions_of(others, names)
    if columns is not None:
        part.origin, part.offset = part.origin[columns], part.offset[columns]
        part.scatter = part.scatter[np.ix_(columns, columns)]
    require_as_many(total.origin.size, part.origin.size)
    return total.merge(part), names


def moments_of_partition(partition: Any) -> NamedMoments | None:
    """Return the moments of a partition; None if it is empty, as filtered frames' often are."""
    return moments_of_batch(partition) if len(partition) else None


def merged_partitions(
    first: NamedMoments | None, second: NamedMoments | None
) -> NamedMoments | None:
    """Return the moments of the partitions of both, of which either may be empty."""
    if first is None or second is None:
        return first or second
    # A scheduler may keep the first, and use it again after a worker was lost.
    return merged_batches(copy.deepcopy(first), copy.deepcopy(second))


def require_as_many(n_features: int, n_others: int) -> None:
    """Raise ``ValueError`` unless the numbers of columns are the same."""
    if n_features != n_others:
        raise ValueError(
            f"moments of different columns cannot be merged: {n_features} and {n_others} columns"
        )


def positions_of(own: Sequence[str] | None, names: Sequence[str] | None) -> list[int] | None:
    """Return where ``names`` are among a table's own columns; None if the order is the same.

    Raises
    ------
    ValueError
        If they are not the same columns, or only one of the tables has names.

    Examples
    --------
    >>> from causal_dag.named_batches import positions_of
    >>> positions_of(["price", "sales"], ["sales", "price"])
    [1, 0]
    """
    if names is None or own is None:
        if own is not names:
            raise ValueError(
                f"moments of different columns cannot be merged: {listed(own or names or ())}, "
                "and columns without names; give both names"
            )
        return None
    lacking = [name for name in names if name not in own]
    surplus = [name for name in own if name not in names]
    if lacking or surplus:
        raise ValueError(
            f"moments of different columns cannot be merged: {listed(lacking + surplus)} "
            "not in both; pass the same columns"
        )
    return None if list(own) == list(names) else [own.index(name) for name in names]

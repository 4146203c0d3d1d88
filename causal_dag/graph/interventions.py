"""From what a user passes as ``do`` to columns and values."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.tables.columns import Columns
from causal_dag.tables.numeric_columns import LARGEST_SCALE
from causal_dag.wording import quoted

Interventions: TypeAlias = Mapping[int, ArrayLike] | Mapping[str, ArrayLike]


def intervened_columns(
    do: Interventions | None, columns: Columns, n_samples: int, name: str = "do"
) -> dict[int, FloatArray]:
    """Return the columns that ``do`` sets, with the n values each is set to.

    Parameters
    ----------
    do : mapping from column (name or number) to a value or array of shape (n_samples,)
        Interventions; None is none.
    columns : Columns
        The variables of the model.
    n_samples : int
        Number of rows.
    name : str
        What the user passed it as, for messages.

    Raises
    ------
    ValueError
        If a column is unknown or set twice, or its value is not one finite number or n of them.
    TypeError
        If ``do`` is not a mapping, or a key is neither a name nor a number.

    Examples
    --------
    >>> from causal_dag.tables.columns import Columns
    >>> from causal_dag.graph.interventions import intervened_columns
    >>> intervened_columns({"b": 2}, Columns(2, ("a", "b")), 3)
    {1: array([2., 2., 2.])}
    """
    if do is None:
        return {}
    if not isinstance(do, Mapping):
        raise TypeError(f"{name}={quoted(do)} is not a mapping; write {name}={{column: value}}")
    positions = columns.distinct_positions(do, name)
    return {
        position: _values(f"{name} sets column {columns.label(position)}", value, n_samples)
        for position, value in zip(positions, do.values(), strict=True)
    }


def require_given_values(
    do: Mapping[int, FloatArray], explained: BoolArray, columns: Columns
) -> None:
    """Raise ``ValueError`` if ``do`` leaves out a given column, of which there is no model.

    Parameters
    ----------
    do : mapping from column number to ndarray
        Columns that are set.
    explained : ndarray of bool, shape (d,)
        Columns that are not given.
    columns : Columns
        The variables of the model.
    """
    for position in np.flatnonzero(~explained).tolist():
        if position not in do:
            label = columns.label(position)
            raise ValueError(
                f"column {label} is given, so that there is no model of its values; set them: "
                f"do={{{label}: values}}"
            )


def refuse_parts_of_nodes(do: Mapping[int, FloatArray], nodes: IntArray, columns: Columns) -> None:
    """Raise ``ValueError`` if ``do`` sets some, but not all columns of a node.

    Parameters
    ----------
    do : mapping from column number to ndarray
        Columns that are set.
    nodes : ndarray of int, shape (c,)
        The node of every column.
    columns : Columns
        The columns of the table.
    """
    for position in do:
        others = set(np.flatnonzero(nodes == nodes[position]).tolist()) - set(do)
        if others:
            raise ValueError(
                f"do sets column {columns.label(position)} and not column "
                f"{columns.label(min(others))} of the same group; set all of its columns"
            )


def _values(setting: str, value: Any, n_samples: int) -> FloatArray:
    try:
        values = np.asarray(value)
        if values.dtype.kind not in "biufO" or _holds_text(values):
            raise TypeError(f"values of type {values.dtype}")
        values = values.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{setting} to {quoted(value)}; use a number") from None
    if values.shape not in {(), (n_samples,)}:
        raise ValueError(
            f"{setting} to an array of shape {values.shape}; use one number, or an array "
            f"of shape ({n_samples},), one per row"
        )
    if not (np.abs(values) <= LARGEST_SCALE).all():
        raise ValueError(
            f"{setting} to a value that is not finite, or beyond {LARGEST_SCALE:g} as no column of "
            "a table may be; use a smaller number"
        )
    return np.broadcast_to(values, (n_samples,)).copy()


def _holds_text(values: Any) -> bool:
    return values.dtype.kind == "O" and any(isinstance(value, str) for value in values.flat)

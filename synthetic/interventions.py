"""From what a user passes as ``do`` to columns and values."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray

Interventions: TypeAlias = Mapping[int | str, ArrayLike]


def intervened_columns(
    do: Interventions | None, d: int, n_samples: int, names: Sequence[str] | None
) -> dict[int, FloatArray]:
    """Return the columns that ``do`` sets, with the n values each is set to.

    Parameters
    ----------
    do : mapping from node (number or name) to a value or array of shape (n_samples,)
        Interventions; None is none.
    d : int
        Number of variables.
    n_samples : int
        Number of rows.
    names : sequence of str, optional
        Names of the variables.

    Raises
    ------
    ValueError
        If a node is unknown or set twice, or its value is not one finite number or n of them.

    Examples
    --------
    >>> from causal_dag.synthetic.interventions import intervened_columns
    >>> intervened_columns({"b": 2}, 2, 3, ("a", "b"))
    {1: array([2., 2., 2.])}
    """
    columns: dict[int, FloatArray] = {}
    for node, value in (do or {}).items():
        column = node_index(node, d, names)
        if column in columns:
            raise ValueError(f"do sets node {node!r} (column {column}) twice; keep one value")
        columns[column] = _values(node, value, n_samples)
    return columns


def node_index(node: Any, d: int, names: Sequence[str] | None) -> int:
    """Return the column of a node given by number or name; ``ValueError`` if there is none.

    Examples
    --------
    >>> from causal_dag.synthetic.interventions import node_index
    >>> node_index("b", 2, ("a", "b"))
    1
    """
    if isinstance(node, str):
        if names is not None and node in names:
            return names.index(node)
        known = "the model has no feature_names" if names is None else f"known are {list(names)}"
        raise ValueError(f"node {node!r} is not known: {known}; use a column number instead")
    is_integer = isinstance(node, int | np.integer) and not isinstance(node, bool)
    if is_integer and 0 <= node < d:
        return int(node)
    raise ValueError(f"node {node!r} is not known: use a column number from 0 to {d - 1} or a name")


def _values(node: Any, value: ArrayLike, n_samples: int) -> FloatArray:
    try:
        values = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"do sets node {node!r} to {value!r}; use a number") from None
    if values.shape not in {(), (n_samples,)}:
        raise ValueError(
            f"do sets node {node!r} to an array of shape {values.shape}; use one number, or "
            f"n_samples={n_samples} of them"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"do sets node {node!r} to a value that is not finite; use a number")
    return np.broadcast_to(values, (n_samples,)).copy()

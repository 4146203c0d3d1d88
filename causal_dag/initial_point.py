"""What a user may pass as ``init``: weights, an order, or a fitted estimator."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.problem import InitialPoint


def resolve_initial_point(
    init: Any, feature_names: Sequence[str] | None, constraints: Constraints
) -> InitialPoint:
    """Turn ``init`` into weights and order over columns.

    Parameters
    ----------
    init : array of shape (d, d), sequence of d columns, fitted estimator, or None
        Weights; or a topological order, as column numbers or names; or an estimator whose
        ``weights_`` and ``order_`` are taken.
    feature_names : sequence of str, optional
        Column names, where the order uses names.
    constraints : Constraints
        Forbidden weights are set to 0; an order that contradicts required edges is an error.

    Raises
    ------
    ValueError
        If the shape is wrong, a weight is not finite, or the order is no permutation of the
        columns or contradicts a required edge.

    Examples
    --------
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.initial_point import resolve_initial_point
    >>> resolve_initial_point(["b", "a"], ("a", "b"), Constraints.none(2)).order.tolist()
    [1, 0]
    """
    if init is None:
        return InitialPoint()
    if hasattr(init, "weights_"):
        return InitialPoint(
            _checked_weights(init.weights_, constraints), _checked_order(init.order_, constraints)
        )
    values = np.asarray(init)
    if values.ndim == 2:
        return InitialPoint(weights=_checked_weights(values, constraints))
    if values.dtype.kind in "UO" and feature_names is not None:
        values = _columns_of_names(list(init), feature_names)
    return InitialPoint(order=_checked_order(values, constraints))


def _columns_of_names(order: Sequence[Any], feature_names: Sequence[str]) -> IntArray:
    columns = {name: column for column, name in enumerate(feature_names)}
    unknown = [name for name in order if name not in columns]
    if unknown:
        raise ValueError(f"init: column {unknown[0]!r} is not in the data")
    return np.array([columns[name] for name in order], dtype=np.intp)


def _checked_weights(values: Any, constraints: Constraints) -> FloatArray:
    d = constraints.forbidden.shape[0]
    weights = np.asarray(values, dtype=np.float64)
    if weights.shape != (d, d):
        raise ValueError(f"init: weights of shape {weights.shape}; expected ({d}, {d})")
    if not np.isfinite(weights).all():
        raise ValueError("init: weights must be finite; replace NaN and inf by 0")
    return np.where(constraints.allowed, weights, 0.0)


def _checked_order(values: Any, constraints: Constraints) -> IntArray:
    d = constraints.forbidden.shape[0]
    order = np.asarray(values)
    if order.shape != (d,) or order.dtype.kind not in "iu" or sorted(order) != list(range(d)):
        raise ValueError(
            f"init: expected weights of shape ({d}, {d}), a fitted estimator, or an order that "
            f"lists each of the {d} columns once; got {values!r}"
        )
    order = order.astype(np.intp)
    position = np.argsort(order)
    violated = np.argwhere(constraints.precedence & (position[:, None] > position[None, :]))
    if violated.size:
        first, second = violated[0]
        raise ValueError(
            f"init: the order puts column {second} before column {first}, but prior knowledge "
            f"requires {first} to come first; swap them"
        )
    return order

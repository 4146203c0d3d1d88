"""What a user may pass as ``init``: weights, a graph, an order, or a fitted estimator."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.constraints import Constraints
from causal_dag.graph.matrices import dense
from causal_dag.graph.named_graph import NamedGraph, is_graph_holder, is_set_of_nodes, named_graph
from causal_dag.problem import InitialPoint
from causal_dag.tables.columns import Columns, position_names
from causal_dag.wording import listed, quoted


def resolve_initial_point(
    init: Any, feature_names: Sequence[str] | None, constraints: Constraints
) -> InitialPoint:
    """Turn ``init`` into weights and order over columns.

    Parameters
    ----------
    init : array of shape (d, d), graph, sequence of d columns, fitted estimator, or None
        Weights, as an array or in anything that ``named_graph`` reads, aligned by name where it
        has names; or a topological order, as column names or numbers; or an estimator whose
        ``weights_`` and ``order_`` are taken.
    feature_names : sequence of str, optional
        Column names of the data.
    constraints : Constraints
        Forbidden weights are set to 0; an order that contradicts required edges is an error.

    Raises
    ------
    ValueError
        If the shape is wrong, a weight is not finite, a name is not among the columns, or the
        order is not a permutation of the columns or contradicts a required edge.
    TypeError
        If an entry of an order is neither a name nor a number.

    Examples
    --------
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.fitting.initial_point import resolve_initial_point
    >>> resolve_initial_point(["b", "a"], ("a", "b"), Constraints.none(2)).order.tolist()
    [1, 0]
    """
    if init is None:
        return InitialPoint()
    if isinstance(init, str | os.PathLike):
        raise ValueError(
            f"init={quoted(init)} is a string; read the file first: "
            f"init=causal_dag.graph_files.read_graph({quoted(str(init))})"
        )
    columns = Columns(constraints.forbidden.shape[0], feature_names)
    shape = _shape(init)
    if is_graph_holder(init) or len(shape) == 2:
        return _from_graph(init, columns, constraints)
    if shape != (columns.n_columns,):
        raise _wrong_kind(init, shape, columns)
    order = columns.distinct_positions(list(init), "init")
    return InitialPoint(order=_checked_order(order, columns, constraints))


def _from_graph(init: Any, columns: Columns, constraints: Constraints) -> InitialPoint:
    try:
        given = named_graph(init)
        _refuse_guessed_order(init, given, columns)
        graph = given.arranged_like(columns.names)
    except ValueError as error:
        raise ValueError(f"init: {error}") from error
    if graph.n_nodes != columns.n_columns:
        raise _wrong_kind(init, given.weights.shape, columns)
    weights = np.where(constraints.allowed, dense(graph.weights), 0.0)
    if not hasattr(init, "order_"):
        return InitialPoint(weights)
    order = given.positions_among(columns.names)[np.asarray(init.order_)]
    return InitialPoint(weights, _checked_order(order.tolist(), columns, constraints))


def _refuse_guessed_order(init: Any, given: NamedGraph, columns: Columns) -> None:
    has_names = given.names is not None and position_names(given.names) is None
    if columns.names is None and has_names and is_set_of_nodes(init):
        raise ValueError(
            f"the graph has the nodes {listed(given.names or ())}, but the columns have no names; "
            "pass a DataFrame, or the weights as an array"
        )


def _checked_order(order: list[int], columns: Columns, constraints: Constraints) -> IntArray:
    position = np.argsort(order)
    violated = np.argwhere(constraints.precedence & (position[:, None] > position[None, :]))
    if violated.size:
        first, second = map(columns.label, violated[0].tolist())
        raise ValueError(
            f"init: the order puts column {second} before column {first}, but prior knowledge "
            f"requires {first} to come first; swap them"
        )
    return np.array(order, dtype=np.intp)


def _shape(init: Any) -> tuple[int, ...]:
    """Return the shape of an array or sequence; () for what is neither."""
    if isinstance(init, dict | set | frozenset):
        return ()
    try:
        return np.shape(init)
    except ValueError:
        return ()


def _wrong_kind(init: Any, shape: tuple[int, ...], columns: Columns) -> ValueError:
    d = columns.n_columns
    given = f"init of shape {shape}" if shape else f"init={quoted(init)}"
    return ValueError(
        f"{given} must be weights of shape ({d}, {d}), a graph over the {d} columns, a fitted "
        f"estimator, or an order that lists each of the {d} columns once"
    )

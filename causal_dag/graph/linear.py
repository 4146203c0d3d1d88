"""Linear structural equations along a DAG: rows X = XW + E, and total effects."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from causal_dag.arrays import FloatArray
from causal_dag.graph.adjacency import real_numbers, square_matrix
from causal_dag.graph.interventions import Interventions, intervened_columns
from causal_dag.graph.matrices import dense, families
from causal_dag.graph.order import topological_order
from causal_dag.tables.columns import Columns


def propagate_noise(W: Any, noise: ArrayLike, do: Interventions | None = None) -> FloatArray:
    """Return the rows X of the linear structural equation model X = XW + E.

    Every variable is computed after its parents. Nothing is inverted, so that an entry depends on
    its ancestors alone.

    Parameters
    ----------
    W : array-like or sparse matrix of shape (d, d)
        Weights of a DAG.
    noise : array-like of shape (n, d)
        Noise E, intercepts included.
    do : mapping from column number to a number or array of shape (n,), optional
        Interventions do(X_j = value): the column is set, regardless of its parents and its noise.

    Returns
    -------
    ndarray of shape (n, d)

    Raises
    ------
    ValueError
        If ``W`` has a cycle, a shape does not fit, a value is not finite, or ``do`` names a column
        that does not exist.

    Examples
    --------
    >>> W = [[0.0, 2.0], [0.0, 0.0]]
    >>> propagate_noise(W, [[1.0, 0.5]])
    array([[1. , 2.5]])
    >>> propagate_noise(W, [[1.0, 0.5]], do={0: 10.0})
    array([[10. , 20.5]])
    """
    weights = square_matrix(W)
    order = topological_order(weights)
    # Columns are written one at a time.
    X = np.asfortranarray(real_numbers(noise, "noise"))
    if X.ndim != 2 or X.shape[1] != order.size:
        raise ValueError(
            f"noise of shape {X.shape} does not fit {order.size} variables; expected (n, d)"
        )
    if not np.isfinite(X).all():
        raise ValueError("noise must be finite")
    interventions = intervened_columns(do, Columns(X.shape[1]), len(X))
    parents_of = {child: family for child, *family in families(weights)}
    for j in order.tolist():
        if j in interventions:
            X[:, j] = interventions[j]
        elif j in parents_of:
            parents, own_weights = parents_of[j]
            X[:, j] += X[:, parents] @ own_weights
    return np.ascontiguousarray(X)


def total_effects(W: Any) -> FloatArray:
    """Return the total effects (I − W)⁻¹ − I of a linear structural equation model.

    Parameters
    ----------
    W : array-like or sparse matrix of shape (d, d)
        Weights of a DAG.

    Returns
    -------
    ndarray of shape (d, d)
        Entry (i, j) is the change of X_j for a unit change of X_i: the sum over all directed paths
        of the products of their weights (Wright 1934); exactly 0 without a path. Dense, because
        most pairs may be joined by a path.

    Raises
    ------
    ValueError
        If ``W`` has a cycle, or is not a finite, real, square matrix.

    Examples
    --------
    >>> total_effects([[0.0, 2.0, 1.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    array([[0., 2., 7.],
           [0., 0., 3.],
           [0., 0., 0.]])
    """
    weights: FloatArray = dense(square_matrix(W))
    order = topological_order(weights)
    # In topological order I − W is upper triangular: substitution keeps the zeros exact.
    sorted_weights = weights[np.ix_(order, order)]
    identity = np.eye(len(weights))
    if not len(weights):
        return identity
    sorted_effects = solve_triangular(identity - sorted_weights, identity, unit_diagonal=True)
    effects = np.empty_like(weights)
    effects[np.ix_(order, order)] = np.triu(sorted_effects, 1)
    return effects

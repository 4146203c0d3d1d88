"""A limit on the number of parents of every node."""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray


def strongest_parents(
    edges: BoolArray, strength: FloatArray, required: BoolArray, max_parents: int | None
) -> BoolArray:
    """Keep every node's required parents, and of the others the strongest that there is room for.

    Parameters
    ----------
    edges : ndarray of bool, shape (d, d)
        Edges to choose from.
    strength : ndarray of shape (d, d)
        Not negative; of equal ones the first parent is kept.
    required : ndarray of bool, shape (d, d)
        Edges that are kept; no node has more than ``max_parents``.
    max_parents : int or None
        Most parents of a node; None keeps all edges.

    Returns
    -------
    ndarray of bool, shape (d, d)

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.graph import strongest_parents
    >>> edges = np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> strength = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    >>> strongest_parents(edges, strength, np.zeros_like(edges), 1).astype(int)
    array([[0, 1, 0],
           [0, 0, 1],
           [0, 0, 0]])
    """
    edges = edges | required
    if max_parents is None:
        return edges
    rank = np.where(edges, np.where(required, np.inf, strength), -1.0)
    first = np.argsort(-rank, axis=0, kind="stable")[:max_parents]
    kept = np.zeros_like(edges)
    np.put_along_axis(kept, first, True, axis=0)
    return kept & edges

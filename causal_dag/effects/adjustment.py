"""Which columns to adjust for, so that a regression estimates a causal effect."""

import numpy as np

from causal_dag.arrays import BoolArray


def optimal_adjustment(adjacency: BoolArray, cause: int, outcome: int) -> tuple[int, ...] | None:
    """Return the adjustment set of a DAG with the smallest asymptotic variance.

    It consists of the parents of all nodes on directed paths from the cause to the outcome, the
    cause and these nodes excepted [1]_. Among all valid adjustment sets, that is with the smallest
    asymptotic variance in linear models [2]_.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (d, d)
        A DAG.
    cause, outcome : int
        Two different nodes.

    Returns
    -------
    tuple of int or None
        Ascending; None if no directed path leads from the cause to the outcome: the effect is 0.

    References
    ----------
    .. [1] Henckel, Perković and Maathuis, "Graphical criteria for efficient total effect estimation
       via adjustment in causal linear models", JRSS B 84 (2022).
    .. [2] Witte, Henckel, Maathuis and Didelez, "On efficient adjustment in causal graphs", JMLR 21
       (2020).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.effects.adjustment import optimal_adjustment
    >>> graph = np.zeros((4, 4), dtype=bool)
    >>> graph[0, [1, 2]] = graph[1, 2] = graph[3, 2] = True  # 0 → 1 → 2 ← 3, 0 → 2
    >>> optimal_adjustment(graph, 1, 2), optimal_adjustment(graph, 2, 1)
    ((0, 3), None)
    """
    below = reached_from(adjacency, cause)
    if not below[outcome]:
        return None
    on_path = below & reached_from(adjacency.T, outcome)
    on_path[outcome] = True
    parents = adjacency[:, on_path].any(axis=1) & ~on_path
    parents[cause] = False
    return tuple(np.flatnonzero(parents).tolist())


def reached_from(adjacency: BoolArray, node: int) -> BoolArray:
    """Return the descendants of a node, without itself, shape (d,)."""
    reached: BoolArray = np.zeros(len(adjacency), dtype=bool)
    border = adjacency[node]
    while border.any():
        reached |= border
        border = adjacency[border].any(axis=0) & ~reached
    return reached

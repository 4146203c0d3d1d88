"""What all members of an equivalence class share, and what only some of them have."""

from collections.abc import Iterable
from functools import reduce
from itertools import combinations
from operator import or_

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import reachability
from causal_dag.graph.adjacency import as_bitsets, members
from causal_dag.graph.background_knowledge import UnshieldedWalks


def edge_shares(graph: BoolArray) -> FloatArray:
    """Return 1 for a directed edge, and 1/2 for either direction of an undirected one.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.relations import edge_shares
    >>> edge_shares(np.array([[False, True], [True, False]]))
    array([[0. , 0.5],
           [0.5, 0. ]])
    """
    shares: FloatArray = (graph.astype(np.float64) + (graph > graph.T)) / 2
    return shares


def ancestor_shares(graph: BoolArray) -> FloatArray:
    """Return 1 where i is an ancestor of j in every DAG of a class, 1/2 where only in some.

    In some DAG, i is an ancestor of j if and only if an unshielded path from i to j can be
    directed. In every DAG it is, if one of these paths begins with a directed edge, or two begin
    with undirected edges to nodes that are not adjacent: the two cannot both point at i [1]_.

    Parameters
    ----------
    graph : ndarray of bool, shape (d, d)
        DAG, CPDAG or MPDAG; an undirected edge has both directions set.

    Returns
    -------
    ndarray of shape (d, d)
        Entries 0, 1/2 or 1.

    References
    ----------
    .. [1] Fang and He, "IDA with background knowledge", UAI 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.relations import ancestor_shares
    >>> diamond = np.zeros((4, 4), dtype=bool)  # 0 — 1 → 3 ← 2 — 0
    >>> diamond[[0, 1, 0, 2, 1, 2], [1, 0, 2, 0, 3, 3]] = True
    >>> ancestor_shares(diamond)[0]
    array([0. , 0.5, 0.5, 1. ])
    """
    undirected = graph & graph.T
    if not undirected.any():
        return reachability(graph).astype(np.float64)
    onward = as_bitsets(graph)
    adjacent, siblings = as_bitsets(graph | graph.T), as_bitsets(undirected)
    walks = UnshieldedWalks(onward, adjacent)
    shares = np.zeros(graph.shape)
    for node in range(len(onward)):
        reached = {first: walks.reached_by(node, first) for first in members(onward[node])}
        possible = _union(reached.values())
        definite = _union(to for first, to in reached.items() if not siblings[node] >> first & 1)
        for one, other in combinations(members(siblings[node]), 2):
            if not adjacent[one] >> other & 1:
                definite |= reached[one] & reached[other]
        shares[node, members(possible)] = 0.5
        shares[node, members(definite)] = 1.0
    return shares


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)

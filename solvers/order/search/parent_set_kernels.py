"""Numba kernel that finds the best set of parents of a node by branch and bound.

A set of d ≤ 62 nodes is an integer whose bit i indicates whether node i is in the set.
"""

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.kernel_cache import CompactCode, compiled, inner_kernel


@inner_kernel
def reward_without(parents: int, clusters: IntArray, rewards: FloatArray) -> float:
    """Return the sum of the rewards of all clusters that contain none of the parents."""
    total = 0.0
    for c in range(clusters.size):
        if clusters[c] & parents == 0:
            total += rewards[c]
    return total


@inner_kernel
def size_of(nodes: int) -> int:
    """Return the number of nodes in a set."""
    size = 0
    while nodes:
        nodes &= nodes - 1
        size += 1
    return size


@inner_kernel
def remove_node(inverse: FloatArray, nodes: int, removed: int, into: FloatArray) -> None:
    """Fill ``into`` with the inverse of a matrix after removing one node, for some nodes."""
    d = inverse.shape[0]
    for u in range(d):
        if nodes >> u & 1:
            slope = inverse[u, removed] / inverse[removed, removed]
            for v in range(d):
                into[u, v] = inverse[u, v] - slope * inverse[removed, v]


@inner_kernel
def variance_given(
    node: int, parents: int, correlation: FloatArray, chosen: IntArray, factor: FloatArray
) -> float:
    """Return a node's residual variance; ``chosen`` and ``factor`` are work space."""
    size, variance = 0, 1.0
    for v in range(correlation.shape[0] + 1):
        is_last = v == correlation.shape[0]
        if not is_last and not parents >> v & 1:
            continue
        chosen[size] = node if is_last else v
        variance = 1.0
        for m in range(size):
            entry = correlation[chosen[size], chosen[m]]
            for k in range(m):
                entry -= factor[size, k] * factor[m, k]
            factor[size, m] = entry / factor[m, m]
            variance -= factor[size, m] ** 2
        factor[size, size] = np.sqrt(variance)
        size += 1
    return variance


@compiled(nogil=True, error_model="numpy", pipeline_class=CompactCode)
def cheaper_parent_sets(
    node: int,
    correlation: FloatArray,
    precision: FloatArray,
    allowed: int,
    required: int,
    log_weight: float,
    prices: FloatArray,
    clusters: IntArray,
    rewards: FloatArray,
    start: float,
    most_branches: int,
    found: IntArray,
) -> tuple[int, float]:
    """Find sets of parents P of least log_weight · log σ²(P) + price(``|P|``) − reward(P).

    The reward is the sum over all clusters that contain no parent. A branch fixes some nodes as
    parents and leaves others open. For sets with at least one open node, σ² is at least the value
    given all nodes of the branch, and price minus reward is at least the value with the cheapest
    open node. An open node that costs too much to exclude is fixed. Otherwise the node that
    explains least is excluded, and fixed in the next branch, as in "leaps and bounds" [1]_. σ²
    given all nodes is read from the inverse of the correlations of the remaining nodes.

    Parameters
    ----------
    node : int
        The node.
    correlation, precision : ndarray of shape (d, d)
        Correlations of all columns, and their inverse.
    allowed, required : int
        Sets of nodes that are allowed and required as parents.
    log_weight : float
        Price of log σ², where σ² is a fraction of the variance.
    prices : ndarray of shape (m + 1,)
        Price of 0 to m parents together, where m is the most allowed; never decreases.
    clusters : ndarray of int, shape (c,)
        Sets of nodes.
    rewards : ndarray of shape (c,)
        Reward of every cluster, at least 0.
    start : float
        Only sets of a lower value are searched for.
    most_branches : int
        The search ends after this many branches.
    found : ndarray of int, shape (k,)
        Filled with sets of parents, each better than the one before; beyond k, the last is kept.

    Returns
    -------
    n_found : int
        Number of sets found.
    bound : float
        No set has a lower value.

    References
    ----------
    .. [1] Furnival and Wilson, "Regressions by leaps and bounds", Technometrics 16 (1974).
    """
    d, most = precision.shape[0], prices.size - 1
    inverse, factor = np.empty((d + 1, d, d)), np.empty((d + 1, d + 1))
    chosen = np.empty(d + 1, dtype=np.int64)
    inverse[0] = precision
    level = 0
    for v in range(d):  # the columns that are neither the node nor allowed
        if v != node and not allowed >> v & 1:
            remove_node(inverse[level], -1, v, inverse[level + 1])
            level += 1
    # Waiting branches: their level of the inverse, fixed and open nodes, lower bound.
    waiting = np.empty((d + 1, 3), dtype=np.int64)
    bounds = np.empty(d + 1)
    waiting[0], bounds[0] = (level, required, allowed & ~required), -np.inf
    n_waiting, n_found, n_branches, best = 1, 0, 0, start
    while n_waiting > 0 and n_branches < most_branches:
        n_waiting -= 1
        level, fixed, opened = waiting[n_waiting]
        n_branches += 1
        while True:
            own = inverse[level, node, node]
            n_fixed = size_of(fixed)
            value = prices[n_fixed] - reward_without(fixed, clusters, rewards)
            value += log_weight * np.log(variance_given(node, fixed, correlation, chosen, factor))
            if value < best:
                best = value
                found[min(n_found, found.size - 1)] = fixed
                n_found += 1
            if opened == 0 or n_fixed == most:
                break
            reward = 0.0
            for v in range(d):
                if opened >> v & 1:
                    reward = max(reward, reward_without(fixed | 1 << v, clusters, rewards))
            base = prices[n_fixed + 1] - reward
            if base - log_weight * np.log(own) >= best:
                break
            least, weakest, kept = np.inf, -1, 0
            for v in range(d):
                if opened >> v & 1:
                    loss = inverse[level, node, v] ** 2 / inverse[level, v, v]
                    if base - log_weight * np.log(own - loss) >= best:
                        kept |= 1 << v
                    elif loss < least:
                        least, weakest = loss, v
            if kept:  # in all sets except the fixed one, whose value is known
                fixed, opened = fixed | kept, opened & ~kept
                if size_of(fixed) > most:
                    break
                continue
            opened &= ~(1 << weakest)
            waiting[n_waiting] = level, fixed | 1 << weakest, opened
            bounds[n_waiting] = base - log_weight * np.log(own)
            n_waiting += 1
            remove_node(inverse[level], fixed | opened | 1 << node, weakest, inverse[level + 1])
            level += 1
    for k in range(n_waiting):
        best = min(best, bounds[k])
    return min(n_found, found.size), best

"""Numba kernels of dynamic programs over sets of nodes that sum over all DAGs or all orders.

``sums[j, S]`` is the log of the sum over the parent sets of node j within the set S.
"""

import math

from causal_dag.arrays import FloatArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel


@inner_kernel
def _log_sum(a: float, b: float) -> float:
    """Return log(eᵃ + eᵇ)."""
    if a < b:
        a, b = b, a
    if b == -math.inf:
        return a
    return a + math.log1p(math.exp(b - a))


@inner_kernel
def _share(sums: FloatArray, j: int, part: int, whole: int) -> float:
    """Return the sum over subsets of a part, relative to that over subsets of the whole."""
    if sums[j, whole] == -math.inf:
        return 0.0
    return math.exp(sums[j, part] - sums[j, whole])


@inner_kernel
def _layer_weight(sums: FloatArray, j: int, placed: int, last: int) -> float:
    """Return the log sum over parent sets among the placed nodes that meet the last layer."""
    if last == 0:
        weight: float = sums[j, placed]
        return weight
    share = 1.0 - _share(sums, j, placed & ~last, placed)
    return sums[j, placed] + math.log(share) if share > 0.0 else -math.inf


@compact_kernel
def edges_of_all_graphs(
    sums: FloatArray, onward: FloatArray, reached: FloatArray, own: FloatArray, edges: FloatArray
) -> float:
    """Sum over all DAGs, layer by layer; return the log sum, and fill the edge probabilities.

    The first layer holds the nodes without parents, and every further one the nodes of which all
    parents are in earlier layers, and one is in the last (Kuipers and Moffa, "Partition MCMC for
    inference on acyclic digraphs", JASA 112, 2017). Every DAG has one sequence of layers. O(4^d d).

    Parameters
    ----------
    sums : ndarray of shape (d, 2^d)
        Log sums.
    onward, reached : ndarray of shape (2^d, 2^d)
        Work space: log sums over all continuations of, and ways to, placed nodes with a last layer.
    own : ndarray of shape (2, d)
        Work space: log weights of nodes in the next layer, and probabilities that they are in it.
    edges : ndarray of shape (d, d)
        Filled with the probability of i → j.
    """
    n_sets = sums.shape[1]
    every = n_sets - 1
    for placed in range(n_sets):
        for last in range(n_sets):
            onward[placed, last] = reached[placed, last] = -math.inf
    edges[:, :] = 0.0
    reached[0, 0] = 0.0
    for backward in (True, False):
        for number in range(n_sets):
            placed = every - number if backward else number
            last = placed
            while True:  # all subsets of the placed nodes, of which the last layer is one
                if (last == 0) == (placed == 0):
                    _extend_layers(sums, onward, reached, own, edges, placed, last, every, backward)
                if last == 0:
                    break
                last = (last - 1) & placed
    total: float = onward[0, 0]
    return total


@inner_kernel
def _extend_layers(
    sums: FloatArray, onward: FloatArray, reached: FloatArray, own: FloatArray, edges: FloatArray,
    placed: int, last: int, every: int, backward: bool,
) -> None:  # fmt: skip
    """Sum over the next layers, or take what is reached to them and count edges into them."""
    d = sums.shape[0]
    if backward and placed == every:
        onward[placed, last] = 0.0
        return
    if not backward and reached[placed, last] == -math.inf:
        return
    for j in range(d):
        own[1, j] = 0.0
        own[0, j] = -math.inf
        if placed >> j & 1 == 0:
            own[0, j] = _layer_weight(sums, j, placed, last)
    rest = every & ~placed
    layer = rest
    while layer != 0:
        weight = 0.0
        for j in range(d):
            if layer >> j & 1 == 1:
                weight += own[0, j]
        after = weight + onward[placed | layer, layer]
        if after > -math.inf:
            if backward:
                onward[placed, last] = _log_sum(onward[placed, last], after)
            else:
                before = reached[placed, last]
                reached[placed | layer, layer] = _log_sum(
                    reached[placed | layer, layer], before + weight
                )
                probability = math.exp(before + after - onward[0, 0])
                for j in range(d):
                    if layer >> j & 1 == 1:
                        own[1, j] += probability
        layer = (layer - 1) & rest
    if not backward:
        for j in range(d):
            if own[1, j] > 0.0:
                _count_edges(sums, edges, j, placed, last, own[1, j])


@inner_kernel
def _count_edges(
    sums: FloatArray, edges: FloatArray, j: int, placed: int, last: int, probability: float
) -> None:
    """Add the probabilities of edges into a node whose parents meet the last layer."""
    earlier = placed & ~last
    missing = _share(sums, j, earlier, placed) if last != 0 else 0.0
    for i in range(edges.shape[0]):
        bit = 1 << i
        if placed & bit == 0:
            continue
        share = 1.0 - _share(sums, j, placed & ~bit, placed)
        if earlier & bit != 0 and last != 0:
            share -= missing - _share(sums, j, earlier & ~bit, placed)
        edges[i, j] += probability * max(share, 0.0) / (1.0 - missing)


@compact_kernel
def edges_of_all_orders(
    sums: FloatArray, before: FloatArray, after: FloatArray, edges: FloatArray
) -> float:
    """Sum over all orders, and all DAGs of each; return the log sum, and fill edge probabilities.

    Every DAG counts once per linear extension (Koivisto and Sood, "Exact Bayesian structure
    discovery in Bayesian networks", JMLR 5, 2004). O(2^d d²).

    Parameters
    ----------
    sums : ndarray of shape (d, 2^d)
        Log sums.
    before, after : ndarray of shape (2^d,)
        Work space: log sums over the orders of the first nodes, and of all others.
    edges : ndarray of shape (d, d)
        Filled with the probability of i → j.
    """
    d, n_sets = sums.shape
    for placed in range(n_sets):
        before[placed] = after[placed] = -math.inf
    before[0] = after[n_sets - 1] = 0.0
    for placed in range(n_sets):
        for j in range(d):
            if placed >> j & 1 == 0:
                both = placed | 1 << j
                before[both] = _log_sum(before[both], before[placed] + sums[j, placed])
    edges[:, :] = 0.0
    for placed in range(n_sets - 1, -1, -1):
        for j in range(d):
            if placed >> j & 1 == 1:
                continue
            onward = sums[j, placed] + after[placed | 1 << j]
            after[placed] = _log_sum(after[placed], onward)
            if before[placed] + onward == -math.inf:
                continue
            probability = math.exp(before[placed] + onward - before[n_sets - 1])
            for i in range(d):
                if placed >> i & 1 == 1:
                    share = 1.0 - _share(sums, j, placed & ~(1 << i), placed)
                    edges[i, j] += probability * share
    total: float = before[n_sets - 1]
    return total

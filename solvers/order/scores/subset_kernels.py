"""Numba kernels of the exact search over all DAGs, on tables with one entry per set of nodes.

A set of d nodes is a number below 2^d, of which bit i indicates whether node i is in the set. All
subsets of a set are smaller numbers, so a loop over the numbers has finished them before the set.
"""

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, compiled


@compact_kernel
def sweep_all_sets(
    smallest_pivot: float,
    complements: FloatArray,
    diagonals: FloatArray,
    variances: FloatArray,
    first: int,
    last: int,
) -> None:
    """Compute the residual variance of every node given every set of nodes in a range.

    The sets before the first have been swept in the same work space.

    The sets are the leaves of a binary tree, which decides on the nodes from the last to the first.
    Adding a node to the set subtracts from the covariances the outer product of the node's column
    with itself, divided by its variance. The next set differs from the one before only below some
    node, so only the decisions from there on are repeated: O(d 2^d) in all, because half of the
    sets repeat the last decision only, for which the diagonal is enough.

    Parameters
    ----------
    smallest_pivot : float
        A node with at most this residual variance is determined by the set, and adding it does not
        change the others.
    complements : ndarray of shape (d + 1, d, d)
        Work space: ``complements[k]`` holds the covariances of all nodes with nodes 0 to k − 1
        after the decisions on nodes k to d − 1. The last matrix holds the correlations.
    diagonals : ndarray of shape (d + 1, d)
        The variances of all nodes after the same decisions. The last row holds ones.
    variances : ndarray of shape (d, 2^d)
        Filled; what stands at sets that contain the node itself has no meaning.
    first, last : int
        The range; ``last`` is not in it.
    """
    d = variances.shape[0]
    for chosen in range(first, last):
        lowest = d - 1
        if chosen > 0:
            lowest = 0
            while chosen >> lowest & 1 == 0:
                lowest += 1
        for k in range(lowest, -1, -1):
            is_added = chosen >> k & 1 == 1 and complements[k + 1, k, k] > smallest_pivot
            inverse = 1.0 / complements[k + 1, k, k] if is_added else 0.0
            for u in range(d):
                slope = inverse * complements[k + 1, u, k]
                diagonals[k, u] = diagonals[k + 1, u] - slope * complements[k + 1, u, k]
                for v in range(k):
                    complements[k, u, v] = (
                        complements[k + 1, u, v] - slope * complements[k + 1, v, k]
                    )
        for u in range(d):
            variances[u, chosen] = diagonals[0, u]


@compiled(nogil=True)
def lower_to_subsets(scores: FloatArray) -> None:
    """Replace the score of every set by the lowest among its subsets; O(d 2^d).

    Node by node, each set that contains the node is compared with the same set without it. The
    inner loop runs over neighbours in memory and has no branch, so that it is vectorized.

    Parameters
    ----------
    scores : ndarray of shape (2^d,)
        Changed in place.
    """
    bit = 1
    while bit < scores.size:
        for block in range(0, scores.size, 2 * bit):
            for without in range(block, block + bit):
                own, other = scores[without + bit], scores[without]
                scores[without + bit] = other if other <= own else own
        bit <<= 1


@compact_kernel
def best_sinks(
    lowest: FloatArray, total: FloatArray, sinks: IntArray, first: int, last: int
) -> None:
    """Find the sink of the best DAG on every set of nodes in a range; O(d) for each.

    Without its sink, the best DAG on a set is the best one on the other nodes, and the sink has its
    best parents among them.

    Parameters
    ----------
    lowest : ndarray of shape (d, 2^d)
        Lowest score of every node with parents among every set of candidates.
    total : ndarray of shape (2^d,)
        Filled with the score of the best DAG on every set.
    sinks : ndarray of int, shape (2^d,)
        Filled; −1 where no DAG has a finite score, and for the empty set.
    first, last : int
        The range; ``last`` is not in it, and the sets before ``first`` are filled already.
    """
    d = lowest.shape[0]
    for whole in range(first, last):
        total[whole], sinks[whole] = np.inf, -1
        if whole == 0:
            total[whole] = 0.0
        for j in range(d):
            others = whole ^ (1 << j)
            if whole >> j & 1 and total[others] + lowest[j, others] < total[whole]:
                total[whole] = total[others] + lowest[j, others]
                sinks[whole] = j

"""Numba kernels of partial correlations given the parents of a node.

Regressions on parents are triangular: L Lᵀ is the correlation matrix of the parents, and z = L⁻¹ r,
of their correlations r with a node, has the squared length R². A parent that those before it
determine is left out, which changes no regression.
"""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Share of a variance below which rounding decides: a node is then determined by the parents.
LEAST_SHARE = 1e-10


@inner_kernel
def _unexplained(
    R: FloatArray, L: FloatArray, kept: IntArray, m: int, node: int, z: FloatArray
) -> float:
    """Fill z of a node given m parents, and return the share of its variance that they leave."""
    left: float = R[node, node]
    for a in range(m):
        value = R[kept[a], node]
        for b in range(a):
            value -= L[a, b] * z[b]
        z[a] = value / L[a, a]
        left -= z[a] ** 2
    return left


@inner_kernel
def _factor(R: FloatArray, parents: IntArray, k: int, L: FloatArray, kept: IntArray) -> int:
    """Fill the factor L of k parents, and return how many are kept."""
    m = 0
    for a in range(k):
        left = _unexplained(R, L, kept, m, parents[a], L[m])
        if left > LEAST_SHARE:
            L[m, m] = np.sqrt(left)
            kept[m] = parents[a]
            m += 1
    return m


@inner_kernel
def _partial(
    R: FloatArray, L: FloatArray, kept: IntArray, m: int, i: int, j: int, z: FloatArray
) -> float:
    """Return the partial correlation of i and j given m parents; NaN if these determine one."""
    left = _unexplained(R, L, kept, m, i, z[0])
    left_of_j = _unexplained(R, L, kept, m, j, z[1])
    if left <= LEAST_SHARE or left_of_j <= LEAST_SHARE:
        return np.nan
    covariance = R[i, j]
    for a in range(m):
        covariance -= z[0, a] * z[1, a]
    return float(covariance / np.sqrt(left * left_of_j))


@compact_kernel
def fill_independences(
    R: FloatArray,
    adjacency: BoolArray,
    order: IntArray,
    L: FloatArray,
    z: FloatArray,
    nodes: IntArray,
    partial: FloatArray,
) -> None:
    """Fill the partial correlations of nodes and earlier ones that are not their parents.

    Parameters
    ----------
    R : ndarray of shape (d, d)
        Correlations.
    adjacency : ndarray of bool, shape (d, d)
        A DAG.
    order : ndarray of int, shape (d,)
        A topological order of it.
    L : ndarray of shape (d, d)
        Work space: factor of the correlations of parents.
    z : ndarray of shape (2, d)
        Work space: regressions of a pair.
    nodes : ndarray of int, shape (2, d)
        Work space: parents, and those that are kept.
    partial : ndarray of shape (d, d)
        ``partial[i, j]`` is filled if i is before j, and not a parent of j: given the parents of j.
    """
    parents, kept = nodes[0], nodes[1]
    for place in range(1, len(order)):
        node, k = order[place], 0
        for before in range(place):
            if adjacency[order[before], node]:
                parents[k] = order[before]
                k += 1
        m = _factor(R, parents, k, L, kept)
        for before in range(place):
            other = order[before]
            if not adjacency[other, node]:
                partial[other, node] = _partial(R, L, kept, m, other, node, z)


@compact_kernel
def fill_edges(
    R: FloatArray,
    adjacency: BoolArray,
    L: FloatArray,
    z: FloatArray,
    nodes: IntArray,
    partial: FloatArray,
) -> None:
    """Fill the partial correlation of every edge, given the other parents of its effect.

    Parameters
    ----------
    R : ndarray of shape (d, d)
        Correlations.
    adjacency : ndarray of bool, shape (d, d)
        A DAG.
    L : ndarray of shape (d, d)
        Work space: factor of the correlations of parents.
    z : ndarray of shape (2, d)
        Work space: regressions of a pair.
    nodes : ndarray of int, shape (2, d)
        Work space: parents, and those that are kept.
    partial : ndarray of shape (d, d)
        Filled at the edges.
    """
    d = len(adjacency)
    others, kept = nodes[0], nodes[1]
    for node in range(d):
        for cause in range(d):
            if not adjacency[cause, node]:
                continue
            k = 0
            for other in range(d):
                if adjacency[other, node] and other != cause:
                    others[k] = other
                    k += 1
            m = _factor(R, others, k, L, kept)
            partial[cause, node] = _partial(R, L, kept, m, cause, node, z)

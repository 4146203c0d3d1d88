"""Numba kernels that score a node given every subset of its candidate parents.

A set of candidates is a number of which bit k indicates whether candidate k is in it. ``scores[0]``
is about these sets alone, ``scores[1 + u]`` about the same sets and further node u.
"""

import math
from typing import Any

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Kernels of scores are compiled into ``score_by_kernel``, so they are imported here.
from causal_dag.solvers.order.scores import count_kernels  # noqa: F401
from causal_dag.solvers.order.scores.local_score_kernel import local_score

# Share of its own variance that a node keeps given others, at least: a perfect fit stays finite.
SMALLEST_SHARE = 1e-14


@inner_kernel
def _log_sum(a: float, b: float) -> float:
    """Return log(eᵃ + eᵇ)."""
    if a < b:
        a, b = b, a
    if b == -math.inf:
        return a
    return a + math.log1p(math.exp(b - a))


@compact_kernel
def score_gaussian(
    matrix: FloatArray,
    node: int,
    candidates: IntArray,
    others: IntArray,
    constants: FloatArray,
    halves: FloatArray,
    log_determinant_share: float,
    rows: FloatArray,
    targets: FloatArray,
    scores: FloatArray,
) -> None:
    """Score sets by c_p − h_p log(v of the node given its p parents) − g log det of the parents.

    v is a Schur complement of ``matrix``. As in ``subset_kernels.sweep_all_sets``, the sets are the
    leaves of a binary tree, and only the decisions that differ from the previous set are repeated.

    Parameters
    ----------
    matrix : ndarray of shape (d, d)
        Positive semidefinite.
    node : int
        The node.
    candidates, others : ndarray of int, shapes (k,) and (m,)
        Its candidate parents, and nodes of which one may join them.
    constants, halves : ndarray of shape (d + 1,)
        c_p and h_p, by the number of parents.
    log_determinant_share : float
        g.
    rows : ndarray of shape (k + 1, k, k + m + 1)
        Work space: covariances of candidates 0 to i − 1 with one another, the others and the node,
        after the decisions on candidates i to k − 1.
    targets : ndarray of shape (k + 1, 3, m + 1)
        Work space: variances of the others and the node, their covariances with the node, and (in
        one entry) the log determinant, after the same decisions.
    scores : ndarray of shape (m + 1, 2^k)
        Filled.
    """
    k, m = candidates.size, others.size
    for a in range(k):
        for b in range(k):
            rows[k, a, b] = matrix[candidates[a], candidates[b]]
        for t in range(m):
            rows[k, a, k + t] = matrix[candidates[a], others[t]]
        rows[k, a, k + m] = matrix[candidates[a], node]
    for t in range(m + 1):
        other = others[t] if t < m else node
        targets[k, 0, t], targets[k, 1, t] = matrix[other, other], matrix[other, node]
    targets[k, 2, 0] = 0.0
    least = SMALLEST_SHARE * matrix[node, node]
    for chosen in range(1 << k):
        lowest = k - 1
        if chosen > 0:
            lowest = 0
            while chosen >> lowest & 1 == 0:
                lowest += 1
        for i in range(lowest, -1, -1):
            pivot, inverse, log_pivot = rows[i + 1, i, i], 0.0, 0.0
            if chosen >> i & 1 == 1:
                floor = SMALLEST_SHARE * matrix[candidates[i], candidates[i]]
                log_pivot = math.log(max(pivot, floor))
                # A candidate that is determined by the others explains nothing beyond them.
                inverse = 1.0 / pivot if pivot > floor else 0.0
            for a in range(i):
                slope = inverse * rows[i + 1, a, i]
                for b in range(i):
                    rows[i, a, b] = rows[i + 1, a, b] - slope * rows[i + 1, i, b]
                for b in range(k, k + m + 1):
                    rows[i, a, b] = rows[i + 1, a, b] - slope * rows[i + 1, i, b]
            slope = inverse * rows[i + 1, i, k + m]
            for t in range(m + 1):
                covariance = rows[i + 1, i, k + t]
                targets[i, 0, t] = targets[i + 1, 0, t] - inverse * covariance * covariance
                targets[i, 1, t] = targets[i + 1, 1, t] - slope * covariance
            targets[i, 2, 0] = targets[i + 1, 2, 0] + log_pivot
        p = 0
        for i in range(k):
            p += chosen >> i & 1
        variance, log_determinant = targets[0, 0, m], targets[0, 2, 0]
        scores[0, chosen] = (
            constants[p]
            - halves[p] * math.log(max(variance, least))
            - log_determinant_share * log_determinant
        )
        for t in range(m):
            own, covariance = targets[0, 0, t], targets[0, 1, t]
            floor = SMALLEST_SHARE * matrix[others[t], others[t]]
            left = variance - covariance * covariance / own if own > floor else variance
            scores[1 + t, chosen] = (
                constants[p + 1]
                - halves[p + 1] * math.log(max(left, least))
                - log_determinant_share * (log_determinant + math.log(max(own, floor)))
            )


@compact_kernel
def score_by_kernel(
    model: Any, node: int, candidates: IntArray, others: IntArray, parents: IntArray,
    scores: FloatArray, first: int, last: int,
) -> None:  # fmt: skip
    """Score the sets in a range by the compiled local score of a model, of which −2 log is taken.

    Parameters
    ----------
    model : named tuple
        What the kernel of the local score needs.
    node : int
        The node.
    candidates, others : ndarray of int, shapes (k,) and (m,)
        Its candidate parents, and nodes of which one may join them.
    parents : ndarray of int, shape (k + 1,)
        Work space.
    scores : ndarray of shape (m + 1, 2^k)
        Filled from set ``first`` to before ``last``.
    """
    for chosen in range(first, last):
        p = 0
        for i in range(candidates.size):
            if chosen >> i & 1 == 1:
                parents[p] = candidates[i]
                p += 1
        scores[0, chosen] = -0.5 * local_score(model, node, parents, p)
        for t in range(others.size):
            parents[p] = others[t]
            scores[1 + t, chosen] = -0.5 * local_score(model, node, parents, p + 1)


@compact_kernel
def sum_over_subsets(scores: FloatArray) -> None:
    """Replace the log score of every set by the log of the sum over its subsets (zeta transform).

    O(k 2^k), by the sums with and without each candidate in turn.

    Parameters
    ----------
    scores : ndarray of shape (m, 2^k)
        Each row is transformed in place.
    """
    for row in range(scores.shape[0]):
        bit = 1
        while bit < scores.shape[1]:
            for chosen in range(scores.shape[1]):
                if chosen & bit != 0:
                    scores[row, chosen] = _log_sum(scores[row, chosen], scores[row, chosen ^ bit])
            bit <<= 1


@compact_kernel
def find_best_subsets(ranked: IntArray, best_ranks: IntArray) -> None:
    """Find the rank of the first subset of every set in a ranking of all sets.

    Parameters
    ----------
    ranked : ndarray of shape (m, 2^k)
        Each row holds the sets in some order.
    best_ranks : ndarray of shape (m, 2^k)
        Filled.
    """
    for row in range(ranked.shape[0]):
        for rank in range(ranked.shape[1]):
            best_ranks[row, ranked[row, rank]] = rank
        bit = 1
        while bit < ranked.shape[1]:
            for chosen in range(ranked.shape[1]):
                if chosen & bit != 0:
                    best_ranks[row, chosen] = min(
                        best_ranks[row, chosen], best_ranks[row, chosen ^ bit]
                    )
            bit <<= 1

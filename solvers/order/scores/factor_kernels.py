"""Numba kernels on the factor of one order: the top-down order, insertion moves and swaps.

One d×d matrix, the *factor*, contains everything needed to evaluate every move. Row k belongs to
position k. Let L be the Cholesky factor of the correlation matrix in the given order, R = L Lᵀ,
and u the node at position k. Row k holds, for every node v at position q,

- q > k: ``L[q, k]``, the covariance of v with the standardized residual of u,
- q = k: ``L[k, k]``, whose square (the pivot) is the residual variance of u,
- q < k: ``(L⁻¹)[k, q]``, the coefficient of v in the standardized residual of u.

Columns are indexed by node, numbered by its position when the factor was computed; a move rotates
rows and leaves these numbers unchanged. Variances of the variables are passed separately, because
the Cholesky factor of correlations does not depend on units while the loss Σ_k variance · pivot
does.
"""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compiled

# Pivots of a correlation matrix below this are rounding error.
SMALLEST_PIVOT = 1e-15


@compiled()
def factorise(correlation: FloatArray, factor: FloatArray) -> None:
    """Fill ``factor`` (d, d) for the order in which ``correlation`` (d, d) is given.

    Rows are computed from the top, each from all rows above it in groups of four. Left of the
    diagonal, row k accumulates L⁻¹, to which row m contributes only in columns up to m; the columns
    of a group itself are therefore treated separately, row by row.
    """
    d = correlation.shape[0]
    for k in range(d):
        for v in range(d):
            factor[k, v] = correlation[k, v] if v >= k else 0.0
        for first in range(0, k, 4):
            last = min(first + 4, k)
            _subtract_rows(factor, k, k, first, last, k, d)
            _subtract_rows(factor, k, k, first, last, 0, first)
            for m in range(first, last):
                for q in range(first, m):
                    factor[k, q] -= factor[m, k] * factor[m, q]
                factor[k, m] -= factor[m, k] / factor[m, m]
        root = np.sqrt(max(factor[k, k], SMALLEST_PIVOT))
        for q in range(d):
            factor[k, q] /= root
        factor[k, k] = root


@compiled()
def _subtract_rows(
    factor: FloatArray, k: int, column: int, first: int, last: int, start: int, stop: int
) -> None:
    """Subtract rows first..last-1 (one to four), times their entry in a column, from row k.

    Four rows are processed at a time, because reading and writing the target costs as much as the
    arithmetic. Missing rows have the factor 0.
    """
    second, third, fourth = min(first + 1, last - 1), min(first + 2, last - 1), last - 1
    by_0 = factor[first, column]
    by_1 = factor[second, column] if last > first + 1 else 0.0
    by_2 = factor[third, column] if last > first + 2 else 0.0
    by_3 = factor[fourth, column] if last > first + 3 else 0.0
    # LLVM makes vectors of these loops only where no index can be negative.
    row, row_0, row_1 = factor[k, start:stop], factor[first, start:stop], factor[second, start:stop]
    row_2, row_3 = factor[third, start:stop], factor[fourth, start:stop]
    for v in range(row.size):
        row[v] -= by_0 * row_0[v] + by_1 * row_1[v] + by_2 * row_2[v] + by_3 * row_3[v]


@compiled()
def top_down_order(covariance: FloatArray, variance: FloatArray, order: IntArray) -> None:
    """Fill ``order`` by pivoted Cholesky that takes the smallest residual variance first.

    The factor is that of the correlations, of which there is no copy. ``variance`` are those that
    fractions are of: ones, if units shall not matter. ``rows`` holds the rows of the factor for the
    nodes already taken, ``residual`` the variance that these leave of each node, as a fraction of
    its own.
    """
    d = covariance.shape[0]
    rows, residual, taken = np.empty((d, d)), np.empty(d), np.empty(d, dtype=np.bool_)
    scale = np.empty(d)
    for v in range(d):
        residual[v], taken[v], scale[v] = 1.0, False, np.sqrt(covariance[v, v])
    rank = 0
    for k in range(d):
        node, smallest = -1, np.inf
        for v in range(d):
            if not taken[v] and variance[v] * residual[v] < smallest:
                node, smallest = v, variance[v] * residual[v]
        taken[node] = True
        order[k] = node
        if residual[node] <= SMALLEST_PIVOT:
            # The nodes already taken determine this one: it has no further explanatory power.
            continue
        for v in range(d):
            rows[rank, v] = covariance[node, v] / scale[v] / scale[node]
        rows[rank, node] = 1.0
        for first in range(0, rank, 4):
            _subtract_rows(rows, rank, node, first, min(first + 4, rank), 0, d)
        root = np.sqrt(residual[node])
        for v in range(d):
            rows[rank, v] /= root
            residual[v] = max(residual[v] - rows[rank, v] ** 2, SMALLEST_PIVOT)
        rank += 1


@compiled()
def swap_neighbours(factor: FloatArray, order: IntArray, k: int) -> None:
    """Swap the nodes at positions k and k+1: one Givens rotation of two rows, O(d)."""
    first, second = order[k], order[k + 1]
    upper, lower = factor[k], factor[k + 1]
    diagonal = upper[first]
    root = np.hypot(upper[second], lower[second])
    cosine, sine = upper[second] / root, lower[second] / root
    for v in range(factor.shape[1]):
        above, below = upper[v], lower[v]
        upper[v] = cosine * above + sine * below
        lower[v] = sine * above - cosine * below
    # Entries of the two nodes cross the diagonal and thereby change their meaning.
    upper[second] = root
    upper[first] = cosine * diagonal
    lower[first] = sine * diagonal
    lower[second] = -cosine / (sine * root)
    order[k], order[k + 1] = second, first


@compiled()
def insertion_sweep(
    factor: FloatArray, variance: FloatArray, order: IntArray, least_gain: float
) -> int:
    """Move every node once to its best position; ``factor`` and ``order`` change in place.

    Moving a node x is a chain of neighbour swaps, each of which changes the loss by
    b²(1/a − 1/c) for the Schur block [[a, b], [b, c]] of the two nodes. To the left, the block's
    entries follow from x's column of L; to the right, from its column of L⁻¹. All d positions of a
    node are therefore evaluated in O(d), and only the best move is carried out, if it decreases
    Σ variance · pivot by more than ``least_gain``.

    Returns the number of moves.
    """
    n_moves = 0
    for node in range(order.size):
        position = 0
        while order[position] != node:
            position += 1
        target = _best_position(factor, variance, order, position, least_gain)
        for k in range(position - 1, target - 1, -1):
            swap_neighbours(factor, order, k)
        for k in range(position, target):
            swap_neighbours(factor, order, k)
        if target != position:
            n_moves += 1
    return n_moves


@compiled()
def _best_position(
    factor: FloatArray, variance: FloatArray, order: IntArray, position: int, least_gain: float
) -> int:
    """Return the position with the lowest loss, or the current one if no move gains enough.

    When the node moves to the left, it loses the predecessors that it passes, and each of them
    gains it as a predecessor. The squared entries of its column of L are the variance that they
    explain, and are summed backwards. When it moves to the right, it gains the nodes that it
    passes as predecessors; there the squared entries of its column of L⁻¹ are the increments of its
    precision, and are summed forwards. Both sums are exact, so all d positions cost O(d).
    """
    node = order[position]
    lowest, target = -least_gain, position
    change, unexplained = 0.0, factor[position, node] ** 2
    for k in range(position - 1, -1, -1):
        other = order[k]
        explained = factor[k, node] ** 2
        unexplained += explained
        pivot = variance[other] * factor[k, other] ** 2
        change += explained * (variance[node] - pivot / unexplained)
        if change < lowest:
            lowest, target = change, k
    change, precision = 0.0, 1.0 / factor[position, node] ** 2
    for k in range(position + 1, order.size):
        other = order[k]
        gained = factor[k, node] ** 2
        pivot = variance[other] * factor[k, other] ** 2
        change += gained * (pivot - variance[node] / (precision + gained)) / precision
        precision += gained
        if change < lowest:
            lowest, target = change, k
    return target


@compiled()
def swap_changes(
    factor: FloatArray,
    variance: FloatArray,
    first: IntArray,
    second: IntArray,
    changes: FloatArray,
) -> None:
    """Fill ``changes`` with the change of Σ variance · pivot by each swap of two positions.

    ``factor`` is as computed by ``factorise`` (nodes are numbered by position), and
    ``first < second``. A swap moves the second node left to the first node's position, a chain of
    rotations that is tracked only in the first node's column of L⁻¹ (``shifted``), and then the
    first node right; O(second − first) each. ``pivot`` holds variance · pivot of the nodes between
    the two after the move to the left.
    """
    shifted = np.empty(variance.size)
    pivot = np.empty(variance.size)
    for move in range(first.size):
        a, b = first[move], second[move]
        before = variance[b] * factor[b, b] ** 2
        unexplained = factor[b, b] ** 2
        carried = factor[b, a]
        for k in range(b - 1, a - 1, -1):
            total = unexplained + factor[k, b] ** 2
            cosine, sine = factor[k, b] / np.sqrt(total), np.sqrt(unexplained / total)
            own = factor[k, a] if k > a else 1.0 / factor[a, a]
            shifted[k + 1] = sine * own - cosine * carried
            carried = cosine * own + sine * carried
            before += variance[k] * factor[k, k] ** 2
            pivot[k + 1] = variance[k] * factor[k, k] ** 2 * (unexplained / total)
            unexplained = total
        after = variance[b] * unexplained
        precision = shifted[a + 1] ** 2
        for k in range(a + 2, b + 1):
            gained = shifted[k] ** 2
            after += pivot[k] * (1.0 + gained / precision)
            precision += gained
        changes[move] = after + variance[a] / precision - before


@compiled()
def eliminate_parents(
    correlation: FloatArray,
    factor: FloatArray,
    candidates: BoolArray,
    required: BoolArray,
    n_samples: int,
    price: float,
    most: int,
    adjacency: BoolArray,
) -> None:
    """Regress every node on candidates before it, and drop candidates while that lowers BIC.

    ``factor`` is as computed by ``factorise`` from ``correlation`` (nodes are numbered by
    position). If a node has more than ``most`` candidates, those are kept whose removal from the
    regression on all nodes before it would increase the residual variance most. The factor contains
    that regression, so a node costs O(d · most² + most³). Fills ``adjacency`` (d, d).

    ``precision`` holds the diagonal of the inverse of the correlations of the nodes so far, and
    ``strength`` the increase β² / precision of the residual variance for every candidate.
    """
    d = factor.shape[0]
    precision, strength = np.zeros(d), np.empty(d)
    for child in range(d):
        for i in range(child):
            beta = factor[child, i] * factor[child, child]
            strength[i] = beta * beta / precision[i]
            if required[i, child]:
                strength[i] = np.inf
            elif not candidates[i, child]:
                strength[i] = -1.0
        chosen = _strongest(strength[:child], most)
        for i in range(d):
            adjacency[i, child] = False
        for i in _eliminated(correlation, child, chosen, required, n_samples, price):
            adjacency[i, child] = True
        # Extend the diagonal of the inverse of the correlations to include the child.
        for i in range(child):
            precision[i] += factor[child, i] ** 2
        precision[child] = 1.0 / factor[child, child] ** 2


@compiled()
def _strongest(strength: FloatArray, most: int) -> IntArray:
    """Return the indices of the ``most`` largest non-negative values, and of all infinite ones."""
    # Loops, because compiling np.sort and np.flatnonzero would add a second to the first fit.
    least = 0.0
    if strength.size > most:
        remaining = strength.copy()
        for _ in range(most):
            largest = 0
            for i in range(1, remaining.size):
                if remaining[i] > remaining[largest]:
                    largest = i
            least = remaining[largest]
            remaining[largest] = -1.0
        least = max(0.0, least)
    places, size = np.empty(strength.size, dtype=np.intp), 0
    for i in range(strength.size):
        if strength[i] >= least:
            places[size] = i
            size += 1
    return places[:size]


@compiled()
def _eliminated(
    correlation: FloatArray,
    child: int,
    chosen: IntArray,
    required: BoolArray,
    n_samples: int,
    price: float,
) -> IntArray:
    """Return the chosen parents that remain after backward elimination.

    As long as n log σ² + price · ``|P|`` decreases, the parent whose removal increases σ² least is
    removed. The increase is β_q² / K_qq, where K is the inverse of R_PP, which is downdated at each
    step. O(|P|³) at most.
    """
    size = chosen.size
    nodes = np.empty(size + 1, dtype=np.intp)
    for i in range(size):
        nodes[i] = chosen[i]
    nodes[size] = child
    own, factor = np.empty((size + 1, size + 1)), np.empty((size + 1, size + 1))
    for i in range(size + 1):
        for j in range(size + 1):
            own[i, j] = correlation[nodes[i], nodes[j]]
    factorise(own, factor)
    K, beta, stays = np.zeros((size, size)), np.empty(size), np.ones(size, dtype=np.bool_)
    for m in range(size):
        _add_node_to_inverse(factor, m, K)
        beta[m] = -factor[size, m] * factor[size, size]
    variance = factor[size, size] ** 2
    while True:
        weakest, smallest = -1, np.inf
        for q in range(size):
            if stays[q] and not required[chosen[q], child] and beta[q] ** 2 / K[q, q] < smallest:
                weakest, smallest = q, beta[q] ** 2 / K[q, q]
        if weakest < 0 or n_samples * np.log(1.0 + smallest / variance) >= price:
            return chosen[stays]
        stays[weakest] = False
        variance += smallest
        for i in range(size):
            if stays[i]:
                share = K[i, weakest] / K[weakest, weakest]
                beta[i] -= share * beta[weakest]
                for j in range(size):
                    K[i, j] -= share * K[weakest, j]


@compiled()
def _add_node_to_inverse(factor: FloatArray, node: int, inverse: FloatArray) -> None:
    """Extend the inverse of the correlations of the nodes before a node to include the node."""
    own = 1.0 / factor[node, node]
    for i in range(node):
        for j in range(node):
            inverse[i, j] += factor[node, i] * factor[node, j]
        inverse[i, node] = inverse[node, i] = own * factor[node, i]
    inverse[node, node] = own**2

"""Numba kernels that regress single nodes on given parents, from a correlation matrix.

Row m of the *basis* (d, d) of a regression holds the covariances of all d variables with the
standardized residual of the m-th parent given the parents before it (a row of a Cholesky factor).
The residual variance of a variable given the parents is 1 minus the sum of squares of its column.
Rows depend only on the rows above, so a parent is added by appending a row.
"""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compiled

# Residual variances of a correlation matrix below this are rounding error.
SMALLEST_VARIANCE = 1e-15


@compiled()
def _append_parent(correlation: FloatArray, basis: FloatArray, size: int, parent: int) -> None:
    """Compute row ``size`` of ``basis`` from the rows before it; O(size · d)."""
    d = correlation.shape[0]
    for v in range(d):
        basis[size, v] = correlation[parent, v]
    for m in range(size):
        coefficient = basis[m, parent]
        for v in range(d):
            basis[size, v] -= coefficient * basis[m, v]
    root = np.sqrt(max(basis[size, parent], SMALLEST_VARIANCE))
    for v in range(d):
        basis[size, v] /= root


@compiled()
def _variance_given_allowed(
    correlation: FloatArray,
    allowed: BoolArray,
    order: IntArray,
    position: int,
    child: int,
    basis: FloatArray,
) -> float:
    """Return a node's residual variance given its allowed parents among the first ``position``."""
    size, residual = 0, 1.0
    for k in range(position):
        if allowed[order[k], child]:
            _append_parent(correlation, basis, size, order[k])
            residual -= basis[size, child] ** 2
            size += 1
    return max(residual, SMALLEST_VARIANCE)


@compiled()
def constrained_variances(
    correlation: FloatArray, allowed: BoolArray, order: IntArray, variances: FloatArray
) -> None:
    """Fill ``variances[k]`` with the residual variance of the node at position k of the order."""
    basis = np.empty_like(correlation)
    for k in range(order.size):
        variances[k] = _variance_given_allowed(correlation, allowed, order, k, order[k], basis)


@compiled()
def toggle_variances(
    correlation: FloatArray,
    child: int,
    parents: IntArray,
    size: int,
    basis: FloatArray,
    residual: FloatArray,
    variances: FloatArray,
) -> None:
    """Fill ``variances`` with the child's residual variance after each change of one parent.

    ``parents[:size]`` are the child's parents P. Entry v is the variance after removing v if it is
    in P, and after adding it otherwise; entry ``child`` is the variance without any change. Adding
    v explains cov(v, child)² / var(v), both given P; removing q in P costs β_q² / (R_PP⁻¹)_qq.
    ``residual`` (d,) is work space for the variances of all nodes given P; ``variances`` first
    holds their covariances with the child given P.
    """
    for m in range(size):
        _append_parent(correlation, basis, m, parents[m])
    for v in range(residual.size):
        residual[v] = 1.0
        variances[v] = correlation[child, v]
    for m in range(size):
        coefficient = basis[m, child]
        for v in range(residual.size):
            residual[v] -= basis[m, v] ** 2
            variances[v] -= coefficient * basis[m, v]
    current = max(residual[child], SMALLEST_VARIANCE)
    for v in range(residual.size):
        explained = variances[v] ** 2 / max(residual[v], SMALLEST_VARIANCE)
        variances[v] = max(current - explained, SMALLEST_VARIANCE)
    variances[child] = current
    column = basis[size]
    for q in range(size):
        # Column q of L⁻¹, where L[m, q] = basis[q, parents[m]] is the factor of R_PP.
        coefficient, precision = 0.0, 0.0
        for m in range(q, size):
            column[m] = 1.0 if m == q else 0.0
            for earlier in range(q, m):
                column[m] -= basis[earlier, parents[m]] * column[earlier]
            column[m] /= basis[m, parents[m]]
            coefficient += column[m] * basis[m, child]
            precision += column[m] ** 2
        variances[parents[q]] = current + coefficient**2 / precision


@compiled()
def grow_shrink_parents(
    correlation: FloatArray,
    candidates: BoolArray,
    required: BoolArray,
    n_samples: int,
    price: float,
    adjacency: BoolArray,
    scores: FloatArray,
) -> None:
    """Add or remove one parent at a time, whichever lowers a node's BIC most, until none does.

    ``adjacency`` (d, d) holds the initial parents and is overwritten by the final ones; ``scores``
    (d,) receives n log σ² + price · ``|P|`` of every node, with σ² on the scale of correlations.
    """
    d = correlation.shape[0]
    basis, residual, variances = np.empty((d, d)), np.empty(d), np.empty(d)
    parents = np.empty(d, dtype=np.intp)
    for child in range(d):
        scores[child] = np.inf
        toggled = child
        while True:
            size = 0
            for v in range(d):
                if adjacency[v, child]:
                    parents[size] = v
                    size += 1
            toggle_variances(correlation, child, parents, size, basis, residual, variances)
            score = n_samples * np.log(variances[child]) + price * size
            if score >= scores[child]:
                # The predicted gain was a rounding error: undo the change and stop, which ensures
                # that the loop terminates.
                adjacency[toggled, child] = not adjacency[toggled, child]
                break
            scores[child] = score
            toggled = child
            for v in range(d):
                if candidates[v, child] and not required[v, child]:
                    changed_size = size - 1 if adjacency[v, child] else size + 1
                    changed = n_samples * np.log(variances[v]) + price * changed_size
                    if changed < score:
                        score, toggled = changed, v
            if toggled == child:
                break
            adjacency[toggled, child] = not adjacency[toggled, child]


@compiled()
def constrained_top_down_order(
    correlation: FloatArray,
    variance: FloatArray,
    allowed: BoolArray,
    precedence: BoolArray,
    order: IntArray,
) -> None:
    """Fill ``order`` with, at each position, the node of least variance given allowed parents.

    A node is eligible once all its required predecessors are placed; ``waits_for`` (d,) counts
    those that are missing, and is -1 for nodes already placed.
    """
    d = correlation.shape[0]
    basis, waits_for = np.empty((d, d)), np.empty(d, dtype=np.intp)
    for v in range(d):
        waits_for[v] = 0
        for earlier in range(d):
            waits_for[v] += precedence[earlier, v]
    for position in range(d):
        node, smallest = -1, np.inf
        for v in range(d):
            if waits_for[v] != 0:
                continue
            residual = variance[v] * _variance_given_allowed(
                correlation, allowed, order, position, v, basis
            )
            if residual < smallest:
                node, smallest = v, residual
        order[position] = node
        waits_for[node] = -1
        for v in range(d):
            if precedence[node, v]:
                waits_for[v] -= 1


@compiled()
def constrained_insertion_sweep(
    correlation: FloatArray,
    variance: FloatArray,
    allowed: BoolArray,
    precedence: BoolArray,
    order: IntArray,
    least_gain: float,
) -> int:
    """Move every node once to its best position that respects ``precedence``.

    A node that moves past others changes only its own regression and those of the nodes of which it
    is an allowed parent. ``order`` is modified in place; every move decreases Σ variance · residual
    by more than ``least_gain``. Returns the number of moves.

    Row v of ``toggled`` (d, d) holds the variances of v after each change of one parent, valid
    while ``is_current[v]``. For the node to be moved, ``own`` (d,) holds its variance at every
    position, and ``change`` (d,) the change of each other node's term when the node passes it.
    """
    d = order.size
    basis, residual, own, change = np.empty((d, d)), np.empty(d), np.empty(d), np.empty(d)
    toggled, is_current = np.empty((d, d)), np.zeros(d, dtype=np.bool_)
    parents, others = np.empty(d, dtype=np.intp), np.empty(d - 1, dtype=np.intp)
    n_moves = 0
    for node in order.copy():
        position = 0
        for k in range(d):
            child = order[k]
            if child == node:
                position = k
            if not is_current[child]:
                size = 0
                for earlier in range(k):
                    if allowed[order[earlier], child]:
                        parents[size] = order[earlier]
                        size += 1
                toggle_variances(correlation, child, parents, size, basis, residual, toggled[child])
                is_current[child] = True
        for k in range(d - 1):
            others[k] = order[k] if k < position else order[k + 1]
        _variances_by_position(correlation, variance, allowed, others, node, basis, own)
        for v in range(d):
            is_parent = allowed[node, v]
            change[v] = variance[v] * (toggled[v, node] - toggled[v, v]) if is_parent else 0.0
        target = _best_allowed_position(change, precedence, others, position, node, own, least_gain)
        if target != position:
            n_moves += 1
            for k in range(min(position, target), max(position, target)):
                is_current[others[k]] = False
            is_current[node] = False
            for k in range(target):
                order[k] = others[k]
            order[target] = node
            for k in range(target, d - 1):
                order[k + 1] = others[k]
    return n_moves


@compiled()
def _variances_by_position(
    correlation: FloatArray,
    variance: FloatArray,
    allowed: BoolArray,
    others: IntArray,
    node: int,
    basis: FloatArray,
    own: FloatArray,
) -> None:
    """Fill ``own`` (d,) with the residual variance that the node would have at each position."""
    size, residual = 0, 1.0
    own[0] = variance[node]
    for k in range(others.size):
        if allowed[others[k], node]:
            _append_parent(correlation, basis, size, others[k])
            residual -= basis[size, node] ** 2
            size += 1
        own[k + 1] = variance[node] * max(residual, SMALLEST_VARIANCE)


@compiled()
def _best_allowed_position(
    change: FloatArray,
    precedence: BoolArray,
    others: IntArray,
    position: int,
    node: int,
    own: FloatArray,
    least_gain: float,
) -> int:
    """Return the best position of a node; passing v changes the loss of v by ``change[v]``."""
    lowest, target = -least_gain, position
    passed = 0.0
    for k in range(position - 1, -1, -1):
        if precedence[others[k], node]:
            break
        passed += change[others[k]]
        if passed + own[k] - own[position] < lowest:
            lowest, target = passed + own[k] - own[position], k
    passed = 0.0
    for k in range(position, others.size):
        if precedence[node, others[k]]:
            break
        passed += change[others[k]]
        if passed + own[k + 1] - own[position] < lowest:
            lowest, target = passed + own[k + 1] - own[position], k + 1
    return target


@compiled()
def constrained_swap_changes(
    correlation: FloatArray,
    variance: FloatArray,
    allowed: BoolArray,
    order: IntArray,
    first: IntArray,
    second: IntArray,
    changes: FloatArray,
) -> None:
    """Fill ``changes`` with the change of Σ variance · residual by each swap of two positions."""
    basis, before = np.empty_like(correlation), np.empty_like(variance)
    constrained_variances(correlation, allowed, order, before)
    swapped = order.copy()
    for move in range(first.size):
        a, b = first[move], second[move]
        swapped[a], swapped[b] = order[b], order[a]
        changes[move] = 0.0
        for k in range(a, b + 1):
            after = _variance_given_allowed(correlation, allowed, swapped, k, swapped[k], basis)
            changes[move] += variance[swapped[k]] * after - variance[order[k]] * before[k]
        swapped[a], swapped[b] = order[a], order[b]

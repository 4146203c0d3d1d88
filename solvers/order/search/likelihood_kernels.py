"""Numba kernels of the search over orders with sparse Gaussian scores.

The score of a DAG is Σ_j a·log σ²_j + c·log Σ_j s_j σ²_j + Σ_j (p_1 + … + p_k), where σ²_j is the
residual variance of column j, standardized, given its k parents P_j, of which the first costs p_1.
With unequal noise variances (a, c) is (n, 0), with equal ones (0, n d). It is searched by
insertions of single nodes.

For each node u the search keeps one row and the diagonal of the correlation matrix R after it was
swept on P_u (Goodnight, "A tutorial on the SWEEP operator", 1979): for x outside P_u::

    row[u, x] = cov(u, x | P_u),  diagonal[u, x] = var(x | P_u),

and for x in P_u the coefficient of x, and minus the x-th diagonal entry of R[P_u, P_u]⁻¹. So σ²_u
is diagonal[u, u], and **adding or dropping any x changes σ²_u by −row² / diagonal**: one formula,
O(1). Making the change costs O(``|P_u|`` d).

The rows of very many nodes would fill the memory. They are computed then from R, whenever a node is
looked at.
"""

from typing import Any, NamedTuple

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, compiled, inner_kernel
from causal_dag.solvers.order.search.order_kernels import dequeue, enqueue, put_at

# Residual variances of a correlation matrix below this are rounding error.
SMALLEST_VARIANCE = 1e-12
# A candidate whose variance given the parents is below this is collinear with them.
COLLINEAR = 1e-12
# Changes of the parents after which a row is computed afresh: each drop of a strong parent
# multiplies the rounding error.
REFRESH = 8
# Rows longer than this are computed afresh only where the error of a variance exceeds that share.
LONG_ROW = 256
DRIFT = 1e-9
# Margin of marks, relative to what a candidate must explain: larger than rounding errors.
MARGIN = 1e-6
# Candidates that are compared in one go.
BLOCK = 64
# Entries of a row that are computed in one go, so that what they need stays in the fastest memory.
SWEPT_AT_ONCE = 256
# Share of the penalty per edge at which a node may take parents on trial.
OVERGROWTH = 0.2


class Terms(NamedTuple):
    """What the score is made of; constant during a search."""

    correlation: FloatArray  # (d, d) R
    share: FloatArray  # (d,) s_j: variances, divided by their mean
    allowed: BoolArray  # (d, d), [child, parent]; (0, 0) if all but loops are
    required: BoolArray  # (d, d), [child, parent]; (0, 0) if none is
    precedence: BoolArray  # (d, d), [earlier, later]; (0, 0) if all orders are possible
    log_weight: float  # a
    pooled_weight: float  # c
    prices: FloatArray  # (d,) p_1, p_2, ...
    excess: FloatArray  # (d + 1,) p_1 + … + p_k - k p_1, which is 0 where all prices are equal
    largest_price: float
    least_share: float  # of a variance that a parent explains if it is worth its price; 0: unknown
    tolerance: float  # what a move must gain
    max_parents: int
    most_grown: int  # parents that a node may have for a while


class State(NamedTuple):
    """An order, the parents chosen along it, and the swept rows."""

    order: IntArray  # (d,)
    position: IntArray  # (d,)
    n_parents: IntArray  # (d,)
    parents: IntArray  # (d, most) parents of u: the first entries of row u
    row: FloatArray  # (d, d); (0, 0) if rows are not kept
    diagonal: FloatArray  # (d, d); (0, 0) if rows are not kept
    variance: FloatArray  # (d,) σ²_u
    promising: (
        Any  # (d, d / 8) of uint8, a bit for every x: it is a parent of u, or may be worth one
    )
    pooled: FloatArray  # (1,) Σ s_j σ²_j
    queue: IntArray  # (d,) circular: nodes to look at
    queued: BoolArray  # (d,)
    span: IntArray  # (2,) where the queue begins, and its length
    width: IntArray  # (1,) how many entries of the rows are in use: nodes beyond are not yet placed


class Trial(NamedTuple):
    """One node with other parents than in the state."""

    node: IntArray  # (1,)
    n_parents: IntArray  # (1,)
    parents: IntArray  # (d,)
    row: FloatArray  # (d,)
    diagonal: FloatArray  # (d,)
    age: IntArray  # (1,) changes since the row was computed afresh
    swept: FloatArray  # (d,) room for the swept row of a candidate
    alpha: FloatArray  # (d,) room for coefficients
    factor: FloatArray  # (most, most) Cholesky factor L of R[P, P] ...
    n_factored: IntArray  # (1,) ... of the first so many parents
    block: FloatArray  # (most, SWEPT_AT_ONCE) room for a part of L⁻¹ R[P, :]
    width: IntArray  # (1,) the state's


@compiled(error_model="numpy", _nrt=False)
def subtract_rows(
    target: FloatArray, width: int, matrix: FloatArray, rows: IntArray, factors: FloatArray, k: int
) -> None:
    """Subtract the first k ``rows`` of a matrix, times their factors, from ``target``.

    Four at a time, because reading and writing the target costs as much as the arithmetic. This
    and the next kernel do most of the arithmetic, in vectors: LLVM makes none where it has to keep
    code short.
    """
    m = 0
    while m + 4 <= k:
        a0, a1, a2, a3 = factors[m], factors[m + 1], factors[m + 2], factors[m + 3]
        p0, p1, p2, p3 = rows[m], rows[m + 1], rows[m + 2], rows[m + 3]
        for x in range(width):
            target[x] -= (a0 * matrix[p0, x] + a1 * matrix[p1, x]) + (
                a2 * matrix[p2, x] + a3 * matrix[p3, x]
            )
        m += 4
    while m < k:
        a0, p0 = factors[m], rows[m]
        for x in range(width):
            target[x] -= a0 * matrix[p0, x]
        m += 1


@compiled(error_model="numpy", _nrt=False)
def _copy_row(target: FloatArray, width: int, matrix: FloatArray, row: int) -> None:
    """Copy a row of a matrix, in vectors."""
    for x in range(width):
        target[x] = matrix[row, x]


@compiled(error_model="numpy", _nrt=False)
def sweep(
    row: FloatArray,
    diagonal: FloatArray,
    width: int,
    swept: FloatArray,
    slope: float,
    inverse: float,
) -> None:
    """Sweep one more variable, given its row of the swept matrix, into a row and the diagonal."""
    for x in range(width):
        row[x] -= slope * swept[x]
        diagonal[x] -= inverse * swept[x] * swept[x]


@compiled(error_model="numpy", _nrt=False)
def _mark(state: State, trial: Trial, bar: float) -> None:
    """Mark the candidates for the node in the trial.

    They are few. Blocks without any are passed over as a whole, in vectors. Which candidates gain
    is decided by entries computed from R, so that too many marks change nothing.
    """
    u, width = trial.node[0], trial.width[0]
    bar *= 1.0 - MARGIN
    for first in range(0, width, BLOCK):
        last = min(first + BLOCK, width)
        row, diagonal = trial.row[first:last], trial.diagonal[first:last]
        n_dear = 0
        for y in range(row.size):
            n_dear += row[y] * row[y] < bar * diagonal[y]
        for y in range(0, row.size, 8):
            marks = 0
            for z in range(y, min(y + 8, row.size) if n_dear < row.size else y):
                marks |= (not row[z] * row[z] < bar * diagonal[z]) << (z - y)
            state.promising[u, (first + y) // 8] = marks


@inner_kernel
def _is_promising(state: State, u: int, x: int) -> bool:
    """Whether x is a parent of u, or may be worth its price as one."""
    is_marked: bool = (state.promising[u, x // 8] >> (x % 8)) & 1 == 1
    return is_marked


@inner_kernel
def _bar(terms: Terms, variance: float, k: int) -> float:
    """Return what a candidate's squared entry over its variance must exceed, beside k parents."""
    # Where it would have to take the place of a parent, any gain counts.
    bar: float = terms.least_share * variance if k < terms.max_parents else 0.0
    return bar


@inner_kernel
def _is_allowed(terms: Terms, u: int, x: int) -> bool:
    """Whether x may be a parent of u."""
    return u != x and (terms.allowed.size == 0 or terms.allowed[u, x])


@inner_kernel
def _is_required(terms: Terms, u: int, x: int) -> bool:
    """Whether x has to be a parent of u."""
    return terms.required.size > 0 and terms.required[u, x]


@inner_kernel
def precedes(terms: Terms, u: int, x: int) -> bool:
    """Whether u has to stand before x."""
    return terms.precedence.size > 0 and terms.precedence[u, x]


@inner_kernel
def _load(terms: Terms, state: State, u: int, trial: Trial) -> None:
    """Let the trial have a node's parents and swept row as they are in the state."""
    _load_parents(state, u, trial)
    if state.row.size == 0:
        _sweep_all(terms, trial)
    else:
        _copy_row(trial.row, trial.width[0], state.row, u)
        _copy_row(trial.diagonal, trial.width[0], state.diagonal, u)


@inner_kernel
def _load_parents(state: State, u: int, trial: Trial) -> None:
    """Let the trial have a node's parents as they are in the state."""
    k = state.n_parents[u]
    trial.node[0] = u
    trial.n_parents[0] = k
    trial.age[0] = 0
    trial.n_factored[0] = 0
    for m in range(k):
        trial.parents[m] = state.parents[u, m]


@inner_kernel
def _sweep_all(terms: Terms, trial: Trial) -> None:
    """Compute the row and the diagonal from R, swept on all parents at once.

    With L Lᵀ = R[P, P] and Z = L⁻¹ R[P, :], they are R[u, :] − Z[:, u]ᵀ Z and 1 − Σ_m Z_m². That
    reads every row of R once.
    """
    u, k, factor, alpha = trial.node[0], trial.n_parents[0], trial.factor, trial.alpha
    _solve(terms.correlation, trial, u)
    _subtract_explained(
        trial.row,
        trial.diagonal,
        trial.width[0],
        terms.correlation,
        u,
        trial.parents,
        factor,
        alpha,
        k,
        trial.block,
    )
    _solve_transposed(trial)
    for m in range(k):
        trial.row[trial.parents[m]] = alpha[m]
    for m in range(k):
        _solve_unit(trial, m)
        inverse = 0.0
        for q in range(m, k):
            inverse += alpha[q] * alpha[q]
        trial.diagonal[trial.parents[m]] = -inverse


@compiled(error_model="numpy", _nrt=False)
def _subtract_explained(
    row: FloatArray,
    diagonal: FloatArray,
    width: int,
    correlation: FloatArray,
    u: int,
    parents: IntArray,
    factor: FloatArray,
    alpha: FloatArray,
    k: int,
    block: FloatArray,
) -> None:
    """Fill row and diagonal for nodes that are no parents, a block of entries at a time."""
    for first in range(0, width, SWEPT_AT_ONCE):
        size = min(SWEPT_AT_ONCE, width - first)
        entries, variances = row[first : first + size], diagonal[first : first + size]
        own = correlation[u, first : first + size]
        for y in range(size):
            entries[y] = own[y]
            variances[y] = 1.0
        for m in range(k):
            explained = block[m]
            own = correlation[parents[m], first : first + size]
            for y in range(size):
                explained[y] = own[y]
            q = 0
            while q + 2 <= m:
                slope, second = factor[m, q], factor[m, q + 1]
                for y in range(size):
                    explained[y] -= slope * block[q, y] + second * block[q + 1, y]
                q += 2
            if q < m:
                slope = factor[m, q]
                for y in range(size):
                    explained[y] -= slope * block[q, y]
            inverse, slope = 1.0 / factor[m, m], alpha[m]
            for y in range(size):
                share = explained[y] * inverse
                explained[y] = share
                entries[y] -= slope * share
                variances[y] -= share * share


@compact_kernel
def mark_promising(terms: Terms, state: State, trial: Trial) -> None:
    """Mark the candidates of all nodes, once prices have changed."""
    for u in range(state.order.size):
        _load(terms, state, u, trial)
        _mark(state, trial, _bar(terms, state.variance[u], state.n_parents[u]))


@inner_kernel
def _commit(terms: Terms, state: State, trial: Trial) -> None:
    """Take over the trial: its node, and all its parents, are to be looked at again."""
    _store_afresh(terms, state, trial)
    _enqueue_with_parents(state, trial.node[0])


@inner_kernel
def _enqueue_with_parents(state: State, u: int) -> None:
    enqueue(state, u)
    for m in range(state.n_parents[u]):
        enqueue(state, state.parents[u, m])


@inner_kernel
def _store_afresh(terms: Terms, state: State, trial: Trial) -> None:
    """Store the trial with numbers that depend on its parents only, and not on the way there."""
    if trial.age[0] > 0 and state.row.size > 0:
        _refresh(terms, trial)
    elif trial.age[0] > 0:
        _sort_parents(trial)
        trial.diagonal[trial.node[0]] = _variance(terms, trial)
    _store(terms, state, trial)


@inner_kernel
def _store(terms: Terms, state: State, trial: Trial) -> None:
    """Copy the trial's parents and swept row back into the state."""
    u, k = trial.node[0], trial.n_parents[0]
    _mark(state, trial, _bar(terms, trial.diagonal[u], k))
    state.n_parents[u] = k
    state.variance[u] = trial.diagonal[u]
    for m in range(k):
        state.parents[u, m] = trial.parents[m]
    for x in range(trial.width[0] if state.row.size > 0 else 0):
        state.row[u, x] = trial.row[x]
        state.diagonal[u, x] = trial.diagonal[x]


@inner_kernel
def _refresh(terms: Terms, trial: Trial) -> None:
    """Compute the row from R, with the parents in ascending order.

    So rounding depends on which parents these are, and not on the way there.
    """
    u, k = trial.node[0], trial.n_parents[0]
    _sort_parents(trial)
    trial.age[0] = 0
    if trial.row.size > LONG_ROW:
        _sweep_all(terms, trial)
        return
    for x in range(trial.width[0]):
        trial.row[x] = terms.correlation[u, x]
        trial.diagonal[x] = 1.0
    trial.n_parents[0] = 0
    for m in range(k):
        _toggle(terms, trial, trial.parents[m])
    trial.age[0] = 0


@inner_kernel
def _sort_parents(trial: Trial) -> None:
    """Bring the parents into ascending order."""
    for m in range(1, trial.n_parents[0]):
        p, q = trial.parents[m], m
        while q > 0 and trial.parents[q - 1] > p:
            trial.parents[q] = trial.parents[q - 1]
            q -= 1
        trial.parents[q] = p
    trial.n_factored[0] = 0


@inner_kernel
def _index_of(trial: Trial, x: int) -> int:
    """Return the index of x among the parents, or -1."""
    for m in range(trial.n_parents[0]):
        if trial.parents[m] == x:
            return m
    return -1


@inner_kernel
def _extend_factor(correlation: FloatArray, trial: Trial) -> None:
    """Bring the Cholesky factor of R[P, P] up to date."""
    factor, parents = trial.factor, trial.parents
    for m in range(trial.n_factored[0], trial.n_parents[0]):
        for q in range(m):
            entry = correlation[parents[m], parents[q]]
            for e in range(q):
                entry -= factor[m, e] * factor[q, e]
            factor[m, q] = entry / factor[q, q]
        pivot = 1.0
        for q in range(m):
            pivot -= factor[m, q] ** 2
        factor[m, m] = np.sqrt(max(pivot, SMALLEST_VARIANCE))
    trial.n_factored[0] = trial.n_parents[0]


@inner_kernel
def _solve(correlation: FloatArray, trial: Trial, c: int) -> None:
    """Fill alpha with L⁻¹ R[P, c]."""
    _extend_factor(correlation, trial)
    factor, alpha = trial.factor, trial.alpha
    for m in range(trial.n_parents[0]):
        entry = correlation[c, trial.parents[m]]
        for q in range(m):
            entry -= factor[m, q] * alpha[q]
        alpha[m] = entry / factor[m, m]


@inner_kernel
def _solve_unit(trial: Trial, index: int) -> None:
    """Fill alpha with minus the column of L⁻¹ that belongs to a parent."""
    factor, alpha, k = trial.factor, trial.alpha, trial.n_parents[0]
    for m in range(index):
        alpha[m] = 0.0
    alpha[index] = -1.0 / factor[index, index]
    for m in range(index + 1, k):
        entry = 0.0
        for q in range(index, m):
            entry -= factor[m, q] * alpha[q]
        alpha[m] = entry / factor[m, m]


@inner_kernel
def _solve_transposed(trial: Trial) -> None:
    """Overwrite alpha by L⁻ᵀ alpha."""
    factor, alpha, k = trial.factor, trial.alpha, trial.n_parents[0]
    for m in range(k - 1, -1, -1):
        alpha[m] /= factor[m, m]
        for q in range(m):
            alpha[q] -= factor[m, q] * alpha[m]


@inner_kernel
def _swept_row(terms: Terms, trial: Trial, c: int, index: int) -> None:
    """Fill ``swept`` with row c of the swept correlation matrix; ``index`` of c in P, or −1."""
    correlation, parents, alpha = terms.correlation, trial.parents, trial.alpha
    swept, k = trial.swept, trial.n_parents[0]
    if index < 0:
        _solve(correlation, trial, c)
        _copy_row(swept, trial.width[0], correlation, c)
    else:
        _extend_factor(correlation, trial)
        _solve_unit(trial, index)
        for x in range(trial.width[0]):
            swept[x] = 0.0
    _solve_transposed(trial)
    subtract_rows(swept, trial.width[0], correlation, parents, alpha, k)
    for m in range(k):
        swept[parents[m]] = alpha[m]


@inner_kernel
def _toggle(terms: Terms, trial: Trial, c: int) -> None:
    """Add c to the parents, or drop it; O(``|P|`` d)."""
    row, diagonal, swept = trial.row, trial.diagonal, trial.swept
    index = _index_of(trial, c)
    _swept_row(terms, trial, c, index)
    # Required parents may determine each other.
    pivot, entry = diagonal[c] if index >= 0 else max(diagonal[c], SMALLEST_VARIANCE), row[c]
    slope, inverse = entry / pivot, 1.0 / pivot
    sweep(row, diagonal, trial.width[0], swept, slope, inverse)
    row[c], diagonal[c] = abs(inverse) * entry, -inverse
    _toggle_parent(trial, c)
    trial.age[0] += 1


@inner_kernel
def _toggle_parent(trial: Trial, c: int) -> None:
    """Add c to the list of the parents, or drop it."""
    index, k = _index_of(trial, c), trial.n_parents[0]
    if index < 0:
        trial.parents[k] = c
        trial.n_parents[0] = k + 1
    else:
        for m in range(index, k - 1):
            trial.parents[m] = trial.parents[m + 1]
        trial.n_parents[0] = k - 1
        trial.n_factored[0] = min(trial.n_factored[0], index)


@inner_kernel
def _keep_accurate(terms: Terms, trial: Trial) -> None:
    """Compute the row afresh after many changes; a long one only if a regression differs."""
    if trial.age[0] > REFRESH and (trial.row.size <= LONG_ROW or _has_drifted(terms, trial)):
        _refresh(terms, trial)


@inner_kernel
def _has_drifted(terms: Terms, trial: Trial) -> bool:
    """Whether the variance is not that of a regression on the parents any more; O(``|P|²``)."""
    variance, kept = _variance(terms, trial), trial.diagonal[trial.node[0]]
    return not abs(variance - kept) <= DRIFT * max(variance, SMALLEST_VARIANCE)


@inner_kernel
def _variance(terms: Terms, trial: Trial) -> float:
    """Return the residual variance of the regression on the parents; O(``|P|²``)."""
    _solve(terms.correlation, trial, trial.node[0])
    variance = 1.0
    for m in range(trial.n_parents[0]):
        variance -= trial.alpha[m] ** 2
    return variance


@inner_kernel
def _fit_value(terms: Terms, pooled: float, u: int, variance: float) -> float:
    """Part of the score that a residual variance adds; the pooled logarithm by its tangent."""
    variance = max(variance, SMALLEST_VARIANCE)
    value: float = terms.pooled_weight * terms.share[u] * variance / pooled
    if terms.log_weight > 0.0:
        value += terms.log_weight * np.log(variance)
    return value


@inner_kernel
def _price(terms: Terms, k: int) -> float:
    """Return what k parents cost."""
    price: float = terms.prices[0] * k + terms.excess[k]
    return price


@compiled(error_model="numpy", _nrt=False)
def _next_better(
    row: FloatArray,
    diagonal: FloatArray,
    position: IntArray,
    limit: int,
    first: int,
    width: int,
    numerator: float,
    denominator: float,
) -> int:
    """Return the next candidate that lowers the variance by more than numerator / denominator.

    From ``first``, among the nodes before position ``limit``; ``width`` where there is none. Blocks
    without one are passed over as a whole, in vectors.
    """
    x = first
    while x + BLOCK <= width:
        n_better, entries = 0, row[x : x + BLOCK]
        variances, places = diagonal[x : x + BLOCK], position[x : x + BLOCK]
        for y in range(BLOCK):
            is_better = entries[y] * entries[y] * denominator > numerator * variances[y]
            n_better += is_better & (variances[y] > COLLINEAR) & (places[y] < limit)
        if n_better > 0:
            break
        x += BLOCK
    while x < width and not (
        position[x] < limit
        and diagonal[x] > COLLINEAR
        and row[x] * row[x] * denominator > numerator * diagonal[x]
    ):
        x += 1
    return x


@inner_kernel
def _best_addition(terms: Terms, state: State, trial: Trial, limit: int, extra: int) -> int:
    """Candidate that lowers the variance most, among the first nodes and ``extra``; −1: none.

    A node is no candidate for itself, so ``extra = u`` adds nobody.
    """
    u = trial.node[0]
    row, diagonal, width = trial.row, trial.diagonal, trial.width[0]
    best, numerator, denominator = -1, 0.0, 1.0
    x = _next_better(row, diagonal, state.position, limit, 0, width, numerator, denominator)
    while x < width:
        if _is_allowed(terms, u, x):
            best, numerator, denominator = x, row[x] * row[x], diagonal[x]
        x = _next_better(row, diagonal, state.position, limit, x + 1, width, numerator, denominator)
    if (
        diagonal[extra] > COLLINEAR
        and row[extra] * row[extra] * denominator > numerator * diagonal[extra]
        and _is_allowed(terms, u, extra)
    ):
        best = extra
    return best


@inner_kernel
def _best_removal(terms: Terms, trial: Trial) -> int:
    """Parent whose removal raises the variance least; −1 if there is none."""
    u = trial.node[0]
    best, least = -1, np.inf
    for m in range(trial.n_parents[0]):
        p = trial.parents[m]
        increase = -(trial.row[p] ** 2) / trial.diagonal[p]
        if increase < least and not _is_required(terms, u, p):
            best, least = p, increase
    return best


@inner_kernel
def _grow_shrink(terms: Terms, state: State, trial: Trial, limit: int, extra: int) -> None:
    """Add or drop the one parent that lowers the score most, until none does.

    Where there is no room for more parents, exchange one for another node.
    """
    u, pooled = trial.node[0], state.pooled[0]
    _make_room(terms, trial)
    while True:
        variance = trial.diagonal[u]
        current = _fit_value(terms, pooled, u, variance)
        least, chosen, k = -terms.tolerance, -1, trial.n_parents[0]
        if k < terms.max_parents:
            x = _best_addition(terms, state, trial, limit, extra)
            if x >= 0:
                reduced = variance - trial.row[x] ** 2 / trial.diagonal[x]
                change = _fit_value(terms, pooled, u, reduced) - current + terms.prices[k]
                if change < least:
                    least, chosen = change, x
        p = _best_removal(terms, trial)
        if p >= 0:
            raised = variance - trial.row[p] ** 2 / trial.diagonal[p]
            change = _fit_value(terms, pooled, u, raised) - current - terms.prices[k - 1]
            if change < least:
                least, chosen = change, p
        if chosen >= 0:
            _toggle(terms, trial, chosen)
        elif k < terms.max_parents or not _exchange(terms, state, trial, limit, extra):
            return
        _keep_accurate(terms, trial)


@inner_kernel
def _make_room(terms: Terms, trial: Trial) -> None:
    """Drop the parents that matter least, where there are too many."""
    while trial.n_parents[0] > terms.max_parents:
        p = _best_removal(terms, trial)
        if p < 0:
            return
        _toggle(terms, trial, p)


@inner_kernel
def _exchange(terms: Terms, state: State, trial: Trial, limit: int, extra: int) -> bool:
    """Exchange the first parent for which some other node lowers the score; whether there is one.

    Each parent tried goes to the end, so that all are back in their places if there is none.
    """
    u, pooled = trial.node[0], state.pooled[0]
    bar = _fit_value(terms, pooled, u, trial.diagonal[u]) - terms.tolerance
    for _ in range(trial.n_parents[0]):
        p = trial.parents[0]
        _toggle(terms, trial, p)
        if not _is_required(terms, u, p):
            x = _best_addition(terms, state, trial, limit, extra)
            if x >= 0 and x != p:
                reduced = trial.diagonal[u] - trial.row[x] ** 2 / trial.diagonal[x]
                if _fit_value(terms, pooled, u, reduced) < bar:
                    _toggle(terms, trial, x)
                    return True
        _toggle(terms, trial, p)
        _keep_accurate(terms, trial)
    return False


@inner_kernel
def _gain(
    terms: Terms,
    pooled: float,
    u: int,
    variance: float,
    k: int,
    x: int,
    entry: float,
    own: float,
) -> float:
    """By how much adding x to the k parents of u lowers the score; 0 if it does not.

    Given these, u has this variance, x its ``own``, and ``entry`` is their covariance.

    Where x would have to take the place of a parent, not more than that.
    """
    # Most are dismissed here, and logarithms take long.
    if entry * entry < _bar(terms, variance, k) * own:
        return 0.0
    if own <= COLLINEAR or terms.max_parents == 0 or not _is_allowed(terms, u, x):
        return 0.0
    reduced = variance - entry * entry / own
    change = _fit_value(terms, pooled, u, reduced) - _fit_value(terms, pooled, u, variance)
    gain: float = -(change + (terms.prices[k] if k < terms.max_parents else 0.0))
    return gain if gain > terms.tolerance else 0.0


@inner_kernel
def _gain_of(terms: Terms, state: State, trial: Trial, x: int) -> float:
    """By how much adding x to the parents in the trial lowers the score."""
    u, k, row, diagonal = trial.node[0], trial.n_parents[0], trial.row, trial.diagonal
    gain: float = _gain(terms, state.pooled[0], u, diagonal[u], k, x, row[x], diagonal[x])
    return gain


@inner_kernel
def _gain_by(terms: Terms, state: State, room: Trial, u: int, x: int) -> float:
    """By how much adding x to the parents of u in the state lowers the score.

    If rows are not kept, the trial is used to compute the entries.
    """
    if state.row.size == 0:
        _load_parents(state, u, room)
        entry, own = _entry(terms, room, x)
    else:
        entry, own = state.row[u, x], state.diagonal[u, x]
    k, variance = state.n_parents[u], state.variance[u]
    gain: float = _gain(terms, state.pooled[0], u, variance, k, x, entry, own)
    return gain


@inner_kernel
def _entry(terms: Terms, trial: Trial, x: int) -> tuple[float, float]:
    """Return the entries of the row and the diagonal for a node that is no parent; O(``|P|²``)."""
    u, k, alpha = trial.node[0], trial.n_parents[0], trial.alpha
    _solve(terms.correlation, trial, x)
    own = 1.0
    for m in range(k):
        own -= alpha[m] * alpha[m]
    _solve_transposed(trial)
    entry = 0.0
    for m in range(k):
        entry -= alpha[m] * terms.correlation[u, trial.parents[m]]
    return entry + terms.correlation[u, x], own


@inner_kernel
def _score_change(
    terms: Terms, state: State, mover: Trial, logs: float, pooled: float, edges: int, excess: float
) -> float:
    """Return the change of the score: by what the nodes passed and the mover change.

    These are their own log variances, the shared one, the edges, and their prices.
    """
    v, k = mover.node[0], mover.n_parents[0]
    logs += _log_ratio(mover.diagonal[v], state.variance[v])
    pooled += terms.share[v] * (mover.diagonal[v] - state.variance[v])
    edges += k - state.n_parents[v]
    excess += terms.excess[k] - terms.excess[state.n_parents[v]]
    change: float = terms.log_weight * logs + terms.prices[0] * edges + excess
    if terms.pooled_weight > 0.0:
        change += terms.pooled_weight * np.log1p(pooled / state.pooled[0])
    return change


@inner_kernel
def _fit_passed(terms: Terms, state: State, trial: Trial, u: int, v: int) -> None:
    """Find the parents of u once v has moved to its other side."""
    if state.row.size == 0:
        _load_parents(state, u, trial)
        _toggle_parent(trial, v)
        _sweep_all(terms, trial)
        trial.age[0] = 1
    else:
        _load(terms, state, u, trial)
        _toggle(terms, trial, v)
    home, limit = state.position[v], state.position[u]
    extra = v if home > limit else u
    state.position[v] = state.position.size
    _grow_shrink(terms, state, trial, limit, extra)
    state.position[v] = home


@inner_kernel
def _log_ratio(new: float, old: float) -> float:
    """Return log(new / old), with variances below rounding error raised to it."""
    ratio: float = np.log(max(new, SMALLEST_VARIANCE) / max(old, SMALLEST_VARIANCE))
    return ratio


@inner_kernel
def _choose_parents_at(terms: Terms, state: State, mover: Trial, limit: int) -> None:
    """Let the mover choose its parents again among the other nodes before a position."""
    v = mover.node[0]
    home = state.position[v]
    state.position[v] = state.position.size
    _grow_shrink(terms, state, mover, limit, v)
    state.position[v] = home


@inner_kernel
def _step(terms: Terms, state: State, mover: Trial, q: int, is_short: bool, stops: bool) -> bool:
    """Let the mover pass the node at position q; whether it is short of parents afterwards.

    To the left it loses a parent that it passes. Others are chosen only where the walk may stop:
    of those chosen earlier, some would be passed, too. To the right it takes a parent by which it
    gains.
    """
    u = state.order[q]
    if q < state.position[mover.node[0]]:
        if _index_of(mover, u) >= 0:
            _toggle(terms, mover, u)
            is_short = True
        if is_short and stops:
            _choose_parents_at(terms, state, mover, q)
            is_short = False
    elif _gain_of(terms, state, mover, u) > 0.0:
        _toggle(terms, mover, u)
        _choose_parents_at(terms, state, mover, q + 1)
    return is_short


@inner_kernel
def _gains_to_the_left(
    terms: Terms, state: State, room: Trial, v: int, low: int
) -> tuple[int, float]:
    """Return the first node from position ``low`` that gains by v, and the sum of the gains."""
    first, total = state.position[v], 0.0
    # Of all that have to stand before v, a required parent is the last.
    for m in range(state.n_parents[v]):
        p = state.parents[v, m]
        if _is_required(terms, v, p):
            low = max(low, state.position[p] + 1)
    for u in range(state.width[0]):
        if low <= state.position[u] < state.position[v] and _is_promising(state, u, v):
            gain = _gain_by(terms, state, room, u, v)
            if gain > 0.0:
                first = min(first, state.position[u])
                total += gain + terms.largest_price
    return first, total


@inner_kernel
def _promise_to_the_right(
    terms: Terms, state: State, room: Trial, v: int, high: int
) -> tuple[int, float]:
    """Return the last node up to a position that v gains by, and the sum of the gains."""
    last, total = state.position[v], 0.0
    for m in range(0 if terms.precedence.size == 0 else state.width[0]):
        # None of these may be passed.
        if precedes(terms, v, m):
            high = min(high, state.position[m] - 1)
    for first in range(0, state.width[0], 8):
        # Most groups of eight have no candidate at all.
        if state.promising[v, first // 8] != 0:
            for x in range(first, min(first + 8, state.width[0])):
                if state.position[v] < state.position[x] <= high and _is_promising(state, v, x):
                    gain = _gain_by(terms, state, room, v, x)
                    if gain > 0.0:
                        last = max(last, state.position[x])
                        total += gain + terms.largest_price
    return last, total


@inner_kernel
def _gains_to_the_right(
    terms: Terms, state: State, mover: Trial, q: int, high: int
) -> tuple[int, float]:
    """Return the last node from position q that the mover gains by, and the sum of the gains."""
    v = mover.node[0]
    last, total = q - 1, 0.0
    for r in range(q, high + 1):
        u = state.order[r]
        if precedes(terms, v, u):
            break
        gain = _gain_of(terms, state, mover, u)
        if gain > 0.0:
            last = r
            total += gain + terms.largest_price
    return last, total


@inner_kernel
def _is_concerned(terms: Terms, state: State, room: Trial, u: int, v: int) -> bool:
    """Whether u chooses other parents once v has moved to its other side."""
    if not _is_promising(state, u, v):
        return False
    if state.position[v] > state.position[u]:
        gain: float = _gain_by(terms, state, room, u, v)
        return gain > 0.0
    is_parent = False
    for m in range(state.n_parents[u]):
        is_parent = is_parent or state.parents[u, m] == v
    return is_parent


@inner_kernel
def best_insertion(
    terms: Terms, state: State, mover: Trial, other: Trial, v: int, reach: int, high: int
) -> tuple[int, float]:
    """Find the best position of v, and the change of the score by moving it there.

    Not more than ``reach`` positions to the left, and up to position ``high`` to the right. A walk
    ends where what it has cost exceeds what is promised: to the left, what the nodes ahead gain by
    v; to the right, what v gains by them. Each may gain the price of one edge more than its first
    step shows. Where nobody gains, nothing is walked.
    """
    home = state.position[v]
    best, least = home, -terms.tolerance
    for step in (-1, 1):
        logs, pooled, edges, excess, change = 0.0, 0.0, 0, 0.0, 0.0
        if step < 0:
            end, promised = _gains_to_the_left(terms, state, other, v, max(0, home - reach))
        else:
            end, promised = _promise_to_the_right(terms, state, other, v, high)
        if end == home:
            continue
        _load(terms, state, v, mover)
        q, is_short = home + step, False
        while step * (end - q) >= 0 and change - promised <= least:
            u, variance = state.order[q], mover.diagonal[v]
            is_concerned = _is_concerned(terms, state, other, u, v)
            is_short = _step(terms, state, mover, q, is_short, is_concerned)
            has_gained = step > 0 and mover.diagonal[v] != variance
            if has_gained:
                end, promised = _gains_to_the_right(terms, state, mover, q + 1, high)
            if is_concerned or has_gained:
                change = _score_change(terms, state, mover, logs, pooled, edges, excess)
            if is_concerned:
                if change - promised > least:
                    break
                if step < 0:
                    promised -= _gain_by(terms, state, other, u, v) + terms.largest_price
                _fit_passed(terms, state, other, u, v)
                logs += _log_ratio(other.diagonal[u], state.variance[u])
                pooled += terms.share[u] * (other.diagonal[u] - state.variance[u])
                edges += other.n_parents[0] - state.n_parents[u]
                excess += terms.excess[other.n_parents[0]] - terms.excess[state.n_parents[u]]
                change = _score_change(terms, state, mover, logs, pooled, edges, excess)
            if change < least:
                best, least = q, change
            q += step
    return best, least


@inner_kernel
def move(terms: Terms, state: State, mover: Trial, other: Trial, v: int, target: int) -> None:
    """Put v at a position, and fit it and all that it passes."""
    home = state.position[v]
    step = 1 if target > home else -1
    is_short = False
    _load(terms, state, v, mover)
    for q in range(home + step, target + step, step):
        u = state.order[q]
        is_concerned = _is_concerned(terms, state, other, u, v)
        is_short = _step(terms, state, mover, q, is_short, is_concerned or q == target)
        if is_concerned:
            _fit_passed(terms, state, other, u, v)
            _commit(terms, state, other)
    _commit(terms, state, mover)
    put_at(state, v, target)


@inner_kernel
def pool(terms: Terms, state: State) -> None:
    """Sum up the residual variances; the tangent of the pooled logarithm is taken there."""
    state.pooled[0] = 0.0
    for u in range(state.order.size):
        state.pooled[0] += terms.share[u] * max(state.variance[u], SMALLEST_VARIANCE)


@compact_kernel
def refresh_rows(terms: Terms, state: State, trial: Trial, last: int) -> None:
    """Compute the rows of the nodes at positions 0..last-1 anew, once they have been lengthened."""
    for q in range(last):
        _load_parents(state, state.order[q], trial)
        _refresh(terms, trial)
        _store(terms, state, trial)


@compact_kernel
def grow_new_nodes(terms: Terms, state: State, trial: Trial, first: int, last: int) -> None:
    """Choose parents for the new nodes at positions first..last-1, among all nodes before each."""
    for m in range(first, last):
        v = state.order[m]
        _load_parents(state, v, trial)
        _refresh(terms, trial)
        _grow_shrink(terms, state, trial, m, v)
        _store_afresh(terms, state, trial)


@compact_kernel
def advance(
    terms: Terms,
    state: State,
    mover: Trial,
    other: Trial,
    first: int,
    last: int,
    reach: int,
    looks: int,
) -> None:
    """Place new nodes, then move queued ones to their best positions, and those that it concerns.

    The nodes at positions first..last-1, whose parents are chosen, are moved one by one to the best
    place among those before, by at most ``reach`` positions. Then so many nodes of the queue are
    looked at, or until it is empty.
    """
    d, span = state.order.size, state.span
    for m in range(first, last):
        v = state.order[m]
        _enqueue_with_parents(state, v)
        target, _ = best_insertion(terms, state, mover, other, v, reach, m)
        if target != m:
            move(terms, state, mover, other, v, target)
    if looks > 0:
        pool(terms, state)
    while span[1] > 0 and looks > 0:
        v = dequeue(state)
        looks -= 1
        target, _ = best_insertion(terms, state, mover, other, v, d, d - 1)
        if target != state.position[v]:
            move(terms, state, mover, other, v, target)
            pool(terms, state)


@inner_kernel
def _overgrow(terms: Terms, state: State, trial: Trial, limit: int) -> None:
    """Add parents at a share of their price, so that some can be seen whose effects cancel.

    There may be more than a node may keep.
    """
    u = trial.node[0]
    most = min(terms.most_grown, 2 * trial.n_parents[0] + 4)
    while trial.n_parents[0] < most:
        variance = trial.diagonal[u]
        x = _best_addition(terms, state, trial, limit, u)
        if x < 0:
            return
        reduced = variance - trial.row[x] ** 2 / trial.diagonal[x]
        change = _fit_value(terms, state.pooled[0], u, reduced) - _fit_value(
            terms, state.pooled[0], u, variance
        )
        if change + OVERGROWTH * terms.prices[trial.n_parents[0]] >= 0.0:
            return
        _toggle(terms, trial, x)
        _keep_accurate(terms, trial)


@compact_kernel
def reconsider_parents(terms: Terms, state: State, trial: Trial) -> None:
    """Let all nodes look further for parents; those that gain by it enter the queue.

    Too many parents are grown, and shrunk again. What a node may take depends on the order only.
    """
    for q in range(state.order.size):
        u = state.order[q]
        _load(terms, state, u, trial)
        before = _fit_value(terms, state.pooled[0], u, trial.diagonal[u])
        before += _price(terms, trial.n_parents[0])
        _overgrow(terms, state, trial, q)
        _grow_shrink(terms, state, trial, q, u)
        after = _fit_value(terms, state.pooled[0], u, trial.diagonal[u])
        after += _price(terms, trial.n_parents[0])
        if after < before - terms.tolerance:
            _commit(terms, state, trial)
    pool(terms, state)

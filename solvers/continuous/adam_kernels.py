"""Compiled Adam steps, fused with the objective of the central path and as separate functions.

``adam_steps`` takes many steps of the linear central path in one call: score, ℓ1 penalty,
log-determinant and update in one loop. ``update_moments`` and ``move`` are the two halves of one
step for gradients that are computed elsewhere. The fused steps keep Adam's running means in single
precision, which halves the memory traffic of each pass over the d² entries; the separate functions
use double precision.

The matrices of the fused steps are padded with zero rows and columns to a size divisible by four
(``padded_size``), which lets the elimination work on blocks of four without handling remainders.

A step changes no weight by much more than the learning rate, so neither the inverse of sI − W∘W nor
the product C (I − W) is recomputed at every step. The inverse is reused for several steps: each
time it is recomputed, the change since the last computation is measured, and the number of steps
between computations is adapted to keep that change within ``REFRESH_TOLERANCE``. The product is
updated by C ΔW in single precision, whose rounding error is relative to the small step, and is
recomputed together with the inverse.

Compilation adds seconds to the first fit, so each operation is called in only one place, and no
numpy function that allocates is called: the caller provides the work space.
"""

import math
from typing import TypeAlias

import numpy as np

from causal_dag.arrays import BoolArray, Float32Array, FloatArray, IntArray
from causal_dag.kernel_cache import compiled

# Adam's constants, as in Bello et al. (2022).
BETA1 = 0.99
BETA2 = 0.999
EPSILON = 1e-8
ONE_MINUS_BETA1 = np.float32(1.0 - BETA1)
ONE_MINUS_BETA2 = np.float32(1.0 - BETA2)
SMALLEST_RATE = 1e-16
# Squares of gradients below this share of the objective's unit underflow in single precision.
SMALLEST_EPSILON = 1e-18

# The inverse is recomputed often enough that the relative error of the log-determinant's gradient
# just before, in the Frobenius norm, is about ``REFRESH_TOLERANCE``; and at least once per
# ``LONGEST_INTERVAL`` steps.
REFRESH_TOLERANCE = 0.02
LONGEST_INTERVAL = 10

BLOCK = 4

# Work space of ``adam_steps``, in this order:
# - float64 (4, p, p): inverse, previous inverse, product C (I − W), and weights at the anchor;
# - float32 (2, p, p): the last step ΔW, and C ΔW;
# - float32 (2, p, p): Adam's running means at the anchor;
# - float64 (p, 4) and (4, p): columns and rows of the current block of the elimination;
# - float64 (3, p): precision μ/σ and residual variance per variable, and scales at the anchor;
# - float64 and float32 (2, p²): columns that are multiplied together, and the product.
Work: TypeAlias = tuple[
    FloatArray, Float32Array, Float32Array, FloatArray, FloatArray, FloatArray, FloatArray,
    Float32Array,
]  # fmt: skip

#: How ``adam_steps`` ended.
ALL_STEPS_DONE = 0
LEFT_DOMAIN = 1
STALLED = 2


def padded_size(d: int) -> int:
    """Return the size to which matrices of d variables are padded."""
    return BLOCK * math.ceil(d / BLOCK)


# Fused multiply-adds are allowed, but sums are not reordered.
_compiled = compiled(error_model="numpy", fastmath={"contract"})
_compiled_exactly = compiled(error_model="numpy")


@_compiled_exactly
def _shrunk(value: float, threshold: float) -> float:
    """Return the value soft-thresholded: moved towards 0 by the threshold, and 0 within it."""
    if value > threshold:
        return value - threshold
    return value + threshold if value < -threshold else 0.0


@_compiled
def _subtract_rows(
    A: FloatArray, i: int, factors: FloatArray, column: int, B: FloatArray, k: int
) -> None:
    """Subtract from rows i, i+1 of A a combination of rows k..k+3 of B.

    The factors are ``factors[i:i+2, column:column+4]``. Processing two rows at a time halves the
    number of loads from B.
    """
    f0, f1 = factors[i, column], factors[i, column + 1]
    f2, f3 = factors[i, column + 2], factors[i, column + 3]
    g0, g1 = factors[i + 1, column], factors[i + 1, column + 1]
    g2, g3 = factors[i + 1, column + 2], factors[i + 1, column + 3]
    for j in range(A.shape[1]):
        b0, b1, b2, b3 = B[k, j], B[k + 1, j], B[k + 2, j], B[k + 3, j]
        A[i, j] = A[i, j] - f0 * b0 - f1 * b1 - f2 * b2 - f3 * b3
        A[i + 1, j] = A[i + 1, j] - g0 * b0 - g1 * b1 - g2 * b2 - g3 * b3


@_compiled
def _eliminate_block(A: FloatArray, k: int, columns: FloatArray, rows: FloatArray) -> bool:
    """Gauss-Jordan steps k..k+3, on copies of the four columns and rows; False at a pivot <= 0.

    The block is eliminated within ``columns`` (p, 4) and ``rows`` (4, p) first, so the large matrix
    A is updated once per block rather than once per pivot.
    """
    d, n = columns.shape  # n is a variable to prevent unrolling of short loops: faster to compile
    for i in range(d):
        for b in range(n):
            columns[i, b] = A[i, k + b]
            A[i, k + b] = 0.0
    for b in range(n):
        for j in range(d):
            rows[b, j] = A[k + b, j]
        rows[b, k + b] = 1.0
    for b in range(n):
        pivot = columns[k + b, b]
        if not pivot > 0.0:
            return False
        for j in range(d):
            rows[b, j] /= pivot
        for c in range(n):
            columns[k + b, c] /= pivot
        for other in range(n):
            if other != b:
                factor = columns[k + other, b]
                for j in range(d):
                    rows[other, j] -= factor * rows[b, j]
                for c in range(n):
                    columns[k + other, c] -= factor * columns[k + b, c]
    for b in range(n):
        for c in range(n):
            columns[k + b, c] = 0.0
        for j in range(d):
            A[k + b, j] = rows[b, j]
    return True


@_compiled
def invert_m_matrix(A: FloatArray, columns: FloatArray, rows: FloatArray) -> bool:
    """Invert a matrix with off-diagonal entries <= 0 in place; False unless it is an M-matrix.

    Elimination without pivoting finds all pivots positive if and only if such a matrix is a
    non-singular M-matrix, that is, if its inverse is non-negative (Berman and Plemmons 1994,
    theorem 6.2.3). Then no entry suffers cancellation except the pivots.

    Parameters
    ----------
    A : ndarray of shape (p, p)
        Overwritten by its inverse; p divisible by 4.
    columns, rows : ndarray of shape (p, 4) and (4, p)
        Work space.
    """
    for k in range(0, A.shape[0], BLOCK):
        if not _eliminate_block(A, k, columns, rows):
            return False
        for i in range(0, A.shape[0], 2):
            _subtract_rows(A, i, columns, 0, rows, 0)
    return True


@_compiled
def _fill_domain_matrix(W: FloatArray, s: float, M: FloatArray) -> None:
    """Compute M = (sI − W∘W)ᵀ, which is an M-matrix in the domain of the log-determinant."""
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            M[j, i] = -W[i, j] * W[i, j]
        M[i, i] += s


@_compiled
def _multiply(
    C: FloatArray | Float32Array,
    columns: IntArray,
    starts: IntArray,
    W: FloatArray | Float32Array,
    product: FloatArray | Float32Array,
    blocks: FloatArray | Float32Array,
) -> None:
    """Compute the product of every column of W with its own C; all at once if there is only one."""
    p = W.shape[0]
    if C.shape[0] == 1:
        np.dot(C[0], W, product)
        return
    for k in range(C.shape[0]):
        first, size = starts[k], starts[k + 1] - starts[k]
        block = blocks[0, : p * size].reshape((p, size))
        multiplied = blocks[1, : p * size].reshape((p, size))
        for i in range(p):
            for m in range(size):
                block[i, m] = W[i, columns[first + m]]
        np.dot(C[k], block, multiplied)
        for i in range(p):
            for m in range(size):
                product[i, columns[first + m]] = multiplied[i, m]


@_compiled
def _subtract_from(C: FloatArray, product: FloatArray) -> None:
    """Replace the product by C minus it, both (d, d)."""
    for i in range(C.shape[0]):
        for j in range(C.shape[0]):
            product[i, j] = C[i, j] - product[i, j]


@_compiled
def _keep(
    W: FloatArray,
    moments: Float32Array,
    scale: FloatArray,
    kept_W: FloatArray,
    kept_moments: Float32Array,
    kept_scale: FloatArray,
) -> None:
    """Copy the state of a descent, in loops because slice assignments compile slowly in numba."""
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            kept_W[i, j] = W[i, j]
            kept_moments[0, i, j] = moments[0, i, j]
            kept_moments[1, i, j] = moments[1, i, j]
    for g in range(scale.size):
        kept_scale[g] = scale[g]


@_compiled
def _subtract(product: FloatArray, factor: float, change: Float32Array) -> None:
    """Subtract ``factor`` times ``change`` from ``product``, both (d, d), in double precision."""
    for i in range(product.shape[0]):
        for j in range(product.shape[0]):
            product[i, j] -= factor * change[i, j]


@_compiled
def _renew_former(W: FloatArray, inverse: FloatArray, former: FloatArray) -> float:
    """Return ‖W∘(inverse − former)‖ / ‖W∘inverse‖, and then copy ``inverse`` to ``former``."""
    change, total = 0.0, 0.0
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            gradient = W[i, j] * inverse[i, j]
            difference = gradient - W[i, j] * former[i, j]
            change += difference * difference
            total += gradient * gradient
            former[i, j] = inverse[i, j]
    return np.sqrt(change / total) if total > 0.0 else 0.0


@_compiled
def next_interval(interval: int, change: float) -> int:
    """Return the number of steps until the next inverse, given the change over ``interval``."""
    if 2.0 * change <= REFRESH_TOLERANCE:
        longer = 2 * interval
    else:
        longer = int(interval * REFRESH_TOLERANCE / change)
    return 1 if longer < 1 else (LONGEST_INTERVAL if longer > LONGEST_INTERVAL else longer)


@_compiled
def _update_scale(
    W: FloatArray,
    product: FloatArray,
    group: IntArray,
    groups: FloatArray,
    scale: FloatArray,
    residual_variance: FloatArray,
) -> None:
    """Set the exact noise scale of every group: the root of its mean residual variance.

    ``product`` holds C (I − W), so ``residual_variance`` needs only its diagonal and W∘product. The
    rows of ``groups`` are the number of variables and the lower and upper bound per group.
    """
    for j in range(group.size):
        residual_variance[j] = product[j, j]
    for i in range(group.size):
        for j in range(group.size):
            residual_variance[j] -= W[i, j] * product[i, j]
    for g in range(scale.size):
        scale[g] = 0.0
    for j in range(group.size):
        scale[group[j]] += residual_variance[j]
    for g in range(scale.size):
        mean = scale[g] / groups[0, g]
        root = np.sqrt(mean) if mean > 0.0 else 0.0
        root = groups[1, g] if root < groups[1, g] else root
        scale[g] = groups[2, g] if root > groups[2, g] else root


@_compiled
def _update_moments(
    W: FloatArray,
    product: FloatArray,
    inverse: FloatArray,
    precision: FloatArray,
    free: FloatArray,
    subgradient: FloatArray,
    barrier: float,
    first_moment: Float32Array,
    second_moment: Float32Array,
) -> None:
    """Update Adam's running means (Kingma and Ba 2015, algorithm 1) by the subgradient at W."""
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            w = W[i, j]
            sign = 1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0)
            score_and_penalty = subgradient[i, j] * sign - product[i, j] * precision[j]
            gradient = free[i, j] * (score_and_penalty + 2.0 * barrier * w * inverse[i, j])
            single = np.float32(gradient)
            first_moment[i, j] += ONE_MINUS_BETA1 * (single - first_moment[i, j])
            second_moment[i, j] += ONE_MINUS_BETA2 * (single * single - second_moment[i, j])


@_compiled
def _move(
    first_moment: Float32Array,
    second_moment: Float32Array,
    iteration: int,
    rate: float,
    epsilon: float,
    shrinkage: FloatArray,
    smallest_weight: float,
    shrinks: bool,
    W: FloatArray,
    change: Float32Array,
) -> None:
    """Move W by Adam's step, soft-thresholded and bounded; ``change`` receives the step.

    Soft thresholding is the proximal operator of μ times a weighted ℓ1 norm in Adam's metric: the
    threshold of an entry is its ℓ1 weight times Adam's step size for that entry.
    """
    length = np.float32(rate / (1.0 - BETA1**iteration))
    correction2 = 1.0 / (1.0 - BETA2**iteration)
    correction2_single, single_epsilon = np.float32(correction2), np.float32(epsilon)
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):  # in single precision throughout
            root = np.sqrt(second_moment[i, j] * correction2_single) + single_epsilon
            change[i, j] = -length * first_moment[i, j] / root
        for j in range(W.shape[0]):
            W[i, j] += change[i, j]
    if not shrinks:
        return
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            step_size = rate / (np.sqrt(second_moment[i, j] * correction2) + epsilon)
            threshold = step_size * shrinkage[i, j]
            w = _shrunk(W[i, j], threshold)
            w = smallest_weight if w < smallest_weight else w
            change[i, j] += w - W[i, j]
            W[i, j] = w


@_compiled
def adam_steps(
    W: FloatArray,
    moments: Float32Array,
    scale: FloatArray,
    C: FloatArray,
    C_by_column: FloatArray,
    C_single: Float32Array,
    columns_of_C: IntArray,
    starts_of_C: IntArray,
    C_unit: float,
    group: IntArray,
    groups: FloatArray,
    entries: FloatArray,
    mu: float,
    barrier: float,
    s: float,
    smallest_weight: float,
    learning_rate: float,
    interval: int,
    steps_before: int,
    n_steps: int,
    may_shorten: bool,
    work: Work,
) -> tuple[int, float, int, int]:
    """Take Adam steps on μ score + ‖λ∘W‖₁ + b log-det, each followed by the exact noise scale.

    Adam's steps do not depend on the unit of the objective; the caller chooses it (through b) to
    keep squared gradients within the range of single precision.

    A step that leaves the domain of the log-determinant is undone and repeated at half the
    learning rate, or ends the descent. If the iterate is found outside the domain after several
    steps with the same inverse, these steps are repeated with a new inverse for each.

    Parameters
    ----------
    W : ndarray of shape (p, p)
        Weights, padded from d to p; overwritten.
    moments : ndarray of float32, shape (2, p, p)
        Adam's running means of gradients and of their squares; overwritten.
    scale : ndarray of shape (n_groups,)
        Noise scale of every group of variables; overwritten.
    C : ndarray of shape (m, p, p)
        Covariances, padded: one, or several with which different columns are scored.
    C_by_column : ndarray of shape (p, p)
        Each column of its own covariance.
    C_single : ndarray of float32, shape (m, p, p)
        The covariances in single precision, divided by ``C_unit``.
    columns_of_C : ndarray of int, shape (d,)
        Columns scored with the first covariance, with the second, and so on.
    starts_of_C : ndarray of int, shape (m + 1,)
        Where the columns of each covariance begin in it, and where the last ones end.
    C_unit : float
        Unit of ``C_single``.
    group : ndarray of int, shape (d,)
        Group of every variable.
    groups : ndarray of shape (3, n_groups)
        Number of variables of every group; smallest and largest noise scale.
    entries : ndarray of shape (3, p, p)
        1 for entries of W that may change and 0 for fixed ones; ℓ1 weights λ whose subgradient is
        added to the gradient; and ℓ1 weights of the soft thresholding after a step.
    mu, barrier : float
        Weights of the score and of the log-determinant.
    s : float
        Size of the domain of the log-determinant.
    smallest_weight : float
        Lower bound of all weights: 0, or minus infinity.
    learning_rate : float
        Adam's step size.
    interval : int
        Initial number of steps from one inverse to the next.
    steps_before : int
        Number of steps already taken with these running means.
    n_steps : int
        Steps to take.
    may_shorten : bool
        Whether a step that leaves the domain is shortened; otherwise the descent ends.
    work : tuple of ndarray
        Work space, from ``work_space``.

    Returns
    -------
    n_done : int
        Number of steps taken, including a final one that was undone.
    learning_rate : float
        Step size at the end.
    interval : int
        Steps from one inverse to the next, at the end.
    outcome : int
        ``ALL_STEPS_DONE``; ``LEFT_DOMAIN`` (W is unusable); or ``STALLED`` if even the shortest
        step leaves the domain.
    """
    # The inverse (sI − W∘W)⁻ᵀ and the previous one; the product C (I − W); and the anchor, which is
    # the state at the last inverse, to be restored when the iterate leaves the domain.
    matrices, singles, anchor_moments, columns, rows, vectors, blocks, single_blocks = work
    inverse, former, product, anchor = matrices[0], matrices[1], matrices[2], matrices[3]
    change, product_change = singles[0], singles[1]
    precision, residual_variance, anchor_scale = vectors[0], vectors[1], vectors[2, : scale.size]
    free, subgradient, shrinkage = entries[0], entries[1], entries[2]
    first_moment, second_moment = moments[0], moments[1]
    d = group.size
    shrinks = smallest_weight > -np.inf
    for i in range(d):
        for j in range(d):
            shrinks = shrinks or shrinkage[i, j] > 0.0
    epsilon = EPSILON * barrier
    epsilon = SMALLEST_EPSILON if epsilon < SMALLEST_EPSILON else epsilon
    done = anchor_done = 0
    # Whether an inverse is due, and whether the last step is repeated from the anchor. Every pass
    # of the loop updates the product, and the inverse if due, at the current W, and then takes the
    # next step: the scales need the product, the gradient needs all three, and steps are accepted
    # only once the next inverse shows that they stayed in the domain.
    is_due, is_repeated = True, False
    while True:
        if is_due:
            _fill_domain_matrix(W, s, inverse)
            is_repeated = not invert_m_matrix(inverse, columns, rows)
            if is_repeated:
                # Outside the domain. After several steps with the same inverse, any of them may be
                # responsible, so all are repeated. A single step is shortened.
                goes_back = done > anchor_done + 1
                if not goes_back:
                    if done == 0 or not may_shorten:
                        return done, learning_rate, interval, LEFT_DOMAIN
                    learning_rate *= 0.5
                if goes_back or learning_rate <= SMALLEST_RATE:
                    _keep(anchor, anchor_moments, anchor_scale, W, moments, scale)
                    if not goes_back:
                        return done, learning_rate, interval, STALLED
                    done, interval = anchor_done, 1
                    continue
            else:
                _multiply(C, columns_of_C, starts_of_C, W, product, blocks)
                _subtract_from(C_by_column, product)
                missed = _renew_former(W, inverse, former)
                if done > anchor_done:
                    interval = next_interval(interval, missed)
        else:
            _multiply(C_single, columns_of_C, starts_of_C, change, product_change, single_blocks)
            _subtract(product, C_unit, product_change)
        if not is_repeated:
            if done > anchor_done:
                _update_scale(W, product, group, groups, scale, residual_variance)
            if is_due:
                if done == n_steps:
                    return done, learning_rate, interval, ALL_STEPS_DONE
                _keep(W, moments, scale, anchor, anchor_moments, anchor_scale)
                anchor_done = done
            for j in range(d):
                precision[j] = mu / scale[group[j]]
            _update_moments(
                W, product, inverse, precision, free, subgradient, barrier, first_moment,
                second_moment,
            )  # fmt: skip
            done += 1
        if is_repeated:
            for i in range(d):
                for j in range(d):
                    W[i, j] = anchor[i, j]
        _move(
            first_moment, second_moment, steps_before + done, learning_rate, epsilon, shrinkage,
            smallest_weight, shrinks, W, change,
        )  # fmt: skip
        is_due = is_repeated or done == n_steps or done == anchor_done + interval


@_compiled_exactly
def update_moments(
    x: FloatArray,
    gradient: FloatArray,
    slope: FloatArray,
    mu: float,
    barrier: float,
    subgradient: FloatArray,
    beta1: float,
    moments: FloatArray,
) -> None:
    """Update Adam's running means by the subgradient of μ (score + ‖λ∘x‖₁) + b h at x.

    Parameters
    ----------
    x : ndarray of shape (k,)
        Parameters.
    gradient : ndarray of shape (k,)
        Gradient of the score.
    slope : ndarray of shape (k,)
        Derivative of h with respect to the square of each parameter.
    mu, barrier : float
        Weights of score and ℓ1 norm, and of h.
    subgradient : ndarray of shape (k,)
        ℓ1 weights λ; the subgradient of ``|x|`` at 0 is taken as 0.
    beta1 : float
        Adam's constant.
    moments : ndarray of shape (2, k)
        Running means of gradients and of their squares; overwritten.
    """
    for i in range(x.size):
        sign = 1.0 if x[i] > 0.0 else (-1.0 if x[i] < 0.0 else 0.0)
        total = mu * gradient[i] + (2.0 * barrier) * x[i] * slope[i] + mu * subgradient[i] * sign
        moments[0, i] += (1.0 - beta1) * (total - moments[0, i])
        moments[1, i] += (1.0 - BETA2) * (total * total - moments[1, i])


@_compiled_exactly
def move(
    start: FloatArray,
    moments: FloatArray,
    iteration: int,
    rate: float,
    beta1: float,
    shrinkage: FloatArray,
    smallest: float,
    x: FloatArray,
) -> None:
    """Set x to Adam's step from ``start``, soft-thresholded (Kingma and Ba 2015, algorithm 1).

    Parameters
    ----------
    start : ndarray of shape (k,)
        Parameters before the step.
    moments : ndarray of shape (2, k)
        Running means.
    iteration : int
        Number of this step, starting at 1.
    rate, beta1 : float
        Adam's constants.
    shrinkage : ndarray of shape (k,)
        ℓ1 weights of the soft thresholding after the step, as in ``adam_steps``.
    smallest : float
        Lower bound of all parameters, or minus infinity.
    x : ndarray of shape (k,)
        Receives the parameters after the step.
    """
    length = rate / (1.0 - beta1**iteration)
    correction2 = 1.0 / (1.0 - BETA2**iteration)
    for i in range(start.size):
        root = np.sqrt(moments[1, i] * correction2) + EPSILON
        value = start[i] - length * moments[0, i] / root
        threshold = rate / root * shrinkage[i]
        if threshold > 0.0:
            value = _shrunk(value, threshold)
        x[i] = smallest if value < smallest else value


def work_space(p: int) -> Work:
    """Allocate the work space of ``adam_steps`` for matrices of size p; see ``Work``."""
    # Zeros, because padding and what was kept from the last step are read before they are written.
    return (
        np.zeros((4, p, p)),
        np.zeros((2, p, p), dtype=np.float32),
        np.zeros((2, p, p), dtype=np.float32),
        np.zeros((p, BLOCK)),
        np.zeros((BLOCK, p)),
        np.zeros((3, p)),
        np.zeros((2, p * p)),
        np.zeros((2, p * p), dtype=np.float32),
    )


def pad(matrix: FloatArray | BoolArray) -> FloatArray:
    """Return a float copy of a square matrix, padded with zeros to ``padded_size``."""
    d = matrix.shape[0]
    padded = np.zeros((padded_size(d), padded_size(d)))
    padded[:d, :d] = matrix
    return padded

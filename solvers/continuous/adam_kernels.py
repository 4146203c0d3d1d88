"""The compiled Adam descent of the central path: score, ℓ1, log-determinant and step in one loop.

All matrices are padded with zero rows and columns to a size divisible by four (``padded_size``),
so that the linear algebra works on blocks of four and needs no code for remainders.

A step moves no weight by much more than the learning rate, so neither the inverse of sI − W∘W nor
the product C (I − W) is computed anew at each. The inverse is kept for some steps: whenever it is
computed again, the change that was missed is measured, and the number of steps adapted so that it
stays within ``REFRESH_TOLERANCE``. The product is kept up to date by C ΔW in single precision,
whose rounding is relative to the small step, and is computed anew with the inverse.
"""

import math

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

# The inverse is computed anew so often that the gradient of the log-determinant, as it was used
# last, is off by about this share of its Frobenius norm; and at least every so many steps.
REFRESH_TOLERANCE = 0.02
LONGEST_INTERVAL = 10

BLOCK = 4

#: How ``adam_steps`` ended.
ALL_STEPS_DONE = 0
LEFT_DOMAIN = 1
STALLED = 2


def padded_size(d: int) -> int:
    """Return the size to which matrices of d variables are padded."""
    return BLOCK * math.ceil(d / BLOCK)


# Contraction to fused multiply-adds is allowed; no sum is reordered.
_compiled = compiled(error_model="numpy", fastmath={"contract"})


@_compiled
def _subtract_rows(
    A: FloatArray, i: int, factors: FloatArray, column: int, B: FloatArray, k: int
) -> None:
    """Subtract from rows i, i+1 of A a combination of rows k..k+3 of B.

    The factors are ``factors[i:i+2, column:column+4]``. Two rows at a time halve the loads of B.
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
    """Gauss-Jordan steps k..k+3, on copies of the four columns and rows; False at a pivot <= 0."""
    d, n = columns.shape  # n as a variable: short loops stay loops, which compile faster
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
def _multiply_by_residual(C: FloatArray, W: FloatArray, product: FloatArray) -> None:
    """Compute C (I − W)."""
    np.dot(C, W, product)
    for i in range(C.shape[0]):
        for j in range(C.shape[0]):
            product[i, j] = C[i, j] - product[i, j]


@_compiled
def _copy(source: FloatArray | Float32Array, target: FloatArray | Float32Array) -> None:
    # A loop: the assignment to a slice takes numba seconds to compile.
    for i in range(source.shape[0]):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]


@_compiled
def _subtract(product: FloatArray, factor: float, change: Float32Array) -> None:
    for i in range(product.shape[0]):
        for j in range(product.shape[0]):
            product[i, j] -= factor * change[i, j]


@_compiled
def _change_of_gradient(W: FloatArray, inverse: FloatArray, former: FloatArray) -> float:
    """Return ‖W∘(inverse − former)‖ / ‖W∘inverse‖, in Frobenius norms."""
    change, total = 0.0, 0.0
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            gradient = W[i, j] * inverse[i, j]
            difference = gradient - W[i, j] * former[i, j]
            change += difference * difference
            total += gradient * gradient
    return np.sqrt(change / total) if total > 0.0 else 0.0


@_compiled
def next_interval(interval: int, change: float) -> int:
    """Return after how many steps to compute the inverse again, given what ``interval`` missed."""
    if 2.0 * change <= REFRESH_TOLERANCE:
        return min(2 * interval, LONGEST_INTERVAL)
    return max(1, min(int(interval * REFRESH_TOLERANCE / change), LONGEST_INTERVAL))


@_compiled
def _update_scale(
    W: FloatArray,
    product: FloatArray,
    group: IntArray,
    group_size: FloatArray,
    smallest_scale: FloatArray,
    largest_scale: FloatArray,
    scale: FloatArray,
    residual_variance: FloatArray,
) -> None:
    """Set the exact noise scale of every group: the root of its mean residual variance."""
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
        root = max(np.sqrt(max(scale[g] / group_size[g], 0.0)), smallest_scale[g])
        scale[g] = min(root, largest_scale[g])


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
    start: FloatArray,
    first_moment: Float32Array,
    second_moment: Float32Array,
    iteration: int,
    rate: float,
    epsilon: float,
    W: FloatArray,
    change: Float32Array,
) -> None:
    """Set W to Adam's step from ``start``; ``change`` receives the step."""
    length = np.float32(rate / (1.0 - BETA1**iteration))
    correction2, single_epsilon = np.float32(1.0 / (1.0 - BETA2**iteration)), np.float32(epsilon)
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):  # in single precision throughout
            root = np.sqrt(second_moment[i, j] * correction2) + single_epsilon
            change[i, j] = -length * first_moment[i, j] / root
        for j in range(W.shape[0]):
            W[i, j] = start[i, j] + change[i, j]


@_compiled
def _shrink(
    second_moment: Float32Array,
    iteration: int,
    rate: float,
    epsilon: float,
    shrinkage: FloatArray,
    smallest_weight: float,
    W: FloatArray,
    change: Float32Array,
) -> None:
    """Apply the proximal operator of μ times a weighted ℓ1 norm in Adam's metric, and the bound.

    The threshold of an entry is its ℓ1 weight times the step size that Adam has for it.
    ``change``, the step that led to W, becomes the whole step.
    """
    correction2 = 1.0 / (1.0 - BETA2**iteration)
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            step_size = rate / (np.sqrt(second_moment[i, j] * correction2) + epsilon)
            threshold = step_size * shrinkage[i, j]
            w = max(W[i, j] - threshold, 0.0) + min(W[i, j] + threshold, 0.0)
            w = max(w, smallest_weight)
            change[i, j] += w - W[i, j]
            W[i, j] = w


@_compiled
def _step(
    start: FloatArray,
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
    _move(start, first_moment, second_moment, iteration, rate, epsilon, W, change)
    if shrinks:
        _shrink(second_moment, iteration, rate, epsilon, shrinkage, smallest_weight, W, change)


@_compiled
def adam_steps(
    W: FloatArray,
    scale: FloatArray,
    first_moment: Float32Array,
    second_moment: Float32Array,
    C: FloatArray,
    C_single: Float32Array,
    C_unit: float,
    free: FloatArray,
    group: IntArray,
    smallest_scale: FloatArray,
    largest_scale: FloatArray,
    mu: float,
    barrier: float,
    subgradient: FloatArray,
    shrinkage: FloatArray,
    smallest_weight: float,
    shrinks: bool,
    s: float,
    learning_rate: float,
    interval: int,
    steps_before: int,
    n_steps: int,
    may_shorten: bool,
) -> tuple[int, float, int, int]:
    """Take Adam steps on μ score + ‖λ∘W‖₁ + b log-det, each followed by the exact noise scale.

    Adam's steps do not depend on the unit of the objective; the caller chooses it (by b) such that
    squared gradients are within the range of single precision.

    A step that leaves the domain of the log-determinant is undone and repeated at half the
    learning rate, or ends the descent. Where the domain is found left after several steps with
    one inverse, they are taken again with an inverse each.

    Parameters
    ----------
    W : ndarray of shape (p, p)
        Weights, padded from d to p; overwritten.
    scale : ndarray of shape (n_groups,)
        Noise scale of every group of variables; overwritten.
    first_moment, second_moment : ndarray of float32, shape (p, p)
        Adam's running means; overwritten.
    C : ndarray of shape (p, p)
        Covariance, padded.
    C_single : ndarray of float32, shape (p, p)
        The covariance in single precision, divided by ``C_unit``.
    C_unit : float
        Unit of ``C_single``.
    free : ndarray of shape (p, p)
        1 where an entry of W may move, 0 where it stays as it is.
    group : ndarray of int, shape (d,)
        Group of every variable.
    smallest_scale, largest_scale : ndarray of shape (n_groups,)
        Bounds of the noise scales.
    mu, barrier : float
        Weights of the score and of the log-determinant.
    subgradient, shrinkage : ndarray of shape (p, p)
        ℓ1 weights λ whose subgradient is part of the gradient, and those by which weights are
        shrunk after a step.
    smallest_weight : float
        Lower bound of all weights: 0, or minus infinity.
    shrinks : bool
        Whether there is a bound or a weight in ``shrinkage``.
    s : float
        Parameter of the log-determinant.
    learning_rate : float
        Adam's step size.
    interval : int
        Steps from one inverse to the next, to begin with.
    steps_before : int
        Steps already taken with these moments.
    n_steps : int
        Steps to take.
    may_shorten : bool
        Whether a step that leaves the domain is shortened (otherwise the descent ends).

    Returns
    -------
    n_done : int
        Steps taken, counting one that was undone for good.
    learning_rate : float
        Step size at the end.
    interval : int
        Steps from one inverse to the next, at the end.
    outcome : int
        ``ALL_STEPS_DONE``; ``LEFT_DOMAIN`` (W is of no use then); or ``STALLED`` where no step,
        however short, stays in the domain.
    """
    p, d = W.shape[0], group.size
    inverse, former, product = np.empty((p, p)), np.empty((p, p)), np.empty((p, p))
    columns, rows = np.empty((p, BLOCK)), np.empty((BLOCK, p))
    precision, residual_variance = np.zeros(p), np.empty(d)
    group_size = np.zeros(scale.size)
    for j in range(d):
        group_size[group[j]] += 1.0
    change = np.empty((p, p), dtype=np.float32)
    product_change = np.empty((p, p), dtype=np.float32)
    epsilon = max(EPSILON * barrier, SMALLEST_EPSILON)
    # Where the inverse was last computed, to come back to from outside of the domain.
    anchor, anchor_scale = np.empty_like(W), np.empty_like(scale)
    anchor_first, anchor_second = np.empty_like(change), np.empty_like(change)
    done = anchor_done = 0
    while True:
        _fill_domain_matrix(W, s, inverse)
        if not invert_m_matrix(inverse, columns, rows):
            if done > anchor_done + 1:
                _copy(anchor, W)
                _copy(anchor_first, first_moment)
                _copy(anchor_second, second_moment)
                for g in range(scale.size):
                    scale[g] = anchor_scale[g]
                done, interval = anchor_done, 1
            elif done == 0 or not may_shorten:
                return done, learning_rate, interval, LEFT_DOMAIN
            elif learning_rate <= 2.0 * SMALLEST_RATE:
                _copy(anchor, W)
                return done, 0.5 * learning_rate, interval, STALLED
            else:
                learning_rate *= 0.5
                _step(
                    anchor, first_moment, second_moment, steps_before + done, learning_rate,
                    epsilon, shrinkage, smallest_weight, shrinks, W, change,
                )  # fmt: skip
            continue
        _multiply_by_residual(C, W, product)
        if done > anchor_done:
            interval = next_interval(interval, _change_of_gradient(W, inverse, former))
            _update_scale(
                W, product, group, group_size, smallest_scale, largest_scale, scale,
                residual_variance,
            )  # fmt: skip
        if done == n_steps:
            return done, learning_rate, interval, ALL_STEPS_DONE
        _copy(W, anchor)
        _copy(first_moment, anchor_first)
        _copy(second_moment, anchor_second)
        for g in range(scale.size):
            anchor_scale[g] = scale[g]
        anchor_done = done
        while True:
            for j in range(d):
                precision[j] = mu / scale[group[j]]
            _update_moments(
                W, product, inverse, precision, free, subgradient, barrier, first_moment,
                second_moment,
            )  # fmt: skip
            done += 1
            _step(
                W, first_moment, second_moment, steps_before + done, learning_rate, epsilon,
                shrinkage, smallest_weight, shrinks, W, change,
            )  # fmt: skip
            if done == n_steps or done == anchor_done + interval:
                break
            np.dot(C_single, change, product_change)
            _subtract(product, C_unit, product_change)
            _update_scale(
                W, product, group, group_size, smallest_scale, largest_scale, scale,
                residual_variance,
            )  # fmt: skip
        inverse, former = former, inverse


def pad(matrix: FloatArray | BoolArray) -> FloatArray:
    """Return a float copy of a square matrix, padded with zeros to ``padded_size``."""
    d = matrix.shape[0]
    padded = np.zeros((padded_size(d), padded_size(d)))
    padded[:d, :d] = matrix
    return padded

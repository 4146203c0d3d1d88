"""The compiled Adam descent of the central path: score, ℓ1, log-determinant and step in one loop.

All matrices are padded with zero rows and columns to a size divisible by four (``padded_size``),
so that the linear algebra works on blocks of four and needs no code for remainders.
"""

import math

import numpy as np
from numba import njit

from causal_dag.arrays import BoolArray, FloatArray, IntArray

# Adam's constants, as in Bello et al. (2022).
BETA1 = 0.99
BETA2 = 0.999
EPSILON = 1e-8
SMALLEST_RATE = 1e-16

BLOCK = 4

#: How ``adam_steps`` ended.
ALL_STEPS_DONE = 0
LEFT_DOMAIN = 1
STALLED = 2


def padded_size(d: int) -> int:
    """Return the size to which matrices of d variables are padded."""
    return BLOCK * math.ceil(d / BLOCK)


# Contraction to fused multiply-adds is allowed; no sum is reordered.
_compiled = njit(cache=True, error_model="numpy", fastmath={"contract"})


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
    for i in range(0, C.shape[0], 2):
        for j in range(C.shape[0]):
            product[i, j] = C[i, j]
            product[i + 1, j] = C[i + 1, j]
        for k in range(0, C.shape[0], BLOCK):
            _subtract_rows(product, i, C, k, W, k)


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
def _adam_direction(
    W: FloatArray,
    product: FloatArray,
    inverse: FloatArray,
    precision: FloatArray,
    free: FloatArray,
    mu: float,
    lambda1: float,
    iteration: int,
    first_moment: FloatArray,
    second_moment: FloatArray,
    direction: FloatArray,
) -> None:
    """Compute Adam's direction (Kingma and Ba 2015, algorithm 1) from the subgradient at W."""
    correction1 = 1.0 / (1.0 - BETA1**iteration)
    correction2 = 1.0 / (1.0 - BETA2**iteration)
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            w = W[i, j]
            sign = 1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0)
            score_and_penalty = mu * (lambda1 * sign - product[i, j] * precision[j])
            gradient = free[i, j] * (score_and_penalty + 2.0 * w * inverse[i, j])
            first = BETA1 * first_moment[i, j] + (1.0 - BETA1) * gradient
            second = BETA2 * second_moment[i, j] + (1.0 - BETA2) * (gradient * gradient)
            first_moment[i, j] = first
            second_moment[i, j] = second
            direction[i, j] = first * correction1 / (np.sqrt(second * correction2) + EPSILON)


@_compiled
def _move(W: FloatArray, direction: FloatArray, length: float) -> None:
    for i in range(W.shape[0]):
        for j in range(W.shape[0]):
            W[i, j] += length * direction[i, j]


@_compiled
def adam_steps(
    W: FloatArray,
    scale: FloatArray,
    first_moment: FloatArray,
    second_moment: FloatArray,
    C: FloatArray,
    free: FloatArray,
    group: IntArray,
    smallest_scale: FloatArray,
    largest_scale: FloatArray,
    mu: float,
    lambda1: float,
    s: float,
    learning_rate: float,
    steps_before: int,
    n_steps: int,
    may_shorten: bool,
) -> tuple[int, float, int]:
    """Take Adam steps on μ(score + λ‖W‖₁) + log-det, each followed by the exact noise scale.

    A step that leaves the domain of the log-determinant is undone and repeated at half the
    learning rate, or ends the descent.

    Parameters
    ----------
    W : ndarray of shape (p, p)
        Weights, padded from d to p; overwritten.
    scale : ndarray of shape (n_groups,)
        Noise scale of every group of variables; overwritten.
    first_moment, second_moment : ndarray of shape (p, p)
        Adam's running means; overwritten.
    C : ndarray of shape (p, p)
        Covariance, padded.
    free : ndarray of shape (p, p)
        1 where an entry of W may move, 0 where it stays as it is.
    group : ndarray of int, shape (d,)
        Group of every variable.
    smallest_scale, largest_scale : ndarray of shape (n_groups,)
        Bounds of the noise scales.
    mu, lambda1, s : float
        Weight of score and penalty, ℓ1 weight, and parameter of the log-determinant.
    learning_rate : float
        Adam's step size.
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
    outcome : int
        ``ALL_STEPS_DONE``; ``LEFT_DOMAIN`` (W is of no use then); or ``STALLED`` where no step,
        however short, stays in the domain.
    """
    p, d = W.shape[0], group.size
    inverse, product, direction = np.empty((p, p)), np.empty((p, p)), np.empty((p, p))
    columns, rows = np.empty((p, BLOCK)), np.empty((BLOCK, p))
    precision, residual_variance = np.zeros(p), np.empty(d)
    group_size = np.zeros(scale.size)
    for j in range(d):
        group_size[group[j]] += 1.0

    for done in range(n_steps + 1):
        while True:
            _fill_domain_matrix(W, s, inverse)
            if invert_m_matrix(inverse, columns, rows):
                break
            if done == 0 or not may_shorten:
                return done, learning_rate, LEFT_DOMAIN
            _move(W, direction, learning_rate)
            learning_rate *= 0.5
            if learning_rate <= SMALLEST_RATE:
                return done, learning_rate, STALLED
            _move(W, direction, -learning_rate)
        _multiply_by_residual(C, W, product)
        if done > 0:
            _update_scale(
                W, product, group, group_size, smallest_scale, largest_scale, scale,
                residual_variance,
            )  # fmt: skip
        if done == n_steps:
            break
        for j in range(d):
            precision[j] = 1.0 / scale[group[j]]
        _adam_direction(
            W, product, inverse, precision, free, mu, lambda1, steps_before + done + 1,
            first_moment, second_moment, direction,
        )  # fmt: skip
        _move(W, direction, -learning_rate)
    return n_steps, learning_rate, ALL_STEPS_DONE


def pad(matrix: FloatArray | BoolArray) -> FloatArray:
    """Return a float copy of a square matrix, padded with zeros to ``padded_size``."""
    d = matrix.shape[0]
    padded = np.zeros((padded_size(d), padded_size(d)))
    padded[:d, :d] = matrix
    return padded

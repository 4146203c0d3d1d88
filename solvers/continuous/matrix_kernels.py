"""Compiled matrix and vector operations of scores, acyclicity and the orthant-wise descent.

Results are written to arrays allocated once, and loops replace numpy expressions, which avoids
temporary arrays at run time and the compilation of further numpy functions.
"""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.kernel_cache import compiled

# With 1-norm up to this, the Taylor polynomial of degree 16 has a relative error of about
# 1 / 17! < 3e-15.
LARGEST_TAYLOR_NORM = 1.0

_compiled = compiled(error_model="numpy")


@_compiled
def least_squares(C: FloatArray, W: FloatArray) -> tuple[float, FloatArray]:
    """Return ½ tr((I − W)ᵀ C (I − W)) and its gradient −C (I − W) (Zheng et al. 2018, eq. 4)."""
    gradient = np.empty_like(C)
    np.dot(C, W, gradient)
    value = 0.0
    for i in range(C.shape[0]):
        for j in range(C.shape[0]):
            gradient[i, j] -= C[i, j]
            value += W[i, j] * gradient[i, j]
        value -= gradient[i, i]
    return 0.5 * value, gradient


@_compiled
def residual_gradient(C: FloatArray, W: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return −C (I − W), shape (d, d), and the residual variances [(I − W)ᵀ C (I − W)]_jj."""
    gradient, residual = np.empty_like(C), np.empty(C.shape[0])
    np.dot(C, W, gradient)
    for j in range(C.shape[0]):
        residual[j] = 0.0
    for i in range(C.shape[0]):
        for j in range(C.shape[0]):
            gradient[i, j] -= C[i, j]
            residual[j] += W[i, j] * gradient[i, j]
    for j in range(C.shape[0]):
        residual[j] -= gradient[j, j]
    return gradient, residual


@_compiled
def trace_exponential(A: FloatArray) -> tuple[float, FloatArray]:
    """Return tr(exp(A) − I) and exp(A)ᵀ for non-negative A, without cancellation.

    E = exp(A) − I is computed directly, as a sum of non-negative terms: the Taylor polynomial of
    degree 16 of A/2^k by the scheme of Paterson and Stockmeyer, in blocks of four powers, and then
    exp(2A) − I = 2E + E² once per halving (Higham 2008, chapters 4 and 10). ``A1`` to ``A4`` hold
    the first four powers of A/2^k, ``product`` is work space.

    Parameters
    ----------
    A : ndarray of shape (d, d)
        Non-negative.

    Returns
    -------
    h : float
        The trace; infinite if the exponential overflows.
    gradient : ndarray of shape (d, d)
        exp(A)ᵀ; 0 if the exponential overflows.
    """
    d = A.shape[0]
    E, product, gradient = np.empty_like(A), np.empty_like(A), np.empty_like(A)
    A1, A2, A3, A4 = np.empty_like(A), np.empty_like(A), np.empty_like(A), np.empty_like(A)
    total = 0.0
    norm = 0.0
    for j in range(d):
        column = 0.0
        for i in range(d):
            column += A[i, j]
        if not column <= norm:
            norm = column
    scale, halvings = 1.0, 0
    if not norm < np.inf:
        total = np.inf
    while norm * scale > LARGEST_TAYLOR_NORM and norm < np.inf:
        scale *= 0.5
        halvings += 1
    for i in range(d):
        for j in range(d):
            A1[i, j] = A[i, j] * scale
    np.dot(A1, A1, A2)
    np.dot(A2, A1, A3)
    np.dot(A2, A2, A4)
    factorial = 20922789888000.0  # 16!, reduced to (4b)! block by block
    for b in (3, 2, 1, 0):
        # The block of the powers 4b + 1, …, 4b + 4, with coefficients 1/k!.
        c4 = 1.0 / factorial
        c3 = c4 * (4 * b + 4)
        c2 = c3 * (4 * b + 3)
        c1 = c2 * (4 * b + 2)
        factorial /= (4 * b + 4) * (4 * b + 3) * (4 * b + 2) * (4 * b + 1)
        if b < 3:
            np.dot(A4, E, product)
        for i in range(d):
            for j in range(d):
                block = c1 * A1[i, j] + c2 * A2[i, j] + c3 * A3[i, j] + c4 * A4[i, j]
                E[i, j] = block if b == 3 else product[i, j] + block
    for _ in range(halvings):
        np.dot(E, E, product)
        for i in range(d):
            for j in range(d):
                E[i, j] = 2.0 * E[i, j] + product[i, j]
    h = 0.0
    for i in range(d):
        h += E[i, i]
        for j in range(d):
            total += E[j, i]
            gradient[i, j] = E[j, i]
        gradient[i, i] += 1.0
    if not total < np.inf:
        h = np.inf
        for i in range(d):
            for j in range(d):
                gradient[i, j] = 0.0
    return h, gradient


@_compiled
def add_acyclicity(
    gradient: FloatArray, factor: float, parameters: FloatArray, slope: FloatArray
) -> float:
    """Add a multiple of the gradient of h to ``gradient`` in place; return the sum of the entries.

    Strengths are squares of parameters, so the gradient of h is 2 · parameter · slope.
    """
    total = 0.0
    for i in range(gradient.size):
        gradient[i] += factor * (2.0 * parameters[i] * slope[i])
        total += gradient[i]
    return total


@_compiled
def pseudo_gradient(
    x: FloatArray, gradient: FloatArray, right: FloatArray, left: FloatArray, slope: FloatArray
) -> float:
    """Compute the subgradient of least norm of f(x) + Σ right_i x_i⁺ + left_i x_i⁻.

    Parameters
    ----------
    x, gradient : ndarray of shape (k,)
        Point, and gradient of f there.
    right, left : ndarray of shape (k,)
        ℓ1 weights on positive and negative values; an infinite ``left`` forbids negative values.
    slope : ndarray of shape (k,)
        Receives the subgradient.

    Returns
    -------
    float
        Largest absolute value of the subgradient.
    """
    largest = 0.0
    for i in range(x.size):
        if x[i] > 0.0:
            value = gradient[i] + right[i]
        elif x[i] < 0.0:
            value = gradient[i] - left[i]
        else:
            value = min(gradient[i] + right[i], 0.0) + max(gradient[i] - left[i], 0.0)
        slope[i] = value
        largest = max(largest, abs(value))
    return largest


@_compiled
def quasi_newton_direction(
    slope: FloatArray,
    x: FloatArray,
    steps: FloatArray,
    changes: FloatArray,
    curvatures: FloatArray,
    n_pairs: int,
    share: FloatArray,
    direction: FloatArray,
) -> float:
    """Compute −H slope by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4).

    Components that do not descend are set to 0, as are those of variables that remain at 0
    (Andrew and Gao 2007).

    Parameters
    ----------
    slope, x : ndarray of shape (k,)
        Pseudo-gradient and point.
    steps, changes : ndarray of shape (m, k)
        Latest steps and changes of the gradient, as ring buffers.
    curvatures : ndarray of shape (m,)
        Inner product of each step with its change of the gradient.
    n_pairs : int
        Number of pairs recorded so far, of which only the latest m are stored.
    share : ndarray of shape (m,)
        Work space.
    direction : ndarray of shape (k,)
        Receives the direction.

    Returns
    -------
    float
        Inner product of slope and direction, <= 0.
    """
    m = steps.shape[0]
    n = min(n_pairs, m)
    for i in range(x.size):
        direction[i] = -slope[i]
    for age in range(n):
        pair = (n_pairs - 1 - age) % m
        share[pair] = np.dot(steps[pair], direction) / curvatures[pair]
        for i in range(x.size):
            direction[i] -= share[pair] * changes[pair, i]
    if n > 0:
        pair = (n_pairs - 1) % m
        factor = curvatures[pair] / np.dot(changes[pair], changes[pair])
        for i in range(x.size):
            direction[i] *= factor
    for age in range(n - 1, -1, -1):
        pair = (n_pairs - 1 - age) % m
        factor = share[pair] - np.dot(changes[pair], direction) / curvatures[pair]
        for i in range(x.size):
            direction[i] += factor * steps[pair, i]
    descent = 0.0
    for i in range(x.size):
        if direction[i] * slope[i] >= 0.0:
            direction[i] = 0.0
        descent += direction[i] * slope[i]
    return descent


@_compiled
def projected_step(
    x: FloatArray,
    direction: FloatArray,
    length: float,
    slope: FloatArray,
    right: FloatArray,
    left: FloatArray,
    point: FloatArray,
) -> tuple[float, float]:
    """Take a step from x, stopping every variable with an ℓ1 weight or a bound when it reaches 0.

    Returns
    -------
    slope_times_step : float
        First-order change of the objective.
    l1_norm : float
        Weighted ℓ1 norm of the new point.
    """
    slope_times_step, l1_norm = 0.0, 0.0
    for i in range(x.size):
        value = x[i] + length * direction[i]
        if right[i] > 0.0 or left[i] > 0.0:
            sign = x[i] if x[i] != 0.0 else -slope[i]
            if value * sign < 0.0:
                value = 0.0
            l1_norm += (
                right[i] * value if value > 0.0 else (-left[i] * value if value < 0.0 else 0.0)
            )
        point[i] = value
        slope_times_step += slope[i] * (value - x[i])
    return slope_times_step, l1_norm

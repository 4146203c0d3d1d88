"""The compiled matrix exponential of NOTEARS, exact for tiny and for nilpotent matrices."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.kernel_cache import compiled

# With 1-norm up to this, the Taylor polynomial of degree 16 has a relative error of about
# 1 / 17! < 3e-15.
LARGEST_TAYLOR_NORM = 1.0


@compiled(error_model="numpy")
def trace_exponential(W: FloatArray) -> tuple[float, FloatArray]:
    """Return h = tr(exp(W∘W) − I) and its gradient 2W ∘ exp(W∘W)ᵀ (Zheng et al. 2018, eq. 8).

    Where the exponential overflows, h is infinite and the gradient is given as 0.
    """
    walks = exponential_minus_identity(W * W)
    h, total = 0.0, 0.0
    gradient = np.empty_like(W)
    for i in range(W.shape[0]):
        h += walks[i, i]
        for j in range(W.shape[0]):
            total += walks[j, i]
            gradient[i, j] = 2.0 * W[i, j] * walks[j, i]
        gradient[i, i] += 2.0 * W[i, i]
    if not total < np.inf:
        return np.inf, np.zeros_like(W)
    return h, gradient


@compiled(error_model="numpy")
def exponential_minus_identity(A: FloatArray) -> FloatArray:
    """Return exp(A) − I for non-negative A, without cancellation: every term is non-negative.

    Taylor polynomial of degree 16 by the scheme of Paterson and Stockmeyer, then
    exp(2A) − I = 2E + E² for every halving of A (Higham 2008, chapters 4 and 10).

    Parameters
    ----------
    A : ndarray of shape (d, d)
        Non-negative.

    Returns
    -------
    ndarray of shape (d, d)
        Infinite or NaN where the exponential overflows.
    """
    largest_column = 0.0
    for j in range(A.shape[0]):
        column = 0.0
        for i in range(A.shape[0]):
            column += A[i, j]
        largest_column = max(largest_column, column)
    if not largest_column < np.inf:
        return A * np.inf
    scale, halvings = 1.0, 0
    while largest_column * scale > LARGEST_TAYLOR_NORM:
        scale *= 0.5
        halvings += 1
    A1 = A * scale
    A2 = np.dot(A1, A1)
    A3 = np.dot(A2, A1)
    A4 = np.dot(A2, A2)
    factorial = 20922789888000.0  # 16!, divided down to (4b)! block by block
    E, product = np.empty_like(A), np.empty_like(A)
    for b in (3, 2, 1, 0):
        c4 = 1.0 / factorial
        c3 = c4 * (4 * b + 4)
        c2 = c3 * (4 * b + 3)
        c1 = c2 * (4 * b + 2)
        factorial /= (4 * b + 4) * (4 * b + 3) * (4 * b + 2) * (4 * b + 1)
        if b < 3:
            np.dot(A4, E, product)
        for i in range(A.shape[0]):
            for j in range(A.shape[0]):
                block = c1 * A1[i, j] + c2 * A2[i, j] + c3 * A3[i, j] + c4 * A4[i, j]
                E[i, j] = block if b == 3 else product[i, j] + block
    for _ in range(halvings):
        np.dot(E, E, product)
        for i in range(A.shape[0]):
            for j in range(A.shape[0]):
                E[i, j] = 2.0 * E[i, j] + product[i, j]
    return E

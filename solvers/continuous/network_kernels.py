"""Compiled loss of networks with one hidden layer, with forward and backward pass combined.

Rows are stored along the last axis, which makes every loop over them vectorizable. Targets are
processed one by one, so the hidden layer of a target stays in the cache from its forward pass to
its backward pass.
"""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.kernel_cache import compiled

# Beyond this the sigmoid is 0 or 1 to within 5e-18.
LARGEST_ARGUMENT = 40.0

# Sums over rows may be reordered, which is required for vectorizing them.
_compiled = compiled(error_model="numpy", fastmath={"contract", "reassoc"})


@_compiled
def sigmoid_in_place(z: FloatArray) -> None:
    """Replace z by 1 / (1 + exp(−z)), to a relative error of about 5e-14.

    exp(x) is the 256th power of exp(x/256), for which the Taylor polynomial of degree 10 is exact
    up to rounding; unlike a call to the library's exp, this loop can be vectorized.
    """
    for r in range(z.size):
        x = min(max(-z[r], -LARGEST_ARGUMENT), LARGEST_ARGUMENT) * (1.0 / 256.0)
        p = 1.0 / 3628800.0
        p = p * x + 1.0 / 362880.0
        p = p * x + 1.0 / 40320.0
        p = p * x + 1.0 / 5040.0
        p = p * x + 1.0 / 720.0
        p = p * x + 1.0 / 120.0
        p = p * x + 1.0 / 24.0
        p = p * x + 1.0 / 6.0
        p = p * x + 0.5
        p = p * x + 1.0
        p = p * x + 1.0
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        p = p * p
        z[r] = 1.0 / (1.0 + p)


@_compiled
def _hidden_layer(
    X: FloatArray, V: FloatArray, biases: FloatArray, j: int, hidden: FloatArray
) -> None:
    """Fill ``hidden`` (m, n) with the activations of the hidden units of target j."""
    for k in range(hidden.shape[0]):
        z = hidden[k]
        for r in range(z.size):
            z[r] = biases[j, k]
        for i in range(X.shape[0]):
            weight = V[j, k, i]
            if weight != 0.0:
                x = X[i]
                for r in range(z.size):
                    z[r] += weight * x[r]
        sigmoid_in_place(z)


@_compiled
def _residual(
    X: FloatArray, output: FloatArray, j: int, hidden: FloatArray, residual: FloatArray
) -> float:
    """Fill ``residual`` (n,) with the centered f_j(x) − x_j, and return its sum of squares."""
    for r in range(residual.size):
        residual[r] = -X[j, r]
    for k in range(hidden.shape[0]):
        weight, unit = output[j, k], hidden[k]
        for r in range(residual.size):
            residual[r] += weight * unit[r]
    total = 0.0
    for r in range(residual.size):
        total += residual[r]
    mean, squares = total / residual.size, 0.0
    for r in range(residual.size):
        residual[r] -= mean
        squares += residual[r] * residual[r]
    return squares


@_compiled
def half_square_loss(
    X: FloatArray,
    V: FloatArray,
    biases: FloatArray,
    output: FloatArray,
    free: BoolArray,
    V_gradient: FloatArray,
    bias_gradient: FloatArray,
    output_gradient: FloatArray,
) -> float:
    """Return ½‖X − f(X)‖² with optimal intercepts, and fill in its gradients.

    Within the loop over units k, ``unit`` holds the activation at first, and then the derivative of
    the loss with respect to the argument of the sigmoid, from which the gradients of the bias and
    of the first layer are summed.

    Parameters
    ----------
    X : ndarray of shape (d, n)
        The data, with one variable per row.
    V : ndarray of shape (d, m, d)
        First layer: ``V[j, k, i]`` connects variable i to hidden unit k of target j.
    biases, output : ndarray of shape (d, m)
        Biases of the hidden units, and weights of the second layer.
    free : ndarray of bool, shape (d, d)
        ``free[i, j]``: i may be a parent of j; ``V_gradient`` is filled in for these edges only.
    V_gradient, bias_gradient, output_gradient : ndarray
        Receive the gradients, in the shapes of ``V``, ``biases`` and ``output``.
    """
    n, m = X.shape[1], biases.shape[1]
    hidden, residual = np.empty((m, n)), np.empty(n)
    squares = 0.0
    for j in range(X.shape[0]):
        _hidden_layer(X, V, biases, j, hidden)
        squares += _residual(X, output, j, hidden, residual)
        for k in range(m):
            unit, weight = hidden[k], output[j, k]
            along_unit, along_bias = 0.0, 0.0
            for r in range(n):
                along_unit += residual[r] * unit[r]
                unit[r] = weight * residual[r] * unit[r] * (1.0 - unit[r])
                along_bias += unit[r]
            output_gradient[j, k] = along_unit
            bias_gradient[j, k] = along_bias
            for i in range(X.shape[0]):
                if free[i, j]:
                    x, along_weight = X[i], 0.0
                    for r in range(n):
                        along_weight += unit[r] * x[r]
                    V_gradient[j, k, i] = along_weight
    return 0.5 * squares

"""The compiled vector work of the orthant-wise quasi-Newton descent."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.kernel_cache import compiled

_compiled = compiled(error_model="numpy")


@_compiled
def add_multiple(target: FloatArray, factor: float, other: FloatArray) -> float:
    """Add a multiple of another vector to ``target`` in place; return the sum of its entries."""
    total = 0.0
    for i in range(target.size):
        target[i] += factor * other[i]
        total += target[i]
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
        ℓ1 weights on positive and negative values; infinite ``left`` forbids the latter.
    slope : ndarray of shape (k,)
        Receives the subgradient.

    Returns
    -------
    float
        Its largest absolute value.
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

    Components that do not descend are set to 0, as are those of variables that rest at 0
    (Andrew and Gao 2007).

    Parameters
    ----------
    slope, x : ndarray of shape (k,)
        Pseudo-gradient and point.
    steps, changes : ndarray of shape (m, k)
        Latest steps and changes of the gradient, as ring buffers.
    curvatures : ndarray of shape (m,)
        Their inner products.
    n_pairs : int
        Pairs stored so far; only the latest m are there.
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
    """Go a step from x, stopping every variable with an ℓ1 weight or a bound where it reaches 0.

    Returns
    -------
    slope_times_step : float
        Change of the objective to first order.
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

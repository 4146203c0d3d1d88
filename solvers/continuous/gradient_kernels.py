"""The compiled step of an Adam descent whose gradient is computed elsewhere."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.kernel_cache import compiled


@compiled(error_model="numpy")
def adam_step(
    x: FloatArray,
    gradient: FloatArray,
    first_moment: FloatArray,
    second_moment: FloatArray,
    iteration: int,
    rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    smallest: float,
) -> None:
    """Take one step of Adam in place (Kingma and Ba 2015, algorithm 1), not below a bound.

    Parameters
    ----------
    x : ndarray of shape (m, k)
        Parameters; overwritten.
    gradient : ndarray of shape (m, k)
        Gradient at x.
    first_moment, second_moment : ndarray of shape (m, k)
        Running means; overwritten.
    iteration : int
        Number of this step, from 1.
    rate, beta1, beta2, epsilon : float
        Adam's constants.
    smallest : float
        Lower bound of all parameters, or minus infinity.
    """
    length = rate / (1.0 - beta1**iteration)
    correction2 = 1.0 / (1.0 - beta2**iteration)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            slope = gradient[i, j]
            first = first_moment[i, j] + (1.0 - beta1) * (slope - first_moment[i, j])
            second = second_moment[i, j] + (1.0 - beta2) * (slope * slope - second_moment[i, j])
            first_moment[i, j] = first
            second_moment[i, j] = second
            step = length * first / (np.sqrt(second * correction2) + epsilon)
            x[i, j] = max(x[i, j] - step, smallest)

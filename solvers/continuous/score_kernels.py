"""The compiled scores, without temporaries."""

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.kernel_cache import compiled


@compiled(error_model="numpy")
def least_squares(C: FloatArray, W: FloatArray) -> tuple[float, FloatArray]:
    """Return ½ tr((I − W)ᵀ C (I − W)) and its gradient −C (I − W) (Zheng et al. 2018, eq. 4)."""
    gradient = np.dot(C, W)
    value = 0.0
    for i in range(C.shape[0]):
        for j in range(C.shape[0]):
            gradient[i, j] -= C[i, j]
            value += W[i, j] * gradient[i, j]
        value -= gradient[i, i]
    return 0.5 * value, gradient


@compiled(error_model="numpy")
def residual_gradient(C: FloatArray, W: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return −C (I − W), shape (d, d), and the residual variances [(I − W)ᵀ C (I − W)]_jj."""
    gradient = np.dot(C, W)
    residual = np.zeros(C.shape[0])
    for i in range(C.shape[0]):
        for j in range(C.shape[0]):
            gradient[i, j] -= C[i, j]
            residual[j] += W[i, j] * gradient[i, j]
    for j in range(C.shape[0]):
        residual[j] -= gradient[j, j]
    return gradient, residual

"""Linear models of time series, in which earlier values act on later ones: simulation, stability.

``lagged[k - 1, i, j]`` is the effect of variable i, k rows earlier, on variable j.
"""

from collections.abc import Mapping

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.graph.linear import total_effects

# Until a simulation forgets its start up to this share of it.
FORGOTTEN = 1e-6
LONGEST_BURN_IN = 100_000


def propagate_lagged_noise(
    W: FloatArray,
    lagged: FloatArray,
    noise: FloatArray,
    start: FloatArray,
    do: Mapping[int, FloatArray] | None = None,
) -> FloatArray:
    """Return the rows X of X_t = X_t W + Σ_k X_(t−k) lagged_k + E_t that follow a start.

    Parameters
    ----------
    W : ndarray of shape (d, d)
        Weights among variables of the same row, a DAG.
    lagged : ndarray of shape (L, d, d)
        Weights of earlier rows.
    noise : ndarray of shape (n, d)
        Noise E, intercepts included.
    start : ndarray of shape (L, d)
        The rows before the first, the oldest first.
    do : mapping from column number to ndarray of shape (n,), optional
        Columns that are set, regardless of their causes.

    Returns
    -------
    ndarray of shape (n, d)

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.graph.lagged import propagate_lagged_noise
    >>> W, lagged = np.array([[0.0, 2.0], [0.0, 0.0]]), np.array([[[0.5, 0.0], [0.0, 0.0]]])
    >>> propagate_lagged_noise(W, lagged, np.zeros((2, 2)), np.array([[4.0, 0.0]])).tolist()
    [[2.0, 4.0], [1.0, 2.0]]
    """
    n_lags, d, _ = lagged.shape
    instant, past, shocks = W.copy(), lagged.copy(), noise.copy()
    for column, values in (do or {}).items():
        instant[:, column] = past[:, :, column] = 0.0
        shocks[:, column] = values
    reach = np.eye(d) + total_effects(instant)
    # The oldest rows come first, as in the series.
    past = past[::-1].reshape(n_lags * d, d) @ reach
    rows = np.vstack([start, shocks @ reach])
    for row in range(n_lags, len(rows)):
        rows[row] += rows[row - n_lags : row].ravel() @ past
    return rows[n_lags:]


def spectral_radius(W: FloatArray, lagged: FloatArray) -> float:
    """Return the largest absolute eigenvalue of the companion matrix; below 1 if stationary.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.graph.lagged import spectral_radius
    >>> round(spectral_radius(np.zeros((1, 1)), np.array([[[0.5]], [[0.24]]])), 12)
    0.8
    """
    n_lags, d, _ = lagged.shape
    companion = np.eye(n_lags * d, k=d)
    companion[:, :d] = (lagged @ (np.eye(d) + total_effects(W))).reshape(n_lags * d, d)
    return float(np.abs(np.linalg.eigvals(companion)).max())


def burn_in_length(radius: float) -> int:
    """Return after how many rows a stationary simulation has forgotten its start.

    Examples
    --------
    >>> from causal_dag.graph.lagged import burn_in_length
    >>> burn_in_length(0.0), burn_in_length(0.5), burn_in_length(0.9)
    (10, 29, 141)
    """
    if radius >= 1:
        return LONGEST_BURN_IN
    rows = np.log(FORGOTTEN) / np.log(max(radius, np.finfo(np.float64).tiny))
    return int(min(10 + rows, LONGEST_BURN_IN))

"""Calls lingam."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_estimator(class_name: str) -> Fit:
    """Return the function that fits a class of ``lingam``."""
    import lingam

    estimator = getattr(lingam, class_name)
    return lambda X, parameters, seed: as_weights(
        estimator(random_state=seed, **parameters).fit(X).adjacency_matrix_
    )


def load_varlingam() -> Fit:
    """Return the function that fits VARLiNGAM to a series.

    With L lags, the last L of L + 1 equal shares of the columns are placeholders: the answer has
    the effects one row later in the second share of its rows, and so on.
    """
    import lingam

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        n_lags = parameters["n_lags"]
        d = X.shape[1] // (n_lags + 1)
        model = lingam.VARLiNGAM(lags=n_lags, criterion=None, random_state=seed).fit(X[:, :d])
        weights = np.zeros((X.shape[1], X.shape[1]))
        weights[:, :d] = np.vstack([as_weights(effects) for effects in model.adjacency_matrices_])
        return weights

    return fit


def as_weights(effects: Matrix) -> Matrix:
    """Convert lingam's matrix: entry (i, j) is the effect of j on i."""
    return np.asarray(effects).T


DISTRIBUTION = "lingam"
REQUIREMENTS = [["lingam==1.13.0"]]
LICENCE = "MIT"
URL = "https://github.com/cdt15/lingam"
METHODS = {
    "direct-lingam": {
        "summary": "DirectLiNGAM",
        "output": "dag",
        "parameters": {"measure": "pwling"},
        "load": partial(load_estimator, "DirectLiNGAM"),
    },
    "ica-lingam": {
        "summary": "ICA-LiNGAM",
        "output": "dag",
        "parameters": {"max_iter": 1000},
        "load": partial(load_estimator, "ICALiNGAM"),
    },
    "varlingam": {
        "summary": "VARLiNGAM, for time series",
        "output": "dag",
        "parameters": {"n_lags": 1},
        "load": load_varlingam,
    },
}

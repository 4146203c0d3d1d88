"""Calls lingam; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load(method: str) -> Fit:
    """Return the function that fits."""
    class_name = {"direct-lingam": "DirectLiNGAM", "ica-lingam": "ICALiNGAM"}[method]
    import lingam

    estimator = getattr(lingam, class_name)

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        return as_weights(estimator(random_state=seed, **parameters).fit(X).adjacency_matrix_)

    return fit


def as_weights(effects: Matrix) -> Matrix:
    """Convert lingam's matrix: entry (i, j) is the effect of j on i."""
    return np.asarray(effects).T

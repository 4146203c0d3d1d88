"""Calls pgmpy; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]

#: Class in pgmpy.causal_discovery, and parameters that are ours to set; nothing is random in them.
CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "hill-climb": ("HillClimbSearch", {"show_progress": False}),
    "ges": ("GES", {}),
    "pc": ("PC", {"show_progress": False, "n_jobs": 1}),
}


def load(method: str) -> Fit:
    """Return the function that fits."""
    class_name, fixed = CLASSES[method]
    import pandas as pd
    from pgmpy import causal_discovery

    estimator = getattr(causal_discovery, class_name)

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        # Names that formulas can hold, in an order that sorting keeps.
        names = [f"x{i:05d}" for i in range(X.shape[1])]
        model = estimator(**fixed, **parameters).fit(pd.DataFrame(X, columns=names))
        return as_adjacency(model.adjacency_matrix_, names)

    return fit


def as_adjacency(table: Any, names: list[str]) -> Matrix:
    """Convert pgmpy's table: row i, column j is i -> j, nodes in the order they were met."""
    return np.asarray(table.loc[names, names].to_numpy(dtype=float) != 0, dtype=float)

"""Calls pgmpy; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load(method: str) -> Fit:
    """Return the function that fits."""
    import pandas as pd
    from pgmpy import causal_discovery

    estimator = {
        "hill-climb": causal_discovery.HillClimbSearch,
        "ges": causal_discovery.GES,
        "pc": causal_discovery.PC,
    }[method]

    # None of them draws random numbers.
    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        # Names that formulas can hold, in an order that sorting keeps.
        names = [f"x{i:05d}" for i in range(X.shape[1])]
        model = estimator(**parameters).fit(pd.DataFrame(X, columns=names))
        return as_adjacency(model.adjacency_matrix_, names)

    return fit


def as_adjacency(table: Any, names: list[str]) -> Matrix:
    """Convert pgmpy's table: row i, column j is i -> j, nodes in the order they were met."""
    return np.asarray(table.loc[names, names].to_numpy(dtype=float) != 0, dtype=float)

"""Calls flopsearch; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load(method: str) -> Fit:
    """Return the function that fits."""
    return {"flop": _flop}[method]()


def _flop() -> Fit:
    from flopsearch import flop

    # flop takes no seed.
    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        return as_adjacency(flop(np.asfortranarray(X), **parameters))

    return fit


def as_adjacency(cpdag: Matrix) -> Matrix:
    """Convert flopsearch's matrix: 1 at (i, j) is i -> j, 2 at both places is undirected."""
    return np.asarray(np.asarray(cpdag) != 0, dtype=float)

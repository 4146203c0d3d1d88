"""Calls flopsearch."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_flop() -> Fit:
    """Return the function that runs FLOP, which takes no seed."""
    from flopsearch import flop

    return lambda X, parameters, seed: as_adjacency(flop(np.asfortranarray(X), **parameters))


def as_adjacency(cpdag: Matrix) -> Matrix:
    """Convert flopsearch's matrix: 1 at (i, j) is i -> j, 2 at both places is undirected."""
    return np.asarray(np.asarray(cpdag) != 0, dtype=float)


DISTRIBUTION = "flopsearch"
REQUIREMENTS = [["flopsearch==0.3.0", "numpy"]]
LICENCE = "MPL-2.0"
URL = "https://github.com/CausalDisco/flopsearch"
METHODS = {
    "flop": {
        "summary": "FLOP: iterated local search over orders, BIC",
        "output": "pdag",
        "parameters": {"lambda_bic": 2.0, "restarts": 20},
        "load": load_flop,
    },
}

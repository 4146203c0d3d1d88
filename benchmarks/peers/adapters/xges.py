"""Calls xges, the authors' Python implementation; its matrices follow our convention."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_xges() -> Fit:
    """Return the function that runs XGES, which is deterministic, with its kernels compiled."""
    from xges import XGES

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        options = dict(parameters)
        search = XGES(alpha=options.pop("alpha"))
        return np.asarray(search.fit(X, verbose=0, **options).to_adjacency_matrix(), dtype=float)

    fit(np.random.default_rng(0).normal(size=(50, 4)), {"alpha": 0.1}, 0)
    return fit


DISTRIBUTION = "xges"
REQUIREMENTS = [["xges==0.1.6"]]
LICENCE = "none stated"
URL = "https://github.com/ANazaret/XGES"
METHODS = {
    # alpha has the meaning of `penalty` here.
    "xges": {
        "summary": "extremely greedy equivalence search, BIC",
        "output": "pdag",
        "parameters": {"alpha": 2.0, "extended_search": True},
        "load": load_xges,
    },
}

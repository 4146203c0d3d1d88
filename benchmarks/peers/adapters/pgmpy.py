"""Calls pgmpy."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_estimator(class_name: str, **fixed: Any) -> Fit:
    """Return the function that fits a class of ``pgmpy.causal_discovery``; nothing is random.

    Parameters
    ----------
    class_name : str
        The class.
    **fixed
        Parameters that a suite does not choose.
    """
    import pandas as pd
    from pgmpy import causal_discovery

    estimator = getattr(causal_discovery, class_name)

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        # Names that are allowed in formulas, and that sorting leaves in their order.
        names = [f"x{i:05d}" for i in range(X.shape[1])]
        model = estimator(**fixed, **parameters).fit(pd.DataFrame(X, columns=names))
        return as_adjacency(model.adjacency_matrix_, names)

    return fit


def as_adjacency(table: Any, names: list[str]) -> Matrix:
    """Convert pgmpy's table: row i, column j is i -> j, in the order in which nodes were met."""
    return np.asarray(table.loc[names, names].to_numpy(dtype=float) != 0, dtype=float)


DISTRIBUTION = "pgmpy"
REQUIREMENTS = [["pgmpy==1.1.2"]]
LICENCE = "MIT"
URL = "https://github.com/pgmpy/pgmpy"
METHODS = {
    "hill-climb": {
        "summary": "hill climbing over graphs with a tabu list, BIC",
        "output": "pdag",
        "parameters": {"scoring_method": "bic-g"},
        "load": partial(load_estimator, "HillClimbSearch", show_progress=False),
    },
    "ges": {
        "summary": "greedy equivalence search, BIC",
        "output": "pdag",
        "parameters": {"scoring_method": "bic-g"},
        "load": partial(load_estimator, "GES"),
    },
    "pc": {
        "summary": "PC, partial correlations",
        "output": "pdag",
        "parameters": {"ci_test": "pearsonr", "significance_level": 0.01, "max_cond_vars": 5},
        "load": partial(load_estimator, "PC", show_progress=False, n_jobs=1),
    },
}

"""Calls dagma, whose matrices are in our convention."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_linear() -> Fit:
    """Return the function that fits linear models; nothing in it is random."""
    from dagma.linear import DagmaLinear

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        options = dict(parameters)
        return np.asarray(DagmaLinear(options.pop("loss_type")).fit(X, **options))

    return fit


def load_mlp() -> Fit:
    """Return the function that fits networks, initialized by torch's global generator."""
    from dagma.nonlinear import DagmaMLP, DagmaNonlinear

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        options = dict(parameters)
        networks = DagmaMLP(dims=[X.shape[1], options.pop("hidden"), 1])
        return np.asarray(DagmaNonlinear(networks).fit(X, **options))

    return fit


DISTRIBUTION = "dagma"
REQUIREMENTS = [["torch==2.13.0"], ["dagma==1.1.1"]]
LICENCE = "Apache-2.0"
URL = "https://github.com/kevinsbello/dagma"
METHODS = {
    "dagma-linear": {
        "summary": "DAGMA, linear, least squares",
        "output": "dag",
        "parameters": {"loss_type": "l2", "lambda1": 0.03, "w_threshold": 0.3},
        "load": load_linear,
    },
    "dagma-mlp": {
        "summary": "DAGMA, a network of one hidden layer per variable",
        "output": "dag",
        "parameters": {"hidden": 10, "lambda1": 0.02, "lambda2": 0.005, "w_threshold": 0.3},
        "load": load_mlp,
    },
}

"""Calls dagma, whose matrices are in our convention; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load(method: str) -> Fit:
    """Return the function that fits."""
    return {"dagma-linear": _linear, "dagma-mlp": _mlp}[method]()


def _linear() -> Fit:
    from dagma.linear import DagmaLinear

    # Nothing is random in it.
    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        options = dict(parameters)
        return np.asarray(DagmaLinear(options.pop("loss_type")).fit(X, **options))

    return fit


def _mlp() -> Fit:
    from dagma.nonlinear import DagmaMLP, DagmaNonlinear

    # The first weights of the networks come from torch's global generator.
    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        options = dict(parameters)
        networks = DagmaMLP(dims=[X.shape[1], options.pop("hidden"), 1])
        return np.asarray(DagmaNonlinear(networks).fit(X, **options))

    return fit

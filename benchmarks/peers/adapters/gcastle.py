"""Calls gcastle, whose matrices are in our convention."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]


def load_learner(class_name: str, seed_name: str | None = None) -> Fit:
    """Return the function that fits a class of ``castle.algorithms``.

    Parameters
    ----------
    class_name : str
        The class.
    seed_name : str, optional
        What it calls the seed; by default nothing in it is random.
    """
    from castle import algorithms

    learner = getattr(algorithms, class_name)

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        model = learner(**parameters, **({seed_name: seed} if seed_name else {}))
        model.learn(X)
        return kept_weights(model)

    return fit


def kept_weights(model: Any) -> Matrix:
    """Return the weights of the edges that gcastle keeps, or ones where it has no weights."""
    edges = np.asarray(model.causal_matrix, dtype=float)
    weights = getattr(model, "weight_causal_matrix", None)
    return edges if weights is None else edges * np.asarray(weights)


DISTRIBUTION = "gcastle"
# It needs torch without declaring it.
REQUIREMENTS = [["torch==2.13.0"], ["gcastle==1.0.4"]]
LICENCE = "Apache-2.0"
URL = "https://github.com/huawei-noah/trustworthyAI"
METHODS = {
    "notears": {
        "summary": "NOTEARS, linear, least squares",
        "output": "dag",
        "parameters": {"lambda1": 0.1, "w_threshold": 0.3},
        "load": partial(load_learner, "Notears"),
    },
    "golem": {
        "summary": "GOLEM by Adam steps",
        "output": "dag",
        "parameters": {"lambda_1": 0.02, "lambda_2": 5.0, "equal_variances": True},
        "load": partial(load_learner, "GOLEM", "seed"),
    },
    "pc": {
        "summary": "PC, Fisher's z",
        "output": "pdag",
        "parameters": {"variant": "original", "alpha": 0.05},
        "load": partial(load_learner, "PC"),
    },
    "ges": {
        "summary": "greedy equivalence search, BIC",
        "output": "pdag",
        "parameters": {"criterion": "bic"},
        "load": partial(load_learner, "GES"),
    },
    "direct-lingam": {
        "summary": "DirectLiNGAM",
        "output": "dag",
        "parameters": {"measure": "pwling"},
        "load": partial(load_learner, "DirectLiNGAM"),
    },
    "ica-lingam": {
        "summary": "ICA-LiNGAM",
        "output": "dag",
        "load": partial(load_learner, "ICALiNGAM", "random_state"),
    },
}

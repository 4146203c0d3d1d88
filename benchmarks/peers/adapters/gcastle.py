"""Calls gcastle, whose matrices are in our convention; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]

#: Class in castle.algorithms, and what it calls the seed; nothing is random in the others.
CLASSES: dict[str, tuple[str, str | None]] = {
    "notears": ("Notears", None),
    "golem": ("GOLEM", "seed"),
    "pc": ("PC", None),
    "ges": ("GES", None),
    "direct-lingam": ("DirectLiNGAM", None),
    "ica-lingam": ("ICALiNGAM", "random_state"),
}


def load(method: str) -> Fit:
    """Return the function that fits."""
    class_name, seed_name = CLASSES[method]
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

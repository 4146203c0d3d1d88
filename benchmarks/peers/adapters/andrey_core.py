"""Calls andrey-core, which is imported as andrey."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]

TAIL = 1


def load_search(name: str, *, is_random: bool = False) -> Fit:
    """Return the function that calls a search of ``andrey``.

    Parameters
    ----------
    name : str
        The search.
    is_random : bool
        Whether it takes a seed; the other searches are deterministic.
    """
    import andrey

    search = getattr(andrey, name)

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        seeded = {"seed": seed} if is_random else {}
        return as_adjacency(search(X, **parameters, **seeded).structure.to_numpy())

    return fit


def as_adjacency(marks: Matrix) -> Matrix:
    """Convert andrey's matrix: entry (i, j) is the mark at i of the edge between i and j.

    A class of DAGs has tails and arrows only, and i -> j and i - j are those with a tail at i.
    """
    return np.asarray(np.asarray(marks) == TAIL, dtype=float)


DISTRIBUTION = "andrey-core"
REQUIREMENTS = [["andrey-core==0.10.0"]]
LICENCE = "Apache-2.0"
URL = "https://github.com/Abel-ai-lab/andrey"
# Its BIC counts lambda_value * log n per edge, like `penalty` here. Without a named score, columns
# of whole numbers would be treated as categorical.
BIC = {"score_func": "local_score_BIC_from_cov", "lambda_value": 1.0}
METHODS = {
    "boss": {
        "summary": "best order score search, BIC",
        "output": "pdag",
        "parameters": BIC,
        "load": partial(load_search, "boss", is_random=True),
    },
    "grasp": {
        "summary": "greedy relaxations of the sparsest permutation, BIC",
        "output": "pdag",
        "parameters": BIC,
        "load": partial(load_search, "grasp", is_random=True),
    },
    "ges": {
        "summary": "greedy equivalence search, BIC",
        "output": "pdag",
        "parameters": BIC,
        "load": partial(load_search, "ges"),
    },
    "xges": {
        "summary": "extremely greedy equivalence search, BIC",
        "output": "pdag",
        "parameters": BIC,
        "load": partial(load_search, "xges"),
    },
}

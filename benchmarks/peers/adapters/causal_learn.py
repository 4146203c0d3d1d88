"""Calls causal-learn; see this folder's ``__init__.py``."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]

ARROW, TAIL = 1, -1


def load(method: str) -> Fit:
    """Return the function that fits."""
    return {"pc": _pc, "ges": _ges, "boss": _boss, "grasp": _grasp}[method]()


def _pc() -> Fit:
    from causallearn.search.ConstraintBased.PC import pc

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        return as_adjacency(pc(X, show_progress=False, **parameters).G.graph)

    return fit


def _ges() -> Fit:
    from causallearn.search.ScoreBased.GES import ges

    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        return as_adjacency(ges(X, **parameters)["G"].graph)

    return fit


def _boss() -> Fit:
    from causallearn.search.PermutationBased.BOSS import boss

    return _permutation_search(boss)


def _grasp() -> Fit:
    from causallearn.search.PermutationBased.GRaSP import grasp

    return _permutation_search(grasp)


def _permutation_search(search: Callable[..., Any]) -> Fit:
    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        # The penalty travels as a keyword, as in GES; the searches want it in a dictionary. They
        # draw from Python's global generator.
        others = {key: value for key, value in parameters.items() if key != "lambda_value"}
        penalty = {"lambda_value": parameters["lambda_value"]}
        return as_adjacency(search(X, parameters=penalty, verbose=False, **others).graph)

    return fit


def as_adjacency(endpoints: Matrix) -> Matrix:
    """Convert causal-learn's matrix: entry (j, i) is the mark at j of the edge between i and j.

    i -> j is a tail at i and an arrow at j. Edges with two tails, or with two arrows (PC's answer
    to colliders that contradict each other, if asked for it), are undirected.
    """
    at_end = np.asarray(endpoints).T
    at_start = np.asarray(endpoints)
    both_tails = (at_end == TAIL) & (at_start == TAIL)
    return np.asarray((at_end == ARROW) | both_tails, dtype=float)

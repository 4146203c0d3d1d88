"""Calls causal-learn; ``__init__.py`` of this folder explains the declarations."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Fit = Callable[[Matrix, dict[str, Any], int], Matrix]

ARROW, TAIL = 1, -1


def load_pc() -> Fit:
    """Return the function that runs PC."""
    from causallearn.search.ConstraintBased.PC import pc

    return lambda X, parameters, seed: as_adjacency(
        pc(X, show_progress=False, **parameters).G.graph
    )


def load_ges() -> Fit:
    """Return the function that runs GES."""
    from causallearn.search.ScoreBased.GES import ges

    return lambda X, parameters, seed: as_adjacency(ges(X, **parameters)["G"].graph)


def load_boss() -> Fit:
    """Return the function that runs BOSS."""
    from causallearn.search.PermutationBased.BOSS import boss

    return _permutation_search(boss)


def load_grasp() -> Fit:
    """Return the function that runs GRaSP."""
    from causallearn.search.PermutationBased.GRaSP import grasp

    return _permutation_search(grasp)


def _permutation_search(search: Callable[..., Any]) -> Fit:
    def fit(X: Matrix, parameters: dict[str, Any], seed: int) -> Matrix:
        # Suites give the penalty as a keyword, as for GES; the searches want it in a dictionary.
        # They draw from Python's global generator.
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


DISTRIBUTION = "causal-learn"
REQUIREMENTS = [["causal-learn==0.1.4.8"]]
LICENCE = "MIT"
URL = "https://github.com/py-why/causal-learn"
METHODS = {
    "pc": {
        "summary": "PC, stable version, Fisher's z",
        "output": "pdag",
        "parameters": {"alpha": 0.05, "indep_test": "fisherz"},
        "load": load_pc,
    },
    # Its BIC counts lambda_value * log n per parameter: 0.5 is Schwarz's criterion.
    "ges": {
        "summary": "greedy equivalence search, BIC",
        "output": "pdag",
        "parameters": {"lambda_value": 0.5},
        "load": load_ges,
    },
    "boss": {
        "summary": "best order score search, BIC",
        "output": "pdag",
        "parameters": {"lambda_value": 2.0},
        "load": load_boss,
    },
    "grasp": {
        "summary": "greedy relaxations of the sparsest permutation, BIC",
        "output": "pdag",
        "parameters": {"lambda_value": 2.0},
        "load": load_grasp,
    },
}

"""Thresholds that are worth a look, and the graphs that they leave."""

from collections.abc import Sequence

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag, project_to_dag

#: Weights below this share of a path's largest are not candidates: iterative solvers leave tiny
#: weights that are not exactly 0.
SMALLEST_WEIGHT_SHARE = 0.01


def graph_at(weights: FloatArray, threshold: float, constraints: Constraints) -> BoolArray:
    """Return the graph that an estimator makes of raw weights at a threshold, shape (d, d)."""
    projection = project_to_dag(
        weights,
        threshold,
        forbidden=constraints.forbidden,
        required=constraints.required,
        max_parents=constraints.max_parents,
    )
    kept: BoolArray = (projection.weights != 0) | constraints.required
    return kept


def smallest_candidate(weights: Sequence[FloatArray], constraints: Constraints) -> float:
    """Return the size up to which weights of a path are dust: 1 % of its largest weight."""
    choosable = constraints.allowed & ~constraints.required
    largest = max(float(np.abs(W[choosable]).max(initial=0.0)) for W in weights)
    return SMALLEST_WEIGHT_SHARE * largest


def distinct_thresholds(
    weights: FloatArray, constraints: Constraints, smallest: float = 0.0
) -> tuple[float, ...]:
    """Return one threshold for every graph that thresholding alone makes of the weights.

    They lie half-way between neighbouring sizes of weights, so that none depends on the last bits,
    and end where the graph would get its first cycle: what is below that (Zheng et al. 2018,
    section 3.3) is mostly noise.

    Parameters
    ----------
    weights : ndarray of shape (d, d)
        Raw weights.
    constraints : Constraints
        Edges that are never, or always, in the graph.
    smallest : float
        Weights up to this size are not candidates.

    Returns
    -------
    tuple of float
        Falling; the first one leaves no edge but the required ones.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.selection.thresholds import distinct_thresholds
    >>> W = np.array([[0.0, 2.0, 1.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
    >>> distinct_thresholds(W, Constraints.none(3))
    (2.0, 1.5, 0.75)
    >>> distinct_thresholds(W, Constraints.none(3), smallest=1.2)
    (2.0, 1.6)
    """
    sizes = np.where(constraints.allowed & ~constraints.required, np.abs(weights), 0.0)
    levels = np.unique(sizes)[::-1]
    levels = levels[levels > smallest]
    if levels.size == 0:
        return (smallest,)
    thresholds = np.concatenate([levels[:1], (levels + np.append(levels[1:], smallest)) / 2])
    return tuple(thresholds[: _n_acyclic(sizes, thresholds, constraints)].tolist())


def common_thresholds(
    weights: Sequence[FloatArray], constraints: Constraints, n_thresholds: int
) -> tuple[float, ...]:
    """Return thresholds that suit all weight matrices of a path, in equal ratios, falling.

    The first one leaves no edge but the required ones.

    Parameters
    ----------
    weights : sequence of ndarray of shape (d, d)
        Raw weights, one matrix per point of the path.
    constraints : Constraints
        Edges that are never, or always, in the graph.
    n_thresholds : int
        How many.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.selection.thresholds import common_thresholds
    >>> W = np.array([[0.0, 2.0], [0.0, 0.0]])
    >>> [round(value, 6) for value in common_thresholds([W], Constraints.none(2), 3)]
    [2.0, 0.2, 0.02]
    """
    smallest = smallest_candidate(weights, constraints)
    if smallest == 0:
        return (0.0,)
    falling = np.geomspace(1.0 / SMALLEST_WEIGHT_SHARE, 1.0, n_thresholds)
    return tuple((smallest * falling).tolist())


def is_acyclic_at(weights: FloatArray, threshold: float, constraints: Constraints) -> bool:
    """Return whether thresholding alone makes a DAG of the weights."""
    return is_dag((constraints.allowed & (np.abs(weights) > threshold)) | constraints.required)


def _n_acyclic(sizes: FloatArray, thresholds: FloatArray, constraints: Constraints) -> int:
    """Return how many of the falling thresholds leave a DAG; at least the first one does."""
    low, high = 1, thresholds.size
    while low < high:
        middle = (low + high + 1) // 2
        if is_dag((sizes > thresholds[middle - 1]) | constraints.required):
            low = middle
        else:
            high = middle - 1
    return low

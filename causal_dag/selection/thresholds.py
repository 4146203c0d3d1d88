"""Thresholds that are worth a look, and the graphs that they leave."""

from collections.abc import Sequence

import numpy as np

from causal_dag.arrays import AdjacencyMatrix, FloatArray, WeightMatrix
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag, project_to_dag
from causal_dag.graph.matrices import edges_of, entries_of, matrix_like, values_at

#: Weights below this share of a path's largest are not candidates: iterative solvers leave tiny
#: weights that are not exactly 0.
SMALLEST_WEIGHT_SHARE = 0.01


def graph_at(weights: WeightMatrix, threshold: float, constraints: Constraints) -> AdjacencyMatrix:
    """Return the graph that an estimator makes of raw weights at a threshold, shape (d, d)."""
    projection = project_to_dag(
        weights,
        threshold,
        forbidden=constraints.forbidden,
        required=constraints.required,
        max_parents=constraints.max_parents,
    )
    return with_required(projection.weights, constraints)


def with_required(weights: WeightMatrix, constraints: Constraints) -> AdjacencyMatrix:
    """Return the edges with a weight, and the required ones."""
    return (weights != 0) + matrix_like(weights, *edges_of(constraints.required))


def sizes_to_choose_by(weights: WeightMatrix, constraints: Constraints) -> WeightMatrix:
    """Return the absolute weights of the edges that may be left out, 0 for all others."""
    causes, effects = edges_of(weights)
    sizes = np.abs(values_at(weights, causes, effects))
    is_decided = values_at(constraints.forbidden, causes, effects)
    is_decided = is_decided | values_at(constraints.required, causes, effects)
    return matrix_like(weights, causes, effects, np.where(is_decided, 0.0, sizes))


def smallest_candidate(weights: Sequence[WeightMatrix], constraints: Constraints) -> float:
    """Return the size up to which weights of a path are dust: 1 % of its largest weight."""
    sizes = (entries_of(sizes_to_choose_by(W, constraints)) for W in weights)
    return SMALLEST_WEIGHT_SHARE * max(float(values.max(initial=0.0)) for values in sizes)


def distinct_thresholds(
    weights: WeightMatrix, constraints: Constraints, smallest: float = 0.0
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
    sizes = sizes_to_choose_by(weights, constraints)
    levels = np.unique(entries_of(sizes))[::-1]
    levels = levels[levels > smallest]
    if levels.size == 0:
        return (smallest,)
    thresholds = np.concatenate([levels[:1], (levels + np.append(levels[1:], smallest)) / 2])
    return tuple(thresholds[: _n_acyclic(sizes, thresholds, constraints)].tolist())


def common_thresholds(
    weights: Sequence[WeightMatrix], constraints: Constraints, n_thresholds: int
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


def is_acyclic_at(weights: WeightMatrix, threshold: float, constraints: Constraints) -> bool:
    """Return whether thresholding alone makes a DAG of the weights."""
    sizes = sizes_to_choose_by(weights, constraints)
    return is_dag(with_required(sizes > threshold, constraints))


def _n_acyclic(sizes: WeightMatrix, thresholds: FloatArray, constraints: Constraints) -> int:
    """Return how many of the falling thresholds leave a DAG; at least the first one does."""
    low, high = 1, thresholds.size
    while low < high:
        middle = (low + high + 1) // 2
        if is_dag(with_required(sizes > thresholds[middle - 1], constraints)):
            low = middle
        else:
            high = middle - 1
    return low

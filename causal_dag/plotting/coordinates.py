"""Horizontal coordinates of ordered layers: short, straight edges without overlaps."""

from collections.abc import Sequence

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.layers import LayeredGraph

SWEEPS = 80
# Segments between passing points are kept straightest, as in Gansner et al. (1993), section 4.
PULL_BETWEEN_NODES, PULL_AT_ONE_NODE, PULL_BETWEEN_PASSING = 1.0, 2.0, 8.0


def horizontal_coordinates(
    layers: Sequence[Sequence[int]], graph: LayeredGraph, widths: FloatArray
) -> FloatArray:
    """Return the horizontal centre of every point.

    Minimises the weighted sum of squared horizontal lengths of the segments, subject to the order
    within layers and room for every point. One layer at a time this is an isotonic regression,
    and repeated sweeps over the layers descend to the minimum.

    Parameters
    ----------
    layers : sequence of sequences of int
        Points of every layer, from left to right.
    graph : LayeredGraph
        Whose points and segments these are.
    widths : ndarray of shape (n_points,)
        Room that every point needs, gaps included.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.plotting.coordinates import horizontal_coordinates
    >>> from causal_dag.plotting.layers import layered_graph
    >>> fork = layered_graph(np.array([[0, 1, 1], [0, 0, 0], [0, 0, 0]], dtype=bool))
    >>> horizontal_coordinates([[0], [1, 2]], fork, np.ones(3)).round(6).tolist()
    [1.0, 0.5, 1.5]
    """
    pull = _pulls(graph)
    total_pull = pull.sum(axis=1)
    x = np.zeros(len(widths))
    starts = [_offsets(widths[list(layer)]) for layer in layers]
    for layer, start in zip(layers, starts, strict=True):
        x[list(layer)] = start
    for sweep in range(SWEEPS):
        order = range(len(layers)) if sweep % 2 == 0 else range(len(layers) - 1, -1, -1)
        for number in order:
            points = list(layers[number])
            wanted = pull[points] @ x / total_pull[points]
            x[points] = _nearest_in_order(wanted, total_pull[points], starts[number])
    shifted: FloatArray = x - (x - widths / 2).min()
    return shifted


def _pulls(graph: LayeredGraph) -> FloatArray:
    pull = np.zeros((len(graph.layer_of), len(graph.layer_of)))
    strength = (PULL_BETWEEN_NODES, PULL_AT_ONE_NODE, PULL_BETWEEN_PASSING)
    for upper, lower in graph.segments:
        n_passing = (upper >= graph.n_nodes) + (lower >= graph.n_nodes)
        pull[upper, lower] = pull[lower, upper] = strength[n_passing]
    return pull


def _offsets(widths: FloatArray) -> FloatArray:
    """Centres of points that stand side by side without gaps, from 0."""
    return np.cumsum(widths) - widths / 2


def _nearest_in_order(wanted: FloatArray, weight: FloatArray, start: FloatArray) -> FloatArray:
    """Return the positions nearest to the wanted ones that keep the order and the room."""
    from scipy.optimize import isotonic_regression

    slack = isotonic_regression(wanted - start, weights=weight)
    return np.asarray(slack.x) + start

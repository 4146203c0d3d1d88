"""Order of the points within layers, so that few edges cross.

Barycentre sweeps (Sugiyama, Tagawa and Toda 1981) and swaps of neighbours (Gansner et al. 1993).
"""

import itertools
from collections.abc import Sequence

import numpy as np

from causal_dag.problem import BoolArray, FloatArray, IntArray

MAX_SWEEPS = 30

Layers = list[list[int]]


def order_within_layers(
    members: Sequence[Sequence[int]], segments: Sequence[tuple[int, int]]
) -> Layers:
    """Return every layer's points from left to right.

    Parameters
    ----------
    members : sequence of sequences of int
        Points of every layer.
    segments : sequence of (upper point, lower point)
        Edges between neighbouring layers.

    Examples
    --------
    >>> from causal_dag.plotting.crossings import order_within_layers
    >>> order_within_layers([[0, 1], [2, 3]], [(0, 3), (1, 2)])
    [[0, 1], [3, 2]]
    """
    layers = [list(layer) for layer in members]
    between = _adjacency_between(layers, segments)
    best, fewest = layers, count_crossings(layers, between)
    for sweep in range(MAX_SWEEPS):
        if fewest == 0:
            break
        layers = _barycentre_sweep(layers, between, downwards=sweep % 2 == 0)
        layers = _swap_neighbours(layers, between)
        crossings = count_crossings(layers, between)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def count_crossings(layers: Layers, between: BoolArray) -> int:
    """Return the number of pairs of segments that cross."""
    return sum(_crossings(between[np.ix_(*pair)]) for pair in itertools.pairwise(layers))


def _adjacency_between(layers: Layers, segments: Sequence[tuple[int, int]]) -> BoolArray:
    n_points = sum(map(len, layers))
    between = np.zeros((n_points, n_points), dtype=bool)
    for upper, lower in segments:
        between[upper, lower] = True
    return between


def _crossings(block: BoolArray) -> int:
    """Count pairs (u < u', v > v') of segments u - v and u' - v' of one block."""
    counts = block.astype(np.int64)
    # left[u, v]: segments from any point up to u to any point left of v.
    left = counts.cumsum(axis=0).cumsum(axis=1)
    right_above = left[:, -1:] - left
    return int((counts[1:] * right_above[:-1]).sum())


def _barycentre_sweep(layers: Layers, between: BoolArray, *, downwards: bool) -> Layers:
    links = between if downwards else between.T
    result = layers if downwards else layers[::-1]
    swept = [result[0]]
    for layer in result[1:]:
        block = links[np.ix_(swept[-1], layer)]
        swept.append([layer[k] for k in np.argsort(_barycentres(block), kind="stable")])
    return swept if downwards else swept[::-1]


def _barycentres(block: BoolArray) -> FloatArray:
    """Mean position of every lower point's neighbours; points without any keep their place."""
    degree = block.sum(axis=0)
    mean = np.arange(block.shape[0]) @ block / np.maximum(degree, 1)
    own = np.arange(block.shape[1]) * (block.shape[0] / block.shape[1])
    barycentres: FloatArray = np.where(degree > 0, mean, own)
    return barycentres


def _swap_neighbours(layers: Layers, between: BoolArray) -> Layers:
    result = [list(layer) for layer in layers]
    for number, layer in enumerate(result):
        above = result[number - 1] if number > 0 else []
        below = result[number + 1] if number + 1 < len(result) else []
        for k in range(len(layer) - 1):
            left, right = layer[k], layer[k + 1]
            links = [between[above, left], between[above, right]]
            links_below = [between[left, below], between[right, below]]
            now = _pair_crossings(*links) + _pair_crossings(*links_below)
            then = _pair_crossings(*links[::-1]) + _pair_crossings(*links_below[::-1])
            if then < now:
                layer[k], layer[k + 1] = right, left
    return result


def _pair_crossings(left: BoolArray, right: BoolArray) -> int:
    """Crossings among the segments of two neighbours, given each one's links to a layer."""
    positions: IntArray = left.cumsum()
    # A link of the right point crosses every link of the left point further to the right.
    return int((positions[-1] - positions[right]).sum()) if positions.size else 0

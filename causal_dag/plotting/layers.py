"""Layers of a DAG for drawing, with a passing point wherever an edge crosses a layer.

Within layers, points are ordered so that few edges cross, by barycenter sweeps (Sugiyama, Tagawa
and Toda 1981) and swaps of neighbors (Gansner et al. 1993).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph import topological_layers

MAX_SWEEPS = 30
PATIENCE = 8

Edge = tuple[int, int]
Layers = list[list[int]]
Links = list[list[int]]


@dataclass(frozen=True, eq=False)
class LayeredGraph:
    """Nodes and passing points in layers; every segment joins neighboring layers.

    Parameters
    ----------
    n_nodes : int
        Number of nodes d; points from d on are passing points.
    layer_of : ndarray of int, shape (n_points,)
        Layer of every point, 0 at the top.
    chains : dict of (i, j) to list of int
        Points that the edge i -> j runs through, from i to j.
    """

    n_nodes: int
    layer_of: IntArray
    chains: dict[Edge, list[int]]

    @property
    def members(self) -> list[list[int]]:
        """Points of every layer, from the top."""
        n_layers = int(self.layer_of.max(initial=-1)) + 1
        return [np.flatnonzero(self.layer_of == layer).tolist() for layer in range(n_layers)]

    @property
    def segments(self) -> list[Edge]:
        """Pairs (upper point, lower point) of all chains."""
        return [pair for chain in self.chains.values() for pair in itertools.pairwise(chain)]


def layered_graph(adjacency: BoolArray) -> LayeredGraph:
    """Put nodes in as few layers as possible, and passing points on the long edges.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (d, d)
        An acyclic graph.

    Raises
    ------
    ValueError
        If the graph has a cycle.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.plotting.layers import layered_graph
    >>> shortcut = np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> layered_graph(shortcut).chains[0, 2]
    [0, 3, 2]
    """
    node_layers = shortest_edge_layers(adjacency)
    layer_of = node_layers.tolist()
    chains = {}
    for i, j in np.argwhere(adjacency).tolist():
        between = range(layer_of[i] + 1, layer_of[j])
        passing = list(range(len(layer_of), len(layer_of) + len(between)))
        layer_of.extend(between)
        chains[i, j] = [i, *passing, j]
    return LayeredGraph(adjacency.shape[0], np.array(layer_of, dtype=np.intp), chains)


def shortest_edge_layers(adjacency: BoolArray) -> IntArray:
    """Return the layer of every node, with the smallest total length of edges.

    Longest-path layers fix the number of layers; within it, the layers that make edges short are
    a linear program whose vertices are whole numbers (Gansner et al. 1993, section 2.3).
    """
    layers = topological_layers(adjacency)
    edges = np.argwhere(adjacency)
    d = adjacency.shape[0]
    if not len(edges):
        return np.zeros(d, dtype=np.intp)
    rows = np.zeros((len(edges), d))
    rows[np.arange(len(edges)), edges[:, 0]] = 1.0
    rows[np.arange(len(edges)), edges[:, 1]] = -1.0
    length_gradient: FloatArray = adjacency.sum(axis=0) - adjacency.sum(axis=1).astype(np.float64)
    answer = linprog(
        length_gradient,
        A_ub=rows,
        b_ub=-np.ones(len(edges)),
        bounds=(0, len(layers) - 1),
        method="highs-ds",
    )
    return np.asarray(np.rint(answer.x), dtype=np.intp)


def order_within_layers(
    members: Sequence[Sequence[int]], segments: Sequence[tuple[int, int]]
) -> Layers:
    """Return every layer's points from left to right.

    Parameters
    ----------
    members : sequence of sequences of int
        Points of every layer.
    segments : sequence of (upper point, lower point)
        Edges between neighboring layers.

    Examples
    --------
    >>> from causal_dag.plotting.layers import order_within_layers
    >>> order_within_layers([[0, 1], [2, 3]], [(0, 3), (1, 2)])
    [[0, 1], [3, 2]]
    """
    layers = [list(layer) for layer in members]
    above, below = _links(layers, segments)
    best, fewest, best_sweep = layers, count_crossings(layers, below), 0
    for sweep in range(MAX_SWEEPS):
        if fewest == 0 or sweep - best_sweep > PATIENCE:
            break
        if sweep % 2 == 0:
            layers = _barycenter_sweep(layers, above)
        else:
            layers = _barycenter_sweep(layers[::-1], below)[::-1]
        layers = _swap_neighbors(layers, above, below)
        crossings = count_crossings(layers, below)
        if crossings < fewest:
            best, fewest, best_sweep = layers, crossings, sweep
    return best


def count_crossings(layers: Layers, below: Links) -> int:
    """Return the number of pairs of segments that cross.

    Parameters
    ----------
    layers : list of lists of int
        Points of every layer, from left to right.
    below : list of lists of int
        The points that every point is linked to in the next layer.
    """
    total = 0
    place = _places(layers)
    for layer in layers:
        ends = [[place[other] for other in below[point]] for point in layer]
        total += sum(_pair_crossings(a, b) for a, b in itertools.combinations(ends, 2))
    return total


def _links(layers: Layers, segments: Sequence[tuple[int, int]]) -> tuple[Links, Links]:
    n_points = sum(map(len, layers))
    above: Links = [[] for _ in range(n_points)]
    below: Links = [[] for _ in range(n_points)]
    for upper, lower in segments:
        above[lower].append(upper)
        below[upper].append(lower)
    return above, below


def _places(layers: Layers) -> dict[int, int]:
    return {point: place for layer in layers for place, point in enumerate(layer)}


def _barycenter_sweep(layers: Layers, before: Links) -> Layers:
    """Sort every layer by the mean place of each point's links to the layer before it."""
    swept = [layers[0]]
    for layer in layers[1:]:
        place = _places([swept[-1]])
        # Points without links keep their place, relative to the layer before.
        stretch = len(swept[-1]) / len(layer)
        wanted = {}
        for own, point in enumerate(layer):
            linked = [place[other] for other in before[point]]
            wanted[point] = sum(linked) / len(linked) if linked else own * stretch
        swept.append(sorted(layer, key=wanted.__getitem__))
    return swept


def _swap_neighbors(layers: Layers, above: Links, below: Links) -> Layers:
    """Swap neighbors, once from left to right in every layer, where that saves crossings."""
    result = [list(layer) for layer in layers]
    place = _places(result)
    for layer in result:
        for k in range(len(layer) - 1):
            left, right = layer[k], layer[k + 1]
            saved = 0
            for links in (above, below):
                ends = [[place[other] for other in links[point]] for point in (left, right)]
                saved += _pair_crossings(*ends) - _pair_crossings(*reversed(ends))
            if saved > 0:
                layer[k], layer[k + 1] = right, left
                place[left], place[right] = k + 1, k
    return result


def _pair_crossings(left: Sequence[int], right: Sequence[int]) -> int:
    """Crossings among the segments of two points, given the places of their other ends."""
    return sum(a > b for a in left for b in right)

"""Layers of a DAG for drawing, with a passing point wherever an edge crosses a layer."""

import itertools
from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph import topological_layers

Edge = tuple[int, int]


@dataclass(frozen=True, eq=False)
class LayeredGraph:
    """Nodes and passing points in layers; every segment joins neighbouring layers.

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
    a linear programme whose vertices are whole numbers (Gansner et al. 1993, section 2.3).
    """
    from scipy.optimize import linprog

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

"""Layered layout of a DAG (Sugiyama, Tagawa and Toda 1981): causes above their effects.

Four steps: layers, order within layers, horizontal coordinates, routes. Lengths are in inches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.plotting.layers import Edge, LayeredGraph, layered_graph, order_within_layers

SWEEPS = 80
# Segments between passing points are kept straightest, as in Gansner et al. (1993), section 4.
PULL_BETWEEN_NODES, PULL_AT_ONE_NODE, PULL_BETWEEN_PASSING = 1.0, 2.0, 8.0

NODE_HEIGHT = 0.27
GAP_BETWEEN_NODES = 0.18
# Room that a passing edge takes in a layer.
PASSING_WIDTH = 0.14
SMALLEST_LAYER_GAP, LARGEST_LAYER_GAP = 0.42, 1.3
# A gap grows with the widest sideways move in it, so that curves stay steep.
LAYER_GAP_PER_SIDEWAYS_INCH = 0.14
# Ports spread over this share of a node's width, at most this far apart.
PORT_SHARE, PORT_DISTANCE = 0.8, 0.14
# Rows of nodes without edges are at least this wide, however narrow the graph is.
NARROWEST_ISOLATED_ROW = 4.0


@dataclass(frozen=True, eq=False)
class Layout:
    """Where nodes stand and edges run.

    Parameters
    ----------
    positions : ndarray of shape (d, 2)
        Centers of the nodes; the first layer is at the top.
    widths : ndarray of shape (d,)
        Widths of the nodes' boxes.
    routes : dict of (i, j) to ndarray of shape (k, 2)
        Points that the edge i -> j runs through: its port at i, the places where it passes a
        layer, its port at j.
    size : tuple of float
        Width and height of the whole, boxes included.
    """

    positions: FloatArray
    widths: FloatArray
    routes: dict[Edge, FloatArray]
    size: tuple[float, float]

    def route(self, i: int, j: int) -> FloatArray:
        """Return the points of the edge i -> j, which may run along the route of j -> i."""
        return self.routes[i, j] if (i, j) in self.routes else self.routes[j, i][::-1]


def layered_layout(adjacency: BoolArray, widths: Sequence[float] | FloatArray) -> Layout:
    """Lay out a DAG in layers; nodes without edges stand in rows below.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (d, d)
        An acyclic graph.
    widths : sequence of float, shape (d,)
        Widths of the nodes' boxes.

    Raises
    ------
    ValueError
        If the graph has a cycle.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.plotting.layered_layout import layered_layout
    >>> chain = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> layout = layered_layout(chain, [0.4, 0.4, 0.4])
    >>> (np.diff(layout.positions[:, 1]) < 0).all().item()
    True
    """
    box_widths = np.asarray(widths, dtype=np.float64)
    has_edge = adjacency.any(axis=0) | adjacency.any(axis=1)
    nodes, isolated = np.flatnonzero(has_edge), np.flatnonzero(~has_edge)
    positions = np.zeros((adjacency.shape[0], 2))
    routes: dict[Edge, FloatArray] = {}
    bottom = 0.0
    if nodes.size:
        positions[nodes], found = _lay_out_connected(
            adjacency[np.ix_(nodes, nodes)], box_widths[nodes]
        )
        routes = {(int(nodes[i]), int(nodes[j])): route for (i, j), route in found.items()}
        bottom = positions[nodes, 1].min() - 2 * NODE_HEIGHT
    reach = [route[:, 0].max() + PASSING_WIDTH for route in routes.values()]
    right = max([NARROWEST_ISOLATED_ROW, *reach, *(positions[nodes, 0] + box_widths[nodes] / 2)])
    positions[isolated] = _rows(box_widths[isolated], right, bottom)
    height = NODE_HEIGHT - positions[:, 1].min(initial=0.0)
    shift = np.array([0.0, height - NODE_HEIGHT / 2])
    right = max([0.0, *reach, *(positions[:, 0] + box_widths / 2)])
    moved = {edge: route + shift for edge, route in routes.items()}
    return Layout(positions + shift, box_widths, moved, (right, height))


def _lay_out_connected(
    adjacency: BoolArray, box_widths: FloatArray
) -> tuple[FloatArray, dict[Edge, FloatArray]]:
    """Return the nodes' centers, the first layer at height 0, and the routes."""
    graph = layered_graph(adjacency)
    layers = order_within_layers(graph.members, graph.segments)
    room = np.full(len(graph.layer_of), PASSING_WIDTH)
    room[: graph.n_nodes] = box_widths + GAP_BETWEEN_NODES
    x = horizontal_coordinates(layers, graph, room) - GAP_BETWEEN_NODES / 2
    y = _layer_heights(x, graph)[graph.layer_of]
    points = np.column_stack([x, y])
    return points[: graph.n_nodes], _routes(graph, points, box_widths)


def _layer_heights(x: FloatArray, graph: LayeredGraph) -> FloatArray:
    n_layers = int(graph.layer_of.max()) + 1
    sideways = np.zeros(n_layers)
    for upper, lower in graph.segments:
        layer = graph.layer_of[lower]
        sideways[layer] = max(sideways[layer], abs(x[upper] - x[lower]))
    gaps = np.clip(
        SMALLEST_LAYER_GAP + LAYER_GAP_PER_SIDEWAYS_INCH * sideways,
        SMALLEST_LAYER_GAP,
        LARGEST_LAYER_GAP,
    )
    steps = np.where(np.arange(n_layers) > 0, NODE_HEIGHT + gaps, 0.0)
    heights: FloatArray = -np.cumsum(steps)
    return heights


def _routes(
    graph: LayeredGraph, points: FloatArray, box_widths: FloatArray
) -> dict[Edge, FloatArray]:
    routes = {edge: points[chain].copy() for edge, chain in graph.chains.items()}
    for node in range(graph.n_nodes):
        leaving = [edge for edge in routes if edge[0] == node]
        entering = [edge for edge in routes if edge[1] == node]
        # Ports stand in the order of the neighboring points, so that edges leave uncrossed.
        leaving.sort(key=lambda edge: points[graph.chains[edge][1], 0])
        entering.sort(key=lambda edge: points[graph.chains[edge][-2], 0])
        for edge, offset in zip(leaving, _ports(len(leaving), box_widths[node]), strict=True):
            routes[edge][0] += (offset, -NODE_HEIGHT / 2)
        for edge, offset in zip(entering, _ports(len(entering), box_widths[node]), strict=True):
            routes[edge][-1] += (offset, NODE_HEIGHT / 2)
    return routes


def _ports(n_edges: int, box_width: float) -> FloatArray:
    distance = min(PORT_DISTANCE, PORT_SHARE * box_width / max(n_edges, 1))
    return distance * np.linspace((1 - n_edges) / 2, (n_edges - 1) / 2, n_edges)


def _rows(box_widths: FloatArray, right: float, bottom: float) -> FloatArray:
    """Return centers of boxes that fill rows from left to ``right``, the first at ``bottom``."""
    centers = np.zeros((len(box_widths), 2))
    x, y = 0.0, bottom
    for node, width in enumerate(box_widths):
        if x > 0 and x + width > right:
            x, y = 0.0, y - 1.6 * NODE_HEIGHT
        centers[node] = x + width / 2, y
        x += width + GAP_BETWEEN_NODES
    return centers


def horizontal_coordinates(
    layers: Sequence[Sequence[int]], graph: LayeredGraph, widths: FloatArray
) -> FloatArray:
    """Return the horizontal center of every point.

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
    >>> from causal_dag.plotting.layered_layout import horizontal_coordinates
    >>> from causal_dag.plotting.layers import layered_graph
    >>> fork = layered_graph(np.array([[0, 1, 1], [0, 0, 0], [0, 0, 0]], dtype=bool))
    >>> horizontal_coordinates([[0], [1, 2]], fork, np.ones(3)).round(6).tolist()
    [1.0, 0.5, 1.5]
    """
    pull = _pulls(graph)
    total_pull = pull.sum(axis=1)
    members = [np.array(layer, dtype=np.intp) for layer in layers]
    # Centers of the points of each layer if they stood side by side without gaps, from 0.
    starts = [np.cumsum(widths[points]) - widths[points] / 2 for points in members]
    passes = list(zip(members, starts, strict=True))
    x = np.zeros(len(widths))
    for points, start in passes:
        x[points] = start
    for sweep in range(SWEEPS):
        for points, start in passes if sweep % 2 == 0 else reversed(passes):
            wanted = pull[points] @ x / total_pull[points]
            # The nearest positions that keep the order and the room.
            slack = isotonic_regression(wanted - start, weights=total_pull[points])
            x[points] = slack.x + start
    shifted: FloatArray = x - (x - widths / 2).min()
    return shifted


def _pulls(graph: LayeredGraph) -> FloatArray:
    pull = np.zeros((len(graph.layer_of), len(graph.layer_of)))
    strength = (PULL_BETWEEN_NODES, PULL_AT_ONE_NODE, PULL_BETWEEN_PASSING)
    for upper, lower in graph.segments:
        n_passing = (upper >= graph.n_nodes) + (lower >= graph.n_nodes)
        pull[upper, lower] = pull[lower, upper] = strength[n_passing]
    return pull

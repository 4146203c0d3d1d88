"""Heavy acyclic subgraphs from orders of the nodes, for graphs too large to solve exactly.

An order keeps the edges that point forward in it. Two orders are built greedily, and each is
improved by moving one node at a time and by bringing back cut edges that close no cycle.
"""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph.order import reachability, topological_order

# A move has to gain this share of the total weight, so that rounding cannot make moves go round.
SMALLEST_GAIN = 1e-12
MAX_SWEEPS = 100


def greedy_acyclic_subgraph(
    strength: FloatArray, edges: BoolArray, required: BoolArray
) -> BoolArray:
    """Return an acyclic subgraph of large weight that no single move of a node improves.

    Parameters
    ----------
    strength : ndarray of shape (d, d)
        Non-negative weights of the edges.
    edges : ndarray of bool, shape (d, d)
        Edges to choose from.
    required : ndarray of bool, shape (d, d)
        Edges that are kept; a DAG within ``edges``.

    Returns
    -------
    ndarray of bool, shape (d, d)
        A DAG within ``edges`` to which no edge can be added.

    Examples
    --------
    >>> edges = np.array([[False, True], [True, False]])
    >>> strength = np.array([[0.0, 1.0], [3.0, 0.0]])
    >>> greedy_acyclic_subgraph(strength, edges, np.zeros((2, 2), dtype=bool))
    array([[False, False],
           [ True, False]])
    """
    weights = np.where(edges, strength, 0.0)
    candidates = [
        improved_by_moves(heaviest_edges_first(weights, edges, required), weights, edges, required),
        improved_by_moves(
            _forward(_source_sink_order(weights, edges, required), edges), weights, edges, required
        ),
    ]
    return max(candidates, key=lambda kept: float(weights[kept].sum()))


def heaviest_edges_first(strength: FloatArray, edges: BoolArray, kept: BoolArray) -> BoolArray:
    """Add ``edges`` to the DAG ``kept``, heaviest first, leaving out those that close a cycle.

    Parameters
    ----------
    strength : ndarray of shape (d, d)
        What the edges are sorted by.
    edges, kept : ndarray of bool, shape (d, d)
        Edges to choose from, and the DAG to start with.

    Returns
    -------
    ndarray of bool, shape (d, d)
        A DAG to which none of ``edges`` can be added.

    Examples
    --------
    >>> edges = np.array([[False, True], [True, False]])
    >>> heaviest_edges_first(np.array([[0.0, 1.0], [3.0, 0.0]]), edges, np.zeros_like(edges))
    array([[False, False],
           [ True, False]])
    """
    result = kept.copy()
    leads_to = reachability(kept) | np.eye(len(kept), dtype=bool)
    rows, columns = np.nonzero(edges & ~kept)
    for position in np.argsort(-strength[rows, columns], kind="stable").tolist():
        i, j = rows[position], columns[position]
        if not leads_to[j, i]:
            leads_to[leads_to[:, i] & ~leads_to[:, j]] |= leads_to[j]
            result[i, j] = True
    return result


def _source_sink_order(weights: FloatArray, edges: BoolArray, required: BoolArray) -> IntArray:
    """Return an order with few heavy backward edges (Eades, Lin and Smyth 1993, weighted).

    Sinks go to the back, sources to the front; where there are neither, the node whose outgoing
    edges outweigh its incoming ones the most goes to the front, once its required parents have.
    """
    n_in, n_out = edges.sum(axis=0), edges.sum(axis=1)
    n_required = required.sum(axis=0)
    surplus = weights.sum(axis=1) - weights.sum(axis=0)
    left = np.ones(len(edges), dtype=bool)
    front: list[int] = []
    back: list[int] = []
    while left.any():
        sinks, sources = left & (n_out == 0), left & (n_in == 0)
        if sinks.any():
            node = int(np.argmax(sinks))
            back.append(node)
        else:
            choice = sources if sources.any() else left & (n_required == 0)
            node = int(np.argmax(np.where(choice, surplus, -np.inf)))
            front.append(node)
        left[node] = False
        n_in -= edges[node]
        n_out -= edges[:, node]
        n_required -= required[node]
        surplus += weights[node] - weights[:, node]
    return np.array(front + back[::-1], dtype=np.intp)


def improved_by_moves(
    kept: BoolArray, weights: FloatArray, edges: BoolArray, required: BoolArray
) -> BoolArray:
    """Return an acyclic subgraph at least as heavy as the DAG ``kept``.

    Nodes are moved in a topological order of ``kept``, and edges are added that close no cycle,
    until neither adds weight. ``weights`` are 0 outside ``edges``; ``required`` edges stay.
    """
    least_gain = SMALLEST_GAIN * float(weights.sum())
    best, best_weight = kept, -np.inf
    while float(weights[kept].sum()) > best_weight + least_gain:
        best, best_weight = kept, float(weights[kept].sum())
        order = _move_nodes(topological_order(kept), weights, required, least_gain)
        kept = heaviest_edges_first(weights, edges, _forward(order, edges))
    return best


def _move_nodes(
    order: IntArray, weights: FloatArray, required: BoolArray, least_gain: float
) -> IntArray:
    """Move one node at a time to its best place, until no move adds forward weight."""
    # Forward weight gained when v jumps back over u, and when it jumps ahead over u.
    gain = weights - weights.T
    backward = np.where(required.T, -np.inf, gain)
    ahead = np.where(required, -np.inf, -gain)
    neighbours = [np.flatnonzero(row) for row in (weights + weights.T > 0) | required | required.T]
    movable = [node for node, near in enumerate(neighbours) if near.size]
    for _ in range(MAX_SWEEPS):
        has_moved = False
        for node in movable:
            place = _places(order)
            # Only at its neighbours does it matter whether a node stands before or behind.
            near = neighbours[node][np.argsort(place[neighbours[node]])]
            n_before = int(np.searchsorted(place[near], place[node]))
            gains = np.concatenate(
                [
                    np.cumsum(backward[node, near[:n_before]][::-1])[::-1],
                    np.cumsum(ahead[node, near[n_before:]]),
                ]
            )
            best = int(np.argmax(gains))
            if gains[best] > least_gain:
                order = np.insert(order[order != node], place[near[best]], node)
                has_moved = True
        if not has_moved:
            break
    return order


def _places(order: IntArray) -> IntArray:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place


def _forward(order: IntArray, edges: BoolArray) -> BoolArray:
    place = _places(order)
    forward: BoolArray = edges & (place[:, None] < place[None, :])
    return forward

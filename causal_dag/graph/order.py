"""Acyclicity, topological orders, layers and reachability."""

import heapq
from collections import deque
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from causal_dag.arrays import AdjacencyMatrix, BoolArray, IntArray
from causal_dag.graph.adjacency import adjacency_of
from causal_dag.graph.matrices import edges_of


def is_dag(A: Any) -> bool:
    """Say whether a directed graph has no cycle (a self-loop is one).

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency.

    Raises
    ------
    ValueError
        If ``A`` is not a finite, real, square matrix.

    Examples
    --------
    >>> is_dag([[0, 1], [0, 0]]), is_dag([[0, 1], [1, 0]])
    (True, False)
    """
    adjacency = adjacency_of(A)
    return len(_placeable_nodes(adjacency)) == int(adjacency.shape[0])


def strong_components(adjacency: AdjacencyMatrix) -> tuple[int, IntArray]:
    """Return the number of strongly connected components, and the component of every node."""
    if not adjacency.shape[0]:
        return 0, np.zeros(0, dtype=np.intp)
    count, labels = connected_components(csr_array(adjacency), connection="strong")
    return int(count), labels.astype(np.intp)


def find_cycle(A: Any) -> list[int] | None:
    """Return a directed cycle, or None if there is none.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency.

    Returns
    -------
    list of int or None
        Nodes along a shortest cycle through the smallest node that lies on any; the first node is
        repeated at the end.

    Raises
    ------
    ValueError
        If ``A`` is not a finite, real, square matrix.

    Examples
    --------
    >>> find_cycle([[0, 1, 0], [0, 0, 1], [0, 1, 0]])
    [1, 2, 1]
    """
    adjacency = adjacency_of(A)
    if is_dag(adjacency):
        return None
    _, labels = strong_components(adjacency)
    on_cycle = (np.bincount(labels)[labels] > 1) | adjacency.diagonal()
    return shortest_cycle_through(adjacency, int(np.argmax(on_cycle)))


def shortest_cycle_through(adjacency: AdjacencyMatrix, start: int) -> list[int] | None:
    """Return a shortest cycle from ``start`` back to itself by breadth-first search."""
    children = children_lists(adjacency)
    came_from: dict[int, int] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if start in children[node]:
            return _path_back(came_from, start, node)
        for child in children[node]:
            if child not in came_from:
                came_from[child] = node
                queue.append(child)
    return None


def _path_back(came_from: dict[int, int], start: int, node: int) -> list[int]:
    path = [start]
    while node != start:
        path.append(node)
        node = came_from[node]
    return [*path, start][::-1]


def require_dag(A: Any, name: str = "the graph") -> AdjacencyMatrix:
    """Return the adjacency of ``A``; ``ValueError`` naming a cycle if it is not a DAG."""
    adjacency = adjacency_of(A)
    _refuse_cycle(adjacency, name)
    return adjacency


def _refuse_cycle(adjacency: AdjacencyMatrix, name: str) -> None:
    cycle = find_cycle(adjacency)
    if cycle is not None:
        raise ValueError(f"{name} has the cycle {' -> '.join(map(str, cycle))}; a DAG has none")


def topological_order(A: Any) -> IntArray:
    """Return the nodes of a DAG so that every edge points forward.

    Among the nodes whose parents are all placed, the smallest comes first (Kahn 1962), which makes
    the order unique.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency of a DAG.

    Returns
    -------
    ndarray of int, shape (d,)

    Raises
    ------
    ValueError
        If the graph has a cycle (which is named) or ``A`` is not a square matrix.

    Examples
    --------
    >>> topological_order([[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    array([2, 1, 0])
    """
    adjacency = adjacency_of(A)
    order = _placeable_nodes(adjacency)
    if len(order) < adjacency.shape[0]:
        _refuse_cycle(adjacency, "the graph")
    return np.array(order, dtype=np.intp)


def _placeable_nodes(adjacency: AdjacencyMatrix) -> list[int]:
    """Return the nodes that no cycle precedes, in topological order: all nodes of a DAG."""
    children = children_lists(adjacency)
    missing_parents = adjacency.sum(axis=0).tolist()
    available = [node for node, missing in enumerate(missing_parents) if missing == 0]
    order = []
    while available:
        node = heapq.heappop(available)
        order.append(node)
        for child in children[node]:
            missing_parents[child] -= 1
            if missing_parents[child] == 0:
                heapq.heappush(available, child)
    return order


def children_lists(adjacency: AdjacencyMatrix) -> list[list[int]]:
    """Return the children of every node, ascending."""
    parents, children = edges_of(adjacency)
    ends = np.searchsorted(parents, np.arange(adjacency.shape[0] + 1)).tolist()
    flat = children.tolist()
    return [flat[start:end] for start, end in pairwise(ends)]


def topological_layers(A: Any) -> list[list[int]]:
    """Return the nodes of a DAG by the length of the longest path that leads to them.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency of a DAG.

    Returns
    -------
    list of list of int
        Layer k holds, ascending, the nodes whose longest path from a root has k edges.

    Raises
    ------
    ValueError
        If the graph has a cycle (which is named) or ``A`` is not a square matrix.

    Examples
    --------
    >>> topological_layers([[0, 1, 1], [0, 0, 1], [0, 0, 0]])
    [[0], [1], [2]]
    """
    adjacency = adjacency_of(A)
    children = children_lists(adjacency)
    depth = [0] * adjacency.shape[0]
    for node in topological_order(adjacency).tolist():
        for child in children[node]:
            depth[child] = max(depth[child], depth[node] + 1)
    layers: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
    for node, layer in enumerate(depth):
        layers[layer].append(node)
    return layers


def reachability(A: Any) -> BoolArray:
    """Return the transitive closure of a directed graph, without adding the diagonal.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency; cycles are allowed.

    Returns
    -------
    ndarray of bool, shape (d, d)
        ``R[i, j]`` says that a directed path of one or more edges leads from i to j; ``R[i, i]``
        is True only where i lies on a cycle. Dense, because most pairs may be joined by a path.

    Raises
    ------
    ValueError
        If ``A`` is not a finite, real, square matrix.

    Examples
    --------
    >>> reachability([[0, 1, 0], [0, 0, 1], [0, 0, 0]]).astype(int)
    array([[0, 1, 1],
           [0, 0, 1],
           [0, 0, 0]])
    """
    adjacency = adjacency_of(A)
    count, labels = strong_components(adjacency)
    between = np.zeros((count, count), dtype=bool)
    parents, children = edges_of(adjacency)
    between[labels[parents], labels[children]] = True
    cyclic = between.diagonal().copy()
    np.fill_diagonal(between, False)
    for component in topological_order(between)[::-1]:
        # The rows of the children are complete: they come later in the order.
        between[component] |= between[between[component]].any(axis=0)
    between[cyclic, cyclic] = True
    return between[np.ix_(labels, labels)]

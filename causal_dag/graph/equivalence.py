"""Markov equivalence: skeleton, v-structures, CPDAG and consistent extension.

A partially directed graph is a bool matrix in which i → j has only ``A[i, j]``, and the undirected
edge i — j has both ``A[i, j]`` and ``A[j, i]``.
"""

import heapq
from itertools import combinations
from typing import Any

import numpy as np

from causal_dag.arrays import AdjacencyMatrix
from causal_dag.graph.adjacency import adjacency_of, as_bitsets, from_bitsets, members
from causal_dag.graph.matrices import transposed
from causal_dag.graph.order import children_lists, topological_order


def skeleton(A: Any) -> AdjacencyMatrix:
    """Return the undirected graph under a directed or partially directed one.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        Symmetric.

    Raises
    ------
    ValueError
        If ``A`` is not a finite, real, square matrix.

    Examples
    --------
    >>> skeleton([[0, 1], [0, 0]]).astype(int)
    array([[0, 1],
           [1, 0]])
    """
    adjacency = adjacency_of(A)
    return adjacency + adjacency.T


def v_structures(A: Any) -> list[tuple[int, int, int]]:
    """Return the v-structures i → k ← j with i and j not adjacent.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency, directed or partially directed; only directed edges collide.

    Returns
    -------
    list of (i, k, j)
        Sorted, with i < j; k is the collider.

    Raises
    ------
    ValueError
        If ``A`` is not a finite, real, square matrix.

    Examples
    --------
    >>> v_structures([[0, 0, 1], [0, 0, 1], [0, 0, 0]])
    [(0, 2, 1)]
    """
    adjacency = adjacency_of(A)
    parents = children_lists((adjacency > adjacency.T).T)
    adjacent = as_bitsets(adjacency + adjacency.T)
    return sorted(
        (i, k, j)
        for k in range(len(parents))
        for i, j in combinations(parents[k], 2)
        if not adjacent[i] >> j & 1
    )


def cpdag(A: Any) -> AdjacencyMatrix:
    """Return the completed partially directed graph of a DAG's Markov equivalence class.

    Edges are labeled compelled or reversible in one pass over a total order of the edges
    (Chickering 1995, "A transformational characterization of equivalent Bayesian network
    structures", section 3), with sets of parents as the bits of an integer.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency of a DAG.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        A compelled edge i → j has only entry (i, j); a reversible one has both.

    Raises
    ------
    ValueError
        If the graph has a cycle (which is named), or ``A`` is not a square matrix.

    Examples
    --------
    >>> cpdag([[0, 1, 0], [0, 0, 1], [0, 0, 0]]).astype(int)
    array([[0, 1, 0],
           [1, 0, 1],
           [0, 1, 0]])
    """
    adjacency = adjacency_of(A)
    order = topological_order(adjacency)
    sorted_adjacency = adjacency[order][:, order]
    compelled = from_bitsets(_compelled_parents(as_bitsets(sorted_adjacency.T)), adjacency).T
    reversible = sorted_adjacency > compelled
    position = np.argsort(order)
    return (sorted_adjacency + reversible.T)[position][:, position]


def _compelled_parents(parents: list[int]) -> list[int]:
    # Nodes are numbered in topological order, so all edges into x < y are labeled before those
    # into y, and the first parent of y to visit is the highest bit. That visit labels all of y's
    # edges: its compelled parents w → x → y either collide at y or are compelled into y as well.
    compelled = [0] * len(parents)
    for y, parents_of_y in enumerate(parents):
        if not parents_of_y:
            continue
        x = parents_of_y.bit_length() - 1
        unshielded_into_x = compelled[x] & ~parents_of_y
        unshielded_into_y = parents_of_y & ~parents[x] & ~(1 << x)
        compelled[y] = parents_of_y if unshielded_into_x or unshielded_into_y else compelled[x]
    return compelled


def consistent_extension(P: Any) -> AdjacencyMatrix:
    """Return a DAG that keeps a graph's skeleton, directed edges and v-structures.

    Sinks are taken away one by one (Dor and Tarsi 1992, "A simple algorithm to construct a
    consistent extension of a partially oriented graph"); the smallest possible one each time.

    Parameters
    ----------
    P : array-like or sparse matrix of shape (d, d)
        Partially directed graph, for example a CPDAG.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)

    Raises
    ------
    ValueError
        If no such DAG exists (the nodes that are left are named), or ``P`` is not a square matrix.

    Examples
    --------
    >>> consistent_extension([[0, 1, 0], [1, 0, 1], [0, 1, 0]]).astype(int)
    array([[0, 0, 0],
           [1, 0, 0],
           [0, 1, 0]])
    """
    adjacency = adjacency_of(P)
    if adjacency.diagonal().any():
        node = int(np.argmax(adjacency.diagonal()))
        raise ValueError(f"node {node} has an edge to itself, so no DAG extends the graph")
    remaining = _PartiallyDirected(adjacency)
    parents = [0] * adjacency.shape[0]
    candidates = list(range(len(parents)))
    n_removed = 0
    while candidates:
        node = heapq.heappop(candidates)
        if remaining.is_removable_sink(node):
            parents[node] = remaining.adjacent[node]
            n_removed += 1
            # Only the nodes next to the one that went can have become removable.
            for neighbour in remaining.remove(node):
                heapq.heappush(candidates, neighbour)
    if n_removed < len(parents):
        left = [node for node in range(len(parents)) if not remaining.is_removed[node]]
        raise ValueError(
            f"no DAG has this skeleton, these directed edges and these v-structures; nodes {left} "
            "cannot be ordered"
        )
    return transposed(from_bitsets(parents, adjacency))


class _PartiallyDirected:
    """A partially directed graph that loses one node at a time."""

    def __init__(self, adjacency: AdjacencyMatrix) -> None:
        self.adjacent = as_bitsets(adjacency + adjacency.T)
        self.children = as_bitsets(adjacency > adjacency.T)
        self.neighbours = as_bitsets(adjacency * adjacency.T)
        self.is_removed = [False] * adjacency.shape[0]

    def is_removable_sink(self, node: int) -> bool:
        """Say whether all undecided edges of the node may point at it."""
        if self.is_removed[node] or self.children[node]:
            return False
        return all(
            not self.adjacent[node] & ~self.adjacent[neighbour] & ~(1 << neighbour)
            for neighbour in members(self.neighbours[node])
        )

    def remove(self, node: int) -> list[int]:
        """Take the node away, and return the nodes that were adjacent to it."""
        self.is_removed[node] = True
        freed = members(self.adjacent[node])
        for other in freed:
            self.adjacent[other] &= ~(1 << node)
            self.children[other] &= ~(1 << node)
            self.neighbours[other] &= ~(1 << node)
        return freed

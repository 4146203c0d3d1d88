"""What a Markov equivalence class and background knowledge decide together: the MPDAG.

A partially directed graph is a bool matrix in which i → j has only ``A[i, j]``, and the undirected
edge i — j has both ``A[i, j]`` and ``A[j, i]``.
"""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from causal_dag.arrays import AdjacencyMatrix
from causal_dag.graph.adjacency import (
    adjacency_of,
    as_bitsets,
    from_bitsets,
    mask_over,
    members,
)
from causal_dag.graph.equivalence import consistent_extension, cpdag
from causal_dag.graph.matrices import edges_of, matrix_like, values_at


def mpdag(A: Any, *, forbidden: Any | None = None, required: Any | None = None) -> AdjacencyMatrix:
    """Return the maximally oriented partially directed graph of a DAG's class under knowledge.

    Undirected edges of the CPDAG that knowledge directs are directed, and with them all that follow
    by Meek's four rules [1]_. An edge i → j of the result points this way in every DAG of the class
    that agrees with the knowledge; an undirected one points one way in some and the other in
    others.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency of a DAG that agrees with the knowledge.
    forbidden, required : array-like of bool, shape (d, d), optional
        Edges that must not and that must be there.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        A directed edge i → j has only entry (i, j); an undirected one has both.

    Raises
    ------
    ValueError
        If the graph has a cycle, or does not agree with the knowledge; the edge is named.

    References
    ----------
    .. [1] Meek, "Causal inference and causal explanation with background knowledge", UAI 1995.
    .. [2] Perković, Kalisch and Maathuis, "Interpreting and using CPDAGs with background
       knowledge", UAI 2017.

    Examples
    --------
    >>> chain = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    >>> mpdag(chain).astype(int)
    array([[0, 1, 0],
           [1, 0, 1],
           [0, 1, 0]])
    >>> mpdag(chain, forbidden=[[0, 0, 0], [1, 0, 0], [0, 0, 0]]).astype(int)  # so 1 → 2, too
    array([[0, 1, 0],
           [0, 0, 1],
           [0, 0, 0]])
    """
    adjacency = adjacency_of(A)
    excluded = mask_over(forbidden, "forbidden", adjacency.shape[0])
    fixed = mask_over(required, "required", adjacency.shape[0])
    _refuse_disagreement(adjacency, excluded, fixed)
    oriented = PartialOrientation(cpdag(adjacency))
    causes, effects = edges_of(adjacency)
    is_known = values_at(fixed, causes, effects) | values_at(excluded, effects, causes)
    for i, j in zip(causes[is_known].tolist(), effects[is_known].tolist(), strict=True):
        oriented.direct(i, j)
    return oriented.matrix()


def maximal_orientation(P: Any) -> AdjacencyMatrix:
    """Return the MPDAG of all DAGs with a graph's skeleton, directed edges and v-structures.

    Parameters
    ----------
    P : array-like or sparse matrix of shape (d, d)
        A DAG, a CPDAG, an MPDAG, or another partially directed graph that a DAG extends.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        ``P`` itself if it is a DAG, a CPDAG or an MPDAG.

    Raises
    ------
    ValueError
        If no DAG extends the graph.

    Examples
    --------
    >>> maximal_orientation([[0, 1, 0], [0, 0, 1], [0, 1, 0]]).astype(int)  # 0 → 1 — 2
    array([[0, 1, 0],
           [0, 0, 1],
           [0, 0, 0]])
    """
    adjacency = adjacency_of(P)
    return mpdag(consistent_extension(adjacency), required=adjacency > adjacency.T)


def separated_edges(A: Any, targets: Iterable[Iterable[int]]) -> AdjacencyMatrix:
    """Return the edges of which exactly one end is a target of some experiment.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency.
    targets : iterable of iterables of int
        The nodes intervened on, experiment by experiment.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)

    Examples
    --------
    >>> separated_edges([[0, 1, 0], [0, 0, 1], [0, 0, 0]], [[0, 1], []]).astype(int)
    array([[0, 0, 0],
           [0, 0, 1],
           [0, 0, 0]])
    """
    adjacency = adjacency_of(A)
    causes, effects = edges_of(adjacency)
    is_separated = np.zeros(causes.size, dtype=bool)
    for found in targets:
        is_target = np.zeros(adjacency.shape[0], dtype=bool)
        is_target[list(found)] = True
        is_separated |= is_target[causes] != is_target[effects]
    return matrix_like(adjacency, causes[is_separated], effects[is_separated])


def interventional_cpdag(A: Any, targets: Iterable[Iterable[int]]) -> AdjacencyMatrix:
    """Return the I-essential graph of a DAG, which stands for its interventional Markov class.

    Experiments direct every edge of which exactly one end is a target, and all that follow by
    Meek's rules [1]_. The class is the same for hard interventions and for others that change the
    equations of their targets, if no node is a target everywhere [2]_.

    Parameters
    ----------
    A : array-like or sparse matrix of shape (d, d)
        Weights or adjacency of a DAG.
    targets : iterable of iterables of int
        The nodes intervened on, experiment by experiment.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        A directed edge i → j has only entry (i, j); an undirected one has both.

    References
    ----------
    .. [1] Hauser and Bühlmann, "Characterization and greedy learning of interventional Markov
       equivalence classes of directed acyclic graphs", JMLR 13 (2012).
    .. [2] Yang, Katcoff and Uhler, "Characterizing and learning equivalence classes of causal DAGs
       under interventions", ICML 2018.

    Examples
    --------
    >>> chain = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    >>> interventional_cpdag(chain, [[2]]).astype(int)  # 0 — 1 → 2, and so 0 — 1
    array([[0, 1, 0],
           [1, 0, 1],
           [0, 0, 0]])
    """
    adjacency = adjacency_of(A)
    return mpdag(adjacency, required=separated_edges(adjacency, targets))


def undecided_effects(P: Any) -> AdjacencyMatrix:
    """Return the pairs whose total effect the undirected edges of an MPDAG leave open.

    The effect of x on y differs between the DAGs of the class, but for coincidences of the weights,
    if and only if there is a possibly directed path from x to y that begins with an undirected edge
    [1]_: no edge between two of its nodes points backwards. Behind its second node such a path can
    be taken to be unshielded; once its second edge points away, all others do.

    Parameters
    ----------
    P : array-like or sparse matrix of shape (d, d)
        An MPDAG, for example a CPDAG.

    Returns
    -------
    ndarray of bool or csr_array of bool, shape (d, d)
        Entry (x, y): the effect of x on y is open.

    References
    ----------
    .. [1] Perković, "Identifying causal effects in maximally oriented partially directed acyclic
       graphs", UAI 2020.

    Examples
    --------
    >>> undecided_effects([[0, 1, 0], [1, 0, 0], [0, 1, 0]]).astype(int)  # 0 — 1 ← 2
    array([[0, 1, 0],
           [1, 0, 0],
           [0, 0, 0]])
    """
    oriented = PartialOrientation(adjacency_of(P))
    return from_bitsets(oriented.open_effects(), oriented.graph)


def _refuse_disagreement(
    adjacency: AdjacencyMatrix, forbidden: AdjacencyMatrix, required: AdjacencyMatrix
) -> None:
    for edges, other, is_wrong, fault in (
        (adjacency, forbidden, True, "is forbidden"),
        (required, adjacency, False, "is required and missing"),
    ):
        causes, effects = edges_of(edges)
        wrong = np.flatnonzero(values_at(other, causes, effects) == is_wrong)
        if wrong.size:
            i, j = causes[wrong[0]], effects[wrong[0]]
            raise ValueError(f"the edge {i} -> {j} {fault}; pass a graph that agrees")


class PartialOrientation:
    """A CPDAG into which directions are put one by one, with all that follow by Meek's rules.

    Rule 3 has nothing left to do: it starts from a v-structure, and a CPDAG has them all.
    """

    def __init__(self, graph: AdjacencyMatrix) -> None:
        self.graph = graph
        self.parents = as_bitsets((graph > graph.T).T)
        self.children = as_bitsets(graph > graph.T)
        self.neighbours = as_bitsets(graph * graph.T)
        self.adjacent = as_bitsets(graph + graph.T)

    def matrix(self) -> AdjacencyMatrix:
        """Return the graph as a bool matrix."""
        onward = [a | b for a, b in zip(self.children, self.neighbours, strict=True)]
        return from_bitsets(onward, self.graph)

    def copy(self) -> Self:
        """Return a copy that can be directed further on its own."""
        twin = type(self).__new__(type(self))
        twin.graph, twin.adjacent = self.graph, self.adjacent
        twin.parents, twin.children = self.parents.copy(), self.children.copy()
        twin.neighbours = self.neighbours.copy()
        return twin

    def deciding_edges(self, causes: Iterable[int], outcome: int) -> list[tuple[int, int]]:
        """Return the undirected edges on whose directions an effect depends.

        The joint effect of the causes on the outcome is identified if and only if no possibly
        directed path that meets the causes at its beginning only begins with an undirected edge
        [1]_; these edges are returned, each from the cause onwards.

        References
        ----------
        .. [1] Perković, "Identifying causal effects in maximally oriented partially directed
           acyclic graphs", UAI 2020.
        """
        intervened = sorted(causes)
        walks = self._walks(without=sum(1 << x for x in intervened))
        return [
            (x, sibling)
            for x in intervened
            for sibling in members(self.neighbours[x])
            if sibling not in intervened and self._reached(walks, x, sibling) >> outcome & 1
        ]

    def open_effects(self) -> list[int]:
        """Return, as bits, what paths reach that may be directed and begin with an undirected edge.

        One set of nodes per node.
        """
        walks, found = self._walks(), []
        for node, siblings in enumerate(self.neighbours):
            reached = 0
            for sibling in members(siblings):
                reached |= self._reached(walks, node, sibling)
            found.append(reached)
        return found

    def _walks(self, without: int = 0) -> "UnshieldedWalks":
        """Return the walks that may be directed and do not enter some nodes, a bit set."""
        onward = [(a | b) & ~without for a, b in zip(self.children, self.neighbours, strict=True)]
        return UnshieldedWalks(onward, self.adjacent)

    def _reached(self, walks: "UnshieldedWalks", node: int, sibling: int) -> int:
        reached = 1 << sibling
        for following in members(walks.onward[sibling] & ~self.parents[node] & ~(1 << node)):
            reached |= walks.reached_by(sibling, following)
        return reached

    def direct(self, cause: int, effect: int) -> None:
        """Direct an edge, if it is undirected, and all that follow from it."""
        waiting = [(cause, effect)]
        while waiting:
            a, b = waiting.pop()
            if not self.neighbours[a] >> b & 1:
                continue
            self.neighbours[a] ^= 1 << b
            self.neighbours[b] ^= 1 << a
            self.children[a] |= 1 << b
            self.parents[b] |= 1 << a
            waiting += [(b, c) for c in members(self._heads_from_second(a, b))]
            waiting += [(a, c) for c in members(self._heads_from_first(a, b))]
            waiting += [(c, b) for c in members(self._tails_to_second(a, b))]
            waiting += self._fourth_rule_after_first_edge(a, b)

    # Each looks for the rules' patterns that a → b completes.

    def _heads_from_second(self, a: int, b: int) -> int:
        """Rule 1: a → b — c with a and c apart gives b → c."""
        return self.neighbours[b] & ~self.adjacent[a] & ~(1 << a)

    def _heads_from_first(self, a: int, b: int) -> int:
        """Rule 2: a → b → c with a — c gives a → c."""
        return self.children[b] & self.neighbours[a]

    def _tails_to_second(self, a: int, b: int) -> int:
        """Rules 2 and 4, which direct c — b towards b."""
        between = self.neighbours[b] & self.adjacent[a]
        found = between & self.parents[a]  # rule 2: c → a → b
        for c in members(between & ~found):
            # Rule 4: c — k → a → b with k and b apart, c and a adjacent.
            if self.parents[a] & self.neighbours[c] & ~self.adjacent[b] & ~(1 << b):
                found |= 1 << c
        return found

    def _fourth_rule_after_first_edge(self, a: int, b: int) -> list[tuple[int, int]]:
        """Rule 4: c — a → b → e with a and e apart, c and b adjacent, gives c → e."""
        return [
            (c, effect)
            for effect in members(self.children[b] & ~self.adjacent[a] & ~(1 << a))
            for c in members(self.neighbours[a] & self.adjacent[b] & self.neighbours[effect])
        ]


class UnshieldedWalks:
    """Where unshielded walks that may be directed lead, by their first edge.

    In an MPDAG they never return: directing the first edge directs all others.
    """

    def __init__(self, onward: list[int], adjacent: list[int]) -> None:
        self.onward = onward
        self.adjacent = adjacent
        self.reached: dict[tuple[int, int], int] = {}

    def reached_by(self, first: int, second: int) -> int:
        """Return the second node, and all that walks beginning with this edge reach behind it."""
        stack = [(first, second)]
        while stack:
            a, b = stack[-1]
            following = [(b, c) for c in members(self.onward[b] & ~self.adjacent[a] & ~(1 << a))]
            missing = [edge for edge in following if edge not in self.reached]
            if missing:
                stack += missing
                continue
            stack.pop()
            reached = 1 << b
            for edge in following:
                reached |= self.reached[edge]
            self.reached[a, b] = reached
        return self.reached[first, second]

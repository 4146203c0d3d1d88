"""The graphs that fit alike, and the directions on which an effect depends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

from causal_dag.arrays import AdjacencyMatrix, BoolArray
from causal_dag.graph import consistent_extension
from causal_dag.graph.adjacency import members
from causal_dag.graph.background_knowledge import PartialOrientation
from causal_dag.wording import alternatives, quoted

# Most ways to direct the edges that decide an effect.
MOST_ORIENTATIONS = 1000

#: From a partly directed graph to the undirected edges that have to be directed.
Deciding: TypeAlias = Callable[[PartialOrientation], Sequence[tuple[int, int]]]


@dataclass(frozen=True, eq=False)
class GraphClass:
    """The graphs that an effect is computed over.

    Parameters
    ----------
    partly_directed : ndarray or csr_array of bool, shape (d, d)
        An MPDAG; it stands for all DAGs with its directions and no other v-structures.
    fitted : ndarray or csr_array of bool, shape (d, d)
        One of these DAGs.
    labels : tuple of str
        Names of the nodes.
    given : ndarray of bool, shape (d,)
        Columns about whose relations among themselves nothing is known.
    assumption : str or None
        The solver's assumption, if its directions are taken for granted.
    max_parents : int or None
        A limit that the graphs of the class need not obey.
    """

    partly_directed: AdjacencyMatrix
    fitted: AdjacencyMatrix
    labels: tuple[str, ...]
    given: BoolArray
    assumption: str | None = None
    max_parents: int | None = None

    def holding_given(self, cause: int) -> Self:
        """Return the class in which the other given columns are causes of a given one.

        What a given column does is what it does while the others are held.
        """
        if not self.given[cause]:
            return self
        partly_directed, fitted = self.partly_directed.copy(), self.fitted.copy()
        for adjacency in (partly_directed, fitted):
            adjacency[self.given, cause] = True
            adjacency[cause, cause] = False
        return replace(self, partly_directed=partly_directed, fitted=fitted)

    def deciding_edges(self, causes: Sequence[int], outcome: int) -> list[tuple[int, int]]:
        """Return the undirected edges on whose directions an effect depends."""
        return PartialOrientation(self.partly_directed).deciding_edges(causes, outcome)

    def deciding_effect(
        self, causes: Sequence[int], outcome: int, most: int
    ) -> list[AdjacencyMatrix]:
        """Return DAGs of the class, one for every possible effect of causes on an outcome."""
        return self.members(lambda graph: graph.deciding_edges(causes, outcome), causes, most)

    def deciding_distribution(
        self, nodes: Sequence[int], are_set: Sequence[int], most: int
    ) -> list[AdjacencyMatrix]:
        """Return DAGs of the class, one for every way in which some nodes can have causes.

        The distribution of all columns after interventions depends on the causes of those that are
        intervened on, and on nothing else that equivalent graphs differ in. Which of two columns
        causes the other does not matter if both are set.

        Parameters
        ----------
        nodes : sequence of int
            Nodes that are intervened on.
        are_set : sequence of int
            Those among them that are set, regardless of their causes.
        most : int
            Largest number of DAGs.
        """

        def edges_at(graph: PartialOrientation) -> list[tuple[int, int]]:
            return [
                (node, other)
                for node in nodes
                for other in members(graph.neighbours[node])
                if not (node in are_set and other in are_set)
            ]

        return self.members(edges_at, nodes, most)

    def members(self, deciding: Deciding, nodes: Sequence[int], most: int) -> list[AdjacencyMatrix]:
        """Return DAGs of the class, one for every way to direct the edges that matter.

        Each such edge is directed both ways, with all that follows by Meek's rules, so that every
        way is one of some DAG of the class [1]_.

        Parameters
        ----------
        deciding : callable
            Returns the edges that matter and are undirected.
        nodes : sequence of int
            The nodes whose causes are in question, for the message.
        most : int
            Largest number of DAGs.

        Returns
        -------
        list of ndarray or csr_array of bool, shape (d, d)
            The fitted DAG first.

        Raises
        ------
        ValueError
            If there are more.

        References
        ----------
        .. [1] Guo and Perković, "Minimal enumeration of all possible total effects in a Markov
           equivalence class", AISTATS 2021.
        """
        found: list[PartialOrientation] = []
        waiting = [PartialOrientation(self.partly_directed)]
        while waiting:
            current = waiting.pop()
            edges = deciding(current)
            if not edges:
                found.append(current)
                self._require_few(len(found), nodes, most)
                continue
            i, j = edges[0]
            cause, effect = (i, j) if self.fitted[i, j] else (j, i)
            other = current.copy()
            other.direct(effect, cause)
            current.direct(cause, effect)
            waiting += [other, current]
        return [self.fitted, *(consistent_extension(one.matrix()) for one in found[1:])]

    def _require_few(self, number: int, nodes: Sequence[int], most: int) -> None:
        if number > most:
            causes = alternatives([quoted(self.labels[node]) for node in nodes])
            raise ValueError(
                f"the class has more than {most} graphs that differ in the causes of {causes}; "
                "state directions that you know in prior_knowledge"
            )

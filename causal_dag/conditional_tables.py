"""Conditional probability tables of a graph over categories: fitting, prediction, sampling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.graph import topological_order


@dataclass(frozen=True, eq=False)
class ConditionalTable:
    """Probabilities of a variable's levels, given those of its parents.

    Parameters
    ----------
    parents : ndarray of int, shape (k,)
        The parents, ascending.
    configurations : ndarray of int, shape (q, k)
        Distinct levels of the parents.
    probabilities : ndarray of shape (q, r)
        Probability of every level, given each configuration.
    otherwise : ndarray of shape (r,)
        The same for configurations that are not listed.
    """

    parents: IntArray
    configurations: IntArray
    probabilities: FloatArray
    otherwise: FloatArray

    @classmethod
    def fitted(
        cls,
        levels: IntArray,
        node: int,
        parents: IntArray,
        n_levels: IntArray,
        row_counts: IntArray | None = None,
        equivalent_sample_size: float = 1.0,
    ) -> Self:
        """Return posterior means under a Dirichlet prior that all cells share equally.

        Parameters
        ----------
        levels : ndarray of int, shape (n, d)
            Levels of all variables.
        node : int
            The variable.
        parents : ndarray of int, shape (k,)
            Its parents.
        n_levels : ndarray of int, shape (d,)
            Number of levels of all variables.
        row_counts : ndarray of int, shape (n,), optional
            How often each row occurs; default once.
        equivalent_sample_size : float
            Number of rows that the prior is worth.
        """
        r = int(n_levels[node])
        configurations, place = _distinct(levels[:, parents])
        cells, n_cells = place * r + levels[:, node], len(configurations) * r
        counts = np.bincount(cells, row_counts, minlength=n_cells)
        per_cell = equivalent_sample_size / (np.prod(n_levels[parents], dtype=np.float64) * r)
        weights = counts.reshape(-1, r) + per_cell
        probabilities = weights / weights.sum(axis=1, keepdims=True)
        return cls(parents, configurations, probabilities, np.full(r, 1 / r))

    def given(self, levels: IntArray) -> FloatArray:
        """Return the probabilities in every row of levels of all variables, shape (n, r)."""
        configurations, place = _distinct(levels[:, self.parents])
        known = {tuple(row): q for q, row in enumerate(self.configurations.tolist())}
        rows = [known.get(tuple(row), -1) for row in configurations.tolist()]
        return np.vstack([self.probabilities, self.otherwise])[rows][place]


@dataclass(frozen=True, eq=False)
class ConditionalTables:
    """The tables of all variables of a DAG.

    Parameters
    ----------
    tables : sequence of ConditionalTable
        One per variable.
    order : ndarray of int, shape (d,)
        A topological order.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.conditional_tables import ConditionalTables
    >>> levels = np.repeat([[0, 0], [0, 1], [1, 1]], [3, 1, 2], axis=0)
    >>> graph = np.array([[False, True], [False, False]])
    >>> tables = ConditionalTables.fitted(levels, graph, np.array([0, 1]), np.array([2, 2]))
    >>> tables.most_probable(np.array([[0, 1], [1, 0]])).tolist()
    [[0, 0], [0, 1]]
    """

    tables: Sequence[ConditionalTable]
    order: IntArray

    @classmethod
    def fitted(
        cls,
        levels: IntArray,
        adjacency: BoolArray,
        order: IntArray,
        n_levels: IntArray,
        row_counts: IntArray | None = None,
        equivalent_sample_size: float = 1.0,
    ) -> Self:
        """Return the tables of a graph, estimated from rows of levels and how often they occur."""
        tables = [
            ConditionalTable.fitted(
                levels,
                node,
                np.flatnonzero(parents),
                n_levels,
                row_counts,
                equivalent_sample_size,
            )
            for node, parents in enumerate(adjacency.T)
        ]
        return cls(tuple(tables), order)

    @property
    def adjacency(self) -> BoolArray:
        """The graph, shape (d, d)."""
        adjacency = np.zeros((self.order.size, self.order.size), dtype=bool)
        for node, table in enumerate(self.tables):
            adjacency[table.parents, node] = True
        return adjacency

    def in_graph(self, adjacency: BoolArray) -> Self:
        """Return the tables of an equivalent graph, which give the same joint distribution.

        Covered edges are reversed one by one: some edge that differs is always covered [1]_. The
        tables of its two ends follow by Bayes' rule.

        Parameters
        ----------
        adjacency : ndarray of bool, shape (d, d)
            A DAG of the same Markov equivalence class.

        References
        ----------
        .. [1] Chickering, "A transformational characterization of equivalent Bayesian network
           structures", UAI 1995.
        """
        tables, current = list(self.tables), self.adjacency
        while (current != adjacency).any():
            cause, effect = next(
                (i, j)
                for i, j in np.argwhere(current > adjacency).tolist()
                if np.array_equal(np.delete(current[:, i], i), np.delete(current[:, j], i))
            )
            ends = self._reversed(tables[cause], tables[effect], cause, effect)
            tables[cause], tables[effect] = ends
            current[cause, effect], current[effect, cause] = False, True
        return type(self)(tuple(tables), topological_order(adjacency))

    def _reversed(
        self, of_cause: ConditionalTable, of_effect: ConditionalTable, cause: int, effect: int
    ) -> tuple[ConditionalTable, ConditionalTable]:
        """Return the tables of the ends of a covered edge after it is reversed."""
        n_causes, n_effects = of_cause.otherwise.size, of_effect.otherwise.size
        is_other = of_effect.parents != cause
        others, _ = _distinct(of_effect.configurations[:, is_other])
        levels = np.zeros((len(others), n_causes, self.order.size), dtype=np.intp)
        levels[:, :, of_cause.parents] = others[:, None]
        levels[:, :, cause] = np.arange(n_causes)
        of_both = of_cause.given(levels[:, 0])[:, :, None] * of_effect.given(
            levels.reshape(-1, self.order.size)
        ).reshape(len(others), n_causes, n_effects)
        marginal = of_both.sum(axis=1)
        backwards = np.swapaxes(of_both / marginal[:, None], 1, 2).reshape(-1, n_causes)
        parents = np.append(of_cause.parents, effect)
        repeated = np.repeat(others, n_effects, axis=0)
        own = np.tile(np.arange(n_effects), len(others))
        ascending = np.argsort(parents)
        configurations = np.column_stack([repeated, own])[:, ascending]
        return (
            ConditionalTable(parents[ascending], configurations, backwards, of_cause.otherwise),
            ConditionalTable(of_cause.parents, others, marginal, of_effect.otherwise),
        )

    def probabilities(self, levels: IntArray) -> list[FloatArray]:
        """Return the probabilities of every variable's levels given its parents, (n, r) each."""
        return [table.given(levels) for table in self.tables]

    def most_probable(self, levels: IntArray) -> IntArray:
        """Return the most probable level of every variable given its parents, shape (n, d)."""
        return np.column_stack([given.argmax(axis=1) for given in self.probabilities(levels)])

    def log_likelihood(self, levels: IntArray) -> FloatArray:
        """Return the log-likelihood of every level given those of the parents, shape (n, d)."""
        rows = np.arange(len(levels))
        logs = [
            np.log(given[rows, levels[:, node]])
            for node, given in enumerate(self.probabilities(levels))
        ]
        return np.column_stack(logs)

    def sample(
        self, n_samples: int, generator: np.random.Generator, do: Mapping[int, IntArray]
    ) -> IntArray:
        """Draw rows of levels; columns in ``do`` are set, regardless of their parents."""
        levels = np.zeros((n_samples, self.order.size), dtype=np.intp)
        uniform = generator.random((n_samples, self.order.size))
        for node in self.order.tolist():
            if node in do:
                levels[:, node] = do[node]
                continue
            below = np.cumsum(self.tables[node].given(levels)[:, :-1], axis=1)
            levels[:, node] = (uniform[:, node, None] >= below).sum(axis=1)
        return levels


def _distinct(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct rows, sorted, and which of them each row is."""
    if rows.shape[1] == 0:
        return rows[:1], np.zeros(len(rows), dtype=np.intp)
    distinct, place = np.unique(rows, axis=0, return_inverse=True)
    return distinct, place.reshape(-1)

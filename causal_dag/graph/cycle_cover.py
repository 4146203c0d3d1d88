"""Cuts of a directed graph as a set cover: every cycle has to lose an edge.

There are too many cycles to write down, so that only those are generated that a proposed cut
misses (Grötschel, Jünger and Reinelt 1985, "On the acyclic subgraph polytope").
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from causal_dag.arrays import BoolArray, FloatArray, IntArray

# A cycle is violated if less than 1 − SLACK of it is cut.
SLACK = 1e-4
# Added to the length of every edge, so that among equally short cycles one with few edges is found.
STEP_LENGTH = 1e-7
MAX_BRANCHES = 1000


class SolverStoppedError(RuntimeError):
    """HiGHS gave up: too many branches, or numbers too far apart."""


class Relaxation(NamedTuple):
    """Optimum of the linear relaxation over the cycles known so far.

    Parameters
    ----------
    cut : ndarray of shape (m,)
        Share of every edge that is cut, between 0 and 1.
    bound : float
        Weight of ``cut``; no cut costs less.
    reduced_costs : ndarray of shape (m,)
        What it costs at least to cut an edge more (positive) or less (negative).
    """

    cut: FloatArray
    bound: float
    reduced_costs: FloatArray


class CycleCover:
    """The least weight of edges that meets every cycle, as a growing linear programme.

    Parameters
    ----------
    weights : ndarray of shape (d, d)
        Non-negative weights, of order 1.
    edges : ndarray of bool, shape (d, d)
        The m edges of the graph, without loops.
    required : ndarray of bool, shape (d, d)
        Edges that cannot be cut; a DAG within ``edges``.

    Examples
    --------
    >>> edges = np.array([[False, True], [True, False]])
    >>> weights = np.array([[0.0, 1.0], [3.0, 0.0]])
    >>> cover = CycleCover(weights, edges, np.zeros_like(edges))
    >>> cover.add_missed_cycles(np.zeros(2))
    True
    >>> cover.relax().bound
    1.0
    """

    def __init__(self, weights: FloatArray, edges: BoolArray, required: BoolArray) -> None:
        self.edges = edges
        self.tails, self.heads = np.nonzero(edges)
        self.costs = weights[self.tails, self.heads]
        self._may_be_cut = ~required[self.tails, self.heads]
        self._number = np.zeros(edges.shape, dtype=np.intp)
        self._number[self.tails, self.heads] = np.arange(self.tails.size)
        self._cycles: dict[frozenset[int], None] = {}

    def cut_weight(self, kept: BoolArray) -> float:
        """Return the weight of the edges that are not kept."""
        return float(self.costs[~kept[self.tails, self.heads]].sum())

    def on_matrix(self, values: FloatArray) -> FloatArray:
        """Return a value for every edge, shape (m,), as a matrix of shape (d, d)."""
        matrix = np.zeros(self.edges.shape)
        matrix[self.tails, self.heads] = values
        return matrix

    def relax(self) -> Relaxation:
        """Solve the linear relaxation over the known cycles."""
        cycles = self._incidence()
        upper = self._may_be_cut.astype(np.float64)
        found = linprog(
            self.costs,
            A_ub=-cycles,
            b_ub=-np.ones(cycles.shape[0]),
            bounds=np.column_stack([np.zeros_like(upper), upper]),
            method="highs",
        )
        _require_success(found)
        reduced_costs = found.lower.marginals + found.upper.marginals
        return Relaxation(np.clip(found.x, 0.0, 1.0), float(found.fun), reduced_costs)

    def best_cut(self, uncut: BoolArray, cut: BoolArray) -> FloatArray:
        """Solve the integer programme over the known cycles, with some edges decided.

        Parameters
        ----------
        uncut, cut : ndarray of bool, shape (m,)
            Edges that are known to stay, and to go.

        Returns
        -------
        ndarray of shape (m,)
            1 for an edge that is cut, else 0.
        """
        found = milp(
            self.costs,
            constraints=LinearConstraint(self._incidence(), lb=1.0),
            integrality=np.ones_like(self.costs),
            bounds=Bounds(cut.astype(np.float64), (self._may_be_cut & ~uncut).astype(np.float64)),
            options={"mip_rel_gap": 0.0, "node_limit": MAX_BRANCHES},
        )
        _require_success(found)
        rounded: FloatArray = np.round(found.x)
        return rounded

    def add_missed_cycles(self, cut: FloatArray) -> bool:
        """Add, for every edge, the least cut cycle through it if ``cut`` misses it.

        Returns
        -------
        bool
            Whether there was any new one.
        """
        # SciPy before 1.15 searches graphs with 32-bit indices only.
        ends = (self.tails.astype(np.int32), self.heads.astype(np.int32))
        lengths = csr_array((cut + STEP_LENGTH, ends), shape=self.edges.shape)
        distances, came_from = dijkstra(lengths, return_predecessors=True)
        around = distances[self.heads, self.tails] + cut
        n_known = len(self._cycles)
        for edge in np.flatnonzero(around < 1.0 - SLACK).tolist():
            self._cycles.setdefault(self._cycle_through(edge, came_from))
        return len(self._cycles) > n_known

    def _cycle_through(self, edge: int, came_from: IntArray) -> frozenset[int]:
        tail, head = int(self.tails[edge]), int(self.heads[edge])
        cycle = {edge}
        node = tail
        while node != head:
            before = int(came_from[head, node])
            cycle.add(int(self._number[before, node]))
            node = before
        return frozenset(cycle)

    def _incidence(self) -> csr_array:
        """Return the matrix with a row for every known cycle and a 1 for each of its edges."""
        sizes = [len(cycle) for cycle in self._cycles]
        rows = np.repeat(np.arange(len(sizes)), sizes)
        columns = np.array(
            [edge for cycle in self._cycles for edge in sorted(cycle)], dtype=np.intp
        )
        shape = (len(sizes), self.costs.size)
        return csr_array((np.ones(rows.size), (rows, columns)), shape=shape)


def _require_success(found: OptimizeResult) -> None:
    if not found.success:
        raise SolverStoppedError(found.message)

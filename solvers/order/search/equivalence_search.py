"""Greedy search over Markov equivalence classes, for the Gaussian BIC."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.graph import project_to_dag
from causal_dag.problem import Problem
from causal_dag.solvers.order.search.likelihood_search import GaussianTerms, most_parents

# Operators per call of a kernel; the monitor is checked between calls.
OPERATORS_PER_CALL = 16
# A price of this many times n is prohibitive, and its exponential still finite.
LARGEST_EXPONENT = 300.0


@dataclass
class EquivalenceSearch:
    """Search over CPDAGs by inserting, deleting and reversing edges.

    Parameters
    ----------
    problem : Problem
        Moments, constraints, starting point, and the monitor, which gets a record per search.
    terms : GaussianTerms
        The score, without a term that is common to all nodes.
    tolerance : float
        Least improvement, relative to the number of terms of the likelihood.

    Attributes
    ----------
    n_operators : int
        Number of operators applied so far.
    """

    problem: Problem
    terms: GaussianTerms
    tolerance: float
    n_operators: int = field(default=0, init=False)
    _best: Any = field(init=False, repr=False)
    _other: Any = field(init=False, repr=False)

    def run(self, *, is_extreme: bool) -> BoolArray:
        """Search, and return a DAG of the best class, shape (d, d).

        ``KeyboardInterrupt`` or the monitor may end the search early.

        Parameters
        ----------
        is_extreme : bool
            Whether to search as XGES does, or by the three phases of GES.
        """
        try:
            if is_extreme:
                self._search_by_deletions()
            else:
                self._search_by_phases()
        except KeyboardInterrupt:
            self.problem.monitor.interrupt()
        graph: BoolArray = self._best.member
        return graph

    def _search_by_phases(self) -> None:
        """Insert, delete and reverse edges, in this order, until none lowers the cost."""
        from causal_dag.solvers.order.search.equivalence_kernels import DELETE, INSERT, REVERSE

        idle = 0
        while idle < 3 and self._is_running:
            for kind in (INSERT, DELETE, REVERSE):
                before = self.n_operators
                self._improve(self._best, kind, kind)
                self._record(self._best)
                idle = idle + 1 if self.n_operators == before else 0

    def _search_by_deletions(self) -> None:
        """Improve, then delete each edge in turn and improve again, first without inserting it."""
        from causal_dag.solvers.order.search.equivalence_kernels import delete

        self._improve(self._best)
        self._record(self._best)
        waiting = self._edges()
        while waiting and self._is_running:
            x, y = waiting.pop()
            trial = self._other
            for room, known in zip(trial, self._best, strict=True):
                room[:] = known
            if not delete(self._terms, trial, self._room, x, y):
                continue
            for is_banned in (True, False):
                trial.is_banned[x, y] = trial.is_banned[y, x] = is_banned
                self._improve(trial)
            if trial.cost[0] < self._best.cost[0] - self._terms.tolerance:
                self._best, self._other = trial, self._best
                waiting = self._edges()
            self._record(trial)

    def _improve(self, state: Any, first: int = 0, last: int = 2) -> None:
        """Apply operators of these kinds until none of them lowers the cost."""
        from causal_dag.solvers.order.search.equivalence_kernels import improve

        most = n_steps = OPERATORS_PER_CALL
        while n_steps == most and self._is_running:
            n_steps = improve(self._terms, state, self._room, first, last, most)
            self.n_operators += n_steps

    def _edges(self) -> list[tuple[int, int]]:
        """Return the edges that may be deleted; the ones cheapest to delete come last."""
        state, required = self._best, self.problem.constraints.required
        is_second = np.tril(state.graph & state.graph.T)
        causes, effects = np.nonzero(state.graph & ~is_second & ~(required | required.T))
        order = np.argsort(state.kept[effects, causes], kind="stable")
        return list(zip(causes[order].tolist(), effects[order].tolist(), strict=True))

    @property
    def _is_running(self) -> bool:
        return self.problem.monitor.stop_reason() is None

    def _record(self, state: Any) -> None:
        moments = self.problem.moments
        experiments = self.problem.experiments
        n_own = moments.n_samples if experiments is None else experiments.n_own
        log_variance = np.log(self.problem.by_column(lambda of: of.variance))
        scale = float((n_own * log_variance).sum())
        self.problem.monitor.record_stage(
            float(self._best.cost[0]) + scale,
            score=float(state.cost[0]) + scale,
            non_zeros=int(state.member.sum()),
        )

    def __post_init__(self) -> None:
        from causal_dag.solvers.order.search.equivalence_kernels import go_to

        self._best, self._other = self._empty_state(), self._empty_state()
        go_to(self._terms, self._best, self._room, self._first_graph())

    def _first_graph(self) -> BoolArray:
        """Return the user's graph, without forbidden edges and with the required ones."""
        constraints, weights = self.problem.constraints, self.problem.initial.weights
        if weights is None:
            return constraints.required
        projection = project_to_dag(
            weights,
            forbidden=constraints.forbidden,
            required=constraints.required,
            max_parents=self._terms.most_parents,
        )
        graph: BoolArray = (projection.weights != 0) | constraints.required
        return graph

    @cached_property
    def _terms(self) -> Any:
        from causal_dag.solvers.order.search.equivalence_kernels import Terms

        moments, constraints = self.problem.moments, self.problem.constraints
        n, d = moments.n_samples, moments.n_features
        n_required = int(constraints.required.sum(axis=0).max())
        prices, experiments = self.terms.prices, self.problem.experiments
        own = (moments,) * d if experiments is None else experiments.own_moments
        distinct = list({id(of_column): of_column for of_column in own}.values())
        place = {id(of_column): e for e, of_column in enumerate(distinct)}
        n_own = np.array([of_column.n_samples for of_column in own])
        most = min(most_parents(of_column, constraints) for of_column in distinct)
        is_separated = np.zeros((d, d), dtype=bool)
        return Terms(
            np.array([of_column.standardized().covariance for of_column in distinct]),
            np.array([place[id(of_column)] for of_column in own]),
            n_own / n,
            is_separated if experiments is None else np.array(experiments.separated),
            experiments is not None,
            np.ascontiguousarray(constraints.allowed),
            np.ascontiguousarray(constraints.required),
            not constraints.is_trivial,
            float(n),
            np.append(0.0, prices.cumsum()),
            np.exp(np.minimum(prices / n, LARGEST_EXPONENT)),
            self.tolerance * n * d,
            max(most, n_required),
        )

    def _empty_state(self) -> Any:
        from causal_dag.solvers.order.search.equivalence_kernels import State

        d = self.problem.moments.n_features
        return State(
            graph=np.zeros((d, d), dtype=bool),
            member=np.zeros((d, d), dtype=bool),
            log_variance=np.zeros(d),
            cost=np.zeros(1),
            left=np.full((d, d), np.inf),
            kept=np.zeros((d, d)),
            kept_alone=np.zeros((d, d)),
            is_stale=np.ones(d, dtype=bool),
            is_banned=np.zeros((d, d), dtype=bool),
        )

    @cached_property
    def _room(self) -> Any:
        from causal_dag.solvers.order.search.equivalence_kernels import Room

        d = self.problem.moments.n_features

        def integers(*shape: int) -> Any:
            return np.zeros(shape, dtype=np.intp)

        return Room(
            parents=integers(d),
            vector=np.zeros((d, d)),
            row=np.zeros((d + 1, d)),
            diagonal=np.zeros((d + 1, d)),
            inverse=np.zeros(d),
            neighbours=integers(d),
            chosen=integers(d),
            size=integers(3),
            candidate=integers(d),
            clique=integers(d),
            clique_size=integers(1),
            pair=integers(d * d),
            value=np.zeros(d * d),
            partly=np.zeros((d, d), dtype=bool),
            adjacent=integers(d, d),
            n_adjacent=integers(d),
            n_children=integers(d),
            order=integers(d),
            is_reached=np.zeros(d, dtype=bool),
            queue=integers(d),
            graph=np.zeros((d, d), dtype=bool),
            member=np.zeros((d, d), dtype=bool),
            log_variance=np.zeros(d),
            cost=np.zeros(1),
        )

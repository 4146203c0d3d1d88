"""Search over orders and parents together, for local scores that are compiled."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.graph import topological_order
from causal_dag.problem import Problem
from causal_dag.solvers.order.scores.local_score import CompiledScore, NodeFit
from causal_dag.solvers.order.search.iterated_local_search import SearchPoint
from causal_dag.solvers.order.search.likelihood_search import adjacency_of
from causal_dag.solvers.order.search.linear_extensions import linear_extension, perturbed_equal

# Scores that a kernel may need per call, between two looks at the clock: some .1 s.
SCORES_A_CALL = 10_000
# Scores that are remembered, per pair of columns; a power of two at most 16 MB.
REMEMBERED_PER_PAIR = 64
MOST_REMEMBERED = 1 << 20


class CompilableScore(Protocol):
    """A sum of local scores that have a kernel."""

    @property
    def is_score_equivalent(self) -> bool:
        """Whether graphs of a class, of an interventional one after experiments, score equally."""

    @property
    def most_parents(self) -> int:
        """How many parents a node may have."""

    def compiled(self, most: int) -> CompiledScore:
        """Return the kernel, with room for ``most`` parents."""

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Fit a node to exactly these parents, a mask of shape (d,)."""


@dataclass(frozen=True)
class LocalScoreSearcher:
    """Insertion search that chooses parents as it goes, a Searcher.

    Parameters
    ----------
    problem : Problem
        Constraints and monitor.
    score : CompilableScore
        The score.
    first : ndarray of int, shape (d,)
        First order.
    parents : ndarray of bool, shape (d, d), optional
        Graph along ``first`` to start from, ``parents[i, j]`` for i → j. By default nodes are taken
        one by one in the first order, and put at their best places.
    tolerance : float
        Least improvement of a move, relative to the number of terms of the likelihood.
    """

    problem: Problem
    score: CompilableScore
    first: IntArray
    parents: BoolArray | None
    tolerance: float

    def start(self) -> Iterator[SearchPoint]:
        """Build the first graph and improve it, on one thread."""
        reach = self.first.size if self.parents is None else 0
        self._load(self.first, self._first_parents, reach)
        yield from self._settle()

    def restart(self, best: SearchPoint, generator: np.random.Generator) -> Iterator[SearchPoint]:
        """Improve an equal of the best graph, drawn at random, with some nodes put elsewhere."""
        experiments = self.problem.experiments
        parents, order = perturbed_equal(
            adjacency_of(best),
            best.order,
            self.problem.constraints,
            generator,
            is_score_equivalent=self.score.is_score_equivalent,
            separated=None if experiments is None else experiments.separated,
        )
        self._load(order, parents, reach=0)
        yield from self._settle()

    def weights(self, best: SearchPoint) -> FloatArray:
        """Return what the score's model of every node says of its parents."""
        adjacency = adjacency_of(best)
        fits = [self.score.given(j, parents) for j, parents in enumerate(adjacency.T)]
        return np.column_stack([fit.weights for fit in fits])

    def loss_without(self, graph: BoolArray, cause: int, effect: int) -> float:
        """Return the loss of a local search from a graph in which one edge stays forbidden.

        If the search is interrupted, its last loss is returned.
        """
        precedence, allowed = self.problem.constraints.precedence, self._terms.allowed
        allowed[effect, cause] = False
        self._load(topological_order(graph | precedence), graph, reach=0)
        loss = np.inf
        for point in self._settle():
            loss = point.loss
            if self.problem.monitor.stop_reason() is not None:
                break
        allowed[effect, cause] = True
        return loss

    def _load(self, order: IntArray, adjacency: BoolArray, reach: int) -> None:
        """Set the graph from which nodes choose their parents anew, one by one along the order."""
        state = self._state
        state.order[:] = order
        state.position[order] = np.arange(order.size)
        state.queued[:], state.span[:] = False, 0
        state.placed[0], state.reach[0] = 0, reach
        state.n_parents[:] = adjacency.sum(axis=0)
        for u, k in enumerate(state.n_parents):
            state.parents[u, :k] = np.flatnonzero(adjacency[:, u])

    def _settle(self) -> Iterator[SearchPoint]:
        """Advance until nothing improves; one point for every d looks, a pass."""
        from causal_dag.solvers.order.search.local_score_kernels import advance

        monitor, d = self.problem.monitor, self.first.size
        looks = max(1, SCORES_A_CALL // (d * d))
        is_optimal = False
        while not is_optimal:
            for _ in range(0, d, looks):
                try:
                    is_optimal = advance(
                        self._compiled.model, self._terms, self._state, self._room, looks
                    )
                except KeyboardInterrupt:
                    # It comes between two calls, and finds a graph.
                    monitor.interrupt()
                if is_optimal or monitor.stop_reason() is not None:
                    break
            yield self._point(is_optimal)

    def _point(self, is_optimal: bool) -> SearchPoint:
        state = self._state
        n_parents = state.n_parents.copy()
        is_used = np.arange(state.parents.shape[1]) < n_parents[:, None]
        return SearchPoint(
            state.order.copy(),
            float(state.values[self.problem.constraints.explained].sum()),
            int(n_parents.sum()),
            is_optimal,
            (n_parents, state.parents[is_used]),
        )

    @property
    def _first_parents(self) -> BoolArray:
        required = self.problem.constraints.required
        return required if self.parents is None else self.parents | required

    @cached_property
    def _most_parents(self) -> int:
        limit = self.problem.constraints.max_parents
        most = min(self.score.most_parents, self.first.size - 1)
        return most if limit is None else min(most, limit)

    @cached_property
    def _room_for_parents(self) -> int:
        given = int(self._first_parents.sum(axis=0).max())
        return 1 + max(given, self._most_parents)

    @cached_property
    def _compiled(self) -> CompiledScore:
        return self.score.compiled(self._room_for_parents)

    @cached_property
    def _terms(self) -> Any:
        from causal_dag.solvers.order.search.local_score_kernels import Terms

        constraints, d = self.problem.constraints, self.first.size
        words = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, (2, d), dtype=np.int64)
        return Terms(
            np.ascontiguousarray(constraints.allowed.T),
            np.ascontiguousarray(constraints.required.T),
            np.ascontiguousarray(constraints.precedence),
            words[0],
            words[1],
            self.tolerance * self.problem.moments.n_samples * d,
            self._compiled.slack,
            self._most_parents,
        )

    @cached_property
    def _state(self) -> Any:
        from causal_dag.solvers.order.search.local_score_kernels import State

        d = self.first.size
        return State(
            order=np.empty(d, dtype=np.intp),
            position=np.empty(d, dtype=np.intp),
            n_parents=np.zeros(d, dtype=np.intp),
            parents=np.zeros((d, self._room_for_parents), dtype=np.intp),
            values=np.zeros(d),
            queue=np.zeros(d, dtype=np.intp),
            queued=np.zeros(d, dtype=bool),
            span=np.zeros(2, dtype=np.intp),
            placed=np.zeros(1, dtype=np.intp),
            reach=np.zeros(1, dtype=np.intp),
        )

    @cached_property
    def _room(self) -> Any:
        from causal_dag.solvers.order.search.local_score_kernels import Room

        d = self.first.size
        size = min(MOST_REMEMBERED, 1 << (REMEMBERED_PER_PAIR * d * d - 1).bit_length())
        return Room(
            self._trial(),
            self._trial(),
            np.zeros(d),
            np.zeros(size, dtype=np.int64),
            np.zeros(size),
        )

    def _trial(self) -> Any:
        from causal_dag.solvers.order.search.local_score_kernels import Trial

        return Trial(
            node=np.zeros(1, dtype=np.intp),
            n_parents=np.zeros(1, dtype=np.intp),
            parents=np.zeros(self._room_for_parents, dtype=np.intp),
            key=np.zeros(1, dtype=np.int64),
            value=np.zeros(1),
        )


def cheapest_last(score: CompilableScore, constraints: Constraints) -> IntArray:
    """Return the order in which nodes that cost less without parents come later, as far as allowed.

    It depends neither on the order of the columns nor on how their values are written.
    """
    none = np.zeros(constraints.forbidden.shape[0], dtype=bool)
    costs = [score.given(node, none).value for node in range(none.size)]
    return linear_extension(constraints.precedence, -np.array(costs))

"""Search over orders and parents together, for scores whose tangents are sums of local scores."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.problem import Problem
from causal_dag.solvers.order.scores.equal_variance_columns import EqualVarianceColumns
from causal_dag.solvers.order.search.iterated_local_search import SearchPoint
from causal_dag.solvers.order.search.likelihood_search import adjacency_of
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher


@dataclass(frozen=True)
class TangentSearcher:
    """Insertion search under one tangent after the other, a Searcher.

    A tangent is an upper bound of the score that touches it, so what lowers the tangent at the
    noise variance of a graph lowers the score.

    Parameters
    ----------
    problem : Problem
        Constraints and monitor.
    score : EqualVarianceColumns
        The score.
    first : ndarray of int, shape (d,)
        First order.
    parents : ndarray of bool, shape (d, d), optional
        Graph along ``first`` to start from.
    tolerance : float
        Least improvement of a move, relative to the number of terms of the likelihood.
    """

    problem: Problem
    score: EqualVarianceColumns
    first: IntArray
    parents: BoolArray | None
    tolerance: float

    def start(self) -> Iterator[SearchPoint]:
        """Search from the first order or graph."""
        parents, score = self.parents, self.score
        variance = score.starting_variance() if parents is None else score.of_graph(parents)[1]
        searcher = self._searcher(variance, self.first, parents)
        yield from self._tangents(searcher.start(), variance)

    def restart(self, best: SearchPoint, generator: np.random.Generator) -> Iterator[SearchPoint]:
        """Search from the best graph with some nodes put elsewhere."""
        _, variance = self.score.of_graph(adjacency_of(best))
        searcher = self._searcher(variance, best.order, None)
        yield from self._tangents(searcher.restart(best, generator), variance)

    def weights(self, best: SearchPoint) -> FloatArray:
        """Return what the score's model of every node says of its parents."""
        _, variance = self.score.of_graph(adjacency_of(best))
        return self._searcher(variance, best.order, None).weights(best)

    def _tangents(self, points: Iterator[SearchPoint], variance: float) -> Iterator[SearchPoint]:
        """Follow a search under one tangent, then under that at its result, until none is lower."""
        margin = self.tolerance * self.problem.moments.n_samples * self.first.size
        reached, is_final = np.inf, False
        while not is_final:
            for point in points:
                loss, noise = self.score.of_graph(adjacency_of(point), variance)
                is_final = point.is_optimal and not loss < reached - margin
                yield replace(point, loss=loss, is_optimal=is_final)
            reached, variance = loss, noise
            points = self._searcher(variance, point.order, adjacency_of(point)).start()

    def _searcher(
        self, variance: float, order: IntArray, parents: BoolArray | None
    ) -> LocalScoreSearcher:
        tangent = self.score.with_noise(variance)
        return LocalScoreSearcher(self.problem, tangent, order, parents, self.tolerance)

"""Iterated local search over topological orders."""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.problem import Monitor, Status
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.linear_extensions import perturbed_order


@dataclass(frozen=True)
class SearchPoint:
    """An order reached by a local search.

    Parameters
    ----------
    order : ndarray of int, shape (d,)
        The order.
    loss : float
        Its loss.
    n_edges : int
        Number of weights over which the loss is minimized.
    is_optimal : bool
        Whether no move of the local search lowers the loss, in which case the search ends.
    parents : object
        State other than the order that the search needs to continue from this point.
    """

    order: IntArray
    loss: float
    n_edges: int
    is_optimal: bool
    parents: Any = None


@dataclass(frozen=True)
class SearchResult:
    """Best point, status at the end of the search, and number of passes."""

    best: SearchPoint
    status: Status
    n_passes: int

    @property
    def order(self) -> IntArray:
        """Best order."""
        return self.best.order

    @property
    def loss(self) -> float:
        """Loss of the best order."""
        return self.best.loss


#: Yields an order after every pass of moves, each better than the one before, up to an optimum.
LocalSearch = Callable[[IntArray], Iterator[SearchPoint]]


class Searcher(Protocol):
    """Runs local searches, whose results depend only on their arguments, not on earlier calls."""

    def start(self) -> Iterator[SearchPoint]:
        """Run the first local search."""

    def restart(self, best: SearchPoint, generator: np.random.Generator) -> Iterator[SearchPoint]:
        """Run a local search from a perturbation of the best point."""

    def weights(self, best: SearchPoint) -> FloatArray:
        """Return the weights of a point, shape (d, d)."""


@dataclass(frozen=True)
class OrderSearcher:
    """Local searches that need only an initial order.

    Parameters
    ----------
    local_search : callable
        Maps an order to the orders visited up to a local optimum.
    first : ndarray of int, shape (d,)
        Initial order.
    precedence : ndarray of bool, shape (d, d)
        ``precedence[i, j]``: i precedes j in every order.
    score : OrderScore
        Score that the local searches minimize.
    """

    local_search: LocalSearch
    first: IntArray
    precedence: BoolArray
    score: OrderScore

    def start(self) -> Iterator[SearchPoint]:
        """Search from the first order."""
        return self.local_search(self.first)

    def restart(self, best: SearchPoint, generator: np.random.Generator) -> Iterator[SearchPoint]:
        """Search from the best order with 1 + round(ln d) random pairs swapped."""
        n_swaps = 1 + round(np.log(best.order.size))
        return self.local_search(perturbed_order(best.order, self.precedence, generator, n_swaps))

    def weights(self, best: SearchPoint) -> FloatArray:
        """Return the minimizing weights given the order."""
        return self.score.weights(best.order)


def iterated_local_search(
    searchers: Sequence[Searcher],
    *,
    n_restarts: int,
    max_passes: int,
    tolerance: float,
    monitor: Monitor,
    generator: np.random.Generator,
    enough_returns: float = math.inf,
) -> SearchResult:
    """Search once, and repeatedly from perturbations of the best order so far.

    FLOP [1]_ and BOSS [2]_ are iterated local searches over orders, too. With several searchers,
    that number of restarts begin in parallel from the same best order; if one of them succeeds, the
    results of those after it are discarded and they are run again from the new best order. The
    result is therefore bitwise identical to that of one searcher, and unsuccessful restarts, which
    are the majority, run in parallel.

    Parameters
    ----------
    searchers : sequence of Searcher
        One per thread.
    n_restarts : int
        Largest number of local searches after the first.
    max_passes : int
        Maximum number of passes per local search.
    tolerance : float
        Improvement required of a new best order, relative to the absolute value of the loss.
    monitor : Monitor
        Receives a record for every pass of the first search and for every restart: the best loss so
        far as ``objective``, its own as ``score``. It can end the search after any pass, in which
        case the best order so far is returned, as on ``KeyboardInterrupt``.
    generator : Generator
        Seeds one generator for each restart.
    enough_returns : float
        Restarts that return to the lowest loss so far, after which the search ends.

    References
    ----------
    .. [1] Wienöbst, Henckel and Weichwald, "Embracing Discrete Search: A Reasonable Approach to
       Causal Structure Learning", ICLR 2026, arXiv 2510.04970.
    .. [2] Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score
       Search and Grow-Shrink Trees", NeurIPS 2023.
    """
    progress = _Progress(monitor, tolerance)
    try:
        for point in islice(searchers[0].start(), max_passes):
            progress.advance(point)
            if monitor.stop_reason() is not None:
                break
        seed = int(generator.integers(2**62))
        if n_restarts > 0:
            _restart(searchers, progress, n_restarts, max_passes, seed, enough_returns)
    except KeyboardInterrupt:
        if progress.best is None:
            raise
        monitor.interrupt()
    return progress.result()


@dataclass
class _Progress:
    """The best point so far, and the trace."""

    monitor: Monitor
    tolerance: float
    best: SearchPoint | None = None
    n_returns: int = 0
    _n_passes: int = 0

    def advance(self, point: SearchPoint) -> None:
        """Record the next pass of the first search, in which the loss never increases."""
        self.best = point
        self._record(point, n_passes=1)

    def compare(self, point: SearchPoint, n_passes: int) -> bool:
        """Accept the result of a restart if it is better; return whether it is."""
        assert self.best is not None
        margin = self.tolerance * abs(self.best.loss)
        improves = point.loss < self.best.loss - margin
        if improves:
            self.best, self.n_returns = point, 0
        else:
            self.n_returns += point.loss <= self.best.loss + margin
        self._record(point, n_passes)
        return improves

    def _record(self, point: SearchPoint, n_passes: int) -> None:
        assert self.best is not None
        self._n_passes += n_passes
        self.monitor.record_stage(self.best.loss, score=point.loss, non_zeros=point.n_edges)

    def result(self) -> SearchResult:
        assert self.best is not None
        own_status = Status.CONVERGED if self.best.is_optimal else Status.MAX_ITER
        return SearchResult(self.best, self.monitor.stop_reason() or own_status, self._n_passes)


def _restart(
    searchers: Sequence[Searcher],
    progress: _Progress,
    n_restarts: int,
    max_passes: int,
    seed: int,
    enough_returns: float,
) -> None:
    monitor = progress.monitor

    def run(searcher: Searcher, number: int) -> tuple[SearchPoint, int] | None:
        assert progress.best is not None
        passes = searcher.restart(progress.best, np.random.default_rng([seed, number]))
        return _follow(islice(passes, max_passes), monitor)

    with ThreadPoolExecutor(len(searchers)) as pool:
        number, most = 0, n_restarts
        while number < most and monitor.stop_reason() is None:
            numbers = range(number, min(number + len(searchers), most))
            together = pool.map if len(numbers) > 1 else map
            try:
                points = list(together(run, searchers, numbers))
            except KeyboardInterrupt:
                # The other threads check the monitor and stop.
                monitor.interrupt()
                raise
            for point in points:
                number += 1
                improves = point is not None and progress.compare(*point)
                most = number if progress.n_returns >= enough_returns else n_restarts
                # A callback that has requested a stop is not called for the remaining points.
                if improves or number == most or monitor.stop_reason() is Status.CALLBACK:
                    break


def _follow(passes: Iterator[SearchPoint], monitor: Monitor) -> tuple[SearchPoint, int] | None:
    """Return the end point of a local search and its number of passes; None if it never began."""
    reached = None
    for number, point in enumerate(passes, start=1):
        reached = point, number
        if monitor.stop_reason() is not None:
            break
    return reached

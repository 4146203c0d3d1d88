"""Iterated local search over topological orders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.problem import Monitor, StageRecord, Status


@dataclass(frozen=True)
class Visit:
    """An order that a local search has come to.

    Parameters
    ----------
    order : ndarray of int, shape (d,)
        The order.
    loss : float
        Its loss.
    n_edges : int
        Number of weights the loss minimises over.
    is_optimal : bool
        No move of the local search lowers the loss; the search ends here.
    """

    order: IntArray
    loss: float
    n_edges: int
    is_optimal: bool


@dataclass(frozen=True)
class SearchResult:
    """Best order found, how the search ended, and the passes it took."""

    order: IntArray
    loss: float
    status: Status
    n_passes: int


#: Yields an order after every pass of moves, each better than the one before, up to an optimum.
LocalSearch = Callable[[IntArray], Iterator[Visit]]


def iterated_local_search(
    local_search: LocalSearch,
    start: IntArray,
    perturb: Callable[[IntArray], IntArray],
    *,
    n_restarts: int,
    max_passes: int,
    tolerance: float,
    monitor: Monitor,
) -> SearchResult:
    """Search from ``start``, and again from perturbations of the best order so far.

    Iterated local search over orders is what FLOP [1]_ and BOSS [2]_ do.

    Parameters
    ----------
    local_search : callable
        From an order to the orders visited on the way to a local optimum.
    start : ndarray of int, shape (d,)
        First order.
    perturb : callable
        From the best order to the start of the next local search.
    n_restarts : int
        Number of local searches after the first.
    max_passes : int
        Most passes of one local search.
    tolerance : float
        Relative improvement that a new best order needs.
    monitor : Monitor
        Receives a record a pass: the best loss so far as ``objective``, the loss of the pass as
        ``score``. May end the search after any pass; the best order so far is returned.

    References
    ----------
    .. [1] "Embracing Discrete Search: A Reasonable Approach to Causal Structure Learning",
       ICLR 2026, arXiv 2510.04970.
    .. [2] Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score
       Search and Grow-Shrink Trees", NeurIPS 2023.
    """
    best: Visit | None = None
    for _ in range(n_restarts + 1):
        begin = start if best is None else perturb(best.order)
        passes = islice(local_search(begin), max_passes)
        best = _best_of(passes, best, tolerance, monitor)
        if monitor.stop_reason() is not None:
            break
    assert best is not None
    own_status = Status.CONVERGED if best.is_optimal else Status.MAX_ITER
    status = monitor.stop_reason() or own_status
    return SearchResult(best.order, best.loss, status, len(monitor.records))


def _best_of(
    passes: Iterator[Visit], best: Visit | None, tolerance: float, monitor: Monitor
) -> Visit | None:
    """Follow one local search; return where it led if that is better, else the best before."""
    bar = np.inf if best is None else best.loss * (1 - tolerance)
    for visit in passes:
        if visit.loss < bar:
            # From here on every pass is better than the one before, but for rounding.
            best, bar = visit, np.inf
        assert best is not None
        monitor.record(
            StageRecord(
                stage=len(monitor.records),
                objective=best.loss,
                score=visit.loss,
                non_zeros=visit.n_edges,
                seconds=monitor.seconds,
            )
        )
        if monitor.stop_reason() is not None:
            break
    return best

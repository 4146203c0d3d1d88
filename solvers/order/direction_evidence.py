"""Which directions a criterion's assumption decides, among those that the class leaves open."""

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.graph import consistent_extension, mpdag
from causal_dag.problem import Problem
from causal_dag.solvers.order.search.iterated_local_search import Searcher, SearchPoint
from causal_dag.solvers.order.search.likelihood_search import adjacency_of
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher


def undecided_edges(
    searcher: Searcher, best: SearchPoint, least_evidence: float, problem: Problem
) -> BoolArray:
    """Return the edges whose direction neither the class nor the criterion decides, shape (d, d).

    For every edge that is undirected in the equivalence class, local searches look for the best
    graph without it, in which the opposite edge is allowed: from the best graph, and from a graph
    of the class that has the opposite edge. The direction is decided if the score is higher by at
    least ``least_evidence``. Searches of other kinds test nothing and decide nothing, like those
    for which no time is left.

    Parameters
    ----------
    searcher : Searcher
        The search that found the graph.
    best : SearchPoint
        The best point of all.
    least_evidence : float
        Least difference of scores.
    problem : Problem
        Constraints and monitor.
    """
    known = problem.constraints
    adjacency = adjacency_of(best)
    partly_directed = mpdag(adjacency, forbidden=known.forbidden, required=known.required)
    undecided: BoolArray = adjacency & partly_directed & partly_directed.T
    if not isinstance(searcher, LocalScoreSearcher):
        return undecided
    for cause, effect in np.argwhere(undecided).tolist():
        if problem.monitor.stop_reason() is not None:
            break
        graphs = adjacency.copy(), partly_directed.copy()
        for graph in graphs:
            graph[cause, effect] = False
        loss = min(
            searcher.loss_without(consistent_extension(graph), cause, effect) for graph in graphs
        )
        is_stopped = problem.monitor.stop_reason() is not None
        undecided[cause, effect] = is_stopped or loss - best.loss < least_evidence
    return undecided

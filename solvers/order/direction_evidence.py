"""Which directions a criterion's assumption decides, among those that the class leaves open."""

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.graph import consistent_extension
from causal_dag.identification import decided_directions
from causal_dag.problem import Problem
from causal_dag.solvers.order.search.iterated_local_search import Searcher
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher


def undecided_edges(
    searcher: Searcher,
    adjacency: BoolArray,
    loss: float,
    least_evidence: float,
    problem: Problem,
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
    adjacency : ndarray of bool, shape (d, d)
        The graph, a DAG.
    loss : float
        Its score.
    least_evidence : float
        Least difference of scores.
    problem : Problem
        Constraints and monitor.
    """
    partly_directed = decided_directions(adjacency, problem.constraints, targets=())
    undecided: BoolArray = adjacency & partly_directed & partly_directed.T
    if not isinstance(searcher, LocalScoreSearcher):
        return undecided
    for cause, effect in np.argwhere(undecided).tolist():
        if problem.monitor.stop_reason() is not None:
            break
        without, turned = adjacency.copy(), partly_directed.copy()
        without[cause, effect] = turned[cause, effect] = False
        starts = without, consistent_extension(turned)
        other = min(searcher.loss_without(graph, cause, effect) for graph in starts)
        is_stopped = problem.monitor.stop_reason() is not None
        undecided[cause, effect] = is_stopped or other - loss < least_evidence
    return undecided

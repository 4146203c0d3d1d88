"""The graph without edges: what every method has to beat."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import Search
from causal_dag.moments import Moments
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver


class EmptyDAG(DAGEstimator):
    """Baseline without edges, except required ones.

    Its structural Hamming distance is the number of true edges, which on sparse graphs is less
    than that of many methods.

    Parameters
    ----------
    weight_threshold : float
        No effect here; required edges are kept.
    prior_knowledge : PriorKnowledge, optional
        Required edges are in the graph, with least-squares weights.
    refit : bool
        No effect here.
    polish : str or estimator, optional
        Order search that goes on from the graph found here: a registry name such as ``"topo-bic"``,
        or an estimator such as ``TOPO(n_restarts=10)``. Its objective, weights and
        ``weight_threshold`` then hold, unless it finds nothing as good as that graph.
    time_budget : float, optional
        No effect here.
    callback : callable, optional
        Called with the one ``StageRecord``.
    verbose : bool
        Print the record.

    Examples
    --------
    >>> from causal_dag import EmptyDAG
    >>> EmptyDAG().fit([[0.0, 1.0], [1.0, 3.0], [2.0, 4.0]]).weights_.tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    search: ClassVar[Search] = "baseline"

    def __init__(
        self,
        *,
        weight_threshold: float = 0.0,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = False,
        polish: str | DAGEstimator | None = None,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        self.weight_threshold = weight_threshold
        self.prior_knowledge = prior_knowledge
        self.refit = refit
        self.polish = polish
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    def _warn_of_data(self, moments: Moments, rows: FloatArray | None) -> None:
        """Give no warnings: the graph does not depend on the data."""

    def solve(self, problem: Problem) -> Solution:
        """Return no weights; the objective is the least-squares loss of the empty graph."""
        weights = np.zeros_like(problem.moments.covariance)
        loss = 0.5 * float(problem.moments.variance.sum())
        problem.monitor.record(StageRecord(0, loss, loss, seconds=problem.monitor.seconds))
        return Solution(weights, loss, n_iter=1, trace=tuple(problem.monitor.records))


register_solver("empty", EmptyDAG)

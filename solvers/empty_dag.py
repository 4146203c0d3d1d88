"""The graph without edges, a baseline that every method should beat."""

from typing import ClassVar

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import Search
from causal_dag.moments import Moments
from causal_dag.problem import Problem, Solution, one_step_solution
from causal_dag.registry import register_solver


class EmptyDAG(DAGEstimator):
    """Baseline without edges, except required ones.

    Its structural Hamming distance is the number of true edges, which on sparse graphs is lower
    than the distance of many methods.

    Parameters
    ----------
    weight_threshold : float
        Ignored; required edges are kept.
    prior_knowledge : PriorKnowledge
        Required edges are part of the graph, with least-squares weights.
    refit : bool
        Ignored.
    time_budget : float
        Ignored.

    Examples
    --------
    >>> from causal_dag import EmptyDAG
    >>> EmptyDAG().fit([[0.0, 1.0], [1.0, 3.0], [2.0, 4.0]]).weights_.tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    search: ClassVar[Search] = "baseline"

    def _warn_of_data(self, moments: Moments, rows: FloatArray | None) -> None:
        """Issue no warnings, because the graph does not depend on the data."""

    def solve(self, problem: Problem) -> Solution:
        """Return zero weights; the objective is the least-squares loss of the empty graph."""
        weights = np.zeros_like(problem.moments.covariance)
        return one_step_solution(problem, weights, 0.5 * float(problem.moments.variance.sum()))


register_solver("empty", EmptyDAG)

"""A random graph: what a method that has learnt nothing finds."""

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints, PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import Search
from causal_dag.moments import Moments
from causal_dag.parameters import Number, Rules
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver
from causal_dag.regression import least_squares_weights, residual_variances
from causal_dag.solvers.order.linear_extensions import random_order


class RandomDAG(DAGEstimator):
    """Baseline: a random order, random edges along it, and least-squares weights.

    Nothing is identified. Where ``edges_`` says "data", it means what the equivalence class of this
    graph would say.

    Parameters
    ----------
    edges_per_node : float
        Expected number of edges divided by the number of variables d; at most (d − 1)/2, where
        every pair is linked.
    random_state : int, Generator or None, default 0
        Source of the order and the edges; None draws others at every fit.
    weight_threshold : float
        Weights of at most this absolute value are set to 0.
    prior_knowledge : PriorKnowledge, optional
        Edges known to be there or not.
    refit : bool
        No effect here: the weights are those of least squares.
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

    Raises
    ------
    ValueError
        In ``fit``: if a parameter is out of range.

    Examples
    --------
    >>> from causal_dag import RandomDAG
    >>> model = RandomDAG(edges_per_node=0.5, random_state=0)
    >>> model.fit([[0.0, 1.0], [1.0, 3.0], [2.0, 4.0]]).adjacency_.sum().item()
    1
    """

    parameter_rules: ClassVar[Rules] = {
        "edges_per_node": Number(low=0),
    }

    search: ClassVar[Search] = "baseline"

    def __init__(
        self,
        *,
        edges_per_node: float = 1.0,
        random_state: int | np.random.Generator | None = 0,
        weight_threshold: float = 0.0,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = False,
        polish: str | DAGEstimator | None = None,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        self.edges_per_node = edges_per_node
        self.random_state = random_state
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
        """Draw order and edges, and regress; the objective is the least-squares loss."""
        moments, constraints, monitor = problem.moments, problem.constraints, problem.monitor
        order = random_order(problem)
        adjacency = _random_edges(order, constraints, self.edges_per_node, problem.random_generator)
        weights = least_squares_weights(moments.covariance, adjacency)
        loss = 0.5 * float(residual_variances(moments.covariance, weights).sum())
        n_edges = int(adjacency.sum())
        monitor.record(StageRecord(0, loss, loss, non_zeros=n_edges, seconds=monitor.seconds))
        return Solution(weights, loss, n_iter=1, trace=tuple(monitor.records), order=order)


def _random_edges(
    order: IntArray,
    constraints: Constraints,
    edges_per_node: float,
    generator: np.random.Generator,
) -> BoolArray:
    """Link every pair along the order with the same probability; then obey the constraints."""
    d = order.size
    probability = min(1.0, 2 * edges_per_node / max(d - 1, 1))
    along_order = np.triu(generator.random((d, d)) < probability, k=1)
    adjacency = np.zeros((d, d), dtype=bool)
    adjacency[np.ix_(order, order)] = along_order
    return constraints.within_limit(adjacency & constraints.allowed, generator.random((d, d)))


register_solver("random", RandomDAG)

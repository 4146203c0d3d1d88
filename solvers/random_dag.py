"""A random graph, a baseline that learns nothing from the data."""

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.estimator import DAGEstimator
from causal_dag.moments import Moments
from causal_dag.parameters import NonNegative, Seed
from causal_dag.problem import Problem, Solution, one_step_solution
from causal_dag.registry import register_solver
from causal_dag.regression import least_squares_weights, residual_variances
from causal_dag.solvers.order.search.linear_extensions import random_order


class RandomDAG(DAGEstimator):
    """Baseline with a random order, random edges along it, and least-squares weights.

    Nothing is identified. Where ``edges_`` reports "data", it refers to the Markov equivalence
    class of this random graph.

    Parameters
    ----------
    edges_per_node : float
        Expected number of edges divided by the number of variables d; at most (d − 1)/2, where
        every pair is adjacent.
    random_state : int, Generator or None
        Source of the order and the edges; None draws new ones at every fit.
    refit : bool
        Ignored, because the weights are already least-squares coefficients.
    time_budget : float
        Ignored.

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

    edges_per_node: NonNegative = 1.0
    random_state: Seed = 0

    def _warn_of_data(self, moments: Moments, rows: FloatArray | None) -> None:
        """Issue no warnings, because the graph does not depend on the data."""

    def solve(self, problem: Problem) -> Solution:
        """Draw an order and edges, and regress; the objective is the least-squares loss."""
        covariance, constraints = problem.moments.covariance, problem.constraints
        order = random_order(problem)
        adjacency = _random_edges(order, constraints, self.edges_per_node, problem.random_generator)
        weights = least_squares_weights(covariance, adjacency)
        loss = 0.5 * float(residual_variances(covariance, weights).sum())
        return one_step_solution(problem, weights, loss, order=order)


def _random_edges(
    order: IntArray,
    constraints: Constraints,
    edges_per_node: float,
    generator: np.random.Generator,
) -> BoolArray:
    """Draw every edge along the order with equal probability, then apply the constraints."""
    d = order.size
    probability = min(1.0, 2 * edges_per_node / max(d - 1, 1))
    along_order = np.triu(generator.random((d, d)) < probability, k=1)
    adjacency = np.zeros((d, d), dtype=bool)
    adjacency[np.ix_(order, order)] = along_order
    return constraints.within_limit(adjacency & constraints.allowed, generator.random((d, d)))


register_solver("random", RandomDAG)

"""Where continuous solvers start."""

import math

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import Problem
from causal_dag.regression import least_squares_weights
from causal_dag.solvers.continuous.differentiable import Differentiable


def starting_weights(problem: Problem, acyclicity: Differentiable) -> FloatArray:
    """Return the weights to start from, shape (d, d).

    The user's weights; or, where only an order is given, least squares of every variable on its
    predecessors; or zeros.

    Raises
    ------
    ValueError
        If the acyclicity function is infinite at the user's weights.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import InitialPoint, Problem
    >>> from causal_dag.solvers.continuous.acyclicity import TraceExponential
    >>> from causal_dag.solvers.continuous.starting_point import starting_weights
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> problem = Problem(moments, Constraints.none(2), initial=InitialPoint(order=[0, 1]))
    >>> starting_weights(problem, TraceExponential()).tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    initial = problem.initial
    if initial.weights is not None:
        if math.isinf(acyclicity.value_and_grad(initial.weights)[0]):
            raise ValueError(
                "init: the weights have cycles too strong to start from; start from a DAG, for "
                "example causal_dag.graph.project_to_dag(init).weights"
            )
        return initial.weights.copy()
    if initial.order is not None:
        position = np.argsort(initial.order)
        predecessors = position[:, None] < position[None, :]
        return least_squares_weights(
            problem.moments.covariance, predecessors & problem.constraints.allowed
        )
    return np.zeros_like(problem.moments.covariance)

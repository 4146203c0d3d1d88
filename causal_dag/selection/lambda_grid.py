"""The weights of the ℓ1 penalty at which a path is computed."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import FloatArray
from causal_dag.constraints import Constraints
from causal_dag.estimator import DAGEstimator
from causal_dag.parameters import Either, Number, Numbers
from causal_dag.problem import InitialPoint, Monitor, Problem
from causal_dag.wording import quoted

#: A grid spans at least two decades, also where noise alone would end it before.
LARGEST_GRID_END = 0.01
#: How many λ, or which.
LAMBDAS = Either(Number(low=1, high=10_000, integer=True), Numbers(Number(low=0)))


def smallest_empty_lambda(estimator: DAGEstimator, problem: Problem) -> float:
    """Return the smallest λ at which the empty graph is stationary.

    The gradient of ½ Σ_j (residual variance of j) / σ_j in W_ij is −C_ij / σ_j at W = 0, where
    acyclicity functions of W∘W are flat, so that λ = max ``|C_ij|`` / σ_j over the edges allowed.
    Which σ_j the solver has there, it says itself: it solves the problem in which every edge is
    forbidden. A solver that returns no noise scale has σ_j = 1.

    Parameters
    ----------
    estimator : DAGEstimator
        A solver of an ℓ1-penalised least-squares problem, with the same penalty for every edge.
    problem : Problem
        The data and the edges allowed.

    Returns
    -------
    float
        In the units of the solver's ``lambda1``; 0 if no edge is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import CoLiDE, DAGMA, Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> from causal_dag.selection import smallest_empty_lambda
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 16.0]]))
    >>> problem = Problem(moments, Constraints.none(2))
    >>> smallest_empty_lambda(DAGMA(), problem)
    2.0
    >>> smallest_empty_lambda(CoLiDE(noise="unequal"), problem)  # 2 / min(1, 4)
    2.0
    """
    slopes = _slopes_without_edges(estimator, problem)
    return float(slopes[problem.constraints.allowed].max(initial=0.0))


def lambda_grid(
    estimator: DAGEstimator, problem: Problem, lambdas: int | Sequence[float]
) -> tuple[float, ...]:
    """Return the weights λ of a path, falling.

    Parameters
    ----------
    estimator : DAGEstimator
        The solver, whose ``lambda1`` they are for.
    problem : Problem
        The data.
    lambdas : int or sequence of float
        How many, in equal ratios from ``smallest_empty_lambda`` down to where the penalty no longer
        outweighs chance (see the notes); or the numbers themselves, in any order.

    Raises
    ------
    ValueError
        If there is none, or one is negative or no number.

    Notes
    -----
    The smallest λ is min_j C_jj / (σ_j √n), with σ_j as in ``smallest_empty_lambda``: no slope
    between two unrelated columns has a smaller standard error. It is at most 1 % of the largest λ.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import DAGMA, Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> from causal_dag.selection import lambda_grid
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 16.0]]))
    >>> grid = lambda_grid(DAGMA(), Problem(moments, Constraints.none(2)), 3)
    >>> [round(value, 6) for value in grid]
    [2.0, 0.2, 0.02]
    """
    checked = LAMBDAS.check("lambdas", lambdas)
    if isinstance(checked, tuple):
        return tuple(sorted(set(checked), reverse=True))
    slopes = _slopes_without_edges(estimator, problem)
    largest = float(slopes[problem.constraints.allowed].max(initial=0.0))
    if largest == 0:  # nothing to choose: no edge is allowed, or no two columns are related
        own = estimator.get_params(deep=False)["lambda1"]
        return (1.0 if own is None else float(own),)
    chance = float(slopes.diagonal().min()) / math.sqrt(problem.moments.n_samples)
    smallest = min(chance, LARGEST_GRID_END * largest)
    return tuple(np.geomspace(largest, smallest, checked).tolist())


def _slopes_without_edges(estimator: DAGEstimator, problem: Problem) -> FloatArray:
    """Return ``|C_ij|`` / σ_j, with the σ_j that the solver has where every edge is forbidden."""
    if not isinstance(problem, Problem):
        raise TypeError(f"problem={quoted(problem)} is not a Problem; pass Problem(moments, ...)")
    if not isinstance(estimator, DAGEstimator):
        raise TypeError(f"estimator={quoted(estimator)} is not a solver; pass one such as CoLiDE()")
    covariance = problem.moments.covariance
    no_edge = np.zeros(covariance.shape, dtype=bool)
    empty = clone(estimator).solve(
        replace(
            problem,
            constraints=Constraints.exactly(no_edge),
            monitor=Monitor(),
            initial=InitialPoint(),
        )
    )
    scale = np.ones(len(covariance)) if empty.noise_scale is None else empty.noise_scale
    slopes: FloatArray = np.abs(covariance) / scale
    return slopes

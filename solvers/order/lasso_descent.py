"""Local search over orders from a given graph, under least squares with an ℓ1 penalty."""

from dataclasses import replace

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.problem import InitialPoint, Problem, Solution
from causal_dag.solvers.order.scores.lasso import LassoOrderScore, UnitNoise
from causal_dag.solvers.order.search.linear_extensions import starting_order

# Minimum relative decrease of the objective per move.
TOLERANCE = 1e-9


def descend_along_orders(
    problem: Problem, solution: Solution, lambda1: FloatArray, is_nonnegative: bool
) -> Solution:
    """Reduce ½ tr((I − W)ᵀ C (I − W)) + Σ λ_ij ``|W_ij|`` over DAGs, from an approximate solution.

    The cycles of the solution are broken, and variables are moved to better positions in its order,
    one at a time, until no insertion lowers the objective at the best weights along the order. The
    optimum is exactly acyclic, so its objective need not be below that of a start with weak cycles.

    Parameters
    ----------
    problem : Problem
        Moments, constraints and monitor.
    solution : Solution
        Starting point, with the same objective.
    lambda1 : ndarray of shape (d, d)
        Weight λ_ij of every ``|W_ij|``, at least 0.
    is_nonnegative : bool
        Whether weights are constrained to be non-negative.

    Returns
    -------
    Solution
        The result of the search or the given solution, whichever has the lower objective.
    """
    constraints, monitor = problem.constraints, problem.monitor
    score = LassoOrderScore(problem.moments, constraints, lambda1, UnitNoise(), is_nonnegative)
    order = starting_order(replace(problem, initial=InitialPoint(weights=solution.weights)))
    n_sweeps, n_moves = 0, 1
    while n_moves > 0 and monitor.stop_reason() is None:
        order, _, n_moves = score.insertion_sweep(order, TOLERANCE)
        n_sweeps += 1
    if score.loss(order) >= solution.objective:
        return solution
    weights, objective = np.ascontiguousarray(score.weights(order)), score.loss(order)
    monitor.record_stage(
        objective,
        score=objective - float((lambda1 * np.abs(weights)).sum()),
        non_zeros=int(np.count_nonzero(weights)),
    )
    return Solution(
        weights,
        objective,
        status=monitor.stop_reason() or solution.status,
        n_iter=solution.n_iter + n_sweeps,
        trace=tuple(monitor.records),
    )

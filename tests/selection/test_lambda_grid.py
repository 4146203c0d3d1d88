"""The largest λ is where the empty graph stops being stationary."""

import numpy as np
import pytest
from sklearn.base import clone

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.problem import Problem
from causal_dag.selection import lambda_grid, regularization_path, smallest_empty_lambda
from causal_dag.solvers.continuous.scores import ConcomitantScore, LeastSquares

SOLVERS = ("notears", "dagma", "colide-ev", "colide-nv")


def problem_of(X):
    return Problem(Moments.from_rows(X), Constraints.none(X.shape[1]))


def score_gradient_at_zero(name, C):
    d = len(C)
    if name.startswith("colide"):
        score = ConcomitantScore(C, np.zeros(d, int) if name == "colide-ev" else np.arange(d))
        zero = np.zeros((d, d))
        return score.value_and_grad(zero, score.best_scale(zero))[1]
    return LeastSquares(C).value_and_grad(np.zeros((d, d)))[1]


@pytest.mark.parametrize("name", SOLVERS)
def test_it_is_the_largest_slope_of_the_score_at_zero(simulated, quick_solvers, name):
    problem = problem_of(simulated[0])
    slopes = np.abs(score_gradient_at_zero(name, problem.moments.covariance))
    expected = slopes[~np.eye(5, dtype=bool)].max()
    assert smallest_empty_lambda(quick_solvers[name], problem) == pytest.approx(expected)


@pytest.mark.parametrize("name", SOLVERS)
def test_no_edge_above_and_an_edge_below(simulated, quick_solvers, name):
    X = simulated[0]
    largest = smallest_empty_lambda(quick_solvers[name], problem_of(X))
    above, below = regularization_path(
        quick_solvers[name], X, lambdas=[1.02 * largest, 0.8 * largest]
    )
    scale = X.std(axis=0).max() / X.std(axis=0).min()
    assert np.abs(above.weights).max() < 5e-3 * scale
    assert np.abs(below.weights).max() > 5 * np.abs(above.weights).max()


def test_forbidden_edges_do_not_count(simulated, quick_solvers):
    X = simulated[0]
    C = np.abs(np.cov(X.T, bias=True))
    np.fill_diagonal(C, 0)
    i, j = np.unravel_index(C.argmax(), C.shape)
    constraints = PriorKnowledge(forbidden=[(i, j), (j, i)]).resolve(5)
    problem = Problem(Moments.from_rows(X), constraints)
    C[i, j] = C[j, i] = 0
    assert smallest_empty_lambda(quick_solvers["dagma"], problem) == pytest.approx(C.max())


def test_the_grid_falls_in_equal_ratios_to_the_standard_error_of_a_slope(simulated, quick_solvers):
    problem = problem_of(simulated[0])
    grid = np.array(lambda_grid(quick_solvers["dagma"], problem, 7))
    np.testing.assert_allclose(grid[1:] / grid[:-1], grid[1] / grid[0])
    chance = problem.moments.variance.min() / np.sqrt(200)
    assert grid[-1] == pytest.approx(min(chance, 0.01 * grid[0]))


def test_where_no_edge_is_allowed_the_solver_s_own_lambda_is_the_grid(quick_solvers):
    problem = Problem(
        Moments(9, np.zeros(2), np.eye(2)), Constraints.exactly(np.zeros((2, 2), dtype=bool))
    )
    dagma = clone(quick_solvers["dagma"])
    assert lambda_grid(dagma.set_params(lambda1=0.05), problem, 5) == (0.05,)
    assert lambda_grid(dagma.set_params(lambda1=None), problem, 5) == (1.0,)


def test_given_values_are_sorted_and_said_once(quick_solvers):
    problem = Problem(Moments(9, np.zeros(2), np.eye(2)), Constraints.none(2))
    assert lambda_grid(quick_solvers["dagma"], problem, [0.1, 2, 0.1]) == (2.0, 0.1)


@pytest.mark.parametrize("lambdas", [0, [], "many", [0.1, -1.0], [np.nan], 0.1, True])
def test_unusable_values_are_refused_by_name(quick_solvers, lambdas):
    problem = Problem(Moments(9, np.zeros(2), np.eye(2)), Constraints.none(2))
    with pytest.raises(ValueError, match="lambdas="):
        lambda_grid(quick_solvers["dagma"], problem, lambdas)

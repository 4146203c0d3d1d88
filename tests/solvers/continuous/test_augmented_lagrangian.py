import itertools

import numpy as np
import pytest

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian, Lagrangian
from causal_dag.solvers.continuous.models import LinearModel
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares

PUBLISHED = AugmentedLagrangian(max_iter=100, h_tol=1e-8, rho_max=1e16, tol=2.2e-9)


def linear_model(X, lambda1=0.1, free=None, score=None, nonnegative=False):
    d = X.shape[1]
    return LinearModel(
        LeastSquares(X.T @ X / len(X)) if score is None else score,
        L1(lambda1),
        ~np.eye(d, dtype=bool) if free is None else free,
        nonnegative,
    )


def solve(X, scheme=PUBLISHED, start=None, monitor=None, **model):
    model = linear_model(X, **model)
    start = np.zeros_like(model.l1_weights) if start is None else model.parameters(start)
    return scheme.minimize(
        model, TraceExponential(), start, Monitor() if monitor is None else monitor
    )


def test_the_lagrangian_has_the_gradient_of_finite_differences(rows_of, central_difference):
    free = np.random.default_rng(0).random((4, 4)) < 0.7
    model = linear_model(rows_of(4), free=free)
    lagrangian = Lagrangian(model, TraceExponential(), rho=3.0, alpha=0.7)
    parameters = np.random.default_rng(1).normal(size=(1, free.sum()))
    value, gradient = lagrangian.value_and_grad(parameters[0])
    expected = central_difference(lambda x: lagrangian.value_and_grad(x[0])[0], parameters)
    np.testing.assert_allclose(gradient, expected[0], rtol=1e-6, atol=1e-6)
    W = model.weights(parameters[0])
    h, _ = TraceExponential().value_and_grad(W * W)
    assert value == pytest.approx(model.data_fit.value_and_grad(W)[0] + 1.5 * h**2 + 0.7 * h)


def test_parameters_and_weights_are_two_names_of_one_point(rows_of):
    free = np.random.default_rng(0).random((3, 3)) < 0.7
    model = linear_model(rows_of(3), free=free)
    W = np.random.default_rng(0).normal(size=(3, 3)) * free
    np.testing.assert_array_equal(model.weights(model.parameters(W)), W)


def test_non_negative_weights_are_the_best_of_their_kind(rows_of):
    import cvxpy as cp

    X, free = rows_of(4), np.triu(np.ones((4, 4), dtype=bool), 1)
    W = cp.Variable((4, 4))
    loss = cp.sum_squares(X - X @ W) / (2 * len(X)) + 0.1 * cp.sum(W)
    optimum = cp.Problem(cp.Minimize(loss), [W >= 0, cp.multiply(W, ~free) == 0]).solve(
        solver=cp.CLARABEL
    )
    solution = solve(X, free=free, nonnegative=True)
    assert (solution.weights >= 0).all()
    assert solution.objective == pytest.approx(optimum, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_is_close_to_the_best_of_all_orders(rows_of, seed):
    import cvxpy as cp

    X, lambda1 = rows_of(3, seed=seed), 0.1

    def best_for(order):
        W = cp.Variable((3, 3))
        loss = cp.sum_squares(X - X @ W) / (2 * len(X)) + lambda1 * cp.sum(cp.abs(W))
        not_before = [
            (i, j) for i in range(3) for j in range(3) if order.index(i) >= order.index(j)
        ]
        return cp.Problem(cp.Minimize(loss), [W[i, j] == 0 for i, j in not_before]).solve(
            solver=cp.CLARABEL
        )

    optimum = min(best_for(order) for order in itertools.permutations(range(3)))
    solution = solve(X, lambda1=lambda1)
    assert solution.status is Status.CONVERGED
    assert solution.trace[-1].h <= 1e-8
    # h is not exactly 0, which lets the objective fall below that of every DAG by a trifle.
    assert 0.999 * optimum <= solution.objective <= 1.02 * optimum


@pytest.mark.parametrize("d", [3, 5])
def test_the_multiplier_certifies_that_the_answer_is_stationary(rows_of, d):
    X, lambda1 = rows_of(d), 0.1
    score, h, free = LeastSquares(X.T @ X / len(X)), TraceExponential(), ~np.eye(d, dtype=bool)
    scheme = AugmentedLagrangian(max_iter=100, h_tol=1e-8, rho_max=1e16, tol=1e-14)
    solution = solve(X, scheme, lambda1=lambda1)
    W, alpha = solution.weights, sum(record.mu * record.h for record in solution.trace)
    # 0 lies in the subdifferential of score + λ‖W‖₁ + αh.
    gradient = score.value_and_grad(W)[1] + alpha * 2 * W * h.value_and_grad(W * W)[1]
    kept = np.abs(W) > 0.1
    np.testing.assert_allclose(gradient[kept], -lambda1 * np.sign(W[kept]), atol=1e-3)
    assert (np.abs(gradient[free]) <= 1.01 * lambda1).all()


def test_the_objective_reported_is_score_plus_penalty(rows_of):
    X = rows_of(4)
    solution = solve(X)
    W = solution.weights
    loss = 0.5 * ((X - X @ W) ** 2).sum() / len(X)
    assert solution.objective == pytest.approx(loss + 0.1 * np.abs(W).sum())
    assert solution.objective <= 0.5 * (X**2).sum() / len(X)


def test_acyclicity_falls_and_the_penalty_parameter_rises_along_the_trace(rows_of):
    trace = solve(rows_of(4)).trace
    assert (np.diff([record.h for record in trace]) < 0).all()
    assert (np.diff([record.mu for record in trace]) >= 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_every_dual_step_brings_h_down_to_a_quarter(rows_of, seed):
    h = np.array([record.h for record in solve(rows_of(5, seed=seed)).trace])
    assert (h[1:] <= 0.25 * h[:-1]).all()


def test_entries_that_are_not_free_stay_exactly_zero(rows_of):
    free = np.random.default_rng(0).random((5, 5)) < 0.5
    np.fill_diagonal(free, False)
    assert not solve(rows_of(5), free=free).weights[~free].any()


def test_nothing_free_is_an_answer_too(rows_of):
    solution = solve(rows_of(2), free=np.zeros((2, 2), dtype=bool))
    assert solution.status is Status.CONVERGED
    assert not solution.weights.any()


def test_cycles_left_at_the_limit_of_rho_are_said(rows_of):
    scheme = AugmentedLagrangian(max_iter=100, h_tol=1e-8, rho_max=100.0, tol=2.2e-9)
    solution = solve(rows_of(4), scheme=scheme)
    assert solution.status is Status.NOT_ACYCLIC
    assert solution.trace[-1].h > 1e-8


def test_too_few_dual_steps_are_said(rows_of):
    scheme = AugmentedLagrangian(max_iter=1, h_tol=1e-8, rho_max=1e16, tol=2.2e-9)
    solution = solve(rows_of(4), scheme=scheme)
    assert solution.status is Status.MAX_ITER
    assert len(solution.trace) == 1


def test_the_callback_stops_between_dual_steps(rows_of):
    solution = solve(rows_of(4), monitor=Monitor(callback=lambda record: record.stage == 1))
    assert solution.status is Status.CALLBACK
    assert len(solution.trace) == 2


def test_a_used_up_time_budget_stops_within_a_dual_step(rows_of):
    solution = solve(rows_of(5), monitor=Monitor(time_budget=1e-9))
    assert solution.status is Status.TIME_BUDGET
    assert solution.n_iter <= 2
    assert len(solution.trace) == 1


def test_a_failed_line_search_is_not_swallowed(rows_of):
    class WrongGradient(LeastSquares):
        def value_and_grad(self, W):
            value, gradient = super().value_and_grad(W)
            return value, -gradient

    X = rows_of(3)
    solution = solve(X, score=WrongGradient(X.T @ X / len(X)))
    assert solution.status is Status.LINE_SEARCH_FAILED


def test_overflow_in_a_line_search_gives_no_warning_and_finite_weights(rows_of):
    solution = solve(rows_of(4) * [1.0, 1e3, 1e-3, 1.0])
    assert np.isfinite(solution.weights).all()


def test_a_start_at_the_answer_stays_there(rows_of):
    X = rows_of(4)
    first = solve(X)
    again = solve(X, start=first.weights)
    np.testing.assert_allclose(again.weights, first.weights, atol=0.02)
    assert again.objective == pytest.approx(first.objective, rel=1e-3)

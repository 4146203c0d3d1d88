import numpy as np
import pytest
from scipy.linalg import expm

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.adam import KeptSlope
from causal_dag.solvers.continuous.models import LinearModel
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import EqualVarianceLikelihood
from causal_dag.solvers.continuous.soft_constraint import SoftConstraint


def minimize(C, scheme, nonnegative=False, free=None, monitor=None):
    free = ~np.eye(len(C), dtype=bool) if free is None else free
    model = LinearModel(EqualVarianceLikelihood(C), L1(0.02), free, nonnegative)
    start = np.zeros(model.l1_weights.size)
    return scheme.minimize(model, TraceExponential(), 5.0, start, monitor or Monitor())


@pytest.fixture
def covariance(rows_of):
    X = rows_of(4)
    return X.T @ X / len(X)


def test_the_first_step_has_the_length_of_the_learning_rate_against_the_gradient(covariance):
    W = minimize(covariance, SoftConstraint(1, 1e-3, 1, 0.0)).weights
    _, gradient = EqualVarianceLikelihood(covariance).value_and_grad(np.zeros((4, 4)))
    off_diagonal = ~np.eye(4, dtype=bool)
    expected = -1e-3 * np.sign(gradient)
    np.testing.assert_allclose(W[off_diagonal], expected[off_diagonal], rtol=1e-4)
    assert not np.diagonal(W).any()


def test_the_end_is_stationary_but_for_the_flicker_of_the_subgradient(covariance):
    solution = minimize(covariance, SoftConstraint(100_000, 1e-3, 5000, 1e-8))
    assert solution.status is Status.CONVERGED
    W = solution.weights
    _, gradient = EqualVarianceLikelihood(covariance).value_and_grad(W)
    slope = gradient + 10.0 * W * expm(W * W).T
    large = np.abs(W) > 0.1
    np.testing.assert_allclose(slope[large], -0.02 * np.sign(W[large]), atol=0.02)


def test_a_lower_bound_and_forbidden_entries_hold_exactly(covariance):
    free = np.triu(np.ones((4, 4), dtype=bool), 1)
    W = minimize(covariance, SoftConstraint(500, 1e-2, 100, 0.0), True, free).weights
    assert (W >= 0).all()
    assert not W[~free].any()


@pytest.mark.parametrize("checkpoint", [1, 50, 5000])
def test_steps_that_leave_the_finite_numbers_end_the_descent_at_weights_before_that(
    covariance, checkpoint
):
    solution = minimize(covariance, SoftConstraint(100_000, 1e3, checkpoint, 0.0))
    assert solution.status is Status.DIVERGED
    assert solution.n_iter < 100
    assert np.isfinite(solution.objective)
    assert np.isfinite(solution.weights).all()
    assert solution.trace[-1].objective == solution.objective


def test_a_used_up_time_budget_stops_after_one_step(covariance):
    scheme = SoftConstraint(100_000, 1e-3, 5000, 0.0)
    solution = minimize(covariance, scheme, monitor=Monitor(time_budget=1e-9))
    assert (solution.status, solution.n_iter) == (Status.TIME_BUDGET, 1)


def test_the_callback_stops_between_looks(covariance):
    monitor = Monitor(callback=lambda record: record.stage == 1)
    solution = minimize(covariance, SoftConstraint(1000, 1e-3, 10, 0.0), monitor=monitor)
    assert solution.status is Status.CALLBACK
    assert solution.n_iter == 20


def test_a_kept_slope_is_that_of_a_little_ago():
    generator = np.random.default_rng(0)
    W, step = generator.normal(size=(2, 4, 4))
    kept = KeptSlope(TraceExponential())
    for number in range(60):
        V = W + 1e-4 * number * step
        exact = expm(V * V).T
        error = np.linalg.norm(V * (kept(V * V) - exact)) / np.linalg.norm(V * exact)
        assert error <= 0.04

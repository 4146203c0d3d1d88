"""The central path on models: against the linear path, and at the border of the domain."""

from dataclasses import replace

import numpy as np
import pytest

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.adam import ModelAdam, exact_slope
from causal_dag.solvers.continuous.central_path import CentralPath
from causal_dag.solvers.continuous.models import LinearModel
from causal_dag.solvers.continuous.orthant_descent import OrthantDescent
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares

PATH = CentralPath((1.0, 0.1), (1.0, 0.9), 2000, 4000, 1e-3, 200, 1e-6)


class AnyScore(LeastSquares):
    """Least squares as a score that the compiled descent does not know."""

    offers = frozenset()


@pytest.fixture(scope="module")
def X(rows_of):
    return rows_of(4)


def linear_model(X, lambda1=0.05, proximal=False, free=None):
    free = ~np.eye(X.shape[1], dtype=bool) if free is None else free
    return LinearModel(AnyScore(X.T @ X / len(X)), L1(lambda1, proximal=proximal), free)


def follow(X, path=PATH, start=None, monitor=None):
    model = linear_model(X)
    start = np.zeros(model.l1_weights.size) if start is None else start
    return path.minimize(model, LogDeterminant(), start, monitor or Monitor())


def descent(X, s, rate, may_shorten):
    h = LogDeterminant(s)
    return ModelAdam(
        linear_model(X), 1.0, 1.0, h, exact_slope(h), np.zeros(12), rate, 0.99,
        may_shorten=may_shorten,
    )  # fmt: skip


@pytest.mark.parametrize("proximal", [False, True])
def test_where_no_cycle_is_possible_it_ends_at_the_lasso(X, proximal):
    model = linear_model(X, proximal=proximal, free=np.triu(np.ones((4, 4), dtype=bool), 1))
    path = replace(PATH, max_iter=20000, tol=1e-9)
    found = path.minimize(model, LogDeterminant(), np.zeros(6), Monitor())
    lasso = OrthantDescent(model.score, np.zeros(6), model.l1_weights, nonnegative=False)
    lasso.advance(1000)
    # The subgradient of the ℓ1 norm makes entries around 0 flicker by about the step size.
    np.testing.assert_allclose(found.weights, model.weights(lasso.point), atol=2e-3)
    if proximal:
        np.testing.assert_array_equal(found.weights == 0, model.weights(lasso.point) == 0)


def test_the_objective_is_that_of_the_last_stage(X):
    solution = follow(X)
    model, h = linear_model(X), LogDeterminant(0.9)
    x = model.parameters(solution.weights)
    value = model.score(x)[0] + 0.05 * np.abs(x).sum()
    expected = 0.1 * value + h.value(model.strengths(x))
    assert solution.objective == pytest.approx(expected)
    assert [record.mu for record in solution.trace] == [1.0, 0.1]
    assert solution.trace[1].h < solution.trace[0].h


def test_a_step_out_of_a_wide_domain_is_halved(X):
    shortened = descent(X, 1.0, 3.0, may_shorten=True)
    assert shortened.advance(20) is None
    assert shortened.steps == 20
    assert shortened.rate < 3.0
    assert np.isfinite(shortened.value)


def test_a_step_out_of_a_narrow_domain_ends_the_descent_and_the_stage_begins_again(X):
    assert descent(X, 0.5, 3.0, may_shorten=False).advance(20) is Status.DIVERGED
    path = replace(PATH, mu=(1.0,), s=(0.5,), learning_rate=3.0, max_iter=100)
    trace = follow(X, path).trace
    assert trace[0].step <= 1.5
    assert np.isfinite(trace[0].h)


def test_no_step_at_all_is_said(X):
    stalled = descent(X, 1.0, 1e-16, may_shorten=True)
    assert stalled.advance(5) is Status.STEP_TOO_SMALL
    assert stalled.steps == 0


def test_limits_and_wishes_are_said(X):
    assert follow(X, replace(PATH, max_iter=1, tol=0.0)).status is Status.MAX_ITER
    stopped = follow(X, monitor=Monitor(callback=lambda record: True))
    assert stopped.status is Status.CALLBACK
    assert len(stopped.trace) == 1
    late = follow(X, monitor=Monitor(time_budget=1e-9))
    assert late.status is Status.TIME_BUDGET
    assert late.n_iter == 1
    assert follow(X, replace(PATH, max_iter=50000)).status is Status.CONVERGED

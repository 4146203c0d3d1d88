"""The central path on models: against the linear path, and at the border of the domain."""

from dataclasses import replace

import numpy as np
import pytest

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.continuous.acyclicity import LogDeterminant
from causal_dag.solvers.continuous.central_path import CentralPath
from causal_dag.solvers.continuous.model import LinearModel
from causal_dag.solvers.continuous.model_path import ModelDescent, follow_path
from causal_dag.solvers.continuous.orthant_descent import OrthantDescent
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares

PATH = CentralPath((1.0, 0.1), (1.0, 0.9), 2000, 4000, 1e-3, 200, 1e-6)


@pytest.fixture(scope="module")
def X(rows_of):
    return rows_of(4)


def linear_model(X, s=1.0, lambda1=0.05):
    d = X.shape[1]
    return LinearModel(
        LeastSquares(X.T @ X / len(X)), L1(lambda1), LogDeterminant(s), ~np.eye(d, dtype=bool)
    )


def follow(X, path=PATH, start=None, monitor=None):
    model = linear_model(X)
    start = np.zeros(model.l1_weights.size) if start is None else start
    return follow_path(
        path,
        lambda s: replace(model, h=LogDeterminant(s)),
        start,
        Monitor() if monitor is None else monitor,
    )


def test_where_no_cycle_is_possible_it_ends_at_the_lasso(X):
    free = np.triu(np.ones((4, 4), dtype=bool), 1)
    model = replace(linear_model(X), free=free)
    path = replace(PATH, max_iter=20000, tol=1e-9)
    found = follow_path(path, lambda s: replace(model, h=LogDeterminant(s)), np.zeros(6), Monitor())
    lasso = OrthantDescent(1e-14, 1000).minimize(
        model.score, np.zeros(6), model.l1_weights, model.nonnegative
    )
    # The subgradient of the ℓ1 norm makes entries around 0 flicker by about the step size.
    np.testing.assert_allclose(found.weights, model.weights(lasso.point), atol=2e-3)


def test_the_objective_is_that_of_the_last_stage(X):
    solution = follow(X)
    model = linear_model(X, 0.9)
    x = model.parameters(solution.weights)
    value = model.score(x)[0] + 0.05 * np.abs(x).sum()
    assert solution.objective == pytest.approx(0.1 * value + model.acyclicity(x)[0])
    assert [record.mu for record in solution.trace] == [1.0, 0.1]
    assert solution.trace[1].h < solution.trace[0].h


def test_a_step_out_of_a_wide_domain_is_halved(X):
    model = linear_model(X, 1.0)
    descent = ModelDescent(model, 1.0, np.zeros(12), 3.0, is_strict=False)
    descent.advance(20)
    assert descent.steps == 20
    assert descent.rate < 3.0
    assert np.isfinite(descent.h)
    assert not descent.left_domain


def test_a_step_out_of_a_narrow_domain_ends_the_descent_and_the_stage_begins_again(X):
    model = linear_model(X, 0.5)
    descent = ModelDescent(model, 1.0, np.zeros(12), 3.0, is_strict=True)
    descent.advance(20)
    assert descent.left_domain
    path = replace(PATH, mu=(1.0,), s=(0.5,), learning_rate=3.0, max_iter=100)
    trace = follow(X, path).trace
    assert trace[0].step <= 1.5
    assert np.isfinite(trace[0].h)


def test_no_step_at_all_is_said(X):
    model = linear_model(X, 1.0)
    descent = ModelDescent(model, 1.0, np.zeros(12), 1e-16, is_strict=False)
    descent.advance(5)
    assert descent.stalled
    assert descent.steps == 0


def test_limits_and_wishes_are_said(X):
    assert follow(X, replace(PATH, max_iter=1, tol=0.0)).status is Status.MAX_ITER
    stopped = follow(X, monitor=Monitor(callback=lambda record: True))
    assert stopped.status is Status.CALLBACK
    assert len(stopped.trace) == 1
    late = follow(X, monitor=Monitor(time_budget=1e-9))
    assert late.status is Status.TIME_BUDGET
    assert late.n_iter == 1
    assert follow(X, replace(PATH, max_iter=50000)).status is Status.CONVERGED

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.continuous import adam
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.adam import FusedAdam, StageObjective
from causal_dag.solvers.continuous.central_path import CentralPath, without_self_loops
from causal_dag.solvers.continuous.models import LinearModel
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import ConcomitantScore

PUBLISHED = CentralPath(
    mu=(1.0, 0.1, 0.01, 0.001),
    s=(1.0, 0.9, 0.8, 0.7),
    warm_up_iter=20000,
    max_iter=70000,
    learning_rate=3e-4,
    checkpoint=1000,
    tol=1e-6,
)
SHORT = replace(PUBLISHED, warm_up_iter=60, max_iter=80, checkpoint=20)


def score_of(X, noise="equal"):
    d = X.shape[1]
    group = np.zeros(d, dtype=np.intp) if noise == "equal" else np.arange(d)
    return ConcomitantScore(X.T @ X / len(X), group)


def solve(path, X, noise="equal", lambda1=0.05, start=None, monitor=None, free=None):
    d = X.shape[1]
    free = ~np.eye(d, dtype=bool) if free is None else free
    model = LinearModel(score_of(X, noise), L1(lambda1), free)
    start = model.parameters(np.zeros((d, d)) if start is None else start)
    monitor = Monitor() if monitor is None else monitor
    return path.minimize(model, LogDeterminant(), start, monitor, weight_threshold=0.3)


def test_a_descent_lowers_the_objective(rows_of):
    score, W = score_of(rows_of(5)), np.zeros((5, 5))
    model, start = LinearModel(score, L1(0.05), np.ones((5, 5), dtype=bool)), score.start_scale
    descent = FusedAdam(model, 0.1, LogDeterminant(0.9), (W, start), 1e-3, may_shorten=False)
    values = [descent.objective.value(W, score.best_scale(W))]
    for _ in range(5):
        assert descent.advance(100) is None
        values.append(descent.value)
    assert descent.steps == 500
    assert (np.diff(values) < 0).all()
    np.testing.assert_allclose(descent.scale, score.best_scale(descent.weights))


def test_a_step_out_of_the_domain_ends_a_descent_or_is_shortened():
    # A cycle of two weights, the first pulled across the rim of the domain at 2s.
    covariance = 1e20 * np.array([[1.0, 5.0], [5.0, 26.0]])
    score = ConcomitantScore(covariance, np.zeros(2, dtype=np.intp))
    free = np.array([[False, True], [False, False]])

    def descent(s, may_shorten):
        start = np.array([[0.0, 1.95 * s], [0.5, 0.0]]), np.array([1.0])
        model = LinearModel(score, L1(0.05), free)
        return FusedAdam(model, 1e10, LogDeterminant(s), start, 0.04, may_shorten=may_shorten)

    assert descent(0.9, may_shorten=False).advance(8) is Status.DIVERGED
    longer = descent(0.9, may_shorten=True)
    assert longer.advance(8) is None
    assert longer.rate < 0.04


@pytest.mark.parametrize("noise", ["equal", "unequal"])
def test_no_smooth_descent_improves_the_end_of_the_path(rows_of, noise):
    X = rows_of(5)
    score, penalty, h = score_of(X, noise), L1(0.05), LogDeterminant(0.7)
    solution = solve(PUBLISHED, X, noise)
    off_diagonal = ~np.eye(5, dtype=bool)

    # The last stage's problem in W = W⁺ - W⁻, with the scale eliminated: an independent optimiser.
    def objective(halves):
        W = np.zeros((5, 5))
        W[off_diagonal] = halves[:20] - halves[20:]
        value, gradient = score.value_and_grad(W, score.best_scale(W))
        h_value, slope = h.value_and_grad(W * W)
        if np.isinf(h_value):
            return 1e6, np.zeros(40)
        smooth = (0.001 * gradient + 2 * W * slope)[off_diagonal]
        l1 = 0.001 * penalty.lambda1
        return 0.001 * value + h_value + l1 * halves.sum(), np.concatenate(
            [smooth + l1, l1 - smooth]
        )

    entries = solution.weights[off_diagonal]
    start = np.concatenate([np.maximum(entries, 0), np.maximum(-entries, 0)])
    better = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * 40)
    assert objective(start)[0] == pytest.approx(solution.objective)
    assert solution.status is Status.CONVERGED
    assert better.fun <= solution.objective <= 1.005 * better.fun


@pytest.mark.parametrize("noise", ["equal", "unequal"])
def test_the_end_is_no_worse_than_no_edges(rows_of, noise):
    X = rows_of(5, seed=3)
    score, empty = score_of(X, noise), np.zeros((5, 5))
    solution = solve(PUBLISHED, X, noise)
    last = StageObjective(score, L1(0.05), 0.001, LogDeterminant(0.7))
    assert solution.objective <= last.value(empty, score.best_scale(empty))


@pytest.mark.parametrize("noise", ["equal", "unequal"])
def test_scaling_data_lambda1_and_mu_together_changes_nothing_but_units(rows_of, noise):
    # score(cX, W, cσ) = c score(X, W, σ), so (cX, cλ, μ/c) has the path of (X, λ, μ); a power of
    # two keeps every bit.
    X, c = rows_of(5), 4.0
    plain = solve(SHORT, X, noise, lambda1=0.05)
    scaled_path = replace(SHORT, mu=[mu / c for mu in SHORT.mu])
    scaled = solve(scaled_path, c * X, noise, lambda1=c * 0.05)
    np.testing.assert_array_equal(scaled.weights, plain.weights)
    np.testing.assert_array_equal(scaled.noise_scale, c * plain.noise_scale)
    assert scaled.objective == plain.objective


def test_the_trace_tells_of_every_stage(rows_of):
    trace = solve(SHORT, rows_of(4)).trace
    assert [record.stage for record in trace] == [0, 1, 2, 3]
    assert [record.mu for record in trace] == list(SHORT.mu)
    assert all(record.h >= 0 and record.sigma > 0 for record in trace)
    assert all(record.step == SHORT.learning_rate for record in trace)


def test_steps_are_counted(rows_of):
    # Too few steps to settle: every stage takes all it may.
    assert solve(SHORT, rows_of(4)).n_iter == 3 * 60 + 80
    assert solve(replace(SHORT, max_iter=75), rows_of(4)).n_iter == 3 * 60 + 75


def test_a_path_cut_short_has_not_converged(rows_of):
    assert solve(SHORT, rows_of(4)).status is Status.MAX_ITER


def test_outside_the_domain_a_stage_starts_again_with_larger_s_and_half_the_step(rows_of):
    start = np.array([[0.0, 0.9], [0.9, 0.0]])  # spectral radius of W∘W: 0.81
    path = replace(SHORT, mu=(1.0,), s=(0.55,))
    solution = solve(path, rows_of(2), start=start)
    assert len(solution.trace) == 1
    assert solution.trace[0].step <= SHORT.learning_rate / 2**3  # s = 0.65, 0.75, 0.85
    assert np.isfinite(solution.objective)


def test_a_used_up_time_budget_stops_the_path(rows_of):
    solution = solve(PUBLISHED, rows_of(4), monitor=Monitor(time_budget=1e-9))
    assert solution.status is Status.TIME_BUDGET
    assert solution.n_iter == 1
    assert len(solution.trace) == 1


def test_with_many_variables_the_clock_is_looked_at_within_a_checkpoint(rows_of, monkeypatch):
    # As with a thousand variables, of which ten steps take a second.
    monkeypatch.setattr(adam, "MULTIPLICATIONS_PER_CALL", 10.0 * 4**3)

    class TimeForOneLook(Monitor):
        n_looks = 0

        @property
        def seconds_left(self):
            self.n_looks += 1
            return 2 - self.n_looks

    solution = solve(PUBLISHED, rows_of(4), monitor=TimeForOneLook())
    assert (solution.status, solution.n_iter) == (Status.TIME_BUDGET, 10)


def test_the_callback_stops_the_path_between_stages(rows_of):
    monitor = Monitor(callback=lambda record: record.stage == 1)
    solution = solve(SHORT, rows_of(4), monitor=monitor)
    assert solution.status is Status.CALLBACK
    assert [record.stage for record in solution.trace] == [0, 1]


def test_a_callback_that_stops_after_the_end_does_not_hide_convergence(rows_of):
    monitor = Monitor(callback=lambda record: record.stage == 3)
    assert solve(PUBLISHED, rows_of(3), monitor=monitor).status is Status.CONVERGED


def test_a_self_loop_left_above_the_threshold_is_said(rows_of):
    # At μ = 1 nothing drives the self-loops out; each explains its variable by itself.
    path = replace(PUBLISHED, mu=(1.0,), s=(1.0,))
    solution = solve(path, 10 * rows_of(3))
    assert solution.status is Status.NOT_ACYCLIC
    assert not np.diagonal(solution.weights).any()


def test_entries_that_are_not_free_stay_exactly_zero(rows_of):
    free = np.random.default_rng(0).random((5, 5)) < 0.6
    np.fill_diagonal(free, False)
    weights = solve(SHORT, rows_of(5), free=free).weights
    assert ((weights != 0) == free).all()


def test_what_falls_to_the_self_loops_falls_by_the_published_protocol():
    W = np.array([[0.35, 0.31, 0.9], [0.02, 0.0, -0.34], [0.0, 0.36, 0.0]])
    # Threshold, then delete the smallest until no self-loop is left.
    expected = np.where(np.abs(W) > 0.3, W, 0.0)
    while np.diagonal(expected).any():
        smallest = np.abs(expected[expected != 0]).min()
        expected = np.where(np.abs(expected) > smallest, expected, 0.0)
    result = without_self_loops(W, weight_threshold=0.3)
    np.testing.assert_array_equal(np.where(np.abs(result) > 0.3, result, 0.0), expected)


def test_small_self_loops_take_nothing_with_them():
    W = np.array([[0.01, 0.005], [0.5, 0.002]])
    expected = np.array([[0.0, 0.005], [0.5, 0.0]])
    np.testing.assert_array_equal(without_self_loops(W, weight_threshold=0.3), expected)

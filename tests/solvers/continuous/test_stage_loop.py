"""The one loop: when a descent ends, where it is then, and what the trace says."""

import numpy as np
import pytest

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.continuous.stage_loop import Limits, add_record, descend


class Falling:
    """Walks along a list of objectives, one per step; ends as it is told to."""

    def __init__(self, values, ends=None, start_value=np.nan, steps_between_clocks=1):
        self.values, self.ends = values, ends or {}
        self.point, self.steps = np.zeros(1), 0
        self.start_value, self.steps_between_clocks = start_value, steps_between_clocks
        self.calls = []

    @property
    def value(self):
        return self.values[int(self.point[0])]

    def advance(self, n_steps):
        self.calls.append(n_steps)
        self.steps += n_steps
        self.point += n_steps
        return self.ends.get(self.steps)


def test_it_ends_where_the_objective_changes_by_no_more_than_tol_between_two_looks():
    descent = Falling([0, 9, 100.0, 8, 99.0, 7, 98.5, 6, 98.0])
    assert descend(descent, Limits(8, checkpoint=2, tol=0.006), Monitor()) is Status.CONVERGED
    assert descent.steps == 6  # 99 is more than 0.6 % below 100, 98.5 is not as far below 99


def test_patience_counts_looks_in_a_row():
    values = [10.0, 10.0, 9.0, 9.0, 9.0, 9.0]
    descent = Falling(values, start_value=10.0)
    assert descend(descent, Limits(5, 1, 0.0, patience=2), Monitor()) is Status.CONVERGED
    assert descent.steps == 4


def test_small_objectives_are_compared_with_the_unit():
    values = [0.0, 1e-3, 2e-3, 3e-3]
    assert descend(Falling(values), Limits(3, 1, 0.01), Monitor()) is Status.MAX_ITER
    descent = Falling(values)
    assert descend(descent, Limits(3, 1, 0.01, unit=1.0), Monitor()) is Status.CONVERGED
    assert descent.steps == 2


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([9.0, 8.0, 7.0, np.inf, 5.0], {}),
        ([9.0, 8.0, 7.0, 6.0, 5.0], {3: Status.DIVERGED}),
    ],
)
def test_where_steps_diverge_it_goes_back_to_the_last_look(values, ends):
    descent, seen = Falling(values, ends), []
    assert descend(descent, Limits(4, 1, 0.0), Monitor(), seen.append) is Status.DIVERGED
    assert (descent.point, descent.value) == (2, 7.0)
    assert seen == [8.0, 7.0, 7.0]


def test_steps_too_small_to_leave_the_point_are_convergence_and_others_are_said():
    ends = {2: Status.STEP_TOO_SMALL}
    still, moving = Falling([9.0, 8.0, 8.0], ends), Falling([9.0, 8.0, 7.0], ends)
    assert descend(still, Limits(5, 1, 1e-9), Monitor()) is Status.CONVERGED
    assert descend(moving, Limits(5, 1, 1e-9), Monitor()) is Status.STEP_TOO_SMALL


def test_a_failed_step_is_no_convergence():
    descent = Falling([9.0, 8.0, 8.0], {2: Status.LINE_SEARCH_FAILED})
    assert descend(descent, Limits(5, 1, 1e-9), Monitor()) is Status.LINE_SEARCH_FAILED


def test_a_late_start_takes_one_step_and_a_checkpoint_never_exceeds_the_limit():
    late = Falling(list(range(9, -1, -1)))
    assert descend(late, Limits(9, 5, 0.0), Monitor(time_budget=1e-9)) is Status.TIME_BUDGET
    assert late.calls == [1]
    full = Falling(list(range(9, -1, -1)), steps_between_clocks=3)
    assert descend(full, Limits(9, 5, 0.0), Monitor()) is Status.MAX_ITER
    assert full.calls == [3, 2, 3, 1]


def test_a_callback_at_a_look_ends_the_descent_there():
    monitor, descent = Monitor(callback=lambda record: record.stage == 1), Falling([9.0] * 9)
    descent.values = list(range(9, 0, -1))
    weights = np.array([[0.5, 2.0], [0.0, 0.0]])

    def look(value):
        add_record(monitor, weights, objective=value, score=1.0, h=0.5, mu=3.0)

    assert descend(descent, Limits(8, 2, 0.0), monitor, look) is Status.CALLBACK
    assert [record.stage for record in monitor.records] == [0, 1]
    assert [record.objective for record in monitor.records] == [7, 5]
    # A self-loop is no edge.
    assert (monitor.records[0].non_zeros, monitor.records[0].mu) == (1, 3.0)

"""Limits are what the suite says, and a run that keeps them says what it took."""

import pytest

from causal_dag.benchmarks.plan import Limits
from causal_dag.benchmarks.store.outcome import Status


@pytest.mark.parametrize("seconds", [0.3, 1.5])
def test_the_limit_of_time_is_neither_less_nor_twice_as_much(
    worker, hostile_cell, harmless_cell, limits, seconds
):
    worker.run(harmless_cell, limits)
    outcome = worker.run(hostile_cell("loop"), Limits(seconds=seconds)).outcome
    assert outcome.status is Status.TIME_LIMIT
    assert seconds <= outcome.wall_seconds < 2 * seconds


def test_memory_that_nobody_saw_in_use_counts_when_the_run_is_done(worker, hostile_cell):
    deed = hostile_cell("eat_while_nobody_looks")
    outcome = worker.run(deed, Limits(seconds=30, memory_mb=400)).outcome
    assert outcome.status is Status.MEMORY_LIMIT
    assert outcome.message == "stopped at its limit of 400 MB"
    assert outcome.peak_memory_mb > 480  # what the deed asks for
    assert worker.run(deed, Limits(seconds=30, memory_mb=2000)).outcome.status is Status.DONE


def test_a_run_that_is_done_says_what_it_took(worker, harmless_cell, limits):
    answer = worker.run(harmless_cell, limits)
    outcome = answer.outcome
    assert 0 < outcome.start_memory_mb <= outcome.peak_memory_mb
    assert outcome.cpu_seconds > 0
    assert outcome.wall_seconds > 0
    assert answer.environment["threads"] == 1
    assert answer.started.endswith("+00:00")

import itertools

import numpy as np
import pytest

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.order.search import Visit, iterated_local_search


def descent(order):
    """A toy local search: the loss is 1 + the first entry, and every pass lowers it by one."""
    first = int(order[0])
    for loss in range(first, first // 10 * 10 - 1, -1):
        yield Visit(np.array([loss]), 1.0 + loss, 0, is_optimal=loss % 10 == 0)


def search(start, perturbed=(), **changes):
    starts = iter(perturbed)
    settings = {
        "n_restarts": len(perturbed), "max_passes": 100, "tolerance": 1e-9, "monitor": Monitor(),
    }  # fmt: skip
    return iterated_local_search(
        descent, np.array([start]), lambda _: np.array([next(starts)]), **settings | changes
    )


def test_a_local_search_is_followed_to_its_optimum():
    result = search(23)
    assert (result.loss, result.order.tolist()) == (21.0, [20])
    assert (result.status, result.n_passes) == (Status.CONVERGED, 4)


def test_the_best_of_all_restarts_is_kept():
    assert search(23, perturbed=(31, 12, 25)).loss == 11.0


def test_too_few_passes_are_reported():
    assert search(25, max_passes=3).status is Status.MAX_ITER
    assert search(25, perturbed=(12,), max_passes=3).status is Status.CONVERGED


def test_an_optimum_that_is_not_better_does_not_replace_the_best():
    assert search(20, perturbed=(20,), tolerance=0.0).status is Status.CONVERGED
    assert search(23, perturbed=(21,), max_passes=2, tolerance=0.5).loss == 23.0


def test_the_trace_shows_the_best_loss_so_far_and_that_of_each_pass():
    monitor = Monitor()
    search(12, perturbed=(21, 3), monitor=monitor)
    objectives = [record.objective for record in monitor.records]
    assert [record.score for record in monitor.records] == [13, 12, 11, 22, 21, 4, 3, 2, 1]
    assert objectives == [13, 12, 11, 11, 11, 4, 3, 2, 1]
    assert [record.stage for record in monitor.records] == list(range(9))


@pytest.mark.parametrize("passes", [1, 2, 5, 6])
def test_the_callback_stops_after_any_pass_with_the_best_so_far(passes):
    calls = itertools.count(1)
    monitor = Monitor(callback=lambda record: next(calls) == passes)
    result = search(23, perturbed=(15,), monitor=monitor)
    assert result.status is Status.CALLBACK
    assert result.n_passes == passes
    assert result.loss == monitor.records[-1].objective


def test_a_used_up_time_budget_stops_after_the_first_pass():
    result = search(23, perturbed=(15,), monitor=Monitor(time_budget=1e-9))
    assert (result.status, result.loss, result.n_passes) == (Status.TIME_BUDGET, 24.0, 1)

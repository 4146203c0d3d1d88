"""Iterated local search, on a toy whose every local search is known in advance."""

import itertools
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from causal_dag.problem import Monitor, Status
from causal_dag.solvers.order.search.iterated_local_search import (
    OrderSearcher,
    SearchPoint,
    iterated_local_search,
)


def descent(first):
    """Go down by one in every pass, to the next multiple of ten; the loss is where one is."""
    for place in range(first, first // 10 * 10 - 1, -1):
        yield SearchPoint(np.array([place]), float(place), 0, is_optimal=place % 10 == 0)


@dataclass
class Descents:
    """Starts at ``first``; restarts anywhere from 30 below the best place to 40 above it."""

    first: int
    runs: list = field(default_factory=list)

    def start(self):
        return descent(self.first)

    def restart(self, best, generator):
        begin = int(best.order[0]) + int(generator.integers(-30, 41))
        self.runs.append((int(best.order[0]), begin))
        return descent(begin)

    def weights(self, best):
        return best.order[:, None].astype(float)


class Scripted(Descents):
    """Restarts at the places given, one after the other, whatever the best one is."""

    def __init__(self, first, places=()):
        super().__init__(first)
        self.places = iter(places)

    def restart(self, best, generator):
        place = next(self.places)
        return place() if callable(place) else descent(place)


def run(searchers, **changes):
    settings = {
        "n_restarts": 0, "max_passes": 100, "tolerance": 1e-9, "monitor": Monitor(),
        "generator": np.random.default_rng(0),
    }  # fmt: skip
    return iterated_local_search(searchers, **settings | changes)


def search(first, places=(), **changes):
    return run([Scripted(first, places)], **{"n_restarts": len(places)} | changes)


def interrupted(*visited):
    """A local search during which the user presses Ctrl-C after some visits."""

    def passes():
        for place in visited:
            yield SearchPoint(np.array([place]), float(place), 0, is_optimal=False)
        raise KeyboardInterrupt

    return passes


def seen(monitor):
    return [(record.stage, record.objective, record.score) for record in monitor.records]


def test_a_local_search_is_followed_to_its_optimum():
    result = search(23)
    assert (result.loss, result.order.tolist()) == (20.0, [20])
    assert (result.status, result.n_passes) == (Status.CONVERGED, 4)


def test_the_best_of_all_restarts_is_kept():
    assert search(23, [31, 12, 25]).loss == 10.0


def test_negative_losses_are_compared_like_positive_ones():
    assert search(-7, [-15, -31, -22]).loss == -40.0
    # An improvement counts relative to the absolute value of the loss.
    assert search(-97, [-111], tolerance=0.15).loss == -120.0
    assert search(-97, [-111], tolerance=0.25).loss == -100.0
    assert search(101, [85], tolerance=0.15).loss == 80.0
    assert search(101, [85], tolerance=0.25).loss == 100.0


def test_a_loss_of_zero_is_left_by_any_improvement():
    assert search(3, [-1], tolerance=0.5).loss == -10.0


def test_too_few_passes_are_reported():
    assert search(25, max_passes=3).status is Status.MAX_ITER
    assert search(25, [12], max_passes=3).status is Status.CONVERGED


def test_an_optimum_that_is_not_better_does_not_replace_the_best():
    assert search(20, [20], tolerance=0.0).status is Status.CONVERGED
    # Not optimal, but too little worse to be left for what is.
    stays = search(23, [21], max_passes=2, tolerance=0.5)
    assert (stays.loss, stays.status) == (22.0, Status.MAX_ITER)


def test_the_trace_has_every_pass_of_the_first_search_and_one_record_for_every_restart():
    monitor = Monitor()
    result = search(12, [21, 3, 5], monitor=monitor)
    assert [record.score for record in monitor.records] == [12, 11, 10, 20, 0, 0]
    assert [record.objective for record in monitor.records] == [12, 11, 10, 10, 0, 0]
    assert [record.stage for record in monitor.records] == list(range(6))
    assert result.n_passes == 3 + 2 + 4 + 6


@pytest.mark.parametrize("n_searchers", [2, 3, 7])
@pytest.mark.parametrize("seed", range(5))
def test_several_searchers_visit_what_one_does_bit_by_bit(n_searchers, seed):
    traces, results = [], []
    for count in (1, n_searchers):
        monitor = Monitor()
        searchers = [Descents(1005) for _ in range(count)]
        generator = np.random.default_rng(seed)
        results.append(run(searchers, n_restarts=20, monitor=monitor, generator=generator))
        traces.append(seen(monitor))
    assert traces[0] == traces[1]
    assert len(traces[0]) == 6 + 20
    assert traces[0][-1][1] < 1000
    assert results[0].best.order.tobytes() == results[1].best.order.tobytes()
    assert results[0].n_passes == results[1].n_passes
    assert results[0].status is results[1].status


def test_enough_returns_to_the_best_place_so_far_end_the_search():
    monitor = Monitor()
    places = [30, 25, 15, 12, 35, 18, 11, 5]
    result = search(23, places, enough_returns=3, monitor=monitor)
    # The one return to 20 does not count once 10 is found.
    assert [record.score for record in monitor.records[4:]] == [30, 20, 10, 10, 30, 10, 10]
    assert (result.loss, result.status) == (10.0, Status.CONVERGED)
    assert search(23, places, enough_returns=4).loss == 0.0


@pytest.mark.parametrize("n_searchers", [2, 3, 7])
@pytest.mark.parametrize("seed", range(3))
def test_returns_are_counted_in_the_same_way_with_any_number_of_searchers(n_searchers, seed):
    traces = []
    for count in (1, n_searchers):
        monitor = Monitor()
        searchers = [Descents(1005) for _ in range(count)]
        generator = np.random.default_rng(seed)
        run(searchers, n_restarts=500, enough_returns=2, monitor=monitor, generator=generator)
        traces.append(seen(monitor))
    assert traces[0] == traces[1]
    assert len(traces[0]) < 500


def test_restarts_after_a_success_are_thrown_away_and_run_again_from_the_new_best():
    searchers = [Descents(1005) for _ in range(4)]
    monitor = Monitor()
    run(searchers, n_restarts=20, monitor=monitor)
    speculated = [begun for searcher in searchers for begun in searcher.runs]
    alone = Descents(1005)
    run([alone], n_restarts=20)
    assert len(alone.runs) == 20
    # What one searcher runs is run by the four as well, and what they threw away besides.
    assert set(alone.runs) <= set(speculated)
    assert len(speculated) > 20
    bests = [record.objective for record in monitor.records[5:]]
    assert [best for best, _ in alone.runs] == bests[:-1]


def test_the_seed_decides_where_restarts_go_and_nothing_else_does():
    places = {
        tuple(run([Descents(1005)], n_restarts=5, generator=np.random.default_rng(s)).order)
        for s in range(10)
    }
    assert len(places) > 1


def test_restarts_run_side_by_side():
    together = threading.Barrier(3, timeout=30)

    class Meeting(Descents):
        def restart(self, best, generator):
            together.wait()  # Broken, and so an error, unless three are here at once.
            return descent(25)

    result = run([Meeting(15) for _ in range(3)], n_restarts=3)
    assert (result.loss, result.status) == (10.0, Status.CONVERGED)


@pytest.mark.parametrize("n_searchers", [1, 3])
@pytest.mark.parametrize("records", [1, 2, 5, 6, 8])
def test_the_callback_stops_after_any_record_with_the_best_so_far(records, n_searchers):
    calls = itertools.count(1)
    monitor = Monitor(callback=lambda record: next(calls) == records)
    searchers = [Descents(1004) for _ in range(n_searchers)]
    result = run(searchers, n_restarts=10, monitor=monitor)
    assert result.status is Status.CALLBACK
    assert len(monitor.records) == records
    assert result.loss == monitor.records[-1].objective == min(r.score for r in monitor.records)


def test_a_used_up_time_budget_stops_after_the_first_pass():
    result = search(23, [15], monitor=Monitor(time_budget=1e-9))
    assert (result.status, result.loss, result.n_passes) == (Status.TIME_BUDGET, 23.0, 1)


def test_time_that_runs_out_in_a_restart_keeps_what_it_has_reached():
    monitor = Monitor(time_budget=1000.0)

    def slow():
        for visit in descent(8):
            monitor.time_budget = 1e-9 if visit.loss == 5 else monitor.time_budget
            yield visit

    result = search(23, [slow, 3], monitor=monitor)
    assert (result.status, result.loss, result.n_passes) == (Status.TIME_BUDGET, 5.0, 4 + 4)


def test_ctrl_c_before_the_first_visit_is_none_of_our_business():
    class Interrupted(Descents):
        def start(self):
            return interrupted()()

    with pytest.raises(KeyboardInterrupt):
        run([Interrupted(5)])


def test_ctrl_c_in_the_first_search_keeps_where_it_was():
    class Interrupted(Descents):
        def start(self):
            return interrupted(17, 16)()

    monitor = Monitor()
    result = run([Interrupted(17)], n_restarts=5, monitor=monitor)
    assert (result.status, result.loss) == (Status.INTERRUPTED, 16.0)
    assert len(monitor.records) == 2


@pytest.mark.parametrize("n_searchers", [1, 2])
def test_ctrl_c_in_a_restart_keeps_the_best_before(n_searchers):
    class Interrupted(Descents):
        def restart(self, best, generator):
            self.runs.append(best)
            return descent(7) if best.loss > 0 else interrupted(5)()

    searchers = [Interrupted(23) for _ in range(n_searchers)]
    result = run(searchers, n_restarts=9)
    assert (result.status, result.loss) == (Status.INTERRUPTED, 0.0)
    assert sum(len(searcher.runs) for searcher in searchers) <= 4


def test_ctrl_c_in_one_thread_stops_the_others_after_their_pass():
    begun = threading.Barrier(2, timeout=30)

    class First(Descents):
        def restart(self, best, generator):
            begun.wait()
            raise KeyboardInterrupt

    class Endless(Descents):
        def restart(self, best, generator):
            begun.wait()
            visit = SearchPoint(np.array([1]), 1.0, 0, is_optimal=False)
            return itertools.repeat(visit)

    result = run([First(23), Endless(23)], n_restarts=2, max_passes=10**12)
    assert (result.status, result.loss) == (Status.INTERRUPTED, 20.0)


def test_an_error_in_a_restart_is_an_error():
    def broken():
        raise ZeroDivisionError
        yield

    with pytest.raises(ZeroDivisionError):
        search(23, [broken])


def test_an_order_searcher_starts_from_its_order_and_restarts_from_one_a_few_swaps_away():
    begun = []

    class Score:
        def weights(self, order):
            return np.diag(order.astype(float))

    def local_search(order):
        begun.append(order)
        yield SearchPoint(order, 1.0, 0, is_optimal=True)

    first = np.array([2, 0, 3, 1])
    precedence = np.zeros((4, 4), dtype=bool)
    precedence[2, 1] = True
    searcher = OrderSearcher(local_search, first, precedence, Score())
    result = run([searcher], n_restarts=50)
    assert begun[0] is first
    assert result.order.tolist() == [2, 0, 3, 1]
    assert searcher.weights(result.best).tolist() == np.diag([2.0, 0, 3, 1]).tolist()
    assert len({tuple(order) for order in begun[1:]}) > 5
    assert all(list(order).index(2) < list(order).index(1) for order in begun)

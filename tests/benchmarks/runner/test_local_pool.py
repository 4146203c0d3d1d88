"""Every cell gets one answer, whatever happens to the processes."""

import os
import signal
from collections import Counter
from dataclasses import replace

import psutil
import pytest

from causal_dag.benchmarks.plan import Limits
from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.runner.worker_process import WorkerDiedError, WorkerProcess
from causal_dag.benchmarks.store.outcome import Status


@pytest.fixture
def cells(harmless_cell):
    return [replace(harmless_cell, seed=seed) for seed in range(12)]


def workers():
    children = psutil.Process().children()
    return [child for child in children if "runner.worker" in " ".join(child.cmdline())]


def test_every_cell_is_answered_once_and_alike_whatever_the_number_of_jobs(cells, limits):
    cells = cells[:6]
    one = {cell.key: answer.outcome.measures for cell, answer in LocalPool(1).run(cells, limits)}
    two = [(cell.key, answer.outcome.measures) for cell, answer in LocalPool(2).run(cells, limits)]
    assert Counter(key for key, _ in two) == Counter(cell.key for cell in cells)
    assert dict(two) == one


def test_a_killed_or_stopped_worker_is_replaced_and_its_cell_run_again(cells):
    cells = cells[:6]
    signals = {2: signal.SIGKILL, 4: signal.SIGSTOP}
    found = []
    for cell, answer in LocalPool(1).run(cells, Limits(seconds=1.0)):
        found.append((cell.key, answer.outcome.status))
        if len(found) in signals:
            os.kill(workers()[0].pid, signals[len(found)])
    assert sorted(found) == sorted((cell.key, Status.DONE) for cell in cells)
    assert workers() == []


def test_workers_that_never_begin_to_work_are_not_waited_for_for_ever(
    cells, limits, monkeypatch, tmp_path
):
    monkeypatch.setattr("causal_dag.benchmarks.runner.worker_process.STARTING_SECONDS", 0.2)
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(600)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ValueError, match="did not answer in time"):
        list(LocalPool(1).run(cells, limits))


def test_cells_that_kill_themselves_or_their_worker_are_crashes_and_the_others_are_done(
    hostile_package, hostile_cell, harmless_cell, limits
):
    cells = [hostile_cell("leave"), hostile_cell("kill_the_worker"), harmless_cell]
    found = {cell.key: answer.outcome.status for cell, answer in LocalPool(1).run(cells, limits)}
    assert [found[cell.key] for cell in cells] == [Status.CRASHED, Status.CRASHED, Status.DONE]


def test_closing_in_the_middle_leaves_no_process(hostile_package, hostile_cell, harmless_cell):
    running = LocalPool(2).run([harmless_cell, hostile_cell("loop")], Limits(seconds=600))
    next(running)
    assert workers()
    running.close()
    assert workers() == []


def test_no_cells_need_no_workers(limits):
    assert list(LocalPool(2).run([], limits)) == []


def test_workers_that_cannot_work_are_not_started_for_ever(cells, limits, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import os; os._exit(1)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ValueError, match="died before they could work"):
        list(LocalPool(1).run(cells, limits))


def test_a_worker_that_died_before_it_took_its_cell_is_found_dead_again(harmless_cell, limits):
    worker = WorkerProcess()
    os.kill(worker.pid, signal.SIGKILL)
    psutil.Process(worker.pid).wait(timeout=10)
    for ask in (lambda: worker.send(harmless_cell, limits), worker.take):
        with pytest.raises(WorkerDiedError, match="the worker's process was killed"):
            ask()

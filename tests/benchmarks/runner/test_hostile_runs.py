"""Whatever a run does, it gets one outcome, two seconds after its limit, and leaves nothing."""

import contextlib
import os
import signal
import time
from collections import Counter
from dataclasses import replace

import psutil
import pytest

from causal_dag.benchmarks.plan import Limits, PlannedData, PlannedMethod, Suite
from causal_dag.benchmarks.plan.cell import Method
from causal_dag.benchmarks.processes.process_tree import kill_tree
from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.runner.run import run_suite
from causal_dag.benchmarks.runner.worker_process import WorkerDiedError, WorkerProcess
from causal_dag.benchmarks.store.outcome import Status
from causal_dag.benchmarks.store.store import Store

# The bar is 2 s; a machine that is busy with other tests gets more.
SECONDS, OVERTIME = 0.3, 10.0
LIMITS = Limits(seconds=SECONDS, memory_mb=1000)
ROOMY = Limits(seconds=30, memory_mb=400)
#: Killed processes take a moment to be gone.
CLEARING_SECONDS = 5.0

HARMLESS = (
    *("chat", "write_into_every_descriptor", "forge_an_answer", "write_megabytes", "go_elsewhere"),
    *("ignore_all_signals", "close_standard_streams", "leave_a_copy", "go_on_twice"),
    *("leave_an_orphan", "leave_a_thread", "send_signals_to_the_worker", "forbid_files"),
)
ERRORS = {
    "refuse": "ValueError: these columns will not do",
    "complain_with_a_lone_surrogate": r"ValueError: caf\udce9",
    "complain_in_megabytes": "ValueError: " + "long " * 97 + "lon",
    "complain_to_the_terminal": r"ValueError: \x1b[2J\x1b]0;mine\x07\x00 gone \u202e",
    "raise_no_text": "ValueError: (<object object at 0x",
    "raise_what_has_no_message": "Mute: (its message cannot be shown)",
    "raise_what_says_a_number": "Wordless: (its message cannot be shown)",
    "raise_what_exits_when_asked": "SystemExit: never",
    "raise_a_group": "ExceptionGroup: many (2 sub-exceptions)",
    "exit_politely": "SystemExit: I have had enough",
    "interrupt": "KeyboardInterrupt",
    "end_a_generator": "GeneratorExit",
    "recur": "RecursionError: maximum recursion depth exceeded",
    "find_the_disk_full": "OSError: [Errno 28] No space left on device: '/tmp/thing'",
    "use_up_descriptors": "OSError: [Errno 24] Too many open files",
}
GREEDY = (
    *("say_there_is_no_memory", "forbid_memory", "eat", "eat_in_a_grandchild"),
    *("eat_in_an_orphan", "eat_while_nobody_looks"),
)
DEADLY = {
    "crash": "killed by SIGSEGV",
    "leave": "exit code 3",
    "leave_as_if_all_were_well": "exit code 0",
    "complain_and_abort": "killed by SIGABRT): what a pity",
    "kill_itself": "killed by SIGKILL",
    "die_of_a_nameless_signal": "killed by signal 35",
    "close_every_descriptor": "exit code 1",
    "become_another_program": "exit code 0",
    "break_the_writer": "exit code 1): TypeError: 'NoneType' object is not callable",
}
ENDLESS = (
    *("loop", "loop_and_ignore_signals", "loop_without_letting_python_in"),
    *("close_every_descriptor_and_loop", "stop_itself", "stop_its_group", "become_a_sleeper"),
    *("leave_the_group_and_loop", "leave_a_grandchild_and_loop", "leave_an_orphan_and_loop"),
    *("complain_for_ever", "answer_for_ever", "multiply", "wait_for_itself"),
    *("wait_for_a_writer", "raise_what_never_says_its_message"),
)
AGAINST_THE_WORKER = (
    *("kill_the_worker", "leave_an_orphan_and_kill_the_worker", "stop_the_worker"),
    *("stop_the_worker_and_loop", "stop_the_worker_and_itself"),
)
# It ends its own process, and is hunted down wherever it hops to.
HOPPING = "hop_from_process_to_process"
DEEDS = (*HARMLESS, *ERRORS, *GREEDY, *DEADLY, *ENDLESS, *AGAINST_THE_WORKER, HOPPING)


@pytest.fixture(autouse=True)
def nothing_is_left(hostile_package, worker):
    """Whatever a test did, none of the processes it started outlives it, the worker excepted."""
    sign = hostile_package / "sign"
    sign.unlink(missing_ok=True)
    yield
    give_up = time.monotonic() + CLEARING_SECONDS
    while left := processes_that_see(sign) - {worker.pid}:
        assert time.monotonic() < give_up, left
        time.sleep(0.01)


def processes_that_see(sign):
    """Return the numbers of processes that were started with this sign in their environment."""
    found = set()
    for pid in psutil.pids():
        with contextlib.suppress(psutil.Error):  # it has ended, or is another user's
            if psutil.Process(pid).environ().get("HOSTILE_SIGN") == str(sign):
                found.add(pid)
    return found


def outcome_in_time(worker, cell, limits=LIMITS):
    """Run a cell; it must have ended soon after its limit."""
    if not worker.is_ready:
        worker.run(replace(cell, method=Method("none", "empty")), ROOMY)
    started = time.monotonic()
    answer = worker.run(cell, limits)
    assert time.monotonic() - started < limits.seconds + OVERTIME
    return answer.outcome


@pytest.mark.parametrize("deed", HARMLESS)
def test_a_run_that_answers_is_done_whatever_else_it_does(worker, hostile_cell, deed):
    outcome = outcome_in_time(worker, hostile_cell(deed), ROOMY)
    assert outcome.status is Status.DONE
    assert outcome.message == ""
    assert outcome.measures["edges"] == 0


@pytest.mark.parametrize("deed", ERRORS)
def test_an_error_of_the_method_is_its_outcome_in_one_printable_line(worker, hostile_cell, deed):
    outcome = outcome_in_time(worker, hostile_cell(deed), ROOMY)
    assert outcome.status is Status.FAILED
    assert outcome.message.startswith(ERRORS[deed])
    assert outcome.message.isprintable()
    assert len(outcome.message.encode()) <= 2000


@pytest.mark.parametrize("deed", GREEDY)
def test_a_run_that_wants_more_memory_than_its_limit_is_stopped(worker, hostile_cell, deed):
    outcome = outcome_in_time(worker, hostile_cell(deed), ROOMY)
    assert outcome.status is Status.MEMORY_LIMIT
    if outcome.peak_memory_mb is not None:
        assert ROOMY.memory_mb < outcome.peak_memory_mb < 2000


@pytest.mark.parametrize("deed", DEADLY)
def test_a_process_that_dies_is_a_crash_that_says_how(worker, hostile_cell, deed):
    outcome = outcome_in_time(worker, hostile_cell(deed), ROOMY)
    assert outcome.status is Status.CRASHED
    assert outcome.message.startswith("its process died (")
    assert DEADLY[deed] in outcome.message


@pytest.mark.parametrize("deed", ENDLESS)
def test_a_run_that_never_ends_is_stopped_at_its_limit(worker, hostile_cell, deed):
    outcome = outcome_in_time(worker, hostile_cell(deed))
    assert outcome.status is Status.TIME_LIMIT
    assert outcome.message == "stopped at its limit of 0.3 s"


def test_a_run_that_hops_from_process_to_process_is_hunted_down(worker, hostile_cell):
    assert outcome_in_time(worker, hostile_cell(HOPPING)).status is Status.CRASHED


@pytest.mark.slow
@pytest.mark.parametrize("deed", AGAINST_THE_WORKER)
def test_a_worker_that_is_killed_or_stopped_is_found_out(hostile_package, hostile_cell, deed):
    worker = WorkerProcess()
    with pytest.raises(WorkerDiedError, match="killed"):
        outcome_in_time(worker, hostile_cell(deed))
    assert not worker.is_alive


@pytest.mark.slow
def test_what_a_run_left_ends_even_if_the_worker_dies_while_it_is_closed(
    hostile_package, hostile_cell, monkeypatch
):
    def kill_tree_of_the_dead(pid):
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        kill_tree(pid)

    monkeypatch.setattr(
        "causal_dag.benchmarks.runner.worker_process.kill_tree", kill_tree_of_the_dead
    )
    worker = WorkerProcess()
    worker.send(hostile_cell("leave_an_orphan_and_loop"), ROOMY)
    sign = hostile_package / "sign"
    while not sign.exists():
        assert worker.take() is None
        time.sleep(0.01)
    worker.close()
    assert not worker.is_alive


@pytest.mark.slow
def test_no_row_is_lost_or_double_whatever_the_runs_do(
    hostile_package, hostile_cell, tmp_path, monkeypatch
):
    # One repetition is enough, as every attempt that kills a worker costs the start of another.
    monkeypatch.setattr("causal_dag.benchmarks.runner.local_pool.ATTEMPTS", 2)
    cells = {deed: hostile_cell(deed) for deed in DEEDS}
    data = PlannedData(cells["chat"].data, range(1))
    methods = [PlannedMethod(cells[deed].method) for deed in DEEDS]
    suite = Suite("hostile", "", LIMITS, (data,), tuple(methods))
    summary = run_suite(suite, tmp_path / "runs.sqlite", LocalPool(2))
    assert summary.counts.total() == suite.n_cells == len(DEEDS)
    with Store.open(tmp_path / "runs.sqlite") as store:
        records = store.records()
    assert Counter(records.key) == Counter(cell.key for cell in suite.cells())

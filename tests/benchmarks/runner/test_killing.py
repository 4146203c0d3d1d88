"""``kill -9`` of anything at any moment: no run is lost, none is double, none is different."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import psutil
import pytest

from causal_dag.benchmarks.store.store import Store

N_KILLS = int(os.environ.get("CAUSAL_DAG_KILLS", "8"))
PAGE = """
seeds = 40
[limits]
seconds = 60
[[data]]
scenario = "er2-ev"
n_samples = 100
n_features = [6, 8]
scales = ["raw", "standardized"]
[[solvers]]
name = "topo-ls"
[[solvers]]
name = "eqvar"
"""
# How long a run took and what it needed differs from time to time, and where it took place is long.
IRRELEVANT = [
    *("wall_seconds", "cpu_seconds", "peak_memory_mb", "start_memory_mb", "started"),
    *("git_revision", "packages", "platform"),
]


def start(page, path):
    command = [sys.executable, "-m", "causal_dag", "bench", "run", str(page), "--jobs", "2"]
    return subprocess.Popen([*command, "--store", str(path), "--quiet"], start_new_session=True)


def finished(path):
    with Store.open(path) as store:
        return store.records().drop(columns=IRRELEVANT)


def processes_of(runner):
    """Return the runner, its workers, and their runs, as far as they are there."""
    with contextlib.suppress(psutil.Error):
        workers = runner.children()
        return [runner], workers, [child for worker in workers for child in worker.children()]
    return [], [], []


def kill_something(runner, generator):
    """Kill the runner, a worker or a run, each as likely; return whether something was hit."""
    candidates = processes_of(psutil.Process(runner.pid))[generator.randrange(3)]
    if not candidates:
        return False
    with contextlib.suppress(psutil.Error):
        generator.choice(candidates).send_signal(signal.SIGKILL)
        return True
    return False


def integrity(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall()


@pytest.mark.slow
def test_whatever_is_killed_and_when_the_table_is_that_of_an_undisturbed_run(tmp_path):
    page = tmp_path / "killed.toml"
    # Enough runs that kills come at all stages; more would only be repeated undisturbed.
    page.write_text(PAGE.replace("seeds = 40", "seeds = 12"))
    assert start(page, tmp_path / "quiet.sqlite").wait() == 0
    expected = finished(tmp_path / "quiet.sqlite")
    generator = random.Random(7)
    n_kills = n_episodes = 0
    while n_kills < N_KILLS:
        path = tmp_path / f"{n_episodes}.sqlite"
        n_episodes += 1
        runner = start(page, path)
        while n_kills < N_KILLS and runner.poll() in (None, -signal.SIGKILL):
            if runner.poll() is not None:
                runner = start(page, path)
            time.sleep(generator.uniform(0.0, 4.0))
            n_kills += kill_something(runner, generator)
            if path.exists():
                assert integrity(path) == [("ok",)]
        if runner.wait() == -signal.SIGKILL:
            assert start(page, path).wait() == 0
        # A run that was killed as often as it was tried is a crash until the next call.
        assert start(page, path).wait() == 0
        found = finished(path)
        assert found.key.is_unique
        assert found.equals(expected)
        assert integrity(path) == [("ok",)]


@pytest.mark.slow
def test_nothing_outlives_a_killed_runner(tmp_path):
    page = tmp_path / "killed.toml"
    page.write_text(PAGE)
    runner = start(page, tmp_path / "runs.sqlite")
    process = psutil.Process(runner.pid)
    while not process.children(recursive=True):
        time.sleep(0.1)
    time.sleep(3.0)
    family = process.children(recursive=True)
    runner.kill()
    runner.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.slow
def test_an_interrupt_says_how_to_go_on_and_leaves_nothing_running(tmp_path):
    page = tmp_path / "interrupted.toml"
    page.write_text(PAGE)
    path = tmp_path / "runs.sqlite"
    command = [sys.executable, "-m", "causal_dag", "bench", "run", str(page), "--jobs", "2"]
    runner = subprocess.Popen(
        [*command, "--store", str(path)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    process = psutil.Process(runner.pid)
    while not process.children(recursive=True):
        time.sleep(0.1)
    time.sleep(3.0)
    family = process.children(recursive=True)
    os.killpg(runner.pid, signal.SIGINT)
    _, complaint = runner.communicate(timeout=30)
    assert runner.returncode == 130
    assert complaint.strip().splitlines()[-1] == (
        f"error: interrupted; run the same command to continue; finished runs are in {path}"
    )
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert integrity(path) == [("ok",)]

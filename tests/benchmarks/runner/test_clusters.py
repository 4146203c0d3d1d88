"""The same suite on a Dask cluster and on Ray: the same table, also when a worker dies."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from causal_dag.benchmarks.plan import read_suite
from causal_dag.benchmarks.runner.clusters import DaskCluster, JoblibBackend
from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.runner.run import run_suite
from causal_dag.benchmarks.store.store import Store

PAGE = """
seeds = 12
[[data]]
scenario = "er2-ev"
n_samples = 100
n_features = 8
[[solvers]]
name = "topo-ls"
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    page = tmp_path_factory.mktemp("suite") / "cluster.toml"
    page.write_text(PAGE)
    return read_suite(page)


def table(suite, path, executor, progress=None):
    """Run the suite, and return what it measured by key."""
    run_suite(suite, path, executor, progress=progress)
    with Store.open(path) as store:
        records = store.records()
    assert (records.status == "done").all()
    assert records.key.is_unique
    return dict(zip(records.key, zip(records.shd, records.bic, strict=True), strict=True))


@pytest.fixture(scope="module")
def expected(suite, tmp_path_factory):
    return table(suite, tmp_path_factory.mktemp("local") / "runs.sqlite", LocalPool(1))


@pytest.fixture
def dask_processes(tmp_path):
    """A Dask scheduler and two workers on loopback: (address, worker processes)."""
    pytest.importorskip("distributed")
    log = (tmp_path / "dask.log").open("wb")

    def start(*arguments):
        command = [sys.executable, "-m", "dask", *arguments]
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)

    file = tmp_path / "scheduler.json"
    where = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = start("scheduler", *where, "--port", "0", "--scheduler-file", str(file))
    while not file.exists() or not file.read_text().strip():
        assert scheduler.poll() is None
        time.sleep(0.2)
    options = ("--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard")
    workers = [start("worker", "--scheduler-file", str(file), *options) for _ in range(2)]
    yield json.loads(file.read_text())["address"], workers
    for process in (*workers, scheduler):
        process.terminate()
    for process in (*workers, scheduler):
        process.wait(timeout=30)
    log.close()


@pytest.mark.slow
def test_a_dask_cluster_finishes_the_suite_though_a_worker_is_killed(
    suite, tmp_path, expected, dask_processes
):
    address, workers = dask_processes
    killed = []

    def kill_one(cell, outcome, done, total):
        if done == 5:
            victim = psutil.Process(workers[0].pid)
            for process in (victim, *victim.children(recursive=True)):  # the nanny first
                os.kill(process.pid, signal.SIGKILL)
                killed.append(process.pid)

    found = table(suite, tmp_path / "runs.sqlite", DaskCluster(address), progress=kill_one)
    assert len(killed) >= 2
    assert found == expected


def test_a_scheduler_that_does_not_answer_is_an_error_that_says_so(suite, tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("causal_dag.benchmarks.runner.clusters.CONNECT_SECONDS", 1)
    with pytest.raises(ValueError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        run_suite(suite, tmp_path / "runs.sqlite", DaskCluster("tcp://127.0.0.1:9"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_finishes_the_suite(suite, tmp_path, expected):
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        found = table(suite, tmp_path / "runs.sqlite", JoblibBackend("ray", n_jobs=2))
    finally:
        ray.shutdown()
    assert found == expected


@pytest.mark.slow
def test_other_backends_of_joblib_finish_the_suite(suite, tmp_path, expected):
    found = table(suite, tmp_path / "runs.sqlite", JoblibBackend("loky", n_jobs=2))
    assert found == expected

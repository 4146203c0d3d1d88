"""A few runs, made up, and a store that holds them."""

import pytest

from causal_dag.benchmarks.plan import Limits
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.store.outcome import Outcome, Status
from causal_dag.benchmarks.store.store import Store, StoredRun

LIMITS = Limits(seconds=10.0, memory_mb=500.0)


@pytest.fixture
def cells():
    data = DataSource("er2", "linear", {"edges_per_node": 2}, n_samples=100, n_features=5)
    method = Method("CoLiDE, λ = .1", "colide-ev", {"lambda1": 0.1}, version="1.0")
    return [Cell(data, method, seed) for seed in range(5)]


@pytest.fixture
def limits():
    return LIMITS


@pytest.fixture
def make_run():
    def run(cell, status=Status.DONE, shd=3, limits=LIMITS):
        measures = {"shd": shd, "f1": 0.5, "converged": True} if status is Status.DONE else {}
        outcome = Outcome(status, "", measures, 1.5, 1.0, 200.0, 150.0)
        environment = {"causal_dag_version": "1.0", "threads": 1, "packages": {"numpy": "2.0"}}
        return StoredRun(cell, outcome, "2026-01-02T03:04:05.000+00:00", environment, limits)

    return run


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs.sqlite"


@pytest.fixture
def store(path, cells, make_run):
    """A store with a suite of five cells, of which three are done."""
    with Store.open(path, create=True) as opened:
        opened.plan("mine", "a suite", "seeds = 5", cells)
        for cell in cells[:3]:
            opened.record(make_run(cell, shd=cell.seed))
        yield opened

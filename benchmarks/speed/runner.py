"""What the benchmark runner itself costs: many runs that take next to nothing.

Run ``python -m causal_dag.benchmarks.speed.runner``. Every run draws 20 rows of 3 variables, fits
the empty graph and measures it, in a process of its own within limits of time and memory, and is
kept in a store. ``own ms`` is the median of the time between two answers, less what the same cell
takes in a process that has it all loaded already: forking, watching, copying pages, answering,
storing. ``--two-jobs`` runs equal cells one and two at a time. ``--report`` makes the report on all
runs.
"""

import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from causal_dag.benchmarks.plan import Limits, PlannedData, PlannedMethod, Suite
from causal_dag.benchmarks.plan.cell import Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.runner.fit import run_cell
from causal_dag.benchmarks.runner.local_pool import LocalPool
from causal_dag.benchmarks.runner.run import run_suite
from causal_dag.benchmarks.store.store import Store
from causal_dag.benchmarks.studies import Study

TRIVIAL = DataSource("trivial", "linear", {"edges_per_node": 0.5}, n_samples=20, n_features=3)
EMPTY = Method("empty", "empty")


def measure(runs: int, report: bool, two_jobs: bool) -> list[dict[str, Any]]:
    """Return one record: the cost of a run, of the report, and of one job beside two."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "runs.sqlite")
        record = _own_cost(runs, path)
        if report:
            record["report s"] = _report_seconds(path)
        if two_jobs:
            record |= _two_jobs(Path(folder))
    return [record]


def _suite(data: DataSource, method: Method, n_runs: int) -> Suite:
    planned = (PlannedData(data, range(n_runs)),)
    return Suite("trivial", "", Limits(60.0, 2048.0), planned, (PlannedMethod(method),))


def _own_cost(n_runs: int, path: Path) -> dict[str, Any]:
    moments: list[float] = []
    suite = _suite(TRIVIAL, EMPTY, n_runs)
    run_suite(suite, path, LocalPool(), progress=lambda *_: moments.append(time.perf_counter()))
    a_run = median(later - earlier for earlier, later in pairwise(moments))
    in_process = _seconds_in_process()
    return {
        "runs": n_runs,
        "ms a run": 1e3 * a_run,
        "in process ms": 1e3 * in_process,
        "own ms": 1e3 * (a_run - in_process),
    }


def _seconds_in_process() -> float:
    def once(seed: int) -> float:
        started = time.perf_counter()
        run_cell(Cell(TRIVIAL, EMPTY, seed))
        return time.perf_counter() - started

    once(0)
    return median(once(seed) for seed in range(200))


def _report_seconds(path: Path) -> float:
    from causal_dag.benchmarks.report import write_report

    started = time.perf_counter()
    with Store.open(path) as store:
        write_report(store.records(), path.with_suffix(".html"), title="trivial")
    return time.perf_counter() - started


def _two_jobs(folder: Path) -> dict[str, Any]:
    data = DataSource("er2", "linear", {"edges_per_node": 2}, n_samples=1000, n_features=20)
    suite = _suite(data, Method("colide-ev", "colide-ev"), 300)
    seconds = [
        run_suite(suite, folder / f"{jobs}.sqlite", LocalPool(jobs)).seconds for jobs in (1, 2)
    ]
    return {"1 job s": seconds[0], "2 jobs s": seconds[1], "share": seconds[1] / seconds[0]}


if __name__ == "__main__":
    study = Study("The runner's own cost", __doc__)
    study.option("--runs", type=int, default=10_000)
    study.option("--report", action="store_true", help="make the report too")
    study.option("--two-jobs", action="store_true", help="one job beside two")
    study.run(measure)

"""Start-up: importing, asking for help, the first fit of a process, cold and warm; a small fit.

Run ``python -m causal_dag.benchmarks.speed.startup``. The first fit is timed with an empty and with
a filled numba cache, in CPU seconds; those of a second fit (the solver's own iterations) are
subtracted. The last rows are CPU seconds of a later fit, and its kernels' share of them. The other
rows are wall time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from causal_dag.benchmarks.studies import Study

FIRST_FIT = """
import sys, time, warnings
import numpy as np
from causal_dag.solvers import make_solver
warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(200, 10)) @ np.triu(np.ones((10, 10)))
seconds = []
for _ in range(2):
    started = time.process_time()
    make_solver(sys.argv[1]).fit(X)
    seconds.append(time.process_time() - started)
print(seconds[0] - seconds[1])
"""

# A local search of 50 columns: what it costs beside its kernels is what every fit costs.
SMALL_FIT = """
import statistics, time
from causal_dag.solvers import make_solver
from causal_dag.solvers.order.search import likelihood_kernels as kernels
from causal_dag.synthetic import make_linear_sem

X, _ = make_linear_sem(1000, 50, graph="er", edges_per_node=2, random_state=0)
model = make_solver("topo-bic", n_restarts=0).fit(X)
in_kernels = []

def timed(kernel):
    def run(*arguments):
        started = time.thread_time()
        result = kernel(*arguments)
        in_kernels.append(time.thread_time() - started)
        return result
    return run

for name in ("advance", "reconsider_parents"):
    setattr(kernels, name, timed(getattr(kernels, name)))
totals, shares = [], []
for _ in range(200):
    in_kernels.clear()
    started = time.thread_time()
    model.fit(X)
    totals.append(time.thread_time() - started)
    shares.append(sum(in_kernels))
print(statistics.median(totals), statistics.median(shares))
"""


def seconds_of(command: list[str], repeats: int) -> float:
    """Return the median wall time of a command, after one run that is not counted."""
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])


def first_fit_seconds(solver: str, cache_folder: str) -> float:
    """Return the CPU seconds that the first fit of a process takes beyond the second, at d = 10."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache_folder}
    command = [sys.executable, "-c", FIRST_FIT, solver]
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(result.stdout)


def small_fit_seconds() -> tuple[float, float]:
    """Return the CPU seconds of a fit of ``topo-bic`` at d = 50, and those within its kernels."""
    command = [sys.executable, "-c", SMALL_FIT]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    total, in_kernels = map(float, result.stdout.split())
    return total, in_kernels


def measure(repeats: int = 5) -> list[dict[str, object]]:
    """Return one record per measurement, in seconds."""
    from causal_dag.solvers import compared_solvers

    python = sys.executable
    bare = seconds_of([python, "-c", "pass"], repeats)
    imported = seconds_of([python, "-c", "import causal_dag"], repeats)
    helped = seconds_of([python, "-m", "causal_dag", "--help"], repeats)
    records: list[dict[str, object]] = [
        {"what": "python alone", "cold": None, "warm": bare},
        {"what": "import causal_dag", "cold": None, "warm": imported},
        {"what": "causal-dag --help", "cold": None, "warm": helped},
    ]
    for solver in compared_solvers():
        with tempfile.TemporaryDirectory() as cache_folder:
            cold = first_fit_seconds(solver, cache_folder)
            warm = statistics.median(first_fit_seconds(solver, cache_folder) for _ in range(3))
        records.append({"what": f"first fit, {solver}", "cold": cold, "warm": warm})
    total, in_kernels = small_fit_seconds()
    records.append({"what": "a later fit, topo-bic, d=50", "cold": None, "warm": total})
    records.append({"what": "of which in kernels", "cold": None, "warm": in_kernels})
    return records


if __name__ == "__main__":
    Study("Start-up, seconds (cold: empty numba cache; warm: filled)", __doc__).run(measure)

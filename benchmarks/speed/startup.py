"""Start-up: importing, asking for help, and the first fit of a process, cold and warm.

Run ``python -m causal_dag.benchmarks.speed.startup``. The first fit is timed with an empty and with
a filled numba cache, in CPU seconds; those of a second fit (the solver's own iterations) are
subtracted. The other rows are wall time.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from causal_dag.benchmarks.speed.report import add_json_option, print_report

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


def measure(repeats: int = 5) -> list[dict[str, object]]:
    """Return one record a measurement, in seconds."""
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
    return records


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_json_option(parser)
    arguments = parser.parse_args()
    title = "Start-up, seconds (cold: empty numba cache; warm: filled)"
    print_report(title, measure(), as_json=arguments.json)


if __name__ == "__main__":
    main()

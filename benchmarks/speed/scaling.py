"""One local search against the number of variables: time, memory, where it goes.

Run ``python -m causal_dag.benchmarks.speed.scaling``. For ``topo-bic`` the data is ER2, n = 1000,
Gaussian noise of variances between .5 and 10, standardized. With ``--solver eqvar`` (which has no
passes) or ``topo-bic-ev`` it is ER4, n = 2000, noise variance 1, in raw units. Every size runs in a
process of its own after a warm-up, on one thread; ``libraries MB`` is what it needs before
the fit. The exponent is that of the best power law of the CPU seconds. ``floor`` is the time of the
operations that any search on moments needs, the moments (n d²) and one Cholesky factorization
(d³ / 3), at the rate at which this machine multiplies matrices in double precision. With ``--plot
FILE`` times and floor are drawn; ``--large`` adds d = 10,000.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from causal_dag.benchmarks.speed.continuous import product_seconds
from causal_dag.benchmarks.studies import print_report
from causal_dag.files.atomic_files import write_whole_figure

SIZES = (50, 100, 200, 500, 1000, 2000, 5000)
LARGE = 10_000
# The rate of larger matrix products is hardly higher than at this size.
PRODUCT_SIZE = 1000
UNEQUAL = {"n_samples": 1000, "noise_variance": (0.5, 10.0), "scale": "standardized"}
EQUAL = {"n_samples": 2000, "edges_per_node": 4}
#: Registry name, parameters of the solver, and what it is meant for.
SOLVERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "topo-bic": ({"n_restarts": 0}, UNEQUAL),
    "topo-bic-ev": ({"n_restarts": 0}, EQUAL),
    "eqvar": ({}, EQUAL),
}


def measure(solver: str, sizes: Sequence[int], seed: int) -> list[dict[str, Any]]:
    """Return one record per number of variables."""
    rate = operations_per_second()
    n_samples = SOLVERS[solver][1]["n_samples"]
    return [
        {**_in_a_process_of_its_own(solver, d, seed), "floor": operations(n_samples, d) / rate}
        for d in sizes
    ]


def operations(n_samples: int, d: int) -> float:
    """Return the number of operations of the moments and of a Cholesky factorization.

    Examples
    --------
    >>> from causal_dag.benchmarks.speed.scaling import operations
    >>> operations(n_samples=1000, d=300)
    99000000.0
    """
    return float(n_samples * d**2) + d**3 / 3


def operations_per_second() -> float:
    """Return the rate of products of matrices in double precision, on one thread."""
    with threadpool_limits(1):
        return 2 * PRODUCT_SIZE**3 / product_seconds(PRODUCT_SIZE, np.float64, repeats=3)


def exponent(records: Sequence[dict[str, Any]]) -> float:
    """Return b of the least-squares fit of log CPU seconds = a + b log d."""
    d = np.log([record["d"] for record in records])
    seconds = np.log([record["CPU seconds"] for record in records])
    return float(np.polyfit(d, seconds, 1)[0])


def run_one(solver: str, d: int, seed: int) -> dict[str, Any]:
    """Fit one table in this process."""
    from causal_dag.solvers import make_solver
    from causal_dag.synthetic import make_linear_sem

    parameters, data = SOLVERS[solver]
    X, _ = make_linear_sem(n_features=d, random_state=seed, **data)
    make_solver(solver, **parameters).fit(X[:, :12])
    _forget_peak_memory()
    before = _peak_megabytes()
    started, cpu_started = time.perf_counter(), time.process_time()
    model = make_solver(solver, **parameters).fit(X)
    cpu_seconds = time.process_time() - cpu_started
    seconds = time.perf_counter() - started
    first_pass, last_pass = model.trace_[0].seconds, model.trace_[-1].seconds
    return {
        "d": d,
        "seconds": seconds,
        "CPU seconds": cpu_seconds,
        "to the end of pass 1": first_pass,
        "further passes": last_pass - first_pass,
        "moments, graph": seconds - last_pass,
        "passes": model.n_iter_,
        "edges": int(model.adjacency_.sum()),
        "libraries MB": before,
        "fit MB": _peak_megabytes() - before,
    }


def _in_a_process_of_its_own(solver: str, d: int, seed: int) -> dict[str, Any]:
    options = ["--solver", solver, "--one", str(d), "--seed", str(seed)]
    command = [sys.executable, "-m", __spec__.name, *options]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    record: dict[str, Any] = json.loads(output)
    return record


def _forget_peak_memory() -> None:
    """Let the peak of the resident memory begin anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_megabytes() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc/self/status does not state VmHWM; memory is measured on Linux only")


def _plot(title: str, records: Sequence[dict[str, Any]], path: str) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    d = [record["d"] for record in records]
    axes.loglog(d, [record["seconds"] for record in records], "o-", label="whole fit")
    axes.loglog(d, [record["to the end of pass 1"] for record in records], ".--", label="pass 1")
    axes.loglog(d, [record["further passes"] for record in records], ".:", label="further passes")
    floor = [record["floor"] for record in records]
    axes.loglog(d, floor, color="0.5", label="floor: moments and Cholesky")
    axes.set_xlabel("variables d")
    axes.set_ylabel("seconds, one thread")
    axes.set_title(title)
    axes.legend()
    write_whole_figure(path, figure)


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--solver", choices=SOLVERS, default="topo-bic")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="D")
    parser.add_argument("--large", action="store_true", help=f"d = {LARGE:,} too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", metavar="FILE", help="draw the times")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(json.dumps(run_one(arguments.solver, arguments.one, arguments.seed)))
        return
    sizes = [*arguments.sizes, LARGE] if arguments.large else arguments.sizes
    records = measure(arguments.solver, sizes, arguments.seed)
    title = f"One local search of {arguments.solver}"
    if len(records) > 1:
        title += f": d^{exponent(records):.2f}"
    print_report(title, records, as_json=arguments.json)
    if arguments.plot:
        _plot(title, records, arguments.plot)


if __name__ == "__main__":
    main()

"""Continuous solvers: CPU seconds of a fit, after warm-up and on one thread.

Run ``python -m causal_dag.benchmarks.speed.continuous``. The data are ER2 and ER4 graphs, n = 1000,
|w| in [.5, 2], Gaussian noise of variance 1; every figure is the median over the seeds.
``--plain`` runs the algorithm of the paper in plain numpy and scipy beside each solver, on the same
data in the same process; ``ratio`` is its time over the solver's.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.speed.plain_programs import plain_colide, plain_notears
from causal_dag.benchmarks.speed.report import add_json_option, print_report
from causal_dag.estimator import ProjectionWarning
from causal_dag.graph import project_to_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

#: Registry name, and the same algorithm without this package.
CONTESTANTS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "notears": plain_notears,
    "colide-ev": lambda X: plain_colide(X, "equal"),
    "colide-nv": lambda X: plain_colide(X, "unequal"),
}
THRESHOLD = 0.3


@dataclass(frozen=True)
class _Run:
    cpu_seconds: float
    distance: float


def measure(
    sizes: Sequence[int], n_seeds: int, solvers: Sequence[str], with_plain: bool
) -> list[dict[str, Any]]:
    """Return one record a solver, graph density and number of variables."""
    for name in solvers:
        _solver_run(name, *make_linear_sem(1000, 10, edges_per_node=1, random_state=0))
    return [
        _record(name, n_features, edges_per_node, n_seeds, with_plain)
        for n_features in sizes
        for edges_per_node in (2, 4)
        for name in solvers
    ]


def _record(
    name: str, n_features: int, edges_per_node: int, n_seeds: int, with_plain: bool
) -> dict[str, Any]:
    problems = [
        make_linear_sem(1000, n_features, edges_per_node=edges_per_node, random_state=seed)
        for seed in range(n_seeds)
    ]
    runs = [_solver_run(name, X, sem) for X, sem in problems]
    record: dict[str, Any] = {
        "solver": name,
        "d": n_features,
        "graph": f"ER{edges_per_node}",
        "CPU s": median(run.cpu_seconds for run in runs),
        "SHD": median(run.distance for run in runs),
    }
    if with_plain:
        plain = [_plain_run(name, X, sem) for X, sem in problems]
        record["plain CPU s"] = median(run.cpu_seconds for run in plain)
        record["plain SHD"] = median(run.distance for run in plain)
        record["ratio"] = record["plain CPU s"] / record["CPU s"]
    return record


def _solver_run(name: str, X: FloatArray, sem: Any) -> _Run:
    solver = make_solver(name, weight_threshold=THRESHOLD)
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", ProjectionWarning)
        solver.fit(X)
    seconds = time.process_time() - started
    return _Run(seconds, structural_hamming_distance(sem.weights, solver.weights_))


def _plain_run(name: str, X: FloatArray, sem: Any) -> _Run:
    started = time.process_time()
    W = CONTESTANTS[name](X)
    seconds = time.process_time() - started
    np.fill_diagonal(W, 0.0)
    return _Run(
        seconds, structural_hamming_distance(sem.weights, project_to_dag(W, THRESHOLD).weights)
    )


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 50], metavar="D")
    parser.add_argument("--seeds", type=int, default=3, help="data sets a size and density")
    parser.add_argument("--solvers", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--plain", action="store_true", help="time the plain programs too")
    add_json_option(parser)
    arguments = parser.parse_args()
    with threadpool_limits(1):
        records = measure(arguments.sizes, arguments.seeds, arguments.solvers, arguments.plain)
    print_report("Continuous solvers, one thread", records, as_json=arguments.json)


if __name__ == "__main__":
    main()

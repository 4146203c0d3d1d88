"""Continuous solvers: CPU seconds of a fit, after warm-up and on one thread.

Run ``python -m causal_dag.benchmarks.speed.continuous``. The data are ER2 and ER4 graphs, n = 1000,
``|w|`` in [.5, 2], Gaussian noise of variance 1; every figure is the median over the seeds.
``--plain`` runs the algorithm of the paper in plain numpy and scipy beside each solver, on the same
data in the same process; ``ratio`` is the median of its time over the solver's, ``SHD - plain`` the
mean of the paired differences of the distances ± its standard error, and ``F / plain`` the median
ratio of the NOTEARS objectives.

``--floor`` prints how far the central path is above the arithmetic that a step cannot do without:
one matrix product in single precision, at the rate that the BLAS reaches on this machine.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.speed.plain_programs import plain_colide, plain_dagma, plain_notears
from causal_dag.benchmarks.studies import Study, fit_and_distance, mean_and_error
from causal_dag.graph import project_to_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.solvers import make_solver
from causal_dag.solvers.continuous.scores import LeastSquares
from causal_dag.synthetic import make_linear_sem

#: Registry name, and the same algorithm without this package.
CONTESTANTS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "notears": plain_notears,
    "dagma": plain_dagma,
    "colide-ev": lambda X: plain_colide(X, "equal"),
    "colide-nv": lambda X: plain_colide(X, "unequal"),
}
THRESHOLD = 0.3


@dataclass(frozen=True)
class Run:
    """One program on one data set: time, distance to the truth, objective, steps."""

    cpu_seconds: float
    distance: float
    objective: float
    n_iter: int = 0


def measure(
    sizes: Sequence[int],
    densities: Sequence[int],
    seeds: Sequence[int],
    solvers: Sequence[str],
    plain: bool,
    floor: bool,
) -> list[dict[str, Any]]:
    """Return one record per solver, graph density and number of variables."""
    if floor:
        return parts_of_a_step(sizes)
    for name in solvers:
        _solver_run(name, *make_linear_sem(1000, 10, edges_per_node=1, random_state=0))
    return [
        _record(name, n_features, edges_per_node, seeds, plain)
        for n_features in sizes
        for edges_per_node in densities
        for name in solvers
    ]


def _record(
    name: str, n_features: int, edges_per_node: int, seeds: Sequence[int], with_plain: bool
) -> dict[str, Any]:
    problems = [
        make_linear_sem(1000, n_features, edges_per_node=edges_per_node, random_state=seed)
        for seed in seeds
    ]
    runs = [_solver_run(name, X, sem) for X, sem in problems]
    record: dict[str, Any] = {
        "solver": name,
        "d": n_features,
        "graph": f"ER{edges_per_node}",
        "CPU s": median(run.cpu_seconds for run in runs),
        "SHD": mean(run.distance for run in runs),
        "µs a step": median(1e6 * run.cpu_seconds / run.n_iter for run in runs),
    }
    if with_plain:
        record |= _comparison(name, runs, [plain_run(name, X, sem) for X, sem in problems])
    return record


def _comparison(name: str, runs: Sequence[Run], plain: Sequence[Run]) -> dict[str, Any]:
    pairs = list(zip(runs, plain, strict=True))
    record: dict[str, Any] = {
        "plain CPU s": median(run.cpu_seconds for run in plain),
        "ratio": median(other.cpu_seconds / run.cpu_seconds for run, other in pairs),
        "SHD - plain": mean_and_error([run.distance - other.distance for run, other in pairs]),
        "F / plain": None,
    }
    if name == "notears":
        record["F / plain"] = median(run.objective / other.objective for run, other in pairs)
    return record


def parts_of_a_step(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Return what a step of the central path consists of, in microseconds, per size."""
    return [
        {
            "d": d,
            "product, single, µs": product_seconds(d, np.float32) * 1e6,
            "product, double, µs": product_seconds(d, np.float64) * 1e6,
            "inverse, LAPACK, µs": _seconds(lambda M: np.linalg.inv(M), _matrix(d)) * 1e6,
        }
        for d in sizes
    ]


def _matrix(d: int) -> FloatArray:
    return np.eye(d) + 0.1 * np.random.default_rng(0).random((d, d)) / d


def product_seconds(d: int, dtype: type, repeats: int = 200) -> float:
    """Return what one product of two matrices of d × d takes: the least of five means."""
    A: Any = _matrix(d).astype(dtype)
    out = np.empty_like(A)
    return _seconds(lambda B: np.dot(A, B, out), A.copy(), repeats)


def _seconds(function: Callable[[Any], object], argument: Any, repeats: int = 200) -> float:
    def once() -> float:
        started = time.process_time()
        for _ in range(repeats):
            function(argument)
        return (time.process_time() - started) / repeats

    return min(once() for _ in range(5))


def _solver_run(name: str, X: FloatArray, sem: Any) -> Run:
    solver = make_solver(name, weight_threshold=THRESHOLD)
    seconds, distance = fit_and_distance(solver, X, sem)
    return Run(seconds, distance, solver.objective_, solver.n_iter_)


def plain_run(name: str, X: FloatArray, sem: Any) -> Run:
    """Run the plain program of a contestant."""
    started = time.process_time()
    W = CONTESTANTS[name](X)
    seconds = time.process_time() - started
    np.fill_diagonal(W, 0.0)
    distance = structural_hamming_distance(sem.weights, project_to_dag(W, THRESHOLD).weights)
    return Run(seconds, distance, notears_objective(X, W))


def notears_objective(X: FloatArray, W: FloatArray, lambda1: float = 0.1) -> float:
    """Return ½‖X − XW‖²/n + λ‖W‖₁ of the centered columns."""
    loss, _ = LeastSquares(np.cov(X.T, bias=True)).value_and_grad(W)
    return loss + lambda1 * float(np.abs(W).sum())


if __name__ == "__main__":
    study = Study("Continuous solvers, one thread", __doc__, seeds=3)
    study.sizes(20, 50)
    study.option("--densities", type=int, nargs="+", default=[2, 4], metavar="K")
    study.option("--solvers", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    study.option("--plain", action="store_true", help="time the plain programs too")
    study.option("--floor", action="store_true", help="time what a step consists of")
    study.run(measure)

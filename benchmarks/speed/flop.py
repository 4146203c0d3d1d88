"""topo-bic beside FLOP, one thread each: time to FLOP's own best score, and accuracy in equal time.

Run ``python -m causal_dag.benchmarks.speed.flop`` after ``pip install flopsearch`` (arXiv
2510.04970). The data has n = 1000, ``|w|`` in [.5, 2], Gaussian noise of variances between .5 and
10, and is standardized. For every data set

- FLOP runs with 0 and with 20 restarts, penalty 2;
- one local search of topo-bic runs with 0 restarts;
- topo-bic runs until its BIC is as low as that of FLOP's 20 restarts, with one thread and two;
- topo-bic runs for as long as FLOP's 20 restarts took.

BICs are computed by one function from the graphs. A ratio below 1 is time saved.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.studies import Study, fit_seconds
from causal_dag.graph import consistent_extension
from causal_dag.metrics import cpdag_distance
from causal_dag.moments import Moments
from causal_dag.problem import StageRecord
from causal_dag.regression import edge_price, least_squares_weights, residual_variances
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.graphs import GraphName

#: Graph, edges per node, number of variables.
DATA_SETS: Sequence[tuple[GraphName, int, int]] = (
    ("er", 4, 50), ("er", 4, 100), ("er", 4, 200),
    ("sf", 4, 50), ("sf", 4, 100), ("sf", 4, 200),
    ("er", 8, 100),
)  # fmt: skip
N_SAMPLES = 1000
PENALTY = 2.0
FLOP_RESTARTS = 20
MOST_RESTARTS = 100_000
# topo-bic that is not at FLOP's score after so many times FLOP's seconds counts as never.
PATIENCE = 5.0
# Two sums of the same terms in another order.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Run:
    """How long a search took, the BIC of its graph, and how far its class is from the truth's."""

    seconds: float
    bic: float
    distance: int


@dataclass(frozen=True)
class _Pair:
    """All runs on one data set."""

    flop_local: Run
    flop: Run
    topo_local: Run
    reached: dict[int, float]  # seconds to FLOP's best score, by number of threads
    topo: Run


def measure(sizes: Sequence[int], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per kind of data set."""
    data_sets = [data for data in DATA_SETS if data[2] in sizes]
    _compare("er", 2, 10, seed=0)
    return [
        _record(f"{graph.upper()}{edges} d={d}", [_compare(graph, edges, d, s) for s in seeds])
        for graph, edges, d in track(data_sets, console=Console(stderr=True))
    ]


def _record(label: str, pairs: Sequence[_Pair]) -> dict[str, Any]:
    def ratio(time_of: Callable[[_Pair], float], base: Callable[[_Pair], float]) -> float:
        return median(time_of(pair) / base(pair) for pair in pairs)

    def as_good(pair: _Pair) -> bool:
        return pair.topo.bic <= pair.flop.bic + ROUNDING * abs(pair.flop.bic)

    return {
        "data": label,
        "FLOP s": median(pair.flop.seconds for pair in pairs),
        "to its BIC": ratio(lambda pair: pair.reached[1], lambda pair: pair.flop.seconds),
        "2 threads": ratio(lambda pair: pair.reached[2], lambda pair: pair.flop.seconds),
        "local": ratio(lambda pair: pair.topo_local.seconds, lambda pair: pair.flop_local.seconds),
        "BIC no worse": f"{sum(map(as_good, pairs))}/{len(pairs)}",
        "BIC gain": float(np.mean([pair.flop.bic - pair.topo.bic for pair in pairs])),
        "time": ratio(lambda pair: pair.topo.seconds, lambda pair: pair.flop.seconds),
        "CPDAG distance": sum(pair.topo.distance for pair in pairs),
        "FLOP's": sum(pair.flop.distance for pair in pairs),
    }


def _compare(graph: GraphName, edges: int, d: int, seed: int) -> _Pair:
    X, sem = make_linear_sem(
        N_SAMPLES, d, graph=graph, edges_per_node=edges, noise_variance=(0.5, 10.0),
        scale="standardized", random_state=seed,
    )  # fmt: skip
    flop_local, flop = (run_flop(X, sem.weights, restarts) for restarts in (0, FLOP_RESTARTS))
    return _Pair(
        flop_local,
        flop,
        run_solver("topo-bic", X, sem.weights, n_restarts=0),
        {n_jobs: _seconds_to(flop, X, n_jobs) for n_jobs in (1, 2)},
        run_solver("topo-bic", X, sem.weights, n_restarts=MOST_RESTARTS, time_budget=flop.seconds),
    )


def run_flop(X: FloatArray, truth: FloatArray, restarts: int, penalty: float = PENALTY) -> Run:
    """Run FLOP on rows of a model of these true weights."""
    import flopsearch

    rows = np.asfortranarray(X)
    started = time.perf_counter()
    answer = flopsearch.flop(rows, penalty, restarts=restarts)
    seconds = time.perf_counter() - started
    # 1 is a directed edge, 2 on both sides an undirected one.
    graph = consistent_extension(answer != 0)
    return Run(seconds, bic(X, graph, penalty), cpdag_distance(truth, graph))


def run_solver(
    name: str, X: FloatArray, truth: FloatArray, penalty: float = PENALTY, **parameters: Any
) -> Run:
    """Run a solver on rows of a model of these true weights."""
    solver = make_solver(name, penalty=penalty, **parameters)
    seconds = fit_seconds(solver, X, time.perf_counter)
    return Run(seconds, bic(X, solver.adjacency_, penalty), cpdag_distance(truth, solver.weights_))


def _seconds_to(flop: Run, X: FloatArray, n_jobs: int) -> float:
    target = flop.bic + ROUNDING * abs(flop.bic)

    def reached(record: StageRecord) -> bool:
        return record.objective <= target

    solver = make_solver("topo-bic", penalty=PENALTY, n_restarts=MOST_RESTARTS, n_jobs=n_jobs)
    solver.set_params(random_state=0, callback=reached, time_budget=PATIENCE * flop.seconds)
    seconds = fit_seconds(solver, X, time.perf_counter)
    return seconds if solver.objective_ <= target else np.inf


def bic(X: FloatArray, adjacency: BoolArray, penalty: float) -> float:
    """Return n Σ log σ² plus the price of the edges of a graph, shape (d, d)."""
    moments = Moments.from_rows(X)
    weights = least_squares_weights(moments.covariance, adjacency)
    variances = residual_variances(moments.covariance, weights)
    misfit = moments.n_samples * np.log(variances).sum()
    return float(misfit + edge_price(moments, penalty) * adjacency.sum())


if __name__ == "__main__":
    study = Study("topo-bic beside FLOP", __doc__, seeds=5, first_seed=500)
    study.sizes(50, 100, 200)
    study.run(measure)

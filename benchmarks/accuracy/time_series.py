"""LaggedDAG beside tigramite's PCMCI+ and lingam's VARLiNGAM, with the number of lags known.

Run ``python -m causal_dag.benchmarks.accuracy.time_series``, after ``causal-dag bench peers install
tigramite lingam``. Ten variables, two lags, 500 rows; every variable acts on its next value, and
there are about ten other lagged edges and ten edges within a row. F1 of lagged edges counts edges
with their lag. F1 of the class counts the entries of the partially directed graph within a row:
one per directed edge, two per undirected one; graphs without undirected edges are converted to
their class, given that earlier rows come first. Seconds of CPU, on one thread.
"""

from collections.abc import Callable, Sequence
from statistics import mean, stdev
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.peers.call import fit_peer
from causal_dag.benchmarks.studies import Study, fit_seconds
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import mpdag
from causal_dag.registry import make_solver
from causal_dag.synthetic import LaggedSEM, make_time_series
from causal_dag.synthetic.noise import NoiseName
from causal_dag.time_series.lagged_dag import LaggedDAG

N_ROWS, D, LAGS = 500, 10, 2
NOISES: tuple[NoiseName, ...] = ("gaussian", "laplace")
PRESENT, EARLIER = slice(D), slice(D, None)

#: From a series and a seed to the class over all columns, earlier rows last, and seconds.
Method = Callable[[FloatArray, int], tuple[BoolArray, float]]


def measure(seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per noise and method."""
    records = []
    for method in METHODS.values():  # kernels are loaded before the clock runs
        method(_data("gaussian", 0)[1], 0)
    for noise in NOISES:
        data = [_data(noise, seed) for seed in seeds]
        for name, method in METHODS.items():
            results = [_compared(method, X, process, s) for s, X, process in data]
            lagged, present, seconds = zip(*results, strict=True)
            records.append(
                {
                    "noise": noise,
                    "method": name,
                    "F1 lagged": mean(lagged),
                    "sd": stdev(lagged),
                    "F1 class": mean(present),
                    "sd ": stdev(present),
                    "seconds": mean(seconds),
                }
            )
    return records


def _data(noise: NoiseName, seed: int) -> tuple[int, FloatArray, LaggedSEM]:
    X, process = make_time_series(
        N_ROWS, D, n_lags=LAGS, noise=noise, noise_variance=(0.5, 2.0), random_state=seed
    )
    return seed, X, process


def _compared(
    method: Method, X: FloatArray, process: LaggedSEM, seed: int
) -> tuple[float, float, float]:
    found, seconds = method(X, seed)
    true = np.zeros((D * (LAGS + 1), D * (LAGS + 1)), dtype=bool)
    true[:, :D] = np.vstack([process.adjacency[None], process.lagged_adjacency]).reshape(-1, D)
    lagged, present = (_f1(_class(true)[rows, :D], found[rows, :D]) for rows in (EARLIER, PRESENT))
    return lagged, present, seconds


def _class(graph: BoolArray) -> BoolArray:
    """Return the class of a DAG, given that earlier rows come first."""
    forbidden = PriorKnowledge(given=range(D, len(graph))).resolve(len(graph)).forbidden
    return mpdag(graph, forbidden=forbidden)


def _f1(true: BoolArray, found: BoolArray) -> float:
    n_entries = int(true.sum() + found.sum())
    return 2 * int((true & found).sum()) / n_entries if n_entries else 1.0


def _lagged(estimator: DAGEstimator | None = None) -> Method:
    def fit(X: FloatArray, seed: int) -> tuple[BoolArray, float]:
        model = LaggedDAG(estimator, n_lags=LAGS)
        seconds = fit_seconds(model, X)
        return model.estimator_.cpdag_, seconds

    return fit


def _peer(name: str, method: str, **parameters: float) -> Method:
    def fit(X: FloatArray, seed: int) -> tuple[BoolArray, float]:
        padded = np.hstack([X, np.zeros((len(X), LAGS * D))])
        found = fit_peer(name, method, padded, seed, {"n_lags": LAGS, **parameters})
        graph = found.weights != 0
        return graph if found.is_pdag else _class(graph), found.cpu_seconds

    return fit


METHODS: dict[str, Method] = {
    "LaggedDAG()": _lagged(),
    "LaggedDAG(DirectLiNGAM())": _lagged(make_solver("direct-lingam")),
    "PCMCI+ (alpha .01)": _peer("tigramite", "pcmci-plus", alpha=0.01),
    "PCMCI+ (alpha .001)": _peer("tigramite", "pcmci-plus", alpha=0.001),
    "VARLiNGAM": _peer("lingam", "varlingam"),
}


if __name__ == "__main__":
    title = "Time series of {seeds} seeds: ten variables, two lags, 500 rows"
    study = Study(title, __doc__, seeds=20, first_seed=7000)
    study.run(measure)

"""topo-bic-ev on equal-variance data, beside the top-down order with BIC pruning (eqvar).

Run ``python -m causal_dag.benchmarks.accuracy.equal_variances``. Four edges per node, Gaussian
noise of variance 1, raw units. ``SHD`` lists the structural Hamming distance on every seed.
"""

import time
from collections.abc import Sequence
from statistics import mean, median
from typing import Any

from causal_dag.benchmarks.studies import Study, fit_and_distance, sd
from causal_dag.registry import make_seeded_solver
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.graphs import GraphName

#: Graph, columns, rows, range of the weights, and the threshold of the solvers.
Setting = tuple[GraphName, int, int, tuple[float, float], float]
SETTINGS: tuple[Setting, ...] = (
    ("er", 100, 1000, (0.5, 2.0), 0.3),
    ("er", 200, 1000, (0.5, 2.0), 0.3),
    ("sf", 100, 1000, (0.5, 2.0), 0.3),
    ("sf", 200, 1000, (0.5, 2.0), 0.3),
    ("er", 100, 1000, (0.25, 1.0), 0.0),
    ("er", 100, 200, (0.5, 2.0), 0.0),
)
SOLVERS = ("topo-bic-ev", "eqvar")


def measure(seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per setting and solver."""
    return [_record(setting, name, seeds) for setting in SETTINGS for name in SOLVERS]


def _record(setting: Setting, name: str, seeds: Sequence[int]) -> dict[str, Any]:
    runs = [_run(setting, name, seed) for seed in seeds]
    seconds, distances = zip(*runs, strict=True)
    graph, d, n, (low, high), threshold = setting
    return {
        "data": f"{graph.upper()}4 d={d} n={n} |w| in [{low:g}, {high:g}]",
        "threshold": threshold,
        "solver": name,
        "SHD": " ".join(map(str, distances)),
        "mean": mean(distances),
        "sd": sd(distances),
        "seconds": median(seconds),
    }


def _run(setting: Setting, name: str, seed: int) -> tuple[float, float]:
    graph, d, n, weights, threshold = setting
    X, sem = make_linear_sem(
        n, d, graph=graph, edges_per_node=4, weight_range=weights, random_state=seed
    )
    solver = make_seeded_solver(name, seed, weight_threshold=threshold)
    return fit_and_distance(solver, X, sem, time.perf_counter)


if __name__ == "__main__":
    Study("Equal-variance data", __doc__, seeds=10, first_seed=2000).run(measure)

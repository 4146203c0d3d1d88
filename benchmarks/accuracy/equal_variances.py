"""topo-bic-ev on equal-variance data, beside the top-down order with BIC pruning (eqvar).

Run ``python -m causal_dag.benchmarks.accuracy.equal_variances``. Four edges per node, Gaussian
noise of variance 1, raw units. ``SHD`` lists the structural Hamming distance on every seed.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median, stdev
from typing import Any

from causal_dag.benchmarks.studies import Study, fit_and_distance
from causal_dag.registry import make_seeded_solver
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.graphs import GraphName


@dataclass(frozen=True)
class _Setting:
    graph: GraphName
    d: int
    n: int
    weight_range: tuple[float, float]
    weight_threshold: float


SETTINGS = (
    _Setting("er", 100, 1000, (0.5, 2.0), 0.3),
    _Setting("er", 200, 1000, (0.5, 2.0), 0.3),
    _Setting("sf", 100, 1000, (0.5, 2.0), 0.3),
    _Setting("sf", 200, 1000, (0.5, 2.0), 0.3),
    _Setting("er", 100, 1000, (0.25, 1.0), 0.0),
    _Setting("er", 100, 200, (0.5, 2.0), 0.0),
)
SOLVERS = ("topo-bic-ev", "eqvar")


def measure(seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per setting and solver."""
    return [_record(setting, name, seeds) for setting in SETTINGS for name in SOLVERS]


def _record(setting: _Setting, name: str, seeds: Sequence[int]) -> dict[str, Any]:
    runs = [_run(setting, name, seed) for seed in seeds]
    distances = [distance for _, distance in runs]
    low, high = setting.weight_range
    return {
        "data": f"{setting.graph.upper()}4 d={setting.d} n={setting.n} |w| in [{low:g}, {high:g}]",
        "threshold": setting.weight_threshold,
        "solver": name,
        "SHD": " ".join(map(str, distances)),
        "mean": mean(distances),
        "sd": stdev(distances) if len(distances) > 1 else None,
        "seconds": median(seconds for seconds, _ in runs),
    }


def _run(setting: _Setting, name: str, seed: int) -> tuple[float, float]:
    X, sem = make_linear_sem(
        setting.n,
        setting.d,
        graph=setting.graph,
        edges_per_node=4,
        weight_range=setting.weight_range,
        random_state=seed,
    )
    solver = make_seeded_solver(name, seed, weight_threshold=setting.weight_threshold)
    return fit_and_distance(solver, X, sem, time.perf_counter)


def main() -> None:
    """Print the table, or one JSON document."""
    Study("Equal-variance data", __doc__, seeds=10, first_seed=2000).run(measure)


if __name__ == "__main__":
    main()

"""topo-bic-ev on equal-variance data, beside the top-down order with BIC pruning (eqvar).

Run ``python -m causal_dag.benchmarks.accuracy.equal_variances``. Four edges per node, Gaussian
noise of variance 1, raw units. ``SHD`` lists the structural Hamming distance on every seed.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median, stdev
from typing import Any

from threadpoolctl import threadpool_limits

from causal_dag.benchmarks.speed.report import add_json_option, print_report
from causal_dag.metrics import structural_hamming_distance
from causal_dag.solvers import make_solver
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


def measure(n_seeds: int, first_seed: int) -> list[dict[str, Any]]:
    """Return one record a setting and solver."""
    seeds = range(first_seed, first_seed + n_seeds)
    return [_record(setting, name, seeds) for setting in SETTINGS for name in SOLVERS]


def _record(setting: _Setting, name: str, seeds: Sequence[int]) -> dict[str, Any]:
    runs = [_run(setting, name, seed) for seed in seeds]
    distances = [distance for distance, _ in runs]
    low, high = setting.weight_range
    return {
        "data": f"{setting.graph.upper()}4 d={setting.d} n={setting.n} |w| in [{low:g}, {high:g}]",
        "threshold": setting.weight_threshold,
        "solver": name,
        "SHD": " ".join(map(str, distances)),
        "mean": mean(distances),
        "sd": stdev(distances) if len(distances) > 1 else None,
        "seconds": median(seconds for _, seconds in runs),
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
    solver = make_solver(name, weight_threshold=setting.weight_threshold)
    if "random_state" in solver.get_params():
        solver.set_params(random_state=seed)
    started = time.perf_counter()
    solver.fit(X)
    seconds = time.perf_counter() - started
    return structural_hamming_distance(sem.weights, solver.weights_), seconds


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="data sets a setting")
    parser.add_argument("--first-seed", type=int, default=2000)
    add_json_option(parser)
    arguments = parser.parse_args()
    with threadpool_limits(1):
        records = measure(arguments.seeds, arguments.first_seed)
    print_report("Equal-variance data", records, as_json=arguments.json)


if __name__ == "__main__":
    main()

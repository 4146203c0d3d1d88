"""Order solvers: CPU seconds of a fit on equal-variance data, after warm-up and on one thread.

Run ``python -m causal_dag.benchmarks.speed.order``. The data is ER4, n = 1000, ``|w|`` in [.5, 2],
Gaussian noise of variance 1; every figure is the median over the seeds. ``loss excess``
is by how much the least-squares loss of the order found exceeds that of the top-down order.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from threadpoolctl import threadpool_limits

from causal_dag.benchmarks.speed.report import add_json_option, print_report
from causal_dag.metrics import structural_hamming_distance
from causal_dag.moments import Moments
from causal_dag.solvers import make_solver
from causal_dag.solvers.order.scores.least_squares import DenseLeastSquares
from causal_dag.synthetic import make_linear_sem

#: Label of a row, registry name, parameters; all at the threshold of their class's papers, .3.
CONTESTANTS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("topo-ls, insertion, 0 restarts", "topo-ls", {"n_restarts": 0}),
    ("topo-ls, insertion, 50 restarts", "topo-ls", {"n_restarts": 50}),
    ("topo-ls, swap, 0 restarts", "topo-ls", {"moves": "swap", "n_restarts": 0}),
    ("eqvar", "eqvar", {}),
    ("sortnregress-var", "sortnregress-var", {}),
    ("sortnregress-r2", "sortnregress-r2", {}),
)
THRESHOLD = 0.3


@dataclass(frozen=True)
class _Run:
    cpu_seconds: float
    loss: float
    distance: float


def measure(sizes: Sequence[int], n_seeds: int) -> list[dict[str, Any]]:
    """Return one record a contestant and number of variables."""
    for _, name, params in CONTESTANTS:
        _run(name, params, n_features=10, seed=0)
    return [
        _record(label, name, params, n_features, n_seeds)
        for n_features in sizes
        for label, name, params in CONTESTANTS
    ]


def _record(
    label: str, name: str, params: Mapping[str, Any], n_features: int, n_seeds: int
) -> dict[str, Any]:
    runs = [_run(name, params, n_features, seed) for seed in range(n_seeds)]
    top_down = [_run("eqvar", {}, n_features, seed).loss for seed in range(n_seeds)]
    ratios = [run.loss / loss - 1 for run, loss in zip(runs, top_down, strict=True)]
    return {
        "solver": label,
        "d": n_features,
        "CPU seconds": median(run.cpu_seconds for run in runs),
        "loss excess": median(ratios),
        "SHD": median(run.distance for run in runs),
    }


def _run(name: str, params: Mapping[str, Any], n_features: int, seed: int) -> _Run:
    X, sem = make_linear_sem(1000, n_features, edges_per_node=4, random_state=seed)
    solver = make_solver(name, weight_threshold=THRESHOLD, **params)
    if "random_state" in solver.get_params():
        solver.set_params(random_state=seed)
    started = time.process_time()
    solver.fit(X)
    seconds = time.process_time() - started
    loss = DenseLeastSquares(Moments.from_rows(X)).loss(solver.order_)
    return _Run(seconds, loss, structural_hamming_distance(sem.weights, solver.weights_))


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 50, 100, 200], metavar="D")
    parser.add_argument("--seeds", type=int, default=5, help="data sets a size")
    add_json_option(parser)
    arguments = parser.parse_args()
    with threadpool_limits(1):
        records = measure(arguments.sizes, arguments.seeds)
    print_report("Order solvers, one thread", records, as_json=arguments.json)


if __name__ == "__main__":
    main()

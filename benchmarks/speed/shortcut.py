"""CoLiDE stopped early and polished by order search, beside its whole path: time and distance.

Run ``python -m causal_dag.benchmarks.speed.shortcut``. The data are ER4 graphs, n = 1000, ``|w|``
in [.5, 2], Gaussian noise of variance 1. The short run walks a few hundred steps of the first
stage, and a few local searches with the equal-variance BIC go on from its graph; ``share`` is the
median of its CPU time over that of the whole path. One thread, after warm-up.
"""

import argparse
import time
from collections.abc import Sequence
from statistics import mean, median
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from causal_dag import TOPO, CoLiDE
from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.speed.report import add_json_option, print_report
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import ProjectionWarning, held_back
from causal_dag.metrics import structural_hamming_distance
from causal_dag.synthetic import make_linear_sem

STEPS = 300


def short_path() -> CoLiDE:
    """Return a CoLiDE of one short stage, polished by two local searches."""
    search = TOPO(criterion="bic-ev", start="eqvar", n_restarts=1)
    return CoLiDE(mu=(1.0,), s=(1.0,), max_iter=STEPS, checkpoint=STEPS, polish=search)


def measure(sizes: Sequence[int], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record a number of variables."""
    for model in (CoLiDE(), short_path()):
        _run(model, *make_linear_sem(1000, 10, edges_per_node=1, random_state=0))
    return [_record(d, seeds) for d in sizes]


def _record(d: int, seeds: Sequence[int]) -> dict[str, Any]:
    problems = [make_linear_sem(1000, d, edges_per_node=4, random_state=seed) for seed in seeds]
    whole = [_run(CoLiDE(), *problem) for problem in problems]
    short = [_run(short_path(), *problem) for problem in problems]
    return {
        "d": d,
        "path, CPU s": median(seconds for seconds, _ in whole),
        "short, CPU s": median(seconds for seconds, _ in short),
        "share": median(a / b for (a, _), (b, _) in zip(short, whole, strict=True)),
        "path, SHD": mean(distance for _, distance in whole),
        "short, SHD": mean(distance for _, distance in short),
        "never worse": all(a <= b for (_, a), (_, b) in zip(short, whole, strict=True)),
    }


def _run(model: DAGEstimator, X: FloatArray, sem: Any) -> tuple[float, float]:
    started = time.process_time()
    with held_back(ConvergenceWarning, ProjectionWarning):
        model.fit(X)
    seconds = time.process_time() - started
    return seconds, structural_hamming_distance(sem.weights, model.weights_)


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 50, 100], metavar="D")
    parser.add_argument("--seeds", type=int, default=5, help="data sets a size")
    parser.add_argument("--first-seed", type=int, default=0)
    add_json_option(parser)
    arguments = parser.parse_args()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    with threadpool_limits(1):
        records = measure(arguments.sizes, seeds)
    print_report("CoLiDE, whole and stopped early, ER4", records, as_json=arguments.json)


if __name__ == "__main__":
    main()

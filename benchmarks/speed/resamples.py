"""Seconds of BootstrapDAG at d=50, n=1000, and what a warm start changes.

Run ``python -m causal_dag.benchmarks.speed.resamples``. ``topo-bic`` is fitted to 200 halves of the
rows of one table per density, with a warm start and without. ``wall`` is that of a second fit, when
the processes of ``--jobs`` are running; ``largest difference`` is the largest one of all
``edge_probability_`` from those of cold fits, and ``above .05`` the share of pairs with more.
"""

import time
from typing import Any

import numpy as np
import psutil

from causal_dag.benchmarks.studies import Study
from causal_dag.certainty.bootstrap_dag import BootstrapDAG
from causal_dag.synthetic import make_linear_sem


def measure(size: int, resamples: int, jobs: int, densities: list[int]) -> list[dict[str, Any]]:
    """Return one record per density and start."""
    records = []
    for edges_per_node in densities:
        X, _ = make_linear_sem(1000, size, edges_per_node=edges_per_node, random_state=1)
        BootstrapDAG(n_resamples=4 * jobs, n_jobs=jobs).fit(X)
        cold = None
        for warm_start in (False, True):
            wall, cpu = time.perf_counter(), _cpu_seconds()
            model = BootstrapDAG(n_resamples=resamples, warm_start=warm_start, n_jobs=jobs).fit(X)
            wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
            cold = model.edge_probability_ if cold is None else cold
            difference = np.abs(model.edge_probability_ - cold)
            record = {
                "edges per node": edges_per_node,
                "start": "warm" if warm_start else "cold",
                "wall s": wall,
                "CPU s": cpu,
                "largest difference": float(difference.max()),
                "above .05": float((difference > 0.05).mean()),
            }
            records.append(record)
    return records


def _cpu_seconds() -> float:
    """Return the seconds of this process and of those that it has started."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


if __name__ == "__main__":
    study = Study("Resamples of topo-bic, d={size}, n=1000, {jobs} jobs", __doc__)
    study.option("--size", type=int, default=50)
    study.option("--resamples", type=int, default=200)
    study.option("--jobs", type=int, default=2)
    study.option("--densities", type=int, nargs="+", default=[2, 4])
    study.run(measure)

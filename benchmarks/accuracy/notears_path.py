"""NOTEARS beside the published program, on the same data: objective, distance, time.

Run ``python -m causal_dag.benchmarks.accuracy.notears_path``. The data are ER2 and ER4 graphs with
10 and 20 variables, n = 1000, ``|w|`` in [.5, 2], Gaussian noise of variance 1; the program
is ``plain_notears``, with scipy's L-BFGS-B at its defaults. ``excess`` is by how much our objective
½‖X − XW‖²/n + λ‖W‖₁ at the raw weights exceeds the program's, λ = .1, both with h <= 1e-8: its mean
and its worst over the data sets, in percent. ``SHD - program`` is the mean of the paired
differences of the distances to the true graph ± its standard error, ``program / ours`` the median
ratio of the CPU seconds. ``--published-end`` leaves out our local search.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from causal_dag.benchmarks.speed.continuous import THRESHOLD, notears_objective, plain_run
from causal_dag.benchmarks.studies import Study, fit_seconds, mean_and_error
from causal_dag.metrics import structural_hamming_distance
from causal_dag.solvers.notears import NOTEARS
from causal_dag.synthetic import make_linear_sem

SIZES = (10, 20)
DENSITIES = (2, 4)


def measure(seeds: Sequence[int], published_end: bool) -> list[dict[str, Any]]:
    """Return one record per kind of graph, and one of all data sets."""
    solver = NOTEARS(local_search=not published_end, weight_threshold=THRESHOLD)
    solver.fit(make_linear_sem(100, 4, edges_per_node=1, random_state=0)[0])
    records, pairs = [], []
    for d in SIZES:
        for edges_per_node in DENSITIES:
            own = [_pair(solver, d, edges_per_node, seed) for seed in seeds]
            records.append(_record(f"ER{edges_per_node}, d = {d}", own))
            pairs += own
    return [*records, _record("all", pairs)]


def _pair(solver: NOTEARS, d: int, edges_per_node: int, seed: int) -> dict[str, float]:
    """Return relative excess, difference of the distances, and both times, of one data set."""
    X, sem = make_linear_sem(1000, d, edges_per_node=edges_per_node, random_state=seed)
    seconds = fit_seconds(solver, X)
    program = plain_run("notears", X, sem)
    distance = structural_hamming_distance(sem.weights, solver.weights_)
    return {
        "excess": notears_objective(X, solver.raw_weights_) / program.objective - 1.0,
        "difference": distance - program.distance,
        "seconds": seconds,
        "program": program.cpu_seconds,
    }


def _record(data: str, pairs: Sequence[dict[str, float]]) -> dict[str, Any]:
    found = pd.DataFrame(pairs)
    return {
        "data": data,
        "data sets": len(found),
        "mean excess, %": 100 * found["excess"].mean(),
        "worst excess, %": 100 * found["excess"].max(),
        "SHD - program": mean_and_error(found["difference"].tolist()),
        "CPU s": found["seconds"].median(),
        "program, CPU s": found["program"].median(),
        "program / ours": (found["program"] / found["seconds"]).median(),
    }


if __name__ == "__main__":
    study = Study("NOTEARS beside the published program", __doc__, seeds=13, first_seed=71000)
    study.option("--published-end", action="store_true", help="without local search")
    study.run(measure)

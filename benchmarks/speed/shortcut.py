"""CoLiDE stopped early and polished by order search, beside its whole path: time and distance.

Run ``python -m causal_dag.benchmarks.speed.shortcut``. The data are ER4 graphs, n = 1000, ``|w|``
in [.5, 2], Gaussian noise of variance 1. The short run walks a few hundred steps of the first
stage, and a few local searches with the equal-variance BIC go on from its graph; ``share`` is the
median of its CPU time over that of the whole path. One thread, after warm-up.
"""

from collections.abc import Sequence
from statistics import mean, median
from typing import Any

from causal_dag.benchmarks.studies import Study, fit_and_distance
from causal_dag.solvers.colide import CoLiDE
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import make_linear_sem

STEPS = 300


def short_path() -> CoLiDE:
    """Return a CoLiDE of one short stage, polished by two local searches."""
    search = TOPO(criterion="bic-ev", start="eqvar", n_restarts=1)
    return CoLiDE(mu=(1.0,), s=(1.0,), max_iter=STEPS, checkpoint=STEPS, polish=search)


def measure(sizes: Sequence[int], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per number of variables."""
    for model in (CoLiDE(), short_path()):
        fit_and_distance(model, *make_linear_sem(1000, 10, edges_per_node=1, random_state=0))
    return [_record(d, seeds) for d in sizes]


def _record(d: int, seeds: Sequence[int]) -> dict[str, Any]:
    problems = [make_linear_sem(1000, d, edges_per_node=4, random_state=seed) for seed in seeds]
    whole = [fit_and_distance(CoLiDE(), *problem) for problem in problems]
    short = [fit_and_distance(short_path(), *problem) for problem in problems]
    return {
        "d": d,
        "path, CPU s": median(seconds for seconds, _ in whole),
        "short, CPU s": median(seconds for seconds, _ in short),
        "share": median(a / b for (a, _), (b, _) in zip(short, whole, strict=True)),
        "path, SHD": mean(distance for _, distance in whole),
        "short, SHD": mean(distance for _, distance in short),
        "never worse": all(a <= b for (_, a), (_, b) in zip(short, whole, strict=True)),
    }


if __name__ == "__main__":
    study = Study("CoLiDE, whole and stopped early, ER4", __doc__, seeds=5)
    study.sizes(20, 50, 100)
    study.run(measure)

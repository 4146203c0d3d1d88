"""Order solvers: CPU seconds of a fit on equal-variance data, after warm-up and on one thread.

Run ``python -m causal_dag.benchmarks.speed.order``. The data is ER4, n = 1000, ``|w|`` in [.5, 2],
Gaussian noise of variance 1; every figure is the median over the seeds. ``loss excess``
is by how much the least-squares loss of the order found exceeds that of the top-down order.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from causal_dag.benchmarks.studies import Study, fit_and_distance
from causal_dag.moments import Moments
from causal_dag.registry import make_seeded_solver
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


def measure(sizes: Sequence[int], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per contestant and number of variables."""
    for _, name, params in CONTESTANTS:
        _run(name, params, n_features=10, seed=0)
    return [
        _record(label, name, params, n_features, seeds)
        for n_features in sizes
        for label, name, params in CONTESTANTS
    ]


def _record(
    label: str, name: str, params: Mapping[str, Any], n_features: int, seeds: Sequence[int]
) -> dict[str, Any]:
    runs = [_run(name, params, n_features, seed) for seed in seeds]
    cpu_seconds, losses, distances = zip(*runs, strict=True)
    top_down = [_run("eqvar", {}, n_features, seed)[1] for seed in seeds]
    ratios = [loss / other - 1 for loss, other in zip(losses, top_down, strict=True)]
    return {
        "solver": label,
        "d": n_features,
        "CPU seconds": median(cpu_seconds),
        "loss excess": median(ratios),
        "SHD": median(distances),
    }


def _run(
    name: str, params: Mapping[str, Any], n_features: int, seed: int
) -> tuple[float, float, float]:
    """Return the seconds of CPU, the loss of the order, and the distance."""
    X, sem = make_linear_sem(1000, n_features, edges_per_node=4, random_state=seed)
    solver = make_seeded_solver(name, seed, weight_threshold=THRESHOLD, **params)
    seconds, distance = fit_and_distance(solver, X, sem)
    return seconds, DenseLeastSquares(Moments.from_rows(X)).loss(solver.order_), distance


if __name__ == "__main__":
    study = Study("Order solvers, one thread", __doc__, seeds=5)
    study.sizes(20, 50, 100, 200)
    study.run(measure)

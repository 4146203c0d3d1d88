"""Solvers on rows from experiments: distance between interventional classes, and seconds.

Run ``python -m causal_dag.benchmarks.accuracy.experiments``. Two edges per node, weights of 0.5 to
1.5, noise variances of 0.5 to 2; 500 observations and 100 rows from an experiment on each target.
The distance is the number of pairs of nodes whose edge differs between the I-essential graphs;
seconds are the median CPU time per fit. ``--solvers`` names
others than topo-bic, read as hard. With ``--sachs``, the protein data under all conditions.
"""

from collections.abc import Iterator, Sequence
from statistics import mean, median
from typing import Any

import numpy as np
from sklearn.base import clone

from causal_dag.benchmarks.studies import Study, fit_seconds, sd
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import interventional_cpdag, is_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.registry import make_solver
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import load_sachs, make_experiments, make_linear_sem
from causal_dag.synthetic.sachs import GRAPH_NAMES

#: How many nodes are targets of an experiment, by the number of nodes.
N_TARGETS = {10: 4, 20: 8, 50: 20}
#: What was done, and how the rows are read: parameters of TOPO, or None without the targets.
SETTINGS: dict[str, dict[str, dict[str, Any] | None]] = {
    "do": {
        "hard": {},
        "soft": {"intervention": "soft"},
        "targets ignored": None,
        "observations only": None,
    },
    "shift": {
        "soft, pooled": {"intervention": "soft", "means": "pooled"},
        "shift, pooled": {"intervention": "shift", "means": "pooled"},
        "soft": {"intervention": "soft"},
        "hard": {},
        "observations only": None,
    },
    "scale": {"soft": {"intervention": "soft"}, "observations only": None},
}
SACHS_SETTINGS: tuple[dict[str, Any] | None, ...] = (
    None,
    {},
    {"intervention": "soft"},
    {"intervention": "soft", "means": "pooled"},
)


def measure(
    sizes: Sequence[int],
    restarts: int,
    sachs: bool,
    solvers: Sequence[str],
    seeds: Sequence[int],
) -> list[dict[str, Any]]:
    """Return one record per intervention, reading and size; or per published graph."""
    if sachs:
        return list(_sachs(restarts))
    if solvers:
        return [
            {"solver": name} | _record("do", "hard", d, make_solver(name), seeds)
            for d in sizes
            for name in solvers
        ]
    return [
        _record(intervention, reading, d, TOPO(n_restarts=restarts), seeds)
        for d in sizes
        for intervention, readings in SETTINGS.items()
        for reading in readings
    ]


def _record(
    intervention: Any, reading: str, d: int, solver: DAGEstimator, seeds: Sequence[int]
) -> dict[str, Any]:
    runs = [_run(intervention, reading, d, solver, seed) for seed in seeds]
    distances = [distance for distance, _ in runs]
    return {
        "intervention": intervention,
        "read as": reading,
        "d": d,
        "sets": len(runs),
        "distance": mean(distances),
        "sd": sd(distances),
        "seconds": median(seconds for _, seconds in runs),
    }


def _run(
    intervention: Any, reading: str, d: int, solver: DAGEstimator, seed: int
) -> tuple[float, float]:
    _, sem = make_linear_sem(
        2, d, noise_variance=(0.5, 2.0), weight_range=(0.5, 1.5), random_state=seed
    )
    nodes = np.random.default_rng(seed).permutation(d)[: N_TARGETS.get(d, d // 2)].tolist()
    X, targets = make_experiments(sem, nodes, intervention=intervention, random_state=seed)
    truth = interventional_cpdag(sem.weights, set(targets))
    settings = SETTINGS[intervention][reading]
    if reading == "observations only":
        X = X[[not found for found in targets]]
    model = clone(solver).set_params(**(settings or {}))
    seconds = fit_seconds(model, X, targets=None if settings is None else targets)
    return structural_hamming_distance(truth, model.cpdag_), seconds


def _sachs(restarts: int) -> Iterator[dict[str, Any]]:
    """Yield the distances to each published graph; one with a cycle has no class."""
    for scale in ("raw", "log"):
        for settings in SACHS_SETTINGS:
            for graph in GRAPH_NAMES:
                table = load_sachs("all", graph, as_frame=True)
                X = np.log(table.data) if scale == "log" else table.data
                targets = None if settings is None else table.targets
                model = TOPO(n_restarts=restarts, **(settings or {})).fit(X, targets=targets)
                of_classes = None
                if is_dag(table.adjacency):
                    truth = interventional_cpdag(table.adjacency, model.targets_)
                    of_classes = structural_hamming_distance(truth, model.cpdag_)
                known = "ignored" if settings is None else ", ".join(settings.values()) or "hard"
                yield {
                    "graph": graph,
                    "scale": scale,
                    "targets": known,
                    "distance of classes": of_classes,
                    "SHD": structural_hamming_distance(table.adjacency, model.adjacency_),
                    "edges": int(model.adjacency_.sum()),
                }


if __name__ == "__main__":
    study = Study("Rows from experiments", __doc__, seeds=20, first_seed=62000)
    study.sizes(*N_TARGETS)
    study.option("--restarts", type=int, default=20, help="of every search")
    study.option("--solvers", nargs="*", default=(), help="with their defaults, for do")
    study.option("--sachs", action="store_true", help="the protein data instead")
    study.run(measure)

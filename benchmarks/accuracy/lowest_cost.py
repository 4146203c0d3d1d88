"""How often searches reach the lowest known BIC, and how long they take.

Run ``python -m causal_dag.benchmarks.accuracy.lowest_cost`` after ``pip install flopsearch``
(arXiv 2510.04970). On simulated data of many kinds, each at several penalties per edge and with one
thread, ``topo-bic`` with its default parameters, FLOP with 20 restarts and ``xges`` are compared
with the lowest known cost: for at most 20 columns that of ``exact``, otherwise the lowest of FLOP
with ``--flop-restarts`` restarts and of the three themselves. Distances are those of equivalence
classes, at penalty 2.
"""

from collections.abc import Sequence
from statistics import mean
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from causal_dag.benchmarks.accuracy.penalty import Cell
from causal_dag.benchmarks.speed.flop import Run, run_flop, run_solver
from causal_dag.benchmarks.studies import Study, mean_and_error
from causal_dag.fit_warnings import FewRowsWarning, held_back

#: Graph, edges per node, weights.
KINDS = (
    ("er", 1, "strong"),
    ("er", 2, "strong"),
    ("er", 4, "strong"),
    ("sf", 4, "strong"),
    ("er", 4, "dao"),
    ("er", 8, "strong"),
)
STRONG = (0.5, 2.0)
N_SAMPLES = (200, 1000)
PENALTIES = (1.0, 2.0, 5.8)
# Costs that exceed the lowest known one by no more count as equal.
MARGIN = 0.01
# Largest number of columns for which the optimum is computed.
MOST_EXACT = 20


def measure(sizes: Sequence[int], seeds: Sequence[int], flop_restarts: int) -> list[dict[str, Any]]:
    """Return one record per number of columns and kind of data, and one for all kinds."""
    _compare(Cell("er", 2, 10, 200), 2.0, 0, flop_restarts)
    records = []
    for d in sizes:
        of_size: list[tuple[float, dict[str, Run], float]] = []
        for graph, edges, weights in track(KINDS, f"d={d}", console=Console(stderr=True)):
            if d < 2 * edges + 1:
                continue
            found = [
                _compare(Cell(graph, edges, d, n, weights), penalty, seed, flop_restarts)
                for n in N_SAMPLES
                for penalty in PENALTIES
                for seed in seeds
            ]
            records.append(_record(f"{graph.upper()}{edges} {weights} d={d}", found))
            of_size += found
        records.append(_record(f"all d={d}", of_size))
    return records


def _compare(
    cell: Cell, penalty: float, seed: int, flop_restarts: int
) -> tuple[float, dict[str, Run], float]:
    X, sem = cell.draw(seed, STRONG)
    truth = sem.weights
    with held_back(FewRowsWarning):
        runs = {
            "topo-bic": run_solver("topo-bic", X, truth, penalty),
            "FLOP": run_flop(X, truth, 20, penalty),
        }
        # Its time grows so fast with the number of edges that the others would wait for it.
        if cell.edges_per_node * cell.d <= 100:
            runs["xges"] = run_solver("xges", X, truth, penalty)
        reference = (
            run_solver("exact", X, truth, penalty)
            if cell.d <= MOST_EXACT
            else run_flop(X, truth, flop_restarts, penalty)
        )
    return min(reference.bic, *(run.bic for run in runs.values())), runs, penalty


def _record(label: str, found: Sequence[tuple[float, dict[str, Run], float]]) -> dict[str, Any]:
    record: dict[str, Any] = {"data": label, "sets": len(found)}
    for name in ("topo-bic", "FLOP", "xges"):
        own = [(lowest, runs[name]) for lowest, runs, _ in found if name in runs]
        reached = sum(run.bic <= lowest + MARGIN for lowest, run in own)
        record[name] = f"{reached}/{len(own)}"
        record[f"{name} ms"] = 1000 * mean(run.seconds for _, run in own) if own else None
    at_two = [runs for _, runs, penalty in found if penalty == 2.0]
    differences = [float(runs["topo-bic"].distance - runs["FLOP"].distance) for runs in at_two]
    record["distance - FLOP's"] = mean_and_error(differences)
    record["excess"] = float(np.mean([runs["topo-bic"].bic - lowest for lowest, runs, _ in found]))
    return record


if __name__ == "__main__":
    study = Study("Lowest cost", __doc__, seeds=2, first_seed=81000)
    study.sizes(10, 20, 50)
    study.option("--flop-restarts", type=int, default=200, help="of the reference")
    study.run(measure)

"""How close ``topo-mixed`` comes to the graphs of tables of numbers and labels.

Run ``python -m causal_dag.benchmarks.accuracy.mixed``. Half the columns are labels: unordered ones,
ordered ones whose codes act, and ordered ones that a latent Gaussian was cut into, each fitted in
all ways: indicators or codes (``mixed``), and cuts (``mixed-cuts``). Distances are those of
equivalence classes. ``--peers`` adds ``andrey-core`` on the same tables, with all labels as
categories.
"""

from collections.abc import Sequence
from statistics import mean
from typing import Any, get_args

import numpy as np
import pandas as pd

from causal_dag.arrays import BoolArray
from causal_dag.benchmarks.accuracy.agreement import summary
from causal_dag.benchmarks.peers.call import fit_peer
from causal_dag.benchmarks.studies import Study, fit_seconds, mean_and_error
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_mixed_table
from causal_dag.synthetic.mixed_table import Labels

#: Criteria and prices of a coefficient.
SETTINGS = (("mixed", 1.5), ("mixed-cuts", 3.0))


#: Scores of the best order score search of ``andrey-core``, and their prices.
PEER_SETTINGS = (("degen_gauss", 1.0), ("degen_gauss", 1.5), ("cond_gauss", 1.0))


def measure(
    seeds: Sequence[int],
    sizes: Sequence[int],
    rows: int,
    edges_per_node: float,
    restarts: int,
    peers: bool,
) -> list[dict[str, Any]]:
    """Return one record per kind of labels, size and setting."""
    solvers = [
        make_solver("topo-mixed", criterion=criterion, penalty=penalty, n_restarts=restarts)
        for criterion, penalty in SETTINGS
    ]
    for solver in solvers:
        solver.fit(make_mixed_table(100, 10)[0])  # compiles
    records: list[dict[str, Any]] = []
    for labels in get_args(Labels):
        for d in sizes:
            settings: dict[str, Any] = {"labels": labels, "edges_per_node": edges_per_node}
            drawn = [make_mixed_table(rows, d, random_state=seed, **settings) for seed in seeds]
            found: dict[tuple[str, float], list[tuple[float, float]]] = {}
            for (criterion, penalty), solver in zip(SETTINGS, solvers, strict=True):
                if labels == "unordered" and criterion == "mixed-cuts":
                    continue
                found[criterion, penalty] = [
                    (fit_seconds(solver, X), cpdag_distance(g, solver)) for X, g in drawn
                ]
            for score, penalty in PEER_SETTINGS if peers else ():
                found[f"andrey {score}", penalty] = [
                    _fit_of_peer(score, penalty, *table) for table in drawn
                ]
            records += [{"labels": labels, "d": d} | record for record in _records(found)]
    return records


def _fit_of_peer(
    score: str, penalty: float, X: pd.DataFrame, graph: BoolArray
) -> tuple[float, float]:
    """Return the seconds and the distance of another package."""
    has_labels = (X.dtypes == "category").to_numpy()
    codes = X.apply(lambda column: column.cat.codes if column.dtype == "category" else column)
    settings = {
        "score_func": f"local_score_{score}",
        "lambda_value": penalty,
        "categorical": np.flatnonzero(has_labels).tolist(),
    }
    fit = fit_peer("andrey-core", "boss", codes.to_numpy(dtype=np.float64), 0, settings)
    return fit.cpu_seconds, cpdag_distance(graph, fit.weights)


def _records(found: dict[tuple[str, float], list[tuple[float, float]]]) -> list[dict[str, Any]]:
    """Return one record per setting, with the difference to the first one in pairs."""
    first = [distance for _, distance in next(iter(found.values()))]
    records = []
    for (criterion, penalty), fits in found.items():
        seconds, distances = zip(*fits, strict=True)
        records.append(
            {
                "criterion": criterion,
                "penalty": penalty,
                "distance": summary(distances),
                "seconds": mean(seconds),
                "minus the first": mean_and_error(
                    [own - other for own, other in zip(distances, first, strict=True)]
                ),
            }
        )
    return records


if __name__ == "__main__":
    study = Study("Tables of numbers and labels", __doc__, seeds=20)
    study.sizes(20, 50)
    study.option("--rows", type=int, default=1000, help="of every table")
    study.option("--edges-per-node", type=float, default=2.0, help="of every graph")
    study.option("--restarts", type=int, default=10, help="of every search")
    study.option("--peers", action="store_true", help="also fit andrey-core")
    study.run(measure)

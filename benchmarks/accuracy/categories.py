"""How close ``topo-bdeu`` comes to the graphs of networks over categories.

Run ``python -m causal_dag.benchmarks.accuracy.categories --bif FOLDER``. Random networks of twelve
variables, and one table per seed of every network in FOLDER, a BIF file each, such as those in the
folder ``pgmpy/utils/example_models`` of the wheel of pgmpy 0.1.26. Distances are those of
equivalence classes. ``--peers`` adds the best order score search of ``andrey-core`` (its BDeu) on
the same tables, and how the distances differ in pairs.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.accuracy.agreement import summary
from causal_dag.benchmarks.peers.call import fit_peer
from causal_dag.benchmarks.studies import Study, fit_seconds, mean_and_error
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import DiscreteNetwork, make_discrete_network, read_bif


def codes_and_graph(network: DiscreteNetwork, n: int, seed: int) -> tuple[FloatArray, BoolArray]:
    """Draw a table as codes, without columns that are constant in it, and the graph of the rest."""
    frame = network.sample(n, seed)
    codes = np.column_stack([frame[name].cat.codes for name in frame]).astype(np.float64)
    varies = codes.std(axis=0) > 0
    return codes[:, varies], network.adjacency[np.ix_(varies, varies)]


def measure(
    seeds: Sequence[int], rows: int, restarts: int, bif: Path | None, peers: bool
) -> list[dict[str, Any]]:
    """Return one record per kind of data."""
    random = [
        make_discrete_network(1, 12, edges_per_node=1.5, concentration=0.5, random_state=seed)[1]
        for seed in seeds
    ]
    kinds = {"random, d=12": [(network, 3000) for network in random]}
    for path in sorted(bif.iterdir()) if bif is not None else []:
        kinds[path.name.split(".")[0]] = [(read_bif(path), rows)] * len(seeds)
    solver = make_solver("topo-bdeu", n_restarts=restarts)
    solver.fit(np.arange(64)[:, None] // [1, 2, 4] % 2)  # compiles
    records = []
    for name, networks in kinds.items():
        drawn = [codes_and_graph(*made, s) for made, s in zip(networks, seeds, strict=True)]
        seconds = [fit_seconds(solver, X) for X, _ in drawn]
        own = [cpdag_distance(graph, solver.fit(X)) for X, graph in drawn]
        record = {"data": name, "distance": summary(own), "seconds": mean(seconds)}
        records.append(record | (beside_a_peer(drawn, own) if peers else {}))
    return records


def beside_a_peer(
    drawn: Sequence[tuple[FloatArray, BoolArray]], own: Sequence[float]
) -> dict[str, Any]:
    """Return the distances and seconds of another package, and how much larger ours are."""
    settings = {"score_func": "local_score_BDeu"}
    fits = [fit_peer("andrey-core", "boss", X, 0, settings) for X, _ in drawn]
    others = [cpdag_distance(g, fit.weights) for (_, g), fit in zip(drawn, fits, strict=True)]
    return {
        "andrey": summary(others),
        "andrey seconds": mean(fit.cpu_seconds for fit in fits),
        "topo-bdeu - andrey": mean_and_error([a - b for a, b in zip(own, others, strict=True)]),
    }


if __name__ == "__main__":
    study = Study("Networks over categories", __doc__, seeds=5)
    study.option("--rows", type=int, default=4000, help="of every network in a file")
    study.option("--restarts", type=int, default=20, help="of every search")
    study.option("--bif", type=Path, help="folder of BIF files")
    study.option("--peers", action="store_true", help="also fit andrey-core")
    study.run(measure)

"""How often intervals of edges contain the weights, with and without splitting the rows.

Run ``python -m causal_dag.benchmarks.accuracy.edge_inference``. One and a half edges per node,
weights of 0.3 to 1, noise variances of 0.5 to 2, graphs of topo-bic. ``split`` fits on one half of
the rows and passes the other half to ``edge_table``; ``same rows`` fits on one half and passes
none. ``population coefficients`` are those of each column's regression on the parents in the
fitted graph, under the true covariance; ``true weights`` those of the model that the rows were
drawn from, 0 where it has no such edge.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.studies import Study
from causal_dag.effects.edge_inference import SelectedEdgesWarning
from causal_dag.fit_warnings import held_back
from causal_dag.regression import least_squares_weights
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import make_linear_sem

LEVEL = 0.95


def measure(sizes: Sequence[int], samples: int, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per size and choice of the rows."""
    return [record for d in sizes for record in _records(d, samples, seeds)]


def _records(d: int, samples: int, seeds: Sequence[int]) -> list[dict[str, Any]]:
    found: dict[str, list[FloatArray]] = {"split": [], "same rows": []}
    for seed in seeds:
        X, sem = make_linear_sem(
            2 * samples, d, edges_per_node=1.5, noise_variance=(0.5, 2.0), weight_range=(0.3, 1.0),
            random_state=seed,
        )  # fmt: skip
        model = TOPO().fit(X[:samples])
        mixing = np.linalg.inv(np.eye(d) - sem.weights)
        covariance = mixing.T * sem.noise_variance @ mixing
        population = least_squares_weights(covariance, model.adjacency_)
        for name, rows in ("split", X[samples:]), ("same rows", None):
            with held_back(SelectedEdgesWarning):
                table = model.edge_table(rows, LEVEL)
            cause, effect = (
                table[key].str[1:].astype(int).to_numpy() for key in ("cause", "effect")
            )
            covers = [
                table["lower"].le(true[cause, effect]) & table["upper"].ge(true[cause, effect])
                for true in (population, sem.weights)
            ]
            found[name].append(np.column_stack(covers))
    return [_record(name, d, samples, np.concatenate(covers)) for name, covers in found.items()]


def _record(name: str, d: int, samples: int, covers: FloatArray) -> dict[str, Any]:
    population, weights = covers.mean(axis=0)
    return {
        "rows": name,
        "d": d,
        "n": samples,
        "edges": len(covers),
        "population coefficients": f"{100 * population:.1f} %",
        "true weights": f"{100 * weights:.1f} %",
    }


if __name__ == "__main__":
    study = Study("Edges in their intervals at 95 %", __doc__, seeds=200, first_seed=93000)
    study.sizes(10)
    study.option("--samples", type=int, default=200, help="rows to fit on")
    study.run(measure)

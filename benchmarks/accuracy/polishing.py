"""What polishing does to the answers of other solvers.

Run ``python -m causal_dag.benchmarks.accuracy.polishing``. Every solver is fitted as it is and with
``polish``, on the same 20 data sets: ER2, n = 1000, Gaussian noise; half with noise of variance 1
in raw units, half with variances between .5 and 10, standardised. The former are polished by
``topo-bic-ev``, the latter by ``topo-bic``, as one would who knows the units; there CPDAGs are
compared, since directions are not identified. ``better`` and ``worse`` count data sets.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.speed.report import add_json_option, print_report
from causal_dag.fit_warnings import ProjectionWarning, held_back
from causal_dag.metrics import cpdag_distance, structural_hamming_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.make_linear import ScaleName

SOLVERS = ("notears", "colide-ev", "colide-nv", "sortnregress-var", "sortnregress-r2")


@dataclass(frozen=True)
class _Data:
    noise_variance: float | tuple[float, float]
    scale: ScaleName
    polish: str
    distance: Callable[[FloatArray, FloatArray], float]


KINDS = {
    "equal variances, raw": _Data(1.0, "raw", "topo-bic-ev", structural_hamming_distance),
    "unequal, standardized": _Data((0.5, 10.0), "standardized", "topo-bic", cpdag_distance),
}


def measure(d: int, n_seeds: int, first_seed: int) -> list[dict[str, Any]]:
    """Return one record a solver and kind of data."""
    seeds = range(first_seed, first_seed + n_seeds)
    return [_record(name, kind, d, seeds) for kind in KINDS for name in SOLVERS]


def _record(name: str, kind: str, d: int, seeds: Sequence[int]) -> dict[str, Any]:
    distances = np.array([_distances(name, KINDS[kind], d, seed) for seed in seeds])
    before, after = distances.T
    return {
        "data": kind,
        "solver": name,
        "distance": mean(before.tolist()),
        "polished": mean(after.tolist()),
        "better": int((after < before).sum()),
        "worse": int((after > before).sum()),
    }


def _distances(name: str, data: _Data, d: int, seed: int) -> tuple[float, float]:
    X, sem = make_linear_sem(
        1000, d, noise_variance=data.noise_variance, scale=data.scale, random_state=seed
    )
    with held_back(ConvergenceWarning, ProjectionWarning):
        # The answers that need polishing most are those that come with a warning.
        model = make_solver(name, polish=data.polish).fit(X)
    unpolished = model.unpolished_weights_
    assert unpolished is not None
    return data.distance(sem.weights, unpolished), data.distance(sem.weights, model.weights_)


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20, metavar="D")
    parser.add_argument("--seeds", type=int, default=10, help="data sets a kind")
    parser.add_argument("--first-seed", type=int, default=3000)
    add_json_option(parser)
    arguments = parser.parse_args()
    with threadpool_limits(1):
        records = measure(arguments.size, arguments.seeds, arguments.first_seed)
    print_report(f"Polishing, d = {arguments.size}", records, as_json=arguments.json)


if __name__ == "__main__":
    main()

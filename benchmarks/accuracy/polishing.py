"""What polishing does to the answers of other solvers.

Run ``python -m causal_dag.benchmarks.accuracy.polishing``. Every solver is fitted as it is and with
``polish``, on the same 20 data sets: ER2, n = 1000, Gaussian noise; half with noise of variance 1
in raw units, half with variances between .5 and 10, standardized. The former are polished by
``topo-bic-ev``, the latter by ``topo-bic``, as one would who knows the units; there CPDAGs are
compared, since directions are not identified. ``better`` and ``worse`` count data sets.
"""

from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.studies import Study, fit_seconds
from causal_dag.metrics import cpdag_distance, structural_hamming_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.make_linear import ScaleName

SOLVERS = ("notears", "colide-ev", "colide-nv", "sortnregress-var", "sortnregress-r2")


#: Noise variance, scale of the columns, the polishing solver, and the distance.
KINDS: dict[str, tuple[Any, ScaleName, str, Callable[[FloatArray, FloatArray], float]]] = {
    "equal variances, raw": (1.0, "raw", "topo-bic-ev", structural_hamming_distance),
    "unequal, standardized": ((0.5, 10.0), "standardized", "topo-bic", cpdag_distance),
}


def measure(size: int, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per solver and kind of data."""
    return [_record(name, kind, size, seeds) for kind in KINDS for name in SOLVERS]


def _record(name: str, kind: str, d: int, seeds: Sequence[int]) -> dict[str, Any]:
    distances = np.array([_distances(name, kind, d, seed) for seed in seeds])
    before, after = distances.T
    return {
        "data": kind,
        "solver": name,
        "distance": mean(before.tolist()),
        "polished": mean(after.tolist()),
        "better": int((after < before).sum()),
        "worse": int((after > before).sum()),
    }


def _distances(name: str, kind: str, d: int, seed: int) -> tuple[float, float]:
    variance, scale, polish, distance = KINDS[kind]
    X, sem = make_linear_sem(1000, d, noise_variance=variance, scale=scale, random_state=seed)
    model = make_solver(name, polish=polish)
    fit_seconds(model, X)
    unpolished = model.unpolished_weights_
    assert unpolished is not None
    return distance(sem.weights, unpolished), distance(sem.weights, model.weights_)


if __name__ == "__main__":
    study = Study("Polishing, d = {size}", __doc__, seeds=10, first_seed=3000)
    study.option("--size", type=int, default=20, metavar="D")
    study.run(measure)

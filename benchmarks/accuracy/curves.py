"""How close ``topo-curves`` comes to the true graph of additive nonlinear models.

Run ``python -m causal_dag.benchmarks.accuracy.curves``. Every variable is the sum of one function
of each parent, of variance 1, plus noise of variance 1: draws from a Gaussian process, the sigmoids
of Bühlmann, Peters and Ernest (Annals of Statistics 2014), or squares. On linear Gaussian models
the equivalence classes are compared, beside those of ``topo-bic``, and the last column is the share
of the edges left open by the class that curves seem to direct.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.studies import Study, fit_seconds
from causal_dag.graph import topological_order
from causal_dag.metrics import cpdag_distance, structural_hamming_distance
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import make_linear_sem, random_dag

N_WAVES = 200


def gaussian_process(x: FloatArray, generator: np.random.Generator) -> FloatArray:
    """Return a draw with kernel exp(-(x - y)²/2), by random Fourier features."""
    frequencies = generator.standard_normal(N_WAVES)
    phases = generator.uniform(0.0, 2.0 * np.pi, N_WAVES)
    values: FloatArray = np.cos(np.outer(x, frequencies) + phases) @ generator.normal(size=N_WAVES)
    return values


def sigmoid(x: FloatArray, generator: np.random.Generator) -> FloatArray:
    """Return b (x + c) / (1 + abs(b (x + c))) with random slope b and centre c."""
    slope = generator.uniform(0.5, 2.0) * generator.choice([-1.0, 1.0])
    z = slope * (x + generator.uniform(-2.0, 2.0))
    values: FloatArray = z / (1.0 + np.abs(z))
    return values


def quadratic(x: FloatArray, generator: np.random.Generator) -> FloatArray:
    """Return ± x²."""
    values: FloatArray = x * x * generator.choice([-1.0, 1.0])
    return values


@dataclass(frozen=True)
class Kind:
    """A kind of additive models: functions, columns, edges per column, rows and noise."""

    function: Callable[[FloatArray, np.random.Generator], FloatArray]
    d: int
    edges_per_node: int
    n: int
    noise: str = "gaussian"

    @property
    def name(self) -> str:
        """Name all of these settings."""
        function = self.function.__name__.replace("_", " ")
        return f"{function}, {self.noise} noise, k={self.edges_per_node} d={self.d} n={self.n}"

    def draw(self, seed: int) -> tuple[FloatArray, BoolArray]:
        """Return data and graph."""
        generator = np.random.default_rng(seed)
        adjacency = random_dag(
            self.d, graph="er", edges_per_node=self.edges_per_node, random_state=seed
        )
        X = generator.standard_normal((self.n, self.d))
        if self.noise == "student-t":
            X = generator.standard_t(3, (self.n, self.d)) / np.sqrt(3.0)
        for j in topological_order(adjacency).tolist():
            for i in np.flatnonzero(adjacency[:, j]).tolist():
                values = self.function(X[:, i], generator)
                X[:, j] += (values - values.mean()) / values.std()
        return X, adjacency


KINDS = (
    Kind(gaussian_process, 10, 1, 500),
    Kind(gaussian_process, 10, 4, 500),
    Kind(gaussian_process, 10, 4, 150),
    Kind(gaussian_process, 20, 2, 500, "student-t"),
    Kind(sigmoid, 10, 2, 500),
    Kind(quadratic, 10, 2, 500),
    Kind(gaussian_process, 50, 2, 1000),
    Kind(gaussian_process, 50, 4, 1000),
)


def measure(seeds: Sequence[int], largest: int) -> list[dict[str, Any]]:
    """Return one record per kind of data, and one for linear data."""
    TOPO(criterion="curves").fit(KINDS[0].draw(0)[0])  # compiles
    kinds = [kind for kind in KINDS if kind.d <= largest]
    return [*(_of_curves(kind, seeds) for kind in kinds), _of_lines(seeds)]


def _of_curves(kind: Kind, seeds: Sequence[int]) -> dict[str, Any]:
    record, deciders = _record(kind.name, map(kind.draw, seeds), structural_hamming_distance)
    opened = [(decided_by == "open").mean() for decided_by in deciders]
    return record | {"edges": f"{mean(opened):.3f} open"}


def _of_lines(seeds: Sequence[int]) -> dict[str, Any]:
    drawn = (make_linear_sem(500, 10, noise_variance=(0.5, 2.0), random_state=s) for s in seeds)
    record, deciders = _record("linear, k=2 d=10 n=500 (classes)", drawn, cpdag_distance)
    decided = sum((decided_by == "assumption").sum() for decided_by in deciders)
    n_open = sum(decided_by.isin(["assumption", "open"]).sum() for decided_by in deciders)
    return record | {"edges": f"{decided} of {n_open} directed"}


def _record(
    name: str, drawn: Iterable[tuple[FloatArray, Any]], distance: Callable[[Any, Any], float]
) -> tuple[dict[str, Any], list[Any]]:
    """Return the figures of all tables, and what decided the edges of each."""
    distances, linear, seconds, deciders = [], [], [], []
    for X, truth in drawn:
        model = TOPO(criterion="curves", n_restarts=10)
        seconds.append(fit_seconds(model, X))
        distances.append(distance(truth, model))
        linear.append(distance(truth, TOPO().fit(X)))
        deciders.append(model.edges_["decided_by"])
    return {
        "data": name,
        "topo-curves": f"{mean(distances):.2f} ± {stdev(distances):.1f}",
        "topo-bic": f"{mean(linear):.2f} ± {stdev(linear):.1f}",
        "CPU seconds": mean(seconds),
    }, deciders


if __name__ == "__main__":
    study = Study("Structural Hamming distance, mean ± sd", __doc__, seeds=20, first_seed=7300)
    study.option("--largest", type=int, default=50, help="most columns")
    study.run(measure)

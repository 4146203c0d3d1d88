"""How close ``topo-nongaussian`` comes to the true graph when noise is not Gaussian.

Run ``python -m causal_dag.benchmarks.accuracy.non_gaussian``. Linear models with noise of six kinds
(five distributions, and one drawn for each variable) and of unequal variances are fitted beside
``topo-bic`` and ``direct-lingam``: structural Hamming / intervention distance of the fitted DAGs,
mean ± standard deviation, and CPU seconds. The last columns count the edges that the class leaves
open, how many of them the noise is said to direct, and how many of these wrongly. The last record
is of Gaussian noise.
"""

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.benchmarks.studies import Study, fit_seconds
from causal_dag.metrics import structural_hamming_distance, structural_intervention_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

LAWS = ("laplace", "exponential", "uniform", "student-t", "gumbel")
#: Edges per column, columns, rows.
CELLS = ((2, 20, 200), (4, 20, 200), (2, 20, 1000), (4, 20, 1000), (4, 50, 300))
DISTANCES = (structural_hamming_distance, structural_intervention_distance)
SOLVERS = ("topo-nongaussian", "topo-bic", "direct-lingam")


def draw(
    noise: str, edges_per_node: int, d: int, n: int, seed: int
) -> tuple[FloatArray, BoolArray]:
    """Return standardized data, and the graph; ``"mixed"`` noise has a law for each variable."""
    generator = np.random.default_rng(seed)
    laws: Any = generator.choice(LAWS, d).tolist() if noise == "mixed" else noise
    X, sem = make_linear_sem(
        n, d, edges_per_node=edges_per_node, noise=laws, noise_variance=(0.5, 10.0),
        random_state=seed,
    )  # fmt: skip
    return (X - X.mean(axis=0)) / X.std(axis=0), sem.weights != 0


def measure(seeds: Sequence[int], largest: int) -> list[dict[str, Any]]:
    """Return one record per size, and one for Gaussian noise."""
    for name in SOLVERS:
        make_solver(name).fit(draw("mixed", 1, 5, 100, 0)[0])  # compiles
    cells = [cell for cell in CELLS if cell[1] <= largest]
    records = [_record(cell, (*LAWS, "mixed"), seeds) for cell in cells]
    return [*records, _record((2, 20, 1000), ("gaussian",), seeds)]


def _record(
    cell: tuple[int, int, int], noises: Sequence[str], seeds: Sequence[int]
) -> dict[str, Any]:
    edges_per_node, d, n = cell
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in SOLVERS}
    n_open = decided = wrong = 0
    # Every law has its own data sets.
    for noise, own in [(noise, seeds[k :: len(noises)]) for k, noise in enumerate(noises)]:
        for seed in own:
            X, truth = draw(noise, edges_per_node, d, n, seed)
            for name in SOLVERS:
                model = make_solver(name)
                seconds = fit_seconds(model, X)
                adjacency = model.adjacency_
                distances = [distance(truth, adjacency) for distance in DISTANCES]
                found[name].append((*distances, seconds))
                if model.undecided_ is not None:
                    left_open = adjacency & model.cpdag_ & model.cpdag_.T
                    directed = left_open & ~model.undecided_
                    n_open += int(left_open.sum())
                    decided += int(directed.sum())
                    wrong += int((directed & truth.T).sum())
    law = noises[0] if len(noises) == 1 else "six laws"
    record: dict[str, Any] = {"data": f"{law}, ER{edges_per_node} {d}/{n}"}
    for name, figures in found.items():
        hamming, intervention, cpu = zip(*figures, strict=True)
        record[name] = (
            f"{mean(hamming):.2f} ± {stdev(hamming):.1f} / "
            f"{mean(intervention):.1f} ± {stdev(intervention):.0f}"
        )
        record[f"{name} s"] = mean(cpu)
    return {**record, "open": n_open, "directed": decided, "wrongly": wrong}


if __name__ == "__main__":
    study = Study("Non-Gaussian noise", __doc__, seeds=24, first_seed=64000)
    study.option("--largest", type=int, default=50, help="most columns")
    study.run(measure)

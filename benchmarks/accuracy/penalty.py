"""How close ``topo-bic`` comes to the true graph, depending on the penalty per edge.

Run ``python -m causal_dag.benchmarks.accuracy.penalty``. Simulated data of many kinds; one search
at ``penalty=2``, at ``penalty="auto"`` and at the constant penalty log n + 2 log((d - 3) / 2), and
what ``TOPOCV`` chooses on a path of penalties; with ``--flop``, also what FLOP finds with 20
restarts at its own penalty, 2 log n (``pip install flopsearch``). Distances are those of
equivalence classes. The regret of a rule is the excess of its mean distance over that of the fixed
penalty that is best in hindsight for the kind of data, divided by the number of true edges.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.speed.flop import FLOP_RESTARTS, run_flop
from causal_dag.benchmarks.studies import Study, mean_and_error
from causal_dag.fit_warnings import FewRowsWarning, held_back
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers.topo import TOPO, TOPOCV
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.linear_sem import LinearSEM

#: Fixed prices in units of log n; regrets are relative to the best of them.
PRICES = (6.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.6)
BASELINE = "penalty 2"


@dataclass(frozen=True)
class Cell:
    """A kind of data: random graph, edges per node, columns, rows and kind of weights."""

    graph: str
    edges_per_node: float
    d: int
    n: int
    weights: str = "strong"

    @property
    def name(self) -> str:
        """Name all of these settings."""
        return f"{self.graph}{self.edges_per_node:g} {self.weights} d={self.d} n={self.n}"

    def draw(self, seed: int, strong: tuple[float, float]) -> tuple[FloatArray, LinearSEM]:
        """Return standardized data and its model; ``strong`` are the bounds of strong weights."""
        laws: dict[str, dict[str, Any]] = {
            "strong": {"weight_range": strong, "noise_variance": (0.5, 10.0)},
            "weak": {"weight_range": (0.1, 0.5), "noise_variance": (0.5, 10.0)},
            "dao": {"weights": "dao"},
        }
        return make_linear_sem(
            self.n,
            self.d,
            graph=self.graph,  # type: ignore[arg-type]
            edges_per_node=self.edges_per_node,
            scale="raw" if self.weights == "dao" else "standardized",
            random_state=seed,
            **laws[self.weights],
        )


CELLS = (
    *(Cell("er", 1, d, n) for d, n in ((10, 100), (20, 500), (50, 1000), (100, 100), (100, 1000))),
    *(Cell("er", 2, d, n) for d, n in ((10, 1000), (20, 100), (50, 200), (50, 10_000), (100, 500))),
    *(Cell("er", 4, d, n) for d, n in ((20, 1000), (50, 1000), (100, 200), (100, 1000))),
    *(Cell("sf", 4, d, n) for d, n in ((20, 500), (50, 1000), (100, 1000))),
    *(Cell("er", 8, d, n) for d, n in ((20, 1000), (50, 2000))),
    *(Cell("er", 2, d, n, "dao") for d, n in ((10, 1000), (20, 1000), (50, 1000))),
    *(Cell("er", 5, d, n, "dao") for d, n in ((20, 1000), (50, 1000))),
    *(Cell("er", 2, d, n, "weak") for d, n in ((20, 200), (20, 1000), (50, 1000), (100, 500))),
)


def constant_penalty(n: int, d: int) -> float:
    """Return log n + 2 log((d - 3) / 2) in units of log n, at least .5."""
    return max(0.5, 1 + 2 * math.log((d - 3) / 2) / math.log(n))


def distances(
    cell: Cell, seed: int, restarts: int, strong: tuple[float, float], *, flop: bool = False
) -> tuple[dict[str, int], dict[float, int], int]:
    """Return the distance of every rule, and at every fixed price, and the number of edges."""
    X, sem = cell.draw(seed, strong)
    with held_back(FewRowsWarning):
        path = TOPOCV(lambdas=PRICES, solver=TOPO(n_restarts=max(1, restarts // 5))).fit(X)
        rules: dict[str, Any] = {
            BASELINE: TOPO(penalty=2.0, n_restarts=restarts).fit(X),
            "auto": TOPO(n_restarts=restarts).fit(X),
            "constant": TOPO(penalty=constant_penalty(cell.n, cell.d), n_restarts=restarts).fit(X),
            "TOPOCV": path,
        }
    fixed = {point.lambda1: cpdag_distance(sem, point.weights) for point in path.path_}
    found = {rule: cpdag_distance(sem, model) for rule, model in rules.items()}
    if flop:
        found["FLOP"] = run_flop(X, sem.weights, FLOP_RESTARTS).distance
    return found, fixed, int((sem.weights != 0).sum())


def measure(
    seeds: Sequence[int], restarts: int, weights: Sequence[float], flop: bool
) -> list[dict[str, Any]]:
    """Return one record per rule."""
    low, high = weights
    results = {
        cell: [distances(cell, seed, restarts, (low, high), flop=flop) for seed in seeds]
        for cell in CELLS
    }
    rules = list(results[CELLS[0]][0][0])
    return [_record(rule, results) for rule in rules]


def _record(rule: str, results: Mapping[Cell, Sequence[Any]]) -> dict[str, Any]:
    differences, of_cells, regrets = [], {}, {}
    for cell, found in results.items():
        own = [rules[rule] - rules[BASELINE] for rules, _, _ in found]
        differences += own
        of_cells[cell] = mean(own)
        least = min(mean(fixed[price] for _, fixed, _ in found) for price in PRICES)
        above = mean(rules[rule] for rules, _, _ in found) - least
        regrets[cell] = above / mean(n_edges for _, _, n_edges in found)
    worst = max(of_cells, key=of_cells.__getitem__)
    worst_regret = max(regrets, key=regrets.__getitem__)
    return {
        "rule": rule,
        "distance": mean(rules[rule] for found in results.values() for rules, _, _ in found),
        f"above {BASELINE}": mean_and_error(differences),
        "better": sum(difference < 0 for difference in differences),
        "worse": sum(difference > 0 for difference in differences),
        "worst kind": f"{of_cells[worst]:+.1f} {worst.name}",
        "regret": mean(regrets.values()),
        "largest regret": f"{regrets[worst_regret]:.3f} {worst_regret.name}",
    }


if __name__ == "__main__":
    study = Study("The penalty per edge", __doc__, seeds=5, first_seed=4200)
    study.option("--restarts", type=int, default=100, help="of every single search")
    study.option("--weights", type=float, nargs=2, default=[0.5, 2.0], help="of strong edges")
    study.option("--flop", action="store_true", help="run FLOP too")
    study.run(measure)

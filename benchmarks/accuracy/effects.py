"""How often the interval of an effect contains the true effect, over the class of topo-bic.

Run ``python -m causal_dag.benchmarks.accuracy.effects``. One and a half edges per node, weights of
0.5 to 1.5, noise variances of 0.5 to 2; one pair of columns per table, joined by a directed path.
``true class`` takes the class of the true graph, so that only the regressions are estimated;
``fitted class`` that of topo-bic, also restricted to the tables on which it is right. With the
outcome shuffled, the interval must miss the effect. Widths are in standard deviations of outcome
per standard deviation of cause.
"""

from collections.abc import Sequence
from statistics import mean, median
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.studies import Study
from causal_dag.effects.effect import Effect
from causal_dag.effects.graph_class import GraphClass
from causal_dag.effects.possible_effects import possible_effect
from causal_dag.graph import cpdag, total_effects
from causal_dag.moments import Moments
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import make_linear_sem
from causal_dag.synthetic.linear_sem import LinearSEM

LEVEL = 0.95


def measure(sizes: Sequence[int], samples: int, seeds: Sequence[int]) -> list[dict[str, Any]]:
    """Return one record per size and choice of the class."""
    return [record for d in sizes for record in _records(d, samples, seeds)]


def _records(d: int, samples: int, seeds: Sequence[int]) -> list[dict[str, Any]]:
    found: dict[str, list[tuple[bool, float, bool]]] = {}
    for seed in seeds:
        X, sem = make_linear_sem(
            samples, d, edges_per_node=1.5, noise_variance=(0.5, 2.0), weight_range=(0.5, 1.5),
            random_state=seed,
        )  # fmt: skip
        true = total_effects(sem.weights)
        generator = np.random.default_rng(seed)
        cause, outcome = map(int, generator.choice(np.argwhere(true)))
        shuffled = X.copy()
        shuffled[:, outcome] = generator.permutation(X[:, outcome])
        model, unit = TOPO().fit(X), X[:, cause].std() / X[:, outcome].std()
        fitted = model.effect(cause, outcome, level=LEVEL)
        is_right = bool((model.cpdag_ == cpdag(sem.weights)).all())
        cases = {
            "true class": _over_true_class(X, sem, cause, outcome),
            "fitted class": fitted,
            **({"fitted class, where right": fitted} if is_right else {}),
            "outcome shuffled": TOPO().fit(shuffled).effect(cause, outcome, level=LEVEL),
        }
        for name, effect in cases.items():
            low, high = effect.interval.tolist()
            covers = bool(low <= true[cause, outcome] <= high)
            found.setdefault(name, []).append((covers, (high - low) * unit, effect.is_identified))
    return [_record(name, d, samples, cases) for name, cases in sorted(found.items())]


def _over_true_class(X: FloatArray, sem: LinearSEM, cause: int, outcome: int) -> Effect:
    d = X.shape[1]
    labels = tuple(map(str, range(d)))
    graphs = GraphClass(cpdag(sem.weights), sem.weights != 0, labels, np.zeros(d, dtype=bool))
    return possible_effect(graphs, Moments.from_rows(X), [cause], outcome, LEVEL)


def _record(
    name: str, d: int, samples: int, cases: Sequence[tuple[bool, float, bool]]
) -> dict[str, Any]:
    covers, widths, are_identified = zip(*cases, strict=True)
    return {
        "class": name,
        "d": d,
        "n": samples,
        "cases": len(cases),
        "interval contains the effect": f"{100 * mean(covers):.1f} %",
        "median width": float(median(widths)),
        "identified": f"{100 * mean(are_identified):.0f} %",
    }


if __name__ == "__main__":
    study = Study("Intervals of effects at 95 %", __doc__, seeds=200, first_seed=71000)
    study.sizes(8, 20)
    study.option("--samples", type=int, default=500, help="rows per table")
    study.run(measure)

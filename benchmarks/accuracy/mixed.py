"""How close ``topo-mixed`` comes to the graphs of tables of numbers and labels.

Run ``python -m causal_dag.benchmarks.accuracy.mixed``. Half the columns are labels: unordered ones,
ordered ones whose codes act, and ordered ones that a latent Gaussian was cut into, each fitted in
all ways: indicators or codes (``mixed``), and cuts (``mixed-cuts``). Distances are those of
equivalence classes.
"""

from collections.abc import Sequence
from statistics import mean
from typing import Any, get_args

from causal_dag.benchmarks.accuracy.agreement import summary
from causal_dag.benchmarks.studies import Study, fit_seconds
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_mixed_table
from causal_dag.synthetic.mixed_table import Labels

#: Criteria and prices of a coefficient.
SETTINGS = (("mixed", 1.5), ("mixed-cuts", 3.0))


def measure(
    seeds: Sequence[int], sizes: Sequence[int], rows: int, edges_per_node: float, restarts: int
) -> list[dict[str, Any]]:
    """Return one record per kind of labels, size and setting."""
    solvers = [
        make_solver("topo-mixed", criterion=criterion, penalty=penalty, n_restarts=restarts)
        for criterion, penalty in SETTINGS
    ]
    for solver in solvers:
        solver.fit(make_mixed_table(100, 10)[0])  # compiles
    records = []
    for labels in get_args(Labels):
        for d in sizes:
            drawn = [
                make_mixed_table(
                    rows, d, labels=labels, edges_per_node=edges_per_node, random_state=seed
                )
                for seed in seeds
            ]
            for (criterion, penalty), solver in zip(SETTINGS, solvers, strict=True):
                if labels == "unordered" and criterion == "mixed-cuts":
                    continue
                fits = [(fit_seconds(solver, X), cpdag_distance(g, solver)) for X, g in drawn]
                seconds, distances = zip(*fits, strict=True)
                records.append(
                    {
                        "labels": labels,
                        "d": d,
                        "criterion": criterion,
                        "penalty": penalty,
                        "distance": summary(distances),
                        "seconds": mean(seconds),
                    }
                )
    return records


def main() -> None:
    """Print the table, or one JSON document."""
    study = Study("Tables of numbers and labels", __doc__, seeds=20)
    study.sizes(20, 50)
    study.option("--rows", type=int, default=1000, help="of every table")
    study.option("--edges-per-node", type=float, default=2.0, help="of every graph")
    study.option("--restarts", type=int, default=10, help="of every search")
    study.run(measure)


if __name__ == "__main__":
    main()

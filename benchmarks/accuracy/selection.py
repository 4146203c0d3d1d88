"""What a criterion's choice of λ and threshold does to the answers of a solver.

Run ``python -m causal_dag.benchmarks.accuracy.selection``. Simulated ER2 graphs, n = 1000, Gaussian
noise of equal variance; mean structural Hamming distance with the solver's defaults, with the
choice of every criterion asked for, and of the graphs on the path the smallest, which nobody knows.
"""

import argparse
from statistics import mean
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from causal_dag import DAGMACV, NOTEARSCV, CoLiDECV
from causal_dag.benchmarks.speed.report import add_json_option, print_report
from causal_dag.fit_warnings import ProjectionWarning, held_back
from causal_dag.graph import project_to_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.selection.selecting_estimator import CriterionName, SelectingEstimator
from causal_dag.synthetic import make_linear_sem

ESTIMATORS: dict[str, type[SelectingEstimator]] = {
    "colide-ev": CoLiDECV,
    "dagma": DAGMACV,
    "notears": NOTEARSCV,
}


def distances(
    name: str, criteria: list[CriterionName], d: int, n_lambdas: int, seed: int, n_jobs: int
) -> dict[str, float]:
    """Return the distances to one true graph: default, best on the path, and every criterion."""
    X, sem = make_linear_sem(1000, d, graph="er", edges_per_node=2, random_state=seed)
    estimator = ESTIMATORS[name]
    with held_back(ConvergenceWarning, ProjectionWarning):
        default = estimator.solver_class().fit(X)
        found = {"default": structural_hamming_distance(sem.weights, default.weights_)}
        for criterion in criteria:
            model = estimator(
                criterion=criterion, lambdas=n_lambdas, random_state=0, n_jobs=n_jobs
            ).fit(X)
            found[criterion] = structural_hamming_distance(sem.weights, model.weights_)
    found["best on the path"] = min(
        structural_hamming_distance(
            sem.weights,
            project_to_dag(
                model.path_[candidate.point].weights, candidate.weight_threshold
            ).weights,
        )
        for candidate in model.candidates_
    )
    return found


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20, metavar="D")
    parser.add_argument("--lambdas", type=int, default=12)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=310)
    parser.add_argument("--solvers", nargs="+", default=["colide-ev", "dagma"], choices=ESTIMATORS)
    parser.add_argument("--criteria", nargs="+", default=["bic", "ebic"], metavar="NAME")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    add_json_option(parser)
    arguments = parser.parse_args()
    records: list[dict[str, Any]] = []
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    with threadpool_limits(1):
        for name in arguments.solvers:
            found = [
                distances(
                    name,
                    arguments.criteria,
                    arguments.size,
                    arguments.lambdas,
                    seed,
                    arguments.jobs,
                )
                for seed in seeds
            ]
            means = {column: mean(row[column] for row in found) for column in found[0]}
            records.append({"solver": name, **means})
    print_report(f"Selection, d = {arguments.size}", records, as_json=arguments.json)


if __name__ == "__main__":
    main()

"""What a criterion's choice of λ and threshold does to the answers of a solver.

Run ``python -m causal_dag.benchmarks.accuracy.selection``. Simulated ER2 graphs, n = 1000, Gaussian
noise of equal variance; mean structural Hamming distance with the solver's defaults, with the
choice of every criterion asked for, and of the graphs on the path the smallest, which nobody knows.
"""

from collections.abc import Sequence
from statistics import mean
from typing import Any

from sklearn.exceptions import ConvergenceWarning

from causal_dag.benchmarks.studies import Study
from causal_dag.fit_warnings import ProjectionWarning, held_back
from causal_dag.graph import project_to_dag
from causal_dag.metrics import structural_hamming_distance
from causal_dag.selection.selecting_estimator import CriterionName, SelectingEstimator
from causal_dag.solvers.colide import CoLiDECV
from causal_dag.solvers.dagma import DAGMACV
from causal_dag.solvers.notears import NOTEARSCV
from causal_dag.synthetic import make_linear_sem

ESTIMATORS: dict[str, type[SelectingEstimator]] = {
    "colide-ev": CoLiDECV,
    "dagma": DAGMACV,
    "notears": NOTEARSCV,
}


def _distances(
    name: str, d: int, seed: int, criteria: list[CriterionName], lambdas: int, jobs: int
) -> dict[str, float]:
    """Return the distances to one true graph: default, best on the path, and every criterion."""
    X, sem = make_linear_sem(1000, d, graph="er", edges_per_node=2, random_state=seed)
    estimator = ESTIMATORS[name]
    with held_back(ConvergenceWarning, ProjectionWarning):
        default = estimator.solver_class().fit(X)
        found = {"default": structural_hamming_distance(sem.weights, default.weights_)}
        for criterion in criteria:
            model = estimator(criterion=criterion, lambdas=lambdas, random_state=0, n_jobs=jobs)
            found[criterion] = structural_hamming_distance(sem.weights, model.fit(X).weights_)
    on_path = [
        project_to_dag(model.path_[candidate.point].weights, candidate.weight_threshold).weights
        for candidate in model.candidates_
    ]
    distances = [structural_hamming_distance(sem.weights, weights) for weights in on_path]
    return found | {"best on the path": min(distances)}


def measure(
    solvers: Sequence[str], size: int, seeds: Sequence[int], **settings: Any
) -> list[dict[str, Any]]:
    """Return one record per solver."""
    records = []
    for name in solvers:
        found = [_distances(name, size, seed, **settings) for seed in seeds]
        means = {column: mean(row[column] for row in found) for column in found[0]}
        records.append({"solver": name, **means})
    return records


if __name__ == "__main__":
    study = Study("Selection, d = {size}", __doc__, seeds=10, first_seed=310)
    study.option("--size", type=int, default=20, metavar="D")
    study.option("--lambdas", type=int, default=12)
    study.option("--solvers", nargs="+", default=["colide-ev", "dagma"], choices=ESTIMATORS)
    study.option("--criteria", nargs="+", default=["bic", "ebic"], metavar="NAME")
    study.option("--jobs", type=int, default=1, help="processes")
    study.run(measure)

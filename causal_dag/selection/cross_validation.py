"""Cross-validated likelihood: how well refitted graphs predict rows they have not seen."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from causal_dag.arrays import IntArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import Number, PositiveInteger, Rule
from causal_dag.saving.values import saveable
from causal_dag.selection.criterion import Choice, SelectionTask, candidates_of_grid
from causal_dag.selection.graph_likelihood import GraphLikelihood
from causal_dag.selection.information_criteria import BIC
from causal_dag.selection.resampling import moments_of_rows, weights_over_resamples
from causal_dag.selection.thresholds import common_thresholds, graph_at


@dataclass(frozen=True)
class Folds(Rule):
    """A number of folds, or an object that splits rows as scikit-learn's splitters do."""

    demand = "must be an integer >= 2, or an object with split(X)"

    def convert(self, value: Any) -> Any:
        """Return an int, or the splitter itself."""
        if hasattr(value, "split") and not isinstance(value, str | bytes | type):
            return value
        return Number(low=2, integer=True).convert(value)


@saveable("selection.CrossValidatedLikelihood")
@dataclass(frozen=True)
class CrossValidatedLikelihood(CheckedFields):
    """Minus the out-of-fold Gaussian log-likelihood per row of graphs refitted in the fold.

    In every fold the path is computed on the other rows, every graph is refitted to them by least
    squares, and judged on the rows of the fold. A fold that the time budget cuts short is left
    out; if none is left, BIC chooses.

    Parameters
    ----------
    cv : int or splitter, default 5
        Number of folds, of rows in random order; or an object with ``split(X)``, for example
        ``TimeSeriesSplit()`` for rows that depend on those before.
    n_thresholds : int, default 20
        Thresholds to choose from, where the task states none.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the folds are more than the rows.

    Notes
    -----
    Likelihood on new rows forgives small surplus edges, so the graph tends to be larger than that
    of BIC. Choose by it where prediction is what the model is for.

    Examples
    --------
    >>> from causal_dag import DAGMACV
    >>> from causal_dag.selection import CrossValidatedLikelihood
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> criterion = CrossValidatedLikelihood(cv=2)
    >>> DAGMACV(criterion=criterion, lambdas=[0.02, 20.0], random_state=0).fit(X).lambda1_
    0.02
    """

    cv: Annotated[Any, Folds()] = 5
    n_thresholds: PositiveInteger = 20

    needs_rows = True

    def choose(self, task: SelectionTask) -> Choice:
        """Return all candidates, and the one of largest out-of-fold likelihood."""
        folds = self._folds(task)
        paths = weights_over_resamples(task, [train for train, _ in folds])
        thresholds = task.thresholds or common_thresholds(
            [point.weights for point in task.path], task.problem.constraints, self.n_thresholds
        )
        total, n_rows = np.zeros((len(task.path), len(thresholds))), 0
        for (train, test), path in zip(folds, paths, strict=True):
            if path is None:
                continue
            likelihood = GraphLikelihood(
                moments_of_rows(task.problem, train),
                task.noise,
                held_out=moments_of_rows(task.problem, test),
            )
            n_rows += test.size
            for number, weights in enumerate(path):
                for place, threshold in enumerate(thresholds):
                    graph = graph_at(weights, threshold, task.problem.constraints)
                    total[number, place] += test.size * likelihood.mean_log_likelihood(graph)
        if n_rows == 0:
            return BIC().choose(task)
        return Choice.smallest_value(candidates_of_grid(task, thresholds, -total / n_rows))

    def _folds(self, task: SelectionTask) -> list[tuple[IntArray, IntArray]]:
        n = task.problem.moments.n_samples
        if hasattr(self.cv, "split"):
            return list(self.cv.split(np.zeros((n, 1))))
        if self.cv > n:
            raise ValueError(
                f"cv={self.cv} folds need at least {self.cv} rows, but n_samples={n}; use fewer "
                "folds, or a criterion without resampling ('bic', 'ebic')"
            )
        shuffled = task.problem.random_generator.permutation(n)
        tests = [np.sort(part) for part in np.array_split(shuffled, self.cv)]
        return [(np.setdiff1d(np.arange(n), test), test) for test in tests]

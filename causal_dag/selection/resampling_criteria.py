"""Criteria that fit the path again to resampled rows: cross-validated likelihood and StARS."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.declared_parameters import CheckedFields
from causal_dag.estimator import DAGEstimator
from causal_dag.moments import Moments
from causal_dag.parameters import Number, PositiveInteger, Rule
from causal_dag.problem import Monitor, Problem, Status
from causal_dag.saving.values import saveable
from causal_dag.selection.criterion import Candidate, Choice, SelectionTask, candidates_of_grid
from causal_dag.selection.graph_likelihood import GraphLikelihood
from causal_dag.selection.information_criteria import BIC
from causal_dag.selection.parallel import in_batches
from causal_dag.selection.path import solve_path
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


@saveable("selection.StARS")
@dataclass(frozen=True)
class StARS(CheckedFields):
    """Stability approach to regularization selection: as many edges as subsamples agree on.

    The path is computed on subsamples of rows without replacement. The instability of λ and
    threshold is the mean over pairs of variables of the chance that two subsamples disagree on the
    pair's state: no edge, one direction, or the other. The graph with the most edges at or below
    ``instability`` is chosen. A subsample that the time budget cuts short is left out; if fewer
    than two are left, BIC chooses.

    Parameters
    ----------
    n_subsamples : int, default 20
        Number of subsamples, at least 2.
    instability : float, default 0.01
        Largest instability β that is accepted, between 0 and 1.
    n_thresholds : int, default 20
        Thresholds to choose from, where the task states none.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    Subsamples have ⌊10 √n⌋ rows (Liu, Roeder and Wasserman 2010, section 4 [1]_), and ⌊0.8 n⌋
    if that is smaller. With two states, edge or no edge, the probability of disagreement is their
    ξ = 2θ(1 − θ). This differs from the paper in two ways. Its β = 0.05 is a mean over all pairs,
    of which a sparse DAG uses few; here it lets in many edges that are not there, so β is smaller.
    And instability is not made to rise along the path. A threshold that happens to lie at the size
    of a true weight is unstable, and a smaller one is stable again; the dense graphs against which
    the paper guards are not candidates, since thresholds end at the first cycle.

    References
    ----------
    .. [1] Liu, Roeder and Wasserman, "Stability approach to regularization selection (StARS) for
       high dimensional graphical models", NeurIPS 2010, arXiv 1006.3316.

    Examples
    --------
    >>> from causal_dag import DAGMACV
    >>> from causal_dag.selection import StARS
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> criterion = StARS(n_subsamples=3)
    >>> DAGMACV(criterion=criterion, lambdas=[0.02, 2.0], random_state=0).fit(X).lambda1_
    0.02
    """

    n_subsamples: Annotated[int, Number(low=2, integer=True)] = 20
    instability: Annotated[float, Number(low=0, high=1)] = 0.01
    n_thresholds: PositiveInteger = 20

    needs_rows = True

    def choose(self, task: SelectionTask) -> Choice:
        """Return all candidates, and the largest graph that is stable enough."""
        n, generator = task.problem.moments.n_samples, task.problem.random_generator
        size = subsample_size(n)
        row_sets = [
            np.sort(generator.permutation(n)[:size]).astype(np.intp)
            for _ in range(self.n_subsamples)
        ]
        paths = [path for path in weights_over_resamples(task, row_sets) if path is not None]
        if len(paths) < 2:
            return BIC().choose(task)
        constraints = task.problem.constraints
        thresholds = task.thresholds or common_thresholds(
            [point.weights for point in task.path], constraints, self.n_thresholds
        )
        instability = np.array(
            [
                [
                    edge_instability([graph_at(path[point], t, constraints) for path in paths])
                    for t in thresholds
                ]
                for point in range(len(task.path))
            ]
        )
        return self._largest_stable(candidates_of_grid(task, thresholds, instability))

    def _largest_stable(self, candidates: Sequence[Candidate]) -> Choice:
        stable = [c for c in candidates if c.value <= self.instability]
        # Where nothing is stable enough, the most regularized graph is the nearest to it.
        best = max(stable, key=lambda c: (c.n_edges, -c.value), default=candidates[0])
        return Choice(tuple(candidates), best)


def subsample_size(n_samples: int) -> int:
    """Return the number of rows of a subsample.

    Examples
    --------
    >>> from causal_dag.selection.resampling_criteria import subsample_size
    >>> subsample_size(1000), subsample_size(100)
    (316, 80)
    """
    return max(2, min(math.floor(10 * math.sqrt(n_samples)), math.floor(0.8 * n_samples)))


def edge_instability(graphs: Sequence[BoolArray]) -> float:
    """Return the mean chance that two of the graphs disagree on a pair of variables.

    Parameters
    ----------
    graphs : sequence of ndarray of bool, shape (d, d)
        DAGs.

    Returns
    -------
    float
        Between 0 and 1; 1 − Σ (share of a state)², mean over the d (d − 1) / 2 pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.selection.resampling_criteria import edge_instability
    >>> there = np.array([[False, True], [False, False]])
    >>> edge_instability([there, ~there & there.T]), edge_instability([there, there])
    (0.5, 0.0)
    """
    d = len(graphs[0])
    if d < 2:
        return 0.0
    share = np.mean(graphs, axis=0)
    agree = share**2
    absent = 1.0 - share - share.T
    same_state = agree + agree.T + absent**2
    return float(1.0 - same_state[np.triu_indices(d, 1)].mean())


def weights_over_resamples(
    task: SelectionTask, row_sets: Sequence[IntArray]
) -> list[tuple[FloatArray, ...] | None]:
    """Return the raw weights along the task's λ for every set of rows.

    Parameters
    ----------
    task : SelectionTask
        Solver, data, constraints and λ; the constraints hold for every set of rows.
    row_sets : sequence of ndarray of int
        Row numbers.

    Returns
    -------
    list of tuple of ndarray of shape (d, d), or None
        None for a set whose path the time budget, the callback or Ctrl-C has cut short.

    Raises
    ------
    ValueError
        If a column is constant on a set of rows.
    """
    monitor, n_points = task.problem.monitor, len(task.path)
    lambdas = [point.lambda1 for point in task.path]
    seeds = task.problem.random_generator.integers(2**63, size=len(row_sets)).tolist()

    def jobs() -> Iterator[tuple[DAGEstimator, Problem, list[float], bool]]:
        for row_set, seed in zip(row_sets, seeds, strict=True):
            yield task.solver, _problem_of(task.problem, row_set, seed), lambdas, task.warm_start

    found: list[tuple[FloatArray, ...] | None] = []
    if monitor.stop_reason() is None:
        for weights, is_interrupted in in_batches(_path_weights, jobs(), task.n_jobs):
            found.append(weights if len(weights) == n_points and not is_interrupted else None)
            if is_interrupted:
                monitor.interrupt()
            if monitor.stop_reason() is not None:
                break
    return found + [None] * (len(row_sets) - len(found))


def moments_of_rows(problem: Problem, row_set: IntArray) -> Moments:
    """Return the moments of some of the problem's rows."""
    if problem.rows is None:
        raise ValueError("a criterion that resamples needs rows, not only their moments")
    return Moments.from_rows(problem.rows[row_set], problem.moments.feature_names)


def _problem_of(problem: Problem, row_set: IntArray, seed: int) -> Problem:
    moments = moments_of_rows(problem, row_set)
    assert problem.rows is not None
    rows = problem.rows[row_set]
    _refuse_constant_columns(rows, problem.moments)
    left = problem.monitor.seconds_left
    return replace(
        problem,
        moments=moments,
        rows=rows,
        monitor=Monitor(time_budget=None if np.isinf(left) else max(left, 0.0)),
        random_generator=np.random.default_rng(seed),
    )


def _refuse_constant_columns(rows: FloatArray, moments: Moments) -> None:
    for column in np.flatnonzero(np.ptp(rows, axis=0) == 0):
        raise ValueError(
            f"column {moments.name_of(column)} is constant on the {len(rows)} of "
            f"{moments.n_samples} rows that resampling drew; use fewer folds, a criterion without "
            "resampling ('bic', 'ebic'), or drop the column"
        )


def _path_weights(
    solver: DAGEstimator, problem: Problem, lambdas: list[float], warm_start: bool
) -> tuple[tuple[FloatArray, ...], bool]:
    """Return the weights of a path, and whether Ctrl-C ended it."""
    with one_blas_thread():
        path = solve_path(solver, problem, lambdas, warm_start=warm_start)
    weights = tuple(point.weights for point in path)
    return weights, problem.monitor.stop_reason() is Status.INTERRUPTED

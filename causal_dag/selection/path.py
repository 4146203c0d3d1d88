"""A solver's answers at many weights λ of the ℓ1 penalty, and which λ these are."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import FloatArray, WeightMatrix
from causal_dag.blas_threads import one_blas_thread
from causal_dag.constraints import Constraints
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import held_back
from causal_dag.fitting.initial_point import resolve_initial_point
from causal_dag.fitting.missing_values import data_of_fit
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.parameters import Either, Number, Numbers
from causal_dag.problem import InitialPoint, Monitor, Problem, Solution, Status
from causal_dag.saving.values import saveable
from causal_dag.selection.parallel import in_batches
from causal_dag.selection.thresholds import distinct_thresholds, graph_at
from causal_dag.wording import quoted

#: A grid spans at least two decades, also where noise alone would end it before.
LARGEST_GRID_END = 0.01
#: Ends of a grid of penalties per edge, in units of log n.
LARGEST_PENALTY, SMALLEST_PENALTY = 6.0, 0.6
#: How many λ, or which.
LAMBDAS = Either(Number(low=1, high=10_000, integer=True), Numbers(Number(low=0)))


@saveable("PathPoint")
@dataclass(frozen=True, eq=False)
class PathPoint:
    """The answer at one λ.

    Parameters
    ----------
    lambda1 : float
        Weight of the ℓ1 penalty; for a solver with a penalty per edge, its ``penalty``.
    solution : Solution
        What the solver returned.
    seconds : float
        Wall time of the fit.
    weight_threshold : float
        The solver's threshold; on a path on which a criterion has chosen, its best threshold at
        this λ.
    n_edges : int
        Edges of the graph at that threshold.
    criterion : float
        The criterion's value of that graph, lower is better; NaN where none has looked.
    """

    lambda1: float
    solution: Solution
    seconds: float
    weight_threshold: float
    n_edges: int
    criterion: float = np.nan

    @property
    def weights(self) -> WeightMatrix:
        """Raw weights, before threshold and projection, shape (d, d)."""
        return self.solution.weights

    @property
    def objective(self) -> float:
        """Value of the solver's objective at the weights."""
        return self.solution.objective

    @property
    def status(self) -> Status:
        """How the solver ended."""
        return self.solution.status


def regularization_path(
    estimator: DAGEstimator,
    X: Any,
    *,
    lambdas: int | Sequence[float] = 20,
    warm_start: bool = False,
    n_jobs: int | None = None,
) -> tuple[PathPoint, ...]:
    """Solve the same problem at many weights of the ℓ1 penalty, from the largest down.

    Parameters
    ----------
    estimator : DAGEstimator
        Unfitted solver with a parameter ``lambda1``, or one with a penalty per edge such as
        ``TOPO``, where λ is its ``penalty``. It is cloned; its prior knowledge, start and time
        budget (seconds for the whole path) hold at every λ.
    X : array-like or data frame of shape (n, d)
        One row per sample, one column per variable. Not changed.
    lambdas : int or sequence of float
        How many λ, in equal ratios from the smallest one that leaves no edge down (see
        ``lambda_grid``); or the values themselves.
    warm_start : bool
        Start from the DAG of the λ before instead of from ``init``. See the notes.
    n_jobs : int, optional
        Number of processes; -1 for one per core. It has no effect on warm starts, which need one λ
        after the other. Results are bitwise identical for any number.

    Returns
    -------
    tuple of PathPoint
        From the largest λ down; shorter than ``lambdas`` where time or callback ended it.

    Raises
    ------
    ValueError
        If the estimator has no ``lambda1``, the data cannot be used, or a λ is negative.

    Notes
    -----
    The problems are not convex, so a start decides between local minima. Solvers that follow a
    central path walk the whole of it at every λ, warm start or not. What would save time there,
    going on from the last stages only, costs accuracy: edges can no longer turn once the
    log-determinant dominates. ``docs/guide/selection.md`` has the figures.

    Examples
    --------
    >>> from causal_dag import DAGMA
    >>> from causal_dag.selection import regularization_path
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> path = regularization_path(DAGMA(), X, lambdas=[0.05, 100.0])
    >>> [(point.lambda1, point.n_edges) for point in path]
    [(100.0, 0), (0.05, 3)]
    """
    refuse_without_lambda(estimator)
    estimator = estimator.checked_copy()
    with one_blas_thread():
        data = data_of_fit(estimator, X)
        problem = _problem(estimator, data.moments, data.rows)
        grid = lambda_grid(estimator, problem, lambdas)
        return solve_path(estimator, problem, grid, warm_start=warm_start, n_jobs=n_jobs)


def refuse_without_lambda(estimator: Any) -> None:
    """Raise ``ValueError`` unless the estimator has ``lambda1`` and ``weight_threshold``."""
    has_both = hasattr(estimator, "solve") and {"lambda1", "weight_threshold"} <= set(
        estimator.get_params(deep=False)
    )
    if isinstance(estimator, type) or not has_both:
        raise ValueError(
            f"{quoted(estimator)} is not a solver with the parameters lambda1 and "
            "weight_threshold, so there is nothing to choose; pass an unfitted one, for example "
            "CoLiDE()"
        )


def path_parameter(estimator: DAGEstimator) -> str:
    """Return the name of the parameter that varies along a solver's path."""
    name: str = getattr(estimator, "path_parameter", "lambda1")
    return name


def solve_path(
    estimator: DAGEstimator,
    problem: Problem,
    lambdas: Sequence[float],
    *,
    warm_start: bool = False,
    n_jobs: int | None = None,
) -> tuple[PathPoint, ...]:
    """Solve a problem at falling λ; the problem's monitor gets one record per point.

    Parameters
    ----------
    estimator : DAGEstimator
        The solver.
    problem : Problem
        What is solved at every λ.
    lambdas : sequence of float
        Falling.
    warm_start : bool
        Start every λ from the DAG of the one before.
    n_jobs : int, optional
        Processes, without warm starts.

    Returns
    -------
    tuple of PathPoint
        At least the first one; all of them unless the monitor said stop.
    """
    points: list[PathPoint] = []
    seeds = problem.random_generator.integers(2**63, size=len(lambdas)).tolist()
    settings = list(zip(lambdas, seeds, strict=True))
    if warm_start:
        found = _one_after_the_other(estimator, problem, settings)
    else:
        jobs = (_job(estimator, problem, *setting) for setting in settings)
        found = in_batches(_solve_point, jobs, n_jobs)
    for point in found:
        points.append(point)
        n_edges = int((point.weights != 0).sum())
        problem.monitor.record_stage(point.objective, non_zeros=n_edges)
        if point.status is Status.INTERRUPTED:
            problem.monitor.interrupt()
        if problem.monitor.stop_reason() is not None:
            break
    return tuple(points)


def _one_after_the_other(
    estimator: DAGEstimator, problem: Problem, settings: Sequence[tuple[float, int]]
) -> Iterator[PathPoint]:
    """Yield the points, each started from the DAG of the one before."""
    for lambda1, seed in settings:
        point = _solve_point(*_job(estimator, problem, lambda1, seed))
        yield point
        dag = _dag_of(point.weights, problem.constraints)
        problem = replace(problem, initial=InitialPoint(weights=dag))


def _dag_of(weights: WeightMatrix, constraints: Constraints) -> FloatArray:
    weights = dense(weights)
    # Weights with cycles can lie outside the domain of a log-determinant.
    threshold = distinct_thresholds(weights, constraints)[-1]
    return np.where(constraints.allowed & (np.abs(weights) > threshold), weights, 0.0)


def _problem(estimator: DAGEstimator, moments: Moments, rows: FloatArray | None) -> Problem:
    knowledge = estimator.prior_knowledge
    d, names = moments.n_features, moments.feature_names
    constraints = Constraints.none(d) if knowledge is None else knowledge.resolve(d, names)
    return Problem(
        moments,
        constraints,
        Monitor(estimator.callback, estimator.time_budget, estimator.verbose),
        resolve_initial_point(getattr(estimator, "init", None), names, constraints),
        rows if estimator.needs_rows else None,
        np.random.default_rng(getattr(estimator, "random_state", 0)),
    )


def _job(
    estimator: DAGEstimator, problem: Problem, lambda1: float, seed: int
) -> tuple[DAGEstimator, Problem]:
    # A monitor of its own: the path's counts points, and its callback need not fit in a pickle.
    left = problem.monitor.seconds_left
    monitor = Monitor(time_budget=None if np.isinf(left) else max(left, 0.0))
    return (
        clone(estimator).set_params(callback=None, **{path_parameter(estimator): lambda1}),
        replace(problem, monitor=monitor, random_generator=np.random.default_rng(seed)),
    )


def _solve_point(solver: DAGEstimator, problem: Problem) -> PathPoint:
    started = time.perf_counter()
    # Warnings about points that are not chosen would only distract.
    with one_blas_thread(), held_back(), np.errstate(all="ignore"):
        solution = solver.solve(problem)
    seconds = time.perf_counter() - started
    chosen = solution.weight_threshold
    threshold = solver.weight_threshold if chosen is None else chosen
    return PathPoint(
        float(solver.get_params(deep=False)[path_parameter(solver)]),
        solution,
        seconds,
        threshold,
        int(graph_at(solution.weights, threshold, problem.constraints).sum()),
    )


def smallest_empty_lambda(estimator: DAGEstimator, problem: Problem) -> float:
    """Return the smallest λ at which the empty graph is stationary.

    The gradient of ½ Σ_j (residual variance of j) / σ_j in W_ij is −C_ij / σ_j at W = 0, where
    acyclicity functions of W∘W are flat, so that λ = max ``|C_ij|`` / σ_j over the edges allowed.
    Which σ_j the solver has there, it says itself: it solves the problem in which every edge is
    forbidden. A solver that returns no noise scale has σ_j = 1.

    Parameters
    ----------
    estimator : DAGEstimator
        A solver of an ℓ1-penalized least-squares problem, with the same penalty for every edge.
    problem : Problem
        The data and the edges allowed.

    Returns
    -------
    float
        In the units of the solver's ``lambda1``; 0 if no edge is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import CoLiDE, DAGMA, Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> from causal_dag.selection import smallest_empty_lambda
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 16.0]]))
    >>> problem = Problem(moments, Constraints.none(2))
    >>> smallest_empty_lambda(DAGMA(), problem)
    2.0
    >>> smallest_empty_lambda(CoLiDE(noise="unequal"), problem)  # 2 / min(1, 4)
    2.0
    """
    slopes = _slopes_without_edges(estimator, problem)
    return float(slopes[problem.constraints.allowed].max(initial=0.0))


def lambda_grid(
    estimator: DAGEstimator, problem: Problem, lambdas: int | Sequence[float]
) -> tuple[float, ...]:
    """Return the weights λ of a path, falling.

    Parameters
    ----------
    estimator : DAGEstimator
        The solver, whose ``lambda1`` they are for.
    problem : Problem
        The data.
    lambdas : int or sequence of float
        How many, in equal ratios from ``smallest_empty_lambda`` down to where the penalty no longer
        outweighs chance (see the notes); penalties per edge range from 6 to 0.6 times log n. Or the
        numbers themselves, in any order.

    Raises
    ------
    ValueError
        If there is none, or one is negative or no number.

    Notes
    -----
    The smallest λ is min_j C_jj / (σ_j √n), with σ_j as in ``smallest_empty_lambda``: no slope
    between two unrelated columns has a smaller standard error. It is at most 1 % of the largest λ.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import DAGMA, Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> from causal_dag.selection import lambda_grid
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 16.0]]))
    >>> grid = lambda_grid(DAGMA(), Problem(moments, Constraints.none(2)), 3)
    >>> [round(value, 6) for value in grid]
    [2.0, 0.2, 0.02]
    """
    checked = LAMBDAS.check("lambdas", lambdas)
    if isinstance(checked, tuple):
        return tuple(sorted(set(checked), reverse=True))
    if path_parameter(estimator) == "penalty":
        return tuple(np.geomspace(LARGEST_PENALTY, SMALLEST_PENALTY, checked).tolist())
    slopes = _slopes_without_edges(estimator, problem)
    largest = float(slopes[problem.constraints.allowed].max(initial=0.0))
    if largest == 0:  # nothing to choose: no edge is allowed, or no two columns are related
        own = estimator.get_params(deep=False)["lambda1"]
        return (1.0 if own is None else float(own),)
    chance = float(slopes.diagonal().min()) / math.sqrt(problem.moments.n_samples)
    smallest = min(chance, LARGEST_GRID_END * largest)
    return tuple(np.geomspace(largest, smallest, checked).tolist())


def _slopes_without_edges(estimator: DAGEstimator, problem: Problem) -> FloatArray:
    """Return ``|C_ij|`` / σ_j, with the σ_j that the solver has where every edge is forbidden."""
    if not isinstance(problem, Problem):
        raise TypeError(f"problem={quoted(problem)} is not a Problem; pass Problem(moments, ...)")
    if not isinstance(estimator, DAGEstimator):
        raise TypeError(f"estimator={quoted(estimator)} is not a solver; pass one such as CoLiDE()")
    covariance = problem.moments.covariance
    no_edge = np.zeros(covariance.shape, dtype=bool)
    empty = clone(estimator).solve(
        replace(
            problem,
            constraints=Constraints.exactly(no_edge),
            monitor=Monitor(),
            initial=InitialPoint(),
        )
    )
    scale = np.ones(len(covariance)) if empty.noise_scale is None else empty.noise_scale
    slopes: FloatArray = np.abs(covariance) / scale
    return slopes

"""Paths over resampled rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.estimator import DAGEstimator
from causal_dag.moments import Moments
from causal_dag.problem import Monitor, Problem
from causal_dag.selection.criterion import SelectionTask
from causal_dag.selection.parallel import in_batches
from causal_dag.selection.path import solve_path


def weights_over_resamples(
    task: SelectionTask, row_sets: Sequence[IntArray]
) -> list[tuple[FloatArray, ...] | None]:
    """Return the raw weights along the task's λ for every set of rows.

    Parameters
    ----------
    task : SelectionTask
        Says solver, data, constraints and λ; the constraints hold for every set of rows.
    row_sets : sequence of ndarray of int
        Row numbers.

    Returns
    -------
    list of tuple of ndarray of shape (d, d), or None
        None for a set whose path the time budget or the callback has cut short.

    Raises
    ------
    ValueError
        If a column is constant on a set of rows.
    """
    monitor, n_points = task.problem.monitor, len(task.path)
    lambdas = [point.lambda1 for point in task.path]
    seeds = task.problem.random_generator.integers(2**63, size=len(row_sets)).tolist()

    def jobs() -> Iterator[tuple[DAGEstimator, Problem, list[float]]]:
        for row_set, seed in zip(row_sets, seeds, strict=True):
            yield task.solver, _problem_of(task.problem, row_set, seed), lambdas

    found: list[tuple[FloatArray, ...] | None] = []
    if monitor.stop_reason() is None:
        for weights in in_batches(_path_weights, jobs(), task.n_jobs):
            found.append(weights if len(weights) == n_points else None)
            if monitor.stop_reason() is not None:
                break
    return found + [None] * (len(row_sets) - len(found))


def moments_of_rows(problem: Problem, row_set: IntArray) -> Moments:
    """Return the moments of some of the problem's rows."""
    if problem.rows is None:
        raise ValueError("a criterion that resamples looks at rows, not only at their moments")
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
    solver: DAGEstimator, problem: Problem, lambdas: list[float]
) -> tuple[FloatArray, ...]:
    with one_blas_thread():
        return tuple(point.weights for point in solve_path(solver, problem, lambdas))

"""Warnings and errors about the data and the result of a fit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from causal_dag.arrays import FloatArray
from causal_dag.constraints import Constraints
from causal_dag.fit_warnings import (
    CodedColumnsWarning,
    FewRowsWarning,
    NoEdgeWarning,
    ProjectionWarning,
    warn,
)
from causal_dag.graph import Projection
from causal_dag.graph.matrices import entries_of
from causal_dag.moments import Moments
from causal_dag.problem import Solution, Status
from causal_dag.wording import MOST_NAMES, shortened_list

# With fewer rows per column, many graphs fit about as well.
FEW_ROWS_PER_COLUMN = 2
# Columns with at most this many distinct integers, and at least this many rows for each of them,
# look like codes of categories.
MOST_CODES = 6
ROWS_PER_CODE = 10
# Correlations are clear if their square times the number of rows exceeds this (p < 1e-6).
CLEAR_CORRELATION = 25.0

# Parameters that can make steps or objectives overflow.
STEEP_PARAMETERS = ("learning_rate", "lambda1", "lambda2", "penalty")


def refuse_non_finite(solver: BaseEstimator, solution: Solution, moments: Moments) -> None:
    """Raise ``ValueError`` for a solution whose weights or objective are not finite.

    The message names the columns whose scales differ most, and parameters that can cause it.
    """
    has_finite_weights = bool(np.isfinite(entries_of(solution.weights)).all())
    if has_finite_weights and np.isfinite(solution.objective):
        return
    what = "objective" if has_finite_weights else "weights"
    scale = np.sqrt(moments.variance)
    widest, narrowest = (moments.name_of(int(place(scale))) for place in (np.argmax, np.argmin))
    parameters = [name for name in STEEP_PARAMETERS if name in solver.get_params(deep=False)]
    smaller = f", or lower {' or '.join(parameters)}" if parameters else ""
    raise ValueError(
        f"{type(solver).__name__} diverged to infinite {what}; column {widest} varies by "
        f"{scale.max():.3g} and column {narrowest} by {scale.min():.3g}: standardize the data (or "
        f"choose other units){smaller}"
    )


def warn_of_status(solver: str, status: Status) -> None:
    """Warn of a solver that neither converged nor was stopped by a callback."""
    if not status.is_converged and status is not Status.CALLBACK:
        warn(f"{solver}: {status}", ConvergenceWarning)


def warn_of_cut_edges(solver: str, projection: Projection) -> None:
    """Warn of edges that were cut to reach a DAG."""
    cut = projection.cut_edges
    if cut:
        warn(
            f"{solver}: the weights had cycles, and {len(cut)} edges were cut to reach a DAG (see "
            f"projection_); {100 * projection.retained_weight:.1f} % of the weight is kept",
            ProjectionWarning,
        )


def warn_of_few_rows(solver: str, moments: Moments) -> None:
    """Warn of a table with few rows for its columns."""
    n, d = moments.n_samples, moments.n_features
    if d > 2 and n < FEW_ROWS_PER_COLUMN * d:
        warn(
            f"{solver}: {n} rows for {d} columns leave so much to chance that many graphs fit as "
            "well; add rows, leave columns out, or raise the penalty on edges",
            FewRowsWarning,
        )


def warn_of_codes(solver: str, rows: FloatArray, moments: Moments) -> None:
    """Warn of columns that look like codes of categories in a solver for real-valued columns."""
    # The first rows are enough to rule out most columns.
    first = rows[:100]
    candidates = np.flatnonzero((first == np.floor(first)).all(axis=0))
    coded = [moments.name_of(j) for j in candidates if _is_coded(rows[:, j])]
    if coded:
        names = shortened_list(coded, MOST_NAMES)
        columns = "column" if len(coded) == 1 else "columns"
        warn(
            f"{solver}: few different whole numbers in {columns} {names}. If they are codes of "
            "categories, weights mean little: fit such columns with topo-bdeu (all columns) or "
            "topo-mixed (kinds={column: 'unordered'}), or leave them out",
            CodedColumnsWarning,
        )


def _is_coded(values: FloatArray) -> bool:
    """Return whether a column holds few distinct integers, and each in many rows on average."""
    different = np.unique(values)
    are_integers = bool((different == np.floor(different)).all())
    return (
        are_integers
        and different.size <= MOST_CODES
        and different.size * ROWS_PER_CODE <= values.size
    )


def warn_of_no_edge(
    solver: str,
    parameters: Mapping[str, Any],
    solution: Solution,
    constraints: Constraints,
    moments: Moments,
    threshold: float,
) -> None:
    """Warn of a graph without edges, found for clearly correlated columns."""
    weight = float(np.abs(entries_of(solution.weights)).max(initial=0.0))
    is_cut = 0 < weight <= threshold
    lower = [name for name in ("lambda1", "penalty", "lambdas") if name in parameters]
    lower += ["weight_threshold"] if is_cut else []
    may_have_edges = constraints.allowed & (constraints.max_parents != 0)
    correlation = np.where(may_have_edges, moments.standardized().covariance, 0.0)
    i, j = np.unravel_index(int(np.abs(correlation).argmax()), correlation.shape)
    stopped_early = not solution.status.is_converged and solution.status is not Status.NOT_ACYCLIC
    is_clear = moments.n_samples * correlation[i, j] ** 2 >= CLEAR_CORRELATION
    if not (lower and is_clear and (is_cut or not stopped_early)):
        return
    removed = f"weight_threshold={threshold:g} removed all weights, the largest being {weight:.3g}"
    warn(
        f"{solver}: no edge is left, though columns {moments.name_of(int(i))} and "
        f"{moments.name_of(int(j))} have correlation {correlation[i, j]:.2f}: "
        f"{removed if is_cut else 'the penalty outweighs every edge'}. Lower "
        f"{' or '.join(lower)}, or choose units in which the columns vary by about 1",
        NoEdgeWarning,
    )

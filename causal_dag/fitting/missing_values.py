"""The data of a fit: moments, and rows where there are any, of tables with or without gaps."""

from dataclasses import dataclass, replace
from itertools import chain, compress, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.column_values import READ_LABELS
from causal_dag.experiments import target_entries
from causal_dag.fitting.polishing import resolve_polisher
from causal_dag.incomplete.expectation_maximization import refuse_inestimable
from causal_dag.incomplete.missing_cells import MissingCells
from causal_dag.moments import Moments
from causal_dag.tables.column_groups import read_groups
from causal_dag.tables.column_kinds import ColumnKinds, frame_and_gaps
from causal_dag.tables.columns import Columns, column_names
from causal_dag.tables.detected_kinds import read_kinds
from causal_dag.tables.numeric_columns import ONLY_ROWS, degenerate_columns, refuse_problems
from causal_dag.tables.row_weights import (
    NO_ROW_OCCURS,
    repeated_rows,
    row_weights,
    table_with_rows,
)
from causal_dag.tables.rows import incomplete_rows, usable_rows
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator


@dataclass(frozen=True, eq=False)
class DataOfFit:
    """What an estimator is fitted to.

    Parameters
    ----------
    moments : Moments
        Of the rows that are used.
    rows : ndarray of shape (n', d) or None
        These rows; None if some of their cells are missing.
    kinds : ColumnKinds or None
        What the columns of a table with labels hold.
    missing_cells : MissingCells or None
        What was missing; None if missing cells are refused.
    is_used : ndarray of bool, shape (n,), or None
        Which rows of the table are used; None for all.
    row_counts : ndarray of int, shape (n',), or None
        How often each row occurs, for a solver with ``counts_rows``; None for once.
    """

    moments: Moments
    rows: FloatArray | None
    kinds: ColumnKinds | None = None
    missing_cells: MissingCells | None = None
    is_used: BoolArray | None = None
    row_counts: IntArray | None = None

    def used_targets(self, targets: Any) -> Any:
        """Return the targets, one entry per row of the table, of the rows that are used."""
        if targets is None or self.is_used is None:
            return targets
        if self.rows is None:
            raise ValueError('targets: missing="em" has no rows to tell apart; use missing="drop"')
        return list(compress(target_entries(targets, self.is_used.size), self.is_used))


def weighted_table(
    estimator: "DAGEstimator", X: Any, targets: Any, sample_weight: Any
) -> tuple[Any, Any, IntArray | None]:
    """Return the table, the targets, and the weights of the rows, for ``data_of_fit``.

    Where moments or counts are all that a fit needs, rows that occur keep their weights; elsewhere
    each row is repeated, and there are no weights.

    Raises
    ------
    ValueError
        If there is not one weight per row, or one is not a whole number of at least 0.
    """
    if sample_weight is None:
        return X, targets, None
    table = table_with_rows(X)
    times = row_weights(sample_weight, table.shape[0])
    if not times.any():
        raise ValueError(NO_ROW_OCCURS)
    solvers = [estimator, *filter(None, [resolve_polisher(getattr(estimator, "polish", None))])]
    needs_repeats = any(solver.needs_rows and not solver.counts_rows for solver in solvers)
    may_have_gaps = estimator.missing != "refuse" and not estimator.counts_rows
    if targets is None and not (needs_repeats or may_have_gaps):
        occurs = times > 0
        return repeated_rows(table, occurs.astype(np.int64)), None, times[occurs]
    repeated = repeated_rows(table, times)
    if targets is not None:
        targets = list(chain.from_iterable(map(repeat, target_entries(targets, len(times)), times)))
    return repeated, targets, None


def data_of_fit(estimator: "DAGEstimator", X: Any, weights: IntArray | None = None) -> DataOfFit:
    """Return what an estimator is fitted to, according to its parameter ``missing``.

    Parameters
    ----------
    estimator : DAGEstimator
        Unfitted, with checked parameters.
    X : array-like or data frame of shape (n, d)
        One row per sample; not changed.
    weights : ndarray of int, shape (n,), optional
        How often each row occurs, from ``weighted_table``.

    Raises
    ------
    ValueError
        If the data cannot be used; the message names the column and the remedy.
    """
    policy, names = estimator.missing, column_names(X)
    if policy == "em" and estimator.needs_rows:
        criterion = getattr(estimator, "criterion", None)
        of = f"(criterion={quoted(criterion)})" if hasattr(estimator, "resolved_criterion") else ""
        labels = estimator.column_values in READ_LABELS
        other = "" if labels else ", or a solver that needs moments only, such as topo-bic"
        raise ValueError(
            f'missing="em" estimates moments, but {type(estimator).__name__}{of} needs rows; use '
            f'missing="drop"{other}'
        )
    if estimator.column_values in READ_LABELS:
        return _levels(estimator, X, weights)
    if policy == "refuse":
        rows = usable_rows(X, remedies=ONLY_ROWS if estimator.needs_rows else None)
        return DataOfFit(Moments.from_finite_rows(rows, names, weights), rows)
    table = incomplete_rows(X, min_samples=2)
    is_missing = np.isnan(table)
    is_lost = np.any if policy == "drop" else np.all
    is_used = ~np.asarray(is_lost(is_missing, axis=1))
    rows = table[is_used]
    if np.isnan(rows).any():
        moments = Moments.from_incomplete_rows(rows, names)
        cells = MissingCells.of(table, policy, moments.n_samples)
        return DataOfFit(moments, None, None, cells, is_used)
    if policy == "em" and len(rows) < 2:
        refuse_inestimable(table, names)
    _refuse_too_few_rows(is_missing, len(rows), names, estimator)
    refuse_problems(degenerate_columns(rows), names)
    cells = MissingCells.of(table, policy, len(rows))
    return DataOfFit(Moments.from_finite_rows(rows, names), rows, None, cells, is_used)


def _levels(estimator: "DAGEstimator", X: Any, weights: IntArray | None) -> DataOfFit:
    """Return the rows of a table with labels as numbers and codes, with their meaning."""
    is_used: BoolArray | None = None
    cells = None
    if estimator.missing == "drop":
        X, is_missing = frame_and_gaps(X, min_samples=2)
        is_used = np.asarray(~is_missing.any(axis=1))
        n_used = int(is_used.sum() if weights is None else is_used @ weights)
        _refuse_too_few_rows(is_missing, n_used, column_names(X), estimator)
        cells = MissingCells.of(np.where(is_missing, np.nan, 0.0), "drop", n_used, weights)
        X, weights = X[is_used], None if weights is None else weights[is_used]
    has_numbers = estimator.column_values != "category"
    n_samples = None if weights is None else int(weights.sum())
    stated = getattr(estimator, "kinds", None)
    kinds, rows = read_kinds(X, stated, has_numbers=has_numbers, n_samples=n_samples)
    names, of_nodes, groups = column_names(X), rows, getattr(estimator, "groups", None)
    if groups:
        node_of, names = read_groups(groups, Columns(rows.shape[1], names))
        kinds = replace(kinds, node_of=node_of)
        # A group is represented by its first column, where a search begins.
        of_nodes = rows[:, np.unique(node_of, return_index=True)[1]]
    moments = Moments.from_finite_rows(of_nodes, names, weights)
    return DataOfFit(moments, rows, kinds, cells, is_used, weights)


def _refuse_too_few_rows(
    is_missing: BoolArray,
    n_used: int,
    names: tuple[str, ...] | None,
    estimator: "DAGEstimator",
) -> None:
    if n_used >= 2:
        return
    label, worst = Columns(is_missing.shape[1], names).label, int(is_missing.sum(axis=0).argmax())
    raise ValueError(
        f"{n_used} of {len(is_missing)} rows are complete, and a fit needs at least two; drop the "
        f"columns with the most missing cells (column {label(worst)} has "
        f"{is_missing[:, worst].sum()})"
        + ("" if estimator.needs_rows else ', or use incomplete rows (missing="em")')
    )

"""The audit of a table before any solver is chosen."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from causal_dag.advice.column_findings import FEWEST_ROWS, column_findings
from causal_dag.advice.column_report import (
    CONTINUOUS_KINDS,
    ColumnReport,
    ReadableColumn,
    column_kinds,
    column_reports,
    readable_columns,
)
from causal_dag.advice.finding import LEVELS, Finding
from causal_dag.advice.graph_findings import graph_findings
from causal_dag.advice.graph_report import MOST_COLUMNS, GraphReport, graph_report
from causal_dag.advice.joint_findings import joint_findings
from causal_dag.advice.joint_report import (
    DeterminedColumn,
    NearlyDeterminedColumn,
    RowReport,
    UnitReport,
    determined_columns,
    nearly_determined_columns,
    row_report,
    unit_report,
)
from causal_dag.advice.little_test import LittleTest, little_test
from causal_dag.advice.multiple_tests import some_rows
from causal_dag.arrays import FloatArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.constraints import PriorKnowledge
from causal_dag.declared_parameters import rules_of
from causal_dag.estimator import DAGEstimator
from causal_dag.moments import Moments
from causal_dag.tables.column_kinds import table_columns
from causal_dag.tables.detected_kinds import read_kinds


@dataclass(frozen=True)
class TableAudit:
    """Properties of a table that matter to solvers.

    Parameters
    ----------
    n_samples, n_features : int
        Rows and columns of the table as it was given.
    n_complete : int
        Rows in which every usable column holds a number; the later parts use these.
    columns : tuple of ColumnReport
        One per column.
    kinds : tuple of str
        Where some columns hold labels, and all can be taken for levels of categories or for
        numbers: one line per column.
    usable : tuple of str
        Names of the columns that the later parts use.
    little : LittleTest or None
        Whether cells of the usable columns are missing completely at random; None if none is, or
        too few are seen for the test.
    determined : tuple of DeterminedColumn
        Usable columns that others determine; the graph is fitted without them.
    nearly_determined : tuple of NearlyDeterminedColumn
        Columns with R² of at least 0.999 on all others.
    rows : RowReport or None
        Whether rows look independent.
    units : UnitReport or None
        Standard deviations of real-valued and count columns; None with fewer than two such
        columns.
    graph : GraphReport or None
        Results of a first fit.
    skipped : tuple of str
        Parts that were skipped, and why.
    findings : tuple of Finding
        Findings in words; problems first.
    """

    n_samples: int
    n_features: int
    n_complete: int
    columns: tuple[ColumnReport, ...]
    usable: tuple[str, ...]
    little: LittleTest | None = None
    determined: tuple[DeterminedColumn, ...] = ()
    nearly_determined: tuple[NearlyDeterminedColumn, ...] = ()
    rows: RowReport | None = None
    units: UnitReport | None = None
    graph: GraphReport | None = None
    skipped: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def can_be_fitted(self) -> bool:
        """Whether enough of the table is usable for a graph."""
        return self.rows is not None

    @property
    def has_only_levels(self) -> bool:
        """Whether all columns can be taken for levels of categories, where some hold labels."""
        return all(column.kind == "category" for column in self.columns)

    def names_of_kind(self, kind: str) -> list[str]:
        """Return the names of the usable columns of this kind (see ``ColumnReport``)."""
        return column_kinds(self.columns).get(kind, [])


def audit_table(X: Any, *, prior_knowledge: PriorKnowledge | None = None) -> TableAudit:
    """Audit a table for problems that affect solvers.

    The contents never raise an error: non-numeric cells, missing values, constants and collinear
    columns are findings.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d)
        The table; not changed.
    prior_knowledge : PriorKnowledge, optional
        Prior knowledge about the graph; the first fit uses the part about usable columns.

    Returns
    -------
    TableAudit

    Raises
    ------
    ValueError
        If ``X`` is not a table: not two-dimensional, without columns, or with repeated names.

    Examples
    --------
    >>> from causal_dag.advice import audit_table
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(300, 4, edges_per_node=1, random_state=0)
    >>> audit = audit_table(X)
    >>> audit.n_complete, [entry.topic for entry in audit.findings if entry.level == "problem"]
    (300, [])
    """
    known = rules_of(DAGEstimator)["prior_knowledge"].check("prior_knowledge", prior_knowledge)
    with one_blas_thread():
        audit = _figures(readable_columns(X), known)
    if any(column.kind == "text" for column in audit.columns):
        audit = _with_kinds(audit, X)
    findings = [*column_findings(audit), *joint_findings(audit), *graph_findings(audit)]
    return replace(audit, findings=tuple(sorted(findings, key=lambda f: LEVELS.index(f.level))))


def _with_kinds(audit: TableAudit, X: Any) -> TableAudit:
    import pandas as pd

    complete = pd.concat(table_columns(X), axis="columns").dropna()
    try:
        kinds = read_kinds(complete, has_numbers=False)[0]
    except ValueError:  # columns that are no categories, or constant on the complete rows
        try:
            kinds = read_kinds(complete, has_numbers=True)[0]
        except ValueError:
            return audit
    return replace(
        audit,
        kinds=tuple(kinds.description()),
        columns=tuple(
            replace(c, kind=c.kind if kind.kind == "number" else "category", is_usable=True)
            for c, kind in zip(audit.columns, kinds.columns, strict=True)
        ),
        graph=None,
        usable=tuple(column.name for column in audit.columns),
        n_complete=len(complete),
        little=None,
        skipped=(),
    )


def _figures(columns: list[ReadableColumn], prior_knowledge: PriorKnowledge | None) -> TableAudit:
    reports = column_reports(columns)
    usable = [r.is_usable for r in reports]
    kept = [column for column, is_kept in zip(columns, usable, strict=True) if is_kept]
    names = [column.name for column in kept]
    n = len(columns[0].values)
    rows = np.column_stack([column.values for column in kept]) if kept else np.empty((n, 0))
    little = little_test(rows)
    complete = np.isfinite(rows).all(axis=1)
    rows = rows[complete] if not complete.all() else rows
    n_complete = len(rows) if kept else 0
    # A column can be constant on the rows that are left.
    varies = (rows != rows[:1]).any(axis=0) if len(rows) else np.zeros(len(names), dtype=bool)
    audit = TableAudit(n, len(columns), n_complete, reports, tuple(names), little)
    if n_complete < FEWEST_ROWS or len(names) < 2 or not varies.all():
        reason = "findings on several columns: too few usable columns or complete rows"
        return replace(audit, skipped=(reason,))
    return _with_joint_figures(audit, rows, prior_knowledge)


def _with_joint_figures(
    audit: TableAudit, rows: FloatArray, prior_knowledge: PriorKnowledge | None
) -> TableAudit:
    names = audit.usable
    moments = Moments.from_rows(rows, names)
    n, d = rows.shape
    skipped: list[str] = []
    determined = determined_columns(moments) if n > d else ()
    nearly: tuple[NearlyDeterminedColumn, ...] = ()
    if n <= d:
        skipped.append(f"collinearity: with {n} complete rows, any {n} columns are collinear")
    elif not determined:
        nearly = nearly_determined_columns(moments)
    graph = None
    if d > MOST_COLUMNS:
        skipped.append(f"the first fit and its residuals: more than {MOST_COLUMNS} columns")
    else:
        lost = {column.name for column in determined}
        kept = [name not in lost for name in names]
        graph = _graph(audit, rows, moments, kept, prior_knowledge)
    return replace(
        audit,
        determined=determined,
        nearly_determined=nearly,
        rows=row_report(rows, names),
        units=_units(audit, rows),
        graph=graph,
        skipped=tuple(skipped),
    )


def _units(audit: TableAudit, rows: FloatArray) -> UnitReport | None:
    continuous = [name for kind in CONTINUOUS_KINDS for name in audit.names_of_kind(kind)]
    places = [place for place, name in enumerate(audit.usable) if name in continuous]
    if len(places) < 2:
        return None
    return unit_report(rows[:, places], [audit.usable[place] for place in places])


def _graph(
    audit: TableAudit,
    rows: FloatArray,
    moments: Moments,
    kept: list[bool],
    prior_knowledge: PriorKnowledge | None,
) -> GraphReport | None:
    if sum(kept) < 2:
        return None
    kinds = {report.name: report.kind for report in audit.columns}
    names = [name for name, is_kept in zip(audit.usable, kept, strict=True) if is_kept]
    if not all(kept):
        rows = rows[:, kept]
        moments = Moments.from_rows(rows, names)
    continuous = [kinds[name] in CONTINUOUS_KINDS for name in names]
    return graph_report(moments, some_rows(rows), continuous, prior_knowledge)

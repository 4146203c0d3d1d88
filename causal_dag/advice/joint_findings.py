"""Findings on rows, sample size, collinearity and units."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from causal_dag.advice.finding import Finding, listed
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice.table_audit import TableAudit

# Rows per column below which estimates are unreliable.
FEW_ROWS_PER_COLUMN = 10
WIDE_UNITS = 100.0


def joint_findings(audit: "TableAudit") -> Iterator[Finding]:
    """Yield findings on several columns, or on the rows."""
    yield from _size(audit)
    yield from _determined(audit)
    yield from _nearly_determined(audit)
    yield from _repeated(audit)
    yield from _order(audit)
    yield from _units(audit)


def _size(audit: "TableAudit") -> Iterator[Finding]:
    n, d = audit.n_complete, len(audit.usable)
    if not audit.can_be_fitted or n / d >= FEW_ROWS_PER_COLUMN:
        return
    why = (
        "With no more rows than columns, regressions on all others fit by chance alone."
        if n <= d
        else "Regressions have few rows per coefficient; weak edges are missed, spurious ones kept."
    )
    yield Finding(
        "few rows",
        "caution",
        f"{n} complete rows for {d} columns, {n / d:.1f} rows per column.",
        why,
        "Expect strong edges only; drop columns that are not of interest; use the extended BIC "
        "(gamma), which demands more evidence per edge when there are many candidates.",
        figures={"n": n, "d": d, "rows_per_column": n / d},
    )


def _determined(audit: "TableAudit") -> Iterator[Finding]:
    if not audit.determined:
        return
    shown = "; ".join(
        f"{column.name} is a function of {listed(column.determined_by)}"
        for column in audit.determined[:3]
    )
    more = len(audit.determined) - 3
    yield Finding(
        "collinear columns",
        "problem",
        shown + (f"; and {more} more." if more > 0 else "."),
        "A column that others determine exactly has no noise of its own. Several graphs fit it "
        "equally well, and solvers that invert the covariance refuse the table.",
        "Drop these columns (totals, means, the same quantity in other units). The fits below "
        "exclude them.",
        tuple(column.name for column in audit.determined),
    )


def _nearly_determined(audit: "TableAudit") -> Iterator[Finding]:
    found = audit.nearly_determined
    if not found:
        return
    worst = max(found, key=lambda column: column.r2)
    yield Finding(
        "nearly collinear columns",
        "caution",
        f"{listed([column.name for column in found])}: at least 99.9 % of the variance is a linear "
        f"function of the other columns. The largest share is "
        f"{100 * worst.r2:.3f} %, for {worst.name}, which is "
        f"closest to {worst.closest} (correlation {worst.correlation:.3f}).",
        "Nearly identical columns can replace one another: a small change of the data moves edges "
        "between them, and coefficients are large and of either sign.",
        "Keep one of each group that measures the same thing, or their mean.",
        tuple(column.name for column in found),
        {column.name: column.r2 for column in found},
    )


def _repeated(audit: "TableAudit") -> Iterator[Finding]:
    if audit.rows is None or not audit.rows.n_repeated:
        return
    kinds = {column.kind for column in audit.columns if column.is_usable}
    if kinds <= {"binary", "discrete", "count"}:
        return  # rows with few distinct values repeat by chance
    repeated = audit.rows.n_repeated
    yield Finding(
        "repeated rows",
        "caution" if repeated > 0.01 * audit.n_complete else "note",
        f"{counted(repeated, 'row')} of {audit.n_complete} "
        f"{'equals' if repeated == 1 else 'equal'} an earlier row.",
        "Rows are assumed to be independent; a copy counts twice and overstates the evidence.",
        "If they are copies, drop them; if values are merely rounded, keep them.",
        figures={"repeated": repeated},
    )


def _order(audit: "TableAudit") -> Iterator[Finding]:
    if audit.rows is None or not audit.rows.autocorrelated:
        return
    found = audit.rows.autocorrelated
    name, correlation = found[0]
    yield Finding(
        "rows that resemble the row before",
        "caution",
        f"{counted(len(found), 'column')} of {len(audit.usable)}, most {name} (correlation "
        f"{correlation:.2f} with the row before; significant at 1 % after Holm's correction).",
        "Rows are assumed to be independent. In time series, repeated measurements and tables "
        "sorted by group they are not: tests overstate the evidence, and the common trend or the "
        "group acts as a hidden common cause.",
        "If the file is sorted by group, pass the labels: fit(X, groups=labels) lets rows count "
        "as fewer, and BootstrapDAG (causal-dag bootstrap --groups) draws whole groups. If rows "
        "are points in time, use LaggedDAG (causal-dag fit --lags), or keep only distant rows.",
        tuple(entry[0] for entry in found),
        dict(found),
    )


def _units(audit: "TableAudit") -> Iterator[Finding]:
    units = audit.units
    if units is None:
        return
    if units.looks_scaled:
        how = (
            f"The standard deviations of {len(units.alike)} columns agree "
            f"within 1 % ({listed(units.alike)})"
            if units.alike
            else "All columns run from 0 to 1"
        )
        yield Finding(
            "columns that were scaled",
            "caution",
            f"{how}; they were scaled.",
            "Solvers that assume equal noise variances need the units of measurement; after "
            "scaling, the assumption fails wherever one variable is explained better than another.",
            "Use solvers that do not depend on units, or the unscaled table if its columns share "
            "a unit.",
            units.alike,
            {"spread_ratio": units.spread_ratio},
        )
        return
    digits = int(math.log10(units.spread_ratio))
    yield Finding(
        "units",
        "caution" if units.spread_ratio >= WIDE_UNITS else "note",
        f"Standard deviations differ by a factor of {units.spread_ratio:.3g}"
        + (f", {digits} powers of ten" if digits > 1 else "")
        + f": from {units.narrowest} to {units.widest}.",
        "Solvers that assume equal noise variances tend to direct edges from columns of small "
        "variance to columns of large variance; a change of units can reverse an edge.",
        "Use such solvers only if all columns share one unit and equal noise in it is plausible. "
        "A unit-change audit (--unit-changes) shows which edges of a result depend on the units.",
        (units.narrowest, units.widest),
        {"spread_ratio": units.spread_ratio},
    )

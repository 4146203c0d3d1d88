"""Findings on single columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from causal_dag.advice.column_report import ColumnReport
from causal_dag.advice.finding import Finding, listed
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice.table_audit import TableAudit

# With fewer complete rows, no graph can be estimated.
FEWEST_ROWS = 20
# Beyond this skewness a logarithm is suggested.
STRONG_SKEWNESS = 1.0


def column_findings(audit: "TableAudit") -> Iterator[Finding]:
    """Yield findings on the contents of each column."""
    if audit.kinds:
        yield _categories(audit) if audit.has_only_levels else _mixed(audit)
        yield from _missing(audit)
        return
    yield from _texts(audit)
    yield from _missing(audit)
    yield from _constants(audit)
    yield from _extremes(audit)
    yield from _too_few_rows(audit)
    yield from _row_numbers(audit)
    yield from _coarse(audit)
    yield from _outliers(audit)


def _columns(audit: "TableAudit", kind: str) -> list[ColumnReport]:
    return [column for column in audit.columns if column.kind == kind]


def _names(columns: list[ColumnReport]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


def _categories(audit: "TableAudit") -> Finding:
    return Finding(
        "categories",
        "note",
        f"All columns can be taken for categories: {listed(audit.kinds)}.",
        "Levels have neither units nor, in general, an order; solvers for numbers refuse them.",
        "Use a solver for categories (topo-bdeu). State with kinds what was not detected, such as "
        "the order of levels; leave out identifiers.",
        _names(list(audit.columns)),
    )


def _mixed(audit: "TableAudit") -> Finding:
    return Finding(
        "mixed columns",
        "note",
        f"Columns hold numbers and labels: {listed(audit.kinds)}.",
        "Labels have no units; solvers for numbers refuse them, and solvers for categories refuse "
        "measurements.",
        "Use a solver for mixed tables (topo-mixed). State with kinds what was not detected, such "
        "as the order of levels or codes that are labels; leave out identifiers.",
        _names(list(audit.columns)),
    )


def _texts(audit: "TableAudit") -> Iterator[Finding]:
    found = _columns(audit, "text")
    if found:
        first = found[0]
        yield Finding(
            "non-numeric cells",
            "problem",
            f"{listed(_names(found))}: {counted(first.n_texts, 'cell')} of {first.name} "
            f"{'is' if first.n_texts == 1 else 'are'} not numeric, such as {first.example_text!r}.",
            "Solvers accept only numbers; the rest of this advice ignores these columns.",
            "Correct stray cells; encode a category as 0/1 columns, one for each value except one; "
            "convert a date to a number such as days since the start; drop identifiers.",
            _names(found),
            {column.name: column.n_texts for column in found},
        )


def _missing(audit: "TableAudit") -> Iterator[Finding]:
    found = [c for c in audit.columns if c.n_missing + c.n_infinite and c.kind != "text"]
    if not found:
        return
    worst = max(found, key=lambda column: column.n_missing + column.n_infinite)
    lost = audit.n_samples - audit.n_complete
    aside = [c.name for c in found if not c.is_usable]
    set_aside = (
        f" Ignored because more than half of the cells are missing: {listed(aside)}."
        if aside
        else ""
    )
    moments = "estimate moments from incomplete rows (--missing em; not for solvers that need rows)"
    moments = "" if audit.kinds else f"{moments}, "
    yield Finding(
        "missing values",
        "problem",
        f"{counted(len(found), 'column')} with empty or infinite cells, most in {worst.name} "
        f"({worst.n_missing + worst.n_infinite} of {audit.n_samples}). {audit.n_complete} of "
        f"{counted(audit.n_samples, 'row')} are complete in the usable columns.{set_aside}",
        f"Solvers refuse missing values by default. {_little(audit)}",
        f"Find out why values are missing. Then drop those {counted(lost, 'row')} (--missing drop; "
        f"this advice uses the complete ones), {moments}or drop the columns with the most missing "
        "values. "
        "Imputed values make a graph appear more certain than the data justify.",
        _names(found),
        {column.name: column.n_missing + column.n_infinite for column in found},
    )


def _little(audit: "TableAudit") -> str:
    """Return what Little's test means for the choice between dropping rows and using them."""
    if audit.little is None:
        verdict = "Dropping rows is harmless only if cells are missing completely at random."
    elif audit.little.rejects:
        verdict = "Little's test shows that dropping rows biases the result"
    else:
        verdict = "Little's test does not speak against dropping rows"
    p = "" if audit.little is None else f" (p = {audit.little.p_value:.2g})."
    return (
        f"{verdict}{p} Using incomplete rows is harmless if missingness depends on their seen "
        "cells only, which the table cannot show."
    )


def _constants(audit: "TableAudit") -> Iterator[Finding]:
    found = _columns(audit, "constant")
    if found:
        yield Finding(
            "constant columns",
            "problem",
            f"{listed(_names(found))}: the same value in every row.",
            "The data cannot show causes or effects of a variable that does not vary.",
            "Drop " + ("it." if len(found) == 1 else "them."),
            _names(found),
        )


def _extremes(audit: "TableAudit") -> Iterator[Finding]:
    found = _columns(audit, "extreme")
    if found:
        yield Finding(
            "numbers of extreme size",
            "problem",
            f"{listed(_names(found))}: values beyond 1e60, or a spread below 1e-60.",
            "Powers of such numbers overflow or underflow; solvers refuse them.",
            "Choose other units, and check whether these values are codes for missing data.",
            _names(found),
        )


def _too_few_rows(audit: "TableAudit") -> Iterator[Finding]:
    has_columns = len(audit.usable) >= 2
    if audit.n_samples < FEWEST_ROWS or (has_columns and audit.n_complete < FEWEST_ROWS):
        yield Finding(
            "too few rows",
            "problem",
            f"{counted(audit.n_complete, 'complete row')} in the usable columns; this audit "
            f"needs {FEWEST_ROWS}.",
            "So few rows cannot distinguish one graph from another.",
            "Add rows, or drop the columns whose missing values exclude the most rows.",
        )
    elif not has_columns:
        yield Finding(
            "too few columns",
            "problem",
            f"{counted(len(audit.usable), 'usable column')}.",
            "A graph needs at least two variables.",
            "Add columns, or convert text to numbers.",
            audit.usable,
        )


def _row_numbers(audit: "TableAudit") -> Iterator[Finding]:
    found = [c.name for c in audit.columns if c.is_usable and c.looks_like_row_number]
    if found:
        yield Finding(
            "row numbers",
            "caution",
            f"{listed(found)}: every value is its predecessor plus one.",
            "A row number is not a variable; edges from it reflect the order of collection.",
            "Drop it, or, if it is time, keep it as a root (--root; PriorKnowledge(roots=...)).",
            tuple(found),
        )


def _coarse(audit: "TableAudit") -> Iterator[Finding]:
    binary, counts = audit.names_of_kind("binary"), audit.names_of_kind("count")
    coarse = [*binary, *audit.names_of_kind("discrete")]
    if len(binary) == len(audit.usable) or len(counts) == len(audit.usable):
        return  # such a table has dedicated solvers
    if coarse:
        yield Finding(
            "columns with few distinct values",
            "caution",
            f"At most ten distinct values: {listed(coarse)}"
            + (f"; only two: {listed(binary)}." if binary else "."),
            "Solvers for real numbers treat codes as quantities, whose noise is then neither "
            "Gaussian nor independent of the causes. No solver here is designed for mixed tables.",
            "Recode unordered categories as 0/1 columns; read edges into these columns as "
            "dependence, not as effect sizes; state what must be a root (sex, age group) as prior "
            "knowledge.",
            tuple(coarse),
            {"binary": len(binary), "discrete": len(coarse) - len(binary)},
        )


def _outliers(audit: "TableAudit") -> Iterator[Finding]:
    found = [c for c in audit.columns if c.is_usable and c.n_outliers]
    if not found:
        return
    worst = max(found, key=lambda column: column.largest_robust_z)
    codes = [c.name for c in found if c.kind == "discrete"]
    skewed = [c.name for c in found if abs(c.skewness) > STRONG_SKEWNESS and c.name not in codes]
    logarithm = (
        f" {listed(skewed)} {'is' if len(skewed) == 1 else 'are'} skewed: a logarithm of "
        "positive values, or a square root, may be a better scale."
        if skewed
        else ""
    )
    stray_codes = (
        f" In {listed(codes)} they may be codes, such as 99 for a missing answer." if codes else ""
    )
    yield Finding(
        "outliers",
        "caution",
        f"{counted(len(found), 'column')} with values more than 5 robust standard deviations "
        f"from the median; the farthest, {worst.largest_robust_z:.1f}, in {worst.name} "
        f"(columns: {listed(_names(found))}).",
        "Nearly every solver here is based on squared deviations, in which a few extreme rows "
        "outweigh all others. A Gaussian value lies that far out once in two million.",
        f"Inspect these rows and correct errors.{stray_codes}{logarithm} Fit with and "
        "without them, and keep the edges found both times.",
        _names(found),
        {column.name: column.n_outliers for column in found},
    )

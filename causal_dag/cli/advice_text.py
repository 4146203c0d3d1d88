"""The advice that ``causal-dag advise`` prints, and the commands it suggests."""

import dataclasses
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from causal_dag.cli.options.knowledge import Statements
from causal_dag.cli.options.table import TableSource, as_options, csv_line
from causal_dag.cli.terminal.output import (
    percent,
    print_heading,
    print_line,
    print_paragraph,
    print_table,
    table_size,
    terminal_width,
)
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice import Advice, SolverAdvice, UnitChangeAudit
    from causal_dag.advice.benchmark_results import BenchmarkKind, BenchmarkRow
    from causal_dag.advice.table_audit import TableAudit

MOST_COLUMNS_SHOWN = 30
MOST_EDGES_SHOWN = 30
INDENT = "  "
UNFINISHED = "The search stopped at its limit: there may be a better graph."
NAMED_AFTER_PEOPLE = ("gaussian", "laplace", "gumbel", "student-t")
MARKS = {"problem": "!!", "caution": "! ", "note": "  "}
SCALES_IN_CALL = {
    "any": "",
    "raw": " (columns as they are)",
    "standardized": " (standardized columns)",
}
SCALES_OF_DATA = {"raw": "raw", "standardized": "standardized", "iscm": "internally standardized"}


def print_advice(advice: "Advice", table: TableSource, statements: Statements) -> None:
    """Print the findings, the suitable solvers and the assumptions that cannot be checked."""
    _print_columns(advice.audit, table.name)
    _print_summary(advice, table, statements)
    print_heading("What the table shows (!! must be fixed, ! may mislead)")
    for finding in advice.audit.findings:
        print_paragraph(f"{MARKS[finding.level]} {finding.topic}", hanging="   ")
        _indented(finding.seen)
        _indented(f"Why it matters: {finding.why}")
        _indented(f"What to do: {finding.remedy}")
    for part in advice.audit.skipped:
        print_paragraph(f"Left out: {part}.")
    print_heading("Which solvers")
    if not advice.solvers:
        print_paragraph("None until the problems in the table are fixed.")
    for entry in advice.solvers:
        print_paragraph(f"   {entry.verdict}: {_call(entry)}", hanging="      ")
        print_paragraph(entry.because, indent="      ")
    print_heading("What every result assumes, and whether this table can confirm it")
    for assumption in advice.assumptions:
        print_line(f"   {assumption.name}")
        _indented(f"{assumption.means} Checked here? {assumption.can_be_checked}")
    if advice.benchmarks:
        _print_benchmarks(advice)


def print_unit_changes(name: str, audit: "UnitChangeAudit") -> None:
    """Print how often a solver found each edge, over all units."""
    low, high = audit.factors
    print_heading(
        f"{name} in {audit.n_fits} units (given, standardized, {audit.n_changes} random changes by "
        f"factors from {low:g} to {high:g})"
    )
    print_table(
        ["cause ", "effect ", "same direction", "either direction", "given units ", "weight"],
        [
            [
                edge.source,
                edge.target,
                percent(edge.directed),
                percent(edge.either),
                "yes" if edge.in_given_units else "no",
                edge.weight,
            ]
            for edge in audit.edges
        ],
        most=MOST_EDGES_SHOWN,
        rest="more (--edges-output writes all)",
    )
    for line in _unit_verdict(name, audit):
        print_paragraph(line)


def _unit_verdict(name: str, audit: "UnitChangeAudit") -> list[str]:
    kept = sum(edge.directed == 1.0 for edge in audit.edges)
    given = sum(edge.in_given_units for edge in audit.edges)
    if audit.is_unit_free:
        lines = [
            f"All {audit.n_fits} fits agree: the graph of {name} does not depend on the units."
        ]
    elif audit.n_classes == 1:
        lines = [
            f"All {audit.n_fits} fits find the same equivalence class. Edges whose direction "
            "changes are undirected in it: a solver that ignores units leaves their direction to "
            "rounding; one that uses units lets the units decide."
        ]
    else:
        lines = [
            f"{kept} of {counted(given, 'edge')} in the given units do not depend on units: every "
            "fit finds them with the same direction. Equivalence classes among the "
            f"{audit.n_fits} graphs: {audit.n_classes}.",
            "An edge that depends on the units says nothing about causes, unless these are known "
            "to be the units in which noise variances are equal. Independence from the units does "
            "not make an edge causal.",
        ]
    if audit.n_refused:
        lines.append(f"{counted(audit.n_refused, 'fit')} refused; counted as graphs without edges.")
    return lines


def _print_summary(advice: "Advice", table: TableSource, statements: Statements) -> None:
    levels = [finding.level for finding in advice.audit.findings]
    print_heading("In short")
    print_paragraph(
        f"{counted(levels.count('problem'), 'problem')} to fix, {levels.count('caution')} that may "
        "mislead; details below."
    )
    if advice.first is None:
        return
    fit, compare = suggested_commands(advice, table, statements)
    if _missing(advice, table) == "drop":
        print_paragraph("The commands leave out rows with gaps, which may mislead.")
    # Comparisons are of solvers for numbers.
    then = [] if advice.audit.kinds else ["Then:", compare]
    for line in ("Start with:", fit, *then):
        print_line(line)
    graph = advice.audit.graph
    if graph is not None:
        print_paragraph(
            f"topo-bic finds {counted(graph.n_edges, 'edge')}; the data leaves the direction of "
            f"{graph.n_undirected} of them open. No edge is a cause without the assumptions below."
            + ("" if graph.is_complete else f" {UNFINISHED}")
        )


def suggested_commands(
    advice: "Advice", table: TableSource, statements: Statements
) -> tuple[str, str]:
    """Return shell commands that fit the recommended solver and compare several solvers.

    They read the table as ``advise`` did, without the columns and rows that a solver would refuse.

    Parameters
    ----------
    advice : Advice
        Advice that recommends a solver.
    table : TableSource
        The table that was audited.
    statements : Statements
        What is known beforehand; statements about columns that are dropped are left out.
    """
    assert advice.first is not None
    audit = advice.audit
    unusable = [report.name for report in audit.columns if not report.is_usable]
    dropped = unusable + [column.name for column in audit.determined]
    reading = {
        "columns": None if table.columns is None else csv_line(table.columns),
        "drop": [*table.drop, *dropped],
        "missing": _missing(advice, table),
        "decimal": None if table.decimal == "." else table.decimal,
        "encoding": table.encoding,
        "index_column": table.index_column,
    }
    path = str(table.path)
    path = f"./{path}" if path.startswith("-") and path != "-" else path
    knowledge = dataclasses.asdict(statements.without(dropped))
    shared = [shlex.quote(path), *as_options(reading | knowledge)]
    settings = [f"-p {shlex.quote(f'{k}={v}')}" for k, v in advice.first.parameters.items()]
    solver = [f"--solver {advice.first.solvers[0]}", *settings]
    return _command(["fit", *shared, *solver]), _command(["compare", *shared])


def _missing(advice: "Advice", table: TableSource) -> str | None:
    """Return what to do with rows with gaps: they are not dropped where that biases results."""
    audit, first = advice.audit, advice.first
    if audit.n_complete == audit.n_samples:
        return "drop" if table.missing == "drop" else None
    is_biased = audit.little is not None and audit.little.rejects
    needs_rows = first is not None and first.estimator().needs_rows
    return "em" if (table.missing == "em" or is_biased) and not needs_rows else "drop"


def _command(words: Sequence[str]) -> str:
    """Return a command wrapped to the terminal width with shell line continuations."""
    lines = [f"{INDENT}causal-dag"]
    for word in words:
        # Two characters are reserved for the space and the backslash.
        if len(lines[-1]) + 1 + len(word) + 2 > terminal_width():
            lines[-1] += " \\"
            lines.append(f"{INDENT}{INDENT}{word}")
        else:
            lines[-1] += f" {word}"
    return "\n".join(lines)


def _print_columns(audit: "TableAudit", source: str) -> None:
    size = table_size(audit.n_samples, audit.n_features)
    print_table(
        ["column", "holds ", "missing", "mean", "sd", "skewness", "kurtosis", "outliers"],
        [
            [
                report.name,
                report.kind,
                report.n_missing + report.n_infinite,
                *(None if x != x else f"{x:.4g}" for x in (report.mean, report.standard_deviation)),
                round(report.skewness, 3),
                round(report.excess_kurtosis, 3),
                report.n_outliers,
            ]
            for report in audit.columns
        ],
        title=f"{source} ({size}, {audit.n_complete} complete)",
        most=MOST_COLUMNS_SHOWN,
        rest="more (--json has all)",
    )


def _call(entry: "SolverAdvice") -> str:
    settings = ", ".join(f"{key}={value}" for key, value in entry.parameters.items())
    parameters = f" with {settings}" if settings else ""
    return ", ".join(entry.solvers) + parameters + SCALES_IN_CALL[entry.scale]


def _print_benchmarks(advice: "Advice") -> None:
    from causal_dag.advice.benchmark_results import shipped_results

    print_heading(
        "How solvers did on simulated data like this (SHD / true edges; 1 = no edge at all)"
    )
    kinds = {f"[{number}]": kind for number, kind in enumerate(advice.benchmarks, start=1)}
    by_kind = [{row.solver: row for row in kind.rows} for kind in kinds.values()]
    solvers = sorted({name for rows in by_kind for name in rows})
    solvers.sort(key=lambda name: _sum_of_means(name, by_kind))
    cells = [[name, *(_cell(rows.get(name)) for rows in by_kind)] for name in solvers]
    print_table(["solver", *kinds], cells)
    for title, kind in kinds.items():
        print_paragraph(f"{title} {_described(kind)}{_unlike(kind, advice)}")
    provenance = shipped_results().provenance
    versions = ", ".join(provenance["causal_dag_version"])
    print_paragraph(
        "Mean ± standard deviation over data sets. These are simulations of linear models without "
        "hidden causes: they show what a solver does when its assumptions hold or fail in known "
        "ways, not how it does on your table. Chosen by similarity in rows, columns, edges per "
        f"column and noise; distances of equivalence classes and seconds are in --json. "
        f"Suite {', '.join(provenance['suites'])}, causal-dag {versions}, "
        f"{provenance['last_run'][:10]}."
    )


def _sum_of_means(name: str, by_kind: "list[dict[str, BenchmarkRow]]") -> float:
    means = [rows[name].shd_mean for rows in by_kind if name in rows]
    return sum(float("inf") if mean is None else mean for mean in means)


def _cell(row: "BenchmarkRow | None") -> str | None:
    if row is None or row.shd_mean is None:
        return None
    spread = "" if row.shd_sd is None else f" ± {row.shd_sd:.2f}"
    missing = "" if row.done == row.runs else f" ({row.done}/{row.runs})"
    return f"{row.shd_mean:.2f}{spread}{missing}"


def _described(kind: "BenchmarkKind") -> str:
    noise = str(kind.settings.get("noise", "gaussian"))
    if noise in NAMED_AFTER_PEOPLE:
        noise = noise.capitalize()
    variances = "equal" if kind.has_equal_variances else "unequal"
    return (
        f"{kind.data}: {kind.n_samples} rows, {kind.n_features} columns, "
        f"{kind.true_edges:.0f} true edges, {noise} noise of {variances} variances, "
        f"{SCALES_OF_DATA[kind.scale]} columns; {counted(kind.data_sets, 'data set')}."
    )


def _unlike(kind: "BenchmarkKind", advice: "Advice") -> str:
    if kind.has_gaussian_noise == advice.is_gaussian:
        return ""
    here = "mostly Gaussian" if advice.is_gaussian else "mostly not Gaussian"
    return f" Unlike this table, whose residuals are {here}."


def _indented(text: str) -> None:
    print_paragraph(text, indent="   ")

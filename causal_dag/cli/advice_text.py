"""The advice that ``causal-dag advise`` prints."""

from typing import TYPE_CHECKING

from causal_dag.cli.knowledge_options import Statements
from causal_dag.cli.output import print_line, print_paragraph, print_table
from causal_dag.cli.suggested_commands import suggested_commands
from causal_dag.cli.table_options import TableSource
from causal_dag.cli.terminal_text import terminal_width
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice import Advice, SolverAdvice, UnitChangeAudit
    from causal_dag.advice.benchmark_results import BenchmarkKind, BenchmarkRow
    from causal_dag.advice.table_audit import TableAudit

MOST_COLUMNS_SHOWN = 30
MOST_EDGES_SHOWN = 30
UNFINISHED = "The search stopped at its limit: there may be a better graph."
NAMED_AFTER_PEOPLE = ("gaussian", "laplace", "gumbel", "student-t")
MARKS = {"problem": "!!", "caution": "! ", "note": "  "}


def print_advice(advice: "Advice", table: TableSource, statements: Statements) -> None:
    """Print what was seen, which solvers suit, and what cannot be known."""
    _print_columns(advice.audit, table.name)
    _print_summary(advice, table, statements)
    _heading("What the table shows (!! must be fixed, ! may mislead)")
    for finding in advice.audit.findings:
        print_paragraph(f"{MARKS[finding.level]} {finding.topic}", hanging="   ")
        _paragraph(finding.seen)
        _paragraph(f"Why it matters: {finding.why}")
        _paragraph(f"What to do: {finding.remedy}")
    for part in advice.audit.skipped:
        _paragraph(f"Left out: {part}.", indent=0)
    _print_solvers(advice)
    _heading("What every answer assumes, and whether this table can show it")
    for assumption in advice.assumptions:
        print_line(f"   {assumption.name}")
        _paragraph(f"{assumption.means} Checked here? {assumption.can_be_checked}")
    _print_benchmarks(advice)


def print_unit_changes(name: str, audit: "UnitChangeAudit") -> None:
    """Print how often a solver found each edge, over all units."""
    low, high = audit.factors
    _heading(
        f"{name} in {audit.n_fits} units (given, standardised, {audit.n_changes} random changes by "
        f"factors from {low:g} to {high:g})"
    )
    columns = ["cause ", "effect ", "same direction", "either direction", "given units ", "weight"]
    rows = [
        [
            edge.source,
            edge.target,
            f"{100 * edge.directed:.0f} %",
            f"{100 * edge.either:.0f} %",
            "yes" if edge.in_given_units else "no",
            edge.weight,
        ]
        for edge in audit.edges[:MOST_EDGES_SHOWN]
    ]
    print_table(columns, rows)
    if len(audit.edges) > MOST_EDGES_SHOWN:
        more = len(audit.edges) - MOST_EDGES_SHOWN
        print_line(f"... and {more} more (--edges-output writes all)")
    for line in _unit_verdict(name, audit):
        _paragraph(line, indent=0)


def _unit_verdict(name: str, audit: "UnitChangeAudit") -> list[str]:
    kept = sum(edge.directed == 1.0 for edge in audit.edges)
    given = sum(edge.in_given_units for edge in audit.edges)
    if audit.is_unit_free:
        lines = [f"All {audit.n_fits} fits agree: the answer of {name} owes nothing to the units."]
    elif audit.n_classes == 1:
        lines = [
            f"All {audit.n_fits} fits find the same equivalence class. Edges that turn round are "
            "undirected in it: a solver that does not look at units leaves these to rounding, one "
            "that does lets the units decide."
        ]
    else:
        lines = [
            f"{kept} of {counted(given, 'edge')} in the given units survive all changes with their "
            f"direction. Equivalence classes among the {audit.n_fits} graphs: {audit.n_classes}.",
            "An edge that does not survive is owed to the units, unless these are known to be "
            "the ones in which noise is equal. One that survives is not thereby a cause.",
        ]
    if audit.n_refused:
        lines.append(f"{counted(audit.n_refused, 'fit')} refused; counted as graphs without edges.")
    return lines


def _print_summary(advice: "Advice", table: TableSource, statements: Statements) -> None:
    levels = [finding.level for finding in advice.audit.findings]
    _heading("In short")
    _paragraph(
        f"{counted(levels.count('problem'), 'problem')} to fix, {levels.count('caution')} that may "
        "mislead; details below.",
        indent=0,
    )
    if advice.first is None:
        return
    fit, compare = suggested_commands(advice, table, statements)
    if advice.audit.n_complete < advice.audit.n_samples:
        _paragraph("The commands leave out rows with gaps, which may mislead.", indent=0)
    for label, command in (("Start with:", fit), ("Then:", compare)):
        print_line(label)
        print_line(command)
    graph = advice.audit.graph
    if graph is not None:
        _paragraph(
            f"topo-bic finds {counted(graph.n_edges, 'edge')}; the data leaves the direction of "
            f"{graph.n_undirected} of them open. No edge is a cause without the assumptions below."
            + ("" if graph.is_complete else f" {UNFINISHED}"),
            indent=0,
        )


def _print_columns(audit: "TableAudit", source: str) -> None:
    size = f"{counted(audit.n_samples, 'row')}, {counted(audit.n_features, 'column')}"
    columns = ["column", "holds ", "missing", "mean", "sd", "skewness", "kurtosis", "outliers"]
    rows: list[list[object]] = [
        [
            report.name,
            report.kind,
            report.n_missing + report.n_infinite,
            _number(report.mean),
            _number(report.standard_deviation),
            round(report.skewness, 3),
            round(report.excess_kurtosis, 3),
            report.n_outliers,
        ]
        for report in audit.columns[:MOST_COLUMNS_SHOWN]
    ]
    print_table(columns, rows, title=f"{source} ({size}, {audit.n_complete} complete)")
    if len(audit.columns) > MOST_COLUMNS_SHOWN:
        print_line(f"... and {len(audit.columns) - MOST_COLUMNS_SHOWN} more (--json has all)")


def _number(value: float) -> str | None:
    return None if value != value else f"{value:.4g}"


def _print_solvers(advice: "Advice") -> None:
    _heading("Which solvers")
    if not advice.solvers:
        _paragraph("None until the table is mended.", indent=0)
    for entry in advice.solvers:
        print_paragraph(f"   {entry.verdict}: {_call(entry)}", hanging="      ")
        _paragraph(entry.because, indent=6)


def _call(entry: "SolverAdvice") -> str:
    settings = ", ".join(f"{key}={value}" for key, value in entry.parameters.items())
    scale = {"any": "", "raw": " (columns as they are)", "standardized": " (standardised columns)"}
    return ", ".join(entry.solvers) + (f" with {settings}" if settings else "") + scale[entry.scale]


def _print_benchmarks(advice: "Advice") -> None:
    from causal_dag.advice.benchmark_results import shipped_results

    kinds = advice.benchmarks
    if not kinds:
        return
    _heading("How solvers did on simulated data like this (SHD / true edges; 1 = no edge at all)")
    solvers = sorted({row.solver for kind in kinds for row in kind.rows})
    titles = [f"[{place}]" for place in range(1, len(kinds) + 1)]
    by_kind = [{row.solver: row for row in kind.rows} for kind in kinds]
    order = sorted(solvers, key=lambda name: _sum_of_means(name, by_kind))
    rows = [[name, *(_cell(rows.get(name)) for rows in by_kind)] for name in order]
    print_table(["solver", *titles], rows)
    for title, kind in zip(titles, kinds, strict=True):
        _paragraph(f"{title} {_described(kind)}{_unlike(kind, advice)}", indent=0)
    provenance = shipped_results().provenance
    versions = ", ".join(provenance["causal_dag_version"])
    _paragraph(
        "Mean ± standard deviation over data sets. These are simulations of linear models without "
        "hidden causes: they show what a solver does when its assumptions hold or fail in known "
        "ways, not how it does on your table. Chosen by nearness in rows, columns, edges per "
        f"column and noise; distances of equivalence classes and seconds are in --json. "
        f"Suite {', '.join(provenance['suites'])}, causal-dag {versions}, "
        f"{provenance['last_run'][:10]}.",
        indent=0,
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
    scale = {"raw": "raw", "standardized": "standardised", "iscm": "internally standardised"}
    return (
        f"{kind.data}: {kind.n_samples} rows, {kind.n_features} columns, "
        f"{kind.true_edges:.0f} true edges, {noise} noise of {variances} variances, "
        f"{scale[kind.scale]} columns; {counted(kind.data_sets, 'data set')}."
    )


def _unlike(kind: "BenchmarkKind", advice: "Advice") -> str:
    if kind.has_gaussian_noise == advice.is_gaussian:
        return ""
    here = "mostly Gaussian" if advice.is_gaussian else "mostly not Gaussian"
    return f" Unlike this table, whose residuals are {here}."


def _heading(text: str) -> None:
    print_line()
    print_paragraph(text)
    print_line("─" * min(len(text), terminal_width()))


def _paragraph(text: str, indent: int = 3) -> None:
    print_paragraph(text, indent=" " * indent)

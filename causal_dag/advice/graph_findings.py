"""What a first fit gives reason to say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from causal_dag.advice.finding import Finding, listed
from causal_dag.advice.graph_report import LEVEL
from causal_dag.registry import compared_solvers, make_solver
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.advice.column_report import ColumnReport
    from causal_dag.advice.graph_report import GraphReport, ResidualReport
    from causal_dag.advice.table_audit import TableAudit

# Ratio of residual variances up to which equal variances are a fair approximation.
LARGEST_FAIR_RATIO = 2.0
HIGH_SORTABILITY = 0.9
CORRECTED = "at 1 % after Holm's correction for the number of tests"


def graph_findings(audit: "TableAudit") -> Iterator[Finding]:
    """Yield findings on the graph that ``topo-bic`` fits, and on its residuals."""
    if audit.graph is None:
        return
    yield _undirected(audit.graph)
    yield from _gaussian(audit.graph, audit.columns)
    yield from _linear(audit.graph)
    yield from _even(audit.graph)
    yield _equal_variances(audit.graph)
    yield from _sortability(audit.graph)


def non_gaussian(graph: "GraphReport") -> "list[ResidualReport]":
    """Return the variables whose residual a test tells from a Gaussian."""
    return [report for report in graph.residuals if report.gaussian_p < LEVEL]


def nonlinear(graph: "GraphReport") -> "list[ResidualReport]":
    """Return the variables whose relation to their parents is bent."""
    return [report for report in graph.residuals if report.linear_p < LEVEL]


def nonlinear_along_lingam(graph: "GraphReport") -> "list[ResidualReport]":
    """Return the variables whose relation to their parents in direct-lingam's graph is bent.

    Where that graph was not fitted, those of topo-bic's.
    """
    reports = graph.lingam_residuals or graph.residuals
    return [report for report in reports if report.linear_p < LEVEL]


def equal_variances_are_refuted(graph: "GraphReport") -> bool:
    """Return whether residual variances differ beyond chance and by more than a factor of 2."""
    report = graph.equal_variances
    return report.variance_ratio > LARGEST_FAIR_RATIO and not report.equal_p >= LEVEL


def solvers_assuming(noise: str) -> list[str]:
    """Return the solvers of real columns that direct edges by an assumption on the noise."""
    made = {name: make_solver(name) for name in compared_solvers()}
    return [
        name
        for name, solver in made.items()
        if solver.assumed_noise == noise and solver.column_values == "real"
    ]


def _undirected(graph: "GraphReport") -> Finding:
    cut_short = "" if graph.is_complete else " (the search was stopped at its limit)"
    return Finding(
        "how much the data decides",
        "note",
        f"topo-bic finds {counted(graph.n_edges, 'edge')}{cut_short}; "
        f"{graph.n_undirected} of them can point either way without any change of the likelihood.",
        "Linear Gaussian data identify the equivalence class only. Directions that it leaves open "
        "need another assumption, or prior knowledge.",
        "Read what decided each direction (fit says it with every edge), not the weights alone; "
        "state what you know (tiers, forbidden edges) to direct the rest.",
        figures={"edges": graph.n_edges, "undirected": graph.n_undirected},
    )


def _gaussian(graph: "GraphReport", columns: "tuple[ColumnReport, ...]") -> Iterator[Finding]:
    tested, found = graph.residuals, non_gaussian(graph)
    shaped = [column for column in columns if column.gaussian_p == column.gaussian_p]
    skewed = sum(column.gaussian_p < LEVEL for column in shaped)
    marginal = f"Of the {len(shaped)} columns themselves, {skewed} are not Gaussian."
    if not tested:
        return
    names = tuple(report.name for report in found)
    where = f"on {graph.n_test_rows} rows, {CORRECTED}"
    if not found:
        yield Finding(
            "Gaussian residuals",
            "note",
            f"No residual of {len(tested)} can be told from a Gaussian (Shapiro-Wilk {where}). "
            f"{marginal}",
            "Nothing here directs edges by the shape of noise. Few rows would hide such a shape.",
            "Do not trust the order of direct-lingam: on Gaussian noise it is chance.",
            figures={"tested": len(tested), "non_gaussian": 0},
        )
        return
    farthest = max(found, key=lambda report: abs(report.excess_kurtosis) + abs(report.skewness))
    yield Finding(
        "non-Gaussian residuals",
        "note",
        f"{len(found)} of {counted(len(tested), 'residual')} "
        f"{'is' if len(found) == 1 else 'are'} not Gaussian (Shapiro-Wilk {where}); the farthest "
        f"is that of {farthest.name}, skewness {farthest.skewness:.2f}, excess kurtosis "
        f"{farthest.excess_kurtosis:.2f}. {marginal}",
        "Were all relations linear and all noises Gaussian, every residual would be Gaussian, "
        "whatever the graph. Non-Gaussian noise in a linear model identifies all directions, but "
        "outliers, curved relations and rounding look the same to this test.",
        "If relations are linear and outliers are not errors, let direct-lingam direct edges, and "
        "compare halves of the rows. Between variables with Gaussian noise its directions are "
        "chance.",
        names,
        {"tested": len(tested), "non_gaussian": len(found)},
    )


def _linear(graph: "GraphReport") -> Iterator[Finding]:
    found = nonlinear(graph)
    straightened = (
        f" Along direct-lingam's graph {len(nonlinear_along_lingam(graph))} bend."
        if graph.lingam_residuals
        else ""
    )
    if found:
        yield Finding(
            "relations that are not linear",
            "caution",
            f"The regressions of {listed([r.name for r in found])} on their parents bend (RESET "
            f"with squares and cubes, {CORRECTED}).{straightened}",
            "Linear solvers see the straight part only: an edge may be missing or doubled, and a "
            "weight is an average slope. Where noise is not Gaussian, a linear relation "
            "also looks curved if the cause is regressed on the effect.",
            "Plot these columns against their parents; transform (logarithms first), or compare "
            "with notears (nonlinear=mlp) on standardized columns.",
            tuple(report.name for report in found),
            {report.name: report.linear_p for report in found},
        )


def _even(graph: "GraphReport") -> Iterator[Finding]:
    found = [report for report in graph.residuals if report.even_p < LEVEL]
    if found:
        yield Finding(
            "uneven residuals",
            "caution",
            f"The residual variance of {listed([r.name for r in found])} depends on the parents "
            f"(Breusch-Pagan in Koenker's form, {CORRECTED}).",
            "Noise that depends on the causes breaks the assumption of every method that directs "
            "edges by noise: direct-lingam, nonlinear models, equal variances.",
            "A logarithm often evens it out. Otherwise rely on the equivalence class.",
            tuple(report.name for report in found),
            {report.name: report.even_p for report in found},
        )


def _equal_variances(graph: "GraphReport") -> Finding:
    report = graph.equal_variances
    ratio = (
        f"In the best graph under equal noise variances (topo-bic-ev, "
        f"{counted(report.n_edges, 'edge')}) the largest residual variance, of {report.largest}, "
        f"is {report.variance_ratio:.3g} times the smallest, of {report.smallest}"
    )
    figures = {"variance_ratio": report.variance_ratio, "p": report.equal_p}
    if equal_variances_are_refuted(graph):
        return Finding(
            "unequal noise variances",
            "caution",
            f"{ratio}: more than chance allows (Levene, p {_p_text(report.equal_p)}).",
            "The data speak against equal noise variances in these units, on which "
            f"{', '.join(solvers_assuming('equal'))} rest.",
            "Do not read causes out of those solvers' directions here.",
            (report.largest, report.smallest),
            figures,
        )
    return Finding(
        "equal noise variances not refuted",
        "note",
        f"{ratio}.",
        "The data do not speak clearly against equal noise variances in these units. That does not "
        "show them to hold: another graph with unequal variances fits as well.",
        "If equal noise is plausible for substantive reasons, topo-bic-ev directs all edges.",
        (report.largest, report.smallest),
        figures,
    )


def _sortability(graph: "GraphReport") -> Iterator[Finding]:
    by_variance, by_r2 = graph.varsortability, graph.r2_sortability
    is_high = max(by_variance, by_r2) >= HIGH_SORTABILITY and graph.n_edges > 0
    consequence = (
        "An order that sorting gives away may be one that the units, or the way the data was made, "
        "have put there."
        if is_high
        else "Sorting alone does not give this graph's order."
    )
    yield Finding(
        "sortability",
        "note",
        f"Along the paths of topo-bic's graph variance grows in {100 * by_variance:.0f} %, R² on "
        f"all others in {100 * by_r2:.0f} % (50 % is chance).",
        f"{consequence} The graph is an estimate, and so are these shares.",
        "Compare with sortnregress-var and sortnregress-r2: a method that does no more than they "
        "do has found an order, not causes.",
        figures={"varsortability": by_variance, "r2_sortability": by_r2},
    )


def _p_text(p: float) -> str:
    return "< 0.0001" if not p >= 1e-4 else f"= {p:.2g}"

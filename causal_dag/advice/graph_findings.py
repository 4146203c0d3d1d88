"""Findings on a first fit and its residuals."""

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
    """Return the variables whose residual a test finds non-Gaussian."""
    return [report for report in graph.residuals if report.gaussian_p < LEVEL]


def nonlinear(graph: "GraphReport") -> "list[ResidualReport]":
    """Return the variables whose relation to their parents is nonlinear."""
    return [report for report in graph.residuals if report.linear_p < LEVEL]


def nonlinear_along_lingam(graph: "GraphReport") -> "list[ResidualReport]":
    """Return the variables whose relation to their parents in direct-lingam's graph is nonlinear.

    If that graph was not fitted, topo-bic's graph is used.
    """
    reports = graph.lingam_residuals or graph.residuals
    return [report for report in reports if report.linear_p < LEVEL]


def equal_variances_are_refuted(graph: "GraphReport") -> bool:
    """Return whether residual variances differ beyond chance and by more than a factor of 2."""
    report = graph.equal_variances
    return report.variance_ratio > LARGEST_FAIR_RATIO and not report.equal_p >= LEVEL


def solvers_assuming(noise: str) -> list[str]:
    """Return the solvers for real columns that make this assumption about the noise."""
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
        f"{graph.n_undirected} of them can be reversed without changing the likelihood.",
        "Linear Gaussian data identify only the Markov equivalence class. Directions that it "
        "leaves undetermined need another assumption or prior knowledge.",
        "Check what decided each direction (fit reports it for every edge), not only the weights; "
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
            f"None of {counted(len(tested), 'residual')} differs significantly from a Gaussian "
            f"(Shapiro-Wilk {where}). "
            f"{marginal}",
            "The shape of the noise does not determine directions here. With few rows, "
            "non-Gaussian noise can go undetected.",
            "Do not trust the order of direct-lingam: with Gaussian noise it is arbitrary.",
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
        "this test cannot distinguish it from outliers, nonlinear relations and rounding.",
        "If relations are linear and outliers are not errors, let direct-lingam direct edges, and "
        "compare halves of the rows. Between variables with Gaussian noise its directions are "
        "arbitrary.",
        names,
        {"tested": len(tested), "non_gaussian": len(found)},
    )


def _linear(graph: "GraphReport") -> Iterator[Finding]:
    found = nonlinear(graph)
    straightened = (
        f" Along direct-lingam's graph {len(nonlinear_along_lingam(graph))} are nonlinear."
        if graph.lingam_residuals
        else ""
    )
    if found:
        yield Finding(
            "relations that are not linear",
            "caution",
            f"The regressions of {listed([r.name for r in found])} on their parents are nonlinear "
            f"(RESET with squares and cubes, {CORRECTED}).{straightened}",
            "Linear solvers use only the linear part: an edge may be missing or doubled, and a "
            "weight is an average slope. But with non-Gaussian noise, a linear relation also "
            "appears nonlinear when the cause is regressed on its effect.",
            "Plot these columns against their parents; transform (logarithms first), or compare "
            "with topo-curves.",
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
            "A logarithm often stabilizes the variance. Otherwise rely on the equivalence class.",
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
            "The data contradict equal noise variances in these units, which "
            f"{', '.join(solvers_assuming('equal'))} assume.",
            "Do not interpret the directions of those solvers as causal here.",
            (report.largest, report.smallest),
            figures,
        )
    return Finding(
        "equal noise variances not refuted",
        "note",
        f"{ratio}.",
        "The data do not clearly contradict equal noise variances in these units. This does not "
        "confirm the assumption: another graph with unequal variances fits as well.",
        "If equal noise is plausible for substantive reasons, topo-bic-ev directs all edges.",
        (report.largest, report.smallest),
        figures,
    )


def _sortability(graph: "GraphReport") -> Iterator[Finding]:
    by_variance, by_r2 = graph.varsortability, graph.r2_sortability
    is_high = max(by_variance, by_r2) >= HIGH_SORTABILITY and graph.n_edges > 0
    consequence = (
        "An order that sorting recovers may be an artifact of the units, or of how the data were "
        "generated."
        if is_high
        else "Sorting alone does not recover the order of this graph."
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

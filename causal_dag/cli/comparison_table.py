"""The tables that ``causal-dag compare`` prints."""

from typing import TYPE_CHECKING

from causal_dag.cli.output import print_line, print_paragraph, print_table
from causal_dag.wording import counted

if TYPE_CHECKING:
    from causal_dag.comparison.agreement import EdgeAgreement
    from causal_dag.comparison.compare import Comparison, ComparisonRow
    from causal_dag.comparison.figures import GraphFigures

MOST_PAIRS_SHOWN = 20


def print_comparison(comparison: "Comparison", source: str) -> None:
    """Print each scale: solvers by BIC, why some refused, and without a truth where they agree."""
    size = f"{counted(comparison.n_samples, 'row')}, {counted(comparison.n_features, 'column')}"
    for scale in dict.fromkeys(row.scale for row in comparison.rows):
        columns, cells = _cells(comparison, scale)
        print_table(columns, cells, title=f"{source} ({size}), {scale} columns, by BIC")
        for row in comparison.ranked(scale):
            for remark in _remarks(row):
                print_paragraph(f"{row.solver}: {remark}", hanging="  ")
        if not comparison.truth:
            _print_agreement(comparison.agreement(scale))
        print_line()


def _print_agreement(agreement: "tuple[EdgeAgreement, ...]") -> None:
    if not agreement:
        return
    print_line()
    print_table(
        ["cause ", "effect ", "any edge", "this way", "other way"],
        [
            [edge.cause, edge.effect, *map(_percent, (edge.adjacent, edge.directed, edge.reversed))]
            for edge in agreement[:MOST_PAIRS_SHOWN]
        ],
        title="Where the solvers agree: share that finds an edge, and that decides its direction "
        "(baselines left out; a direction left open counts as neither)",
    )
    if len(agreement) > MOST_PAIRS_SHOWN:
        print_line(f"... and {len(agreement) - MOST_PAIRS_SHOWN} more pairs (--json has all)")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _cells(comparison: "Comparison", scale: str) -> tuple[list[str], list[list[object]]]:
    with_truth = bool(comparison.truth)
    columns = ["solver", "edges"]
    columns += ["SHD", "SID", "CPDAG", "F1", "FDR", "TPR"] if with_truth else []
    columns += ["BIC", "score", "varsort", "R2sort", "seconds"]
    cells: list[list[object]] = []
    if with_truth:
        true = comparison.truth[scale]
        perfect: list[object] = [0, 0, 0, 1.0, 0.0, 1.0]
        cells.append(["(truth)", true.edges, *perfect, *_fit_cells(true), None])
    cells += [_row_cells(row, with_truth=with_truth) for row in comparison.ranked(scale)]
    return columns, cells


def _row_cells(row: "ComparisonRow", *, with_truth: bool) -> list[object]:
    figures: list[object] = [None] * 5
    distances: list[object] = [None] * 6 if with_truth else []
    if row.figures is not None:
        figures = [row.figures.edges, *_fit_cells(row.figures)]
    if row.distances is not None:
        d = row.distances
        distances = [d.shd, d.sid, d.cpdag_distance, d.f1, d.fdr, d.tpr]
    return [row.solver, figures[0], *distances, *figures[1:], round(row.seconds, 3)]


def _fit_cells(figures: "GraphFigures") -> list[object]:
    return [figures.bic, figures.score, figures.varsortability, figures.r2_sortability]


def _remarks(row: "ComparisonRow") -> list[str]:
    if row.error is not None:
        return [f"refused the data: {row.error}"]
    remarks = [] if row.status == "converged" else [row.status]
    if row.cut_edges:
        remarks.append(f"{counted(row.cut_edges, 'edge')} cut, because the weights had cycles")
    return remarks

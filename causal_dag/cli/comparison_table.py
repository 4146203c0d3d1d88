"""The table that ``causal-dag compare`` prints."""

from typing import TYPE_CHECKING

import click

from causal_dag.cli.output import counted, print_table

if TYPE_CHECKING:
    from causal_dag.comparison import Comparison, ComparisonRow
    from causal_dag.comparison_figures import GraphFigures


def print_comparison(comparison: "Comparison", source: str) -> None:
    """Print one table a scale, with what the data says and why solvers refused."""
    size = f"{counted(comparison.n_samples, 'row')}, {counted(comparison.n_features, 'column')}"
    for scale in dict.fromkeys(row.scale for row in comparison.rows):
        rows = [row for row in comparison.rows if row.scale == scale]
        columns, cells = _cells(comparison, scale)
        print_table(columns, cells, title=f"{source} ({size}), {scale} columns")
        for row in rows:
            for remark in _remarks(row):
                click.echo(f"{row.solver}: {remark}")
        click.echo()


def _cells(comparison: "Comparison", scale: str) -> tuple[list[str], list[list[object]]]:
    with_truth = bool(comparison.truth)
    columns = ["solver", "edges"]
    columns += ["SHD", "SID", "CPDAG", "F1", "FDR", "TPR"] if with_truth else []
    columns += ["score", "varsort", "R2sort", "seconds"]
    cells: list[list[object]] = []
    if with_truth:
        true = comparison.truth[scale]
        perfect: list[object] = [0, 0, 0, 1.0, 0.0, 1.0]
        cells.append(["(truth)", true.edges, *perfect, true.score, *_sortabilities(true), None])
    for row in comparison.rows:
        if row.scale == scale:
            cells.append(_row_cells(row, with_truth=with_truth))
    return columns, cells


def _row_cells(row: "ComparisonRow", *, with_truth: bool) -> list[object]:
    figures: list[object] = [None] * 4
    distances: list[object] = [None] * 6 if with_truth else []
    if row.figures is not None:
        figures = [row.figures.edges, row.figures.score, *_sortabilities(row.figures)]
    if row.distances is not None:
        d = row.distances
        distances = [d.shd, d.sid, d.cpdag_distance, d.f1, d.fdr, d.tpr]
    return [row.solver, figures[0], *distances, *figures[1:], row.seconds]


def _sortabilities(figures: "GraphFigures") -> list[object]:
    return [figures.varsortability, figures.r2_sortability]


def _remarks(row: "ComparisonRow") -> list[str]:
    if row.error is not None:
        return [f"refused the data: {row.error}"]
    remarks = [] if row.status == "converged" else [row.status]
    if row.cut_edges:
        remarks.append(f"{counted(row.cut_edges, 'edge')} cut, because the weights had cycles")
    return remarks

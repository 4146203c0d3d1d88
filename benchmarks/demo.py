"""The main job on real and on simulated data: ``python -m causal_dag.benchmarks.demo``.

Compares every solver that can take the columns, on the Sachs protein-signalling table
(observational condition, 17-edge graph) and on one simulated sparse graph, raw and standardized,
and writes tables, graphs and pictures to a folder.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from causal_dag.cli.compare import load_dataset, print_comparison
from causal_dag.cli.terminal.output import never_fail_on_odd_characters, print_paragraph
from causal_dag.cli.terminal.progress import progress_bar
from causal_dag.comparison.compare import Comparison, ComparisonRow, compare_solvers
from causal_dag.files.atomic_files import write_whole_figure
from causal_dag.files.table_files import write_table
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.graph_files import write_graph
from causal_dag.plotting import plot_comparison, plot_graph, plot_weights
from causal_dag.registry import solvers_for

# Drawn whatever its rank is, so that the pictures do not flatter.
SHOWN = {"sachs": "colide-nv", "er2-ev": "colide-ev"}
HEADINGS = {
    "sachs": (
        "Sachs et al. (2005): 11 proteins in 853 human T cells, no intervention. The truth is the "
        "17-edge consensus graph of the literature. The empty graph has SHD 17: a method above 17 "
        "does worse than no answer. The graph's equivalence class is fully undirected, so no "
        "edge's direction follows from conditional independence alone."
    ),
    "er2-ev": (
        "One simulated data set: 20 variables, 1000 rows, Erdős–Rényi graph with 2 edges per node, "
        "Gaussian noise of variance 1, |weight| in [0.5, 2]. Equal variances make the graph "
        "identifiable, and raw variances grow along the causal order (varsort near 1): sorting by "
        "variance does well on raw columns. Standardized columns take that away."
    ),
}
COLUMNS = (
    "Columns: SHD extra + missing + reversed edges; SID wrongly estimated interventions; CPDAG "
    "distance of equivalence classes; F1, FDR, TPR of directed edges; BIC of the graph with "
    "least-squares weights, lower is better; score mean log-likelihood of a row; varsort, R2sort "
    "share of the graph's paths along which variance, R2 grow (0.5 says nothing). Row (truth): the "
    "true graph, fitted by least squares. What each solver assumes: causal-dag solvers"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the demonstration from the command line."""
    parser = argparse.ArgumentParser(prog="python -m causal_dag.benchmarks.demo")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder to fill")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--solvers", nargs="+", help="registry names")
    options = parser.parse_args(arguments)
    never_fail_on_odd_characters()
    run_demo(options.output, solvers=options.solvers, n_jobs=options.jobs)


def run_demo(output: Path, *, solvers: Sequence[str] | None = None, n_jobs: int = 2) -> list[Path]:
    """Compare the solvers on both data sets, print the tables, and write the results.

    Parameters
    ----------
    output : Path
        Folder for tables, graphs and pictures; made if it is not there.
    solvers : sequence of str, optional
        Registry names, by default all that can take the columns; the baselines are added.
    n_jobs : int
        Number of processes.

    Returns
    -------
    list of Path
        The files written.
    """
    started = time.perf_counter()
    output.mkdir(parents=True, exist_ok=True)
    print_paragraph(COLUMNS)
    written = []
    for dataset, shown in SHOWN.items():
        print()
        print_paragraph(HEADINGS[dataset])
        print()
        table, truth = load_dataset(dataset, random_state=0)
        chosen = solvers or solvers_for(table)
        comparison = _compare(table, truth, chosen, n_jobs)
        print_comparison(comparison, dataset)
        row = comparison.row(shown if shown in chosen else chosen[0])
        written += _write(output, dataset, comparison, row, truth)
    print(f"Done in {time.perf_counter() - started:.0f} s. Written:")
    print("\n".join(f"  {path}" for path in written))
    return written


def _compare(table: Any, truth: NamedGraph, solvers: Sequence[str], n_jobs: int) -> Comparison:
    with progress_bar("comparing") as advance:
        return compare_solvers(
            table,
            solvers,
            true=truth,
            n_jobs=n_jobs,
            progress=lambda row, done, total: advance(f"{row.solver}, {row.scale}", done, total),
        )


def _write(
    folder: Path, dataset: str, comparison: Comparison, row: ComparisonRow, truth: NamedGraph
) -> list[Path]:
    """Write the table, and the graph and the pictures of one row."""
    table = folder / f"{dataset}.csv"
    frame = comparison.to_frame()
    write_table(frame, table, names=list(frame.columns))
    if row.graph is None:
        return [table]
    stem = f"{dataset}-{row.solver}"
    graphs = [folder / f"{stem}{ending}" for ending in (".weights.csv", ".edges.csv", ".json")]
    for path in graphs:
        write_graph(row.graph, path)
    titles = ("truth", row.solver, "difference")
    pictures = {
        folder / f"{stem}-graph.png": plot_graph(row.graph),
        folder / f"{stem}-against-truth.png": plot_comparison(truth, row.graph, titles=titles),
        folder / f"{stem}-weights.png": plot_weights(row.graph),
    }
    for path, figure in pictures.items():
        write_whole_figure(path, figure)
    return [table, *graphs, *pictures]


if __name__ == "__main__":
    main()

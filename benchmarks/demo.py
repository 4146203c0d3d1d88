"""The main job on real and on simulated data: ``python -m causal_dag.benchmarks.demo``.

Compares every solver that can take the columns, on the Sachs protein-signalling table
(observational condition, 17-edge graph) and on one simulated sparse graph, raw and standardized,
and writes tables, graphs and pictures to a folder.
"""

import argparse
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

from causal_dag.benchmarks.studies import replace_odd_characters
from causal_dag.files.atomic_files import write_whole_figure
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.graph_files import write_graph
from causal_dag.plotting import plot_comparison, plot_graph, plot_weights
from causal_dag.registry import make_seeded_solver
from causal_dag.synthetic import load_sachs, make_scenario

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
    replace_odd_characters()
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
    _print(COLUMNS)
    written = []
    for dataset, shown in SHOWN.items():
        _print(f"\n{HEADINGS[dataset]}\n")
        table = output / f"{dataset}.csv"
        _compare(dataset, table, solvers or (), n_jobs)
        solver = solvers[0] if solvers and shown not in solvers else shown
        written += [table, *_write(output, dataset, solver)]
    print(f"Done in {time.perf_counter() - started:.0f} s. Written:")
    print("\n".join(f"  {path}" for path in written))
    return written


def _print(text: str) -> None:
    lines = (textwrap.fill(line, 80, break_on_hyphens=False) for line in text.splitlines())
    print("\n".join(lines), flush=True)


def _compare(dataset: str, table: Path, solvers: Sequence[str], n_jobs: int) -> None:
    """Print the comparison, and write it to a table, as the command does."""
    options = [option for name in solvers for option in ("--solver", name)]
    subprocess.run(
        [
            *(sys.executable, "-m", "causal_dag", "compare", "--dataset", dataset),
            *("--jobs", str(n_jobs), "--output", str(table), *options),
        ],
        check=True,
    )


def _write(folder: Path, dataset: str, solver: str) -> list[Path]:
    """Write the graph that a solver finds on raw columns, and pictures of it."""
    if dataset == "sachs":
        sachs = load_sachs()
        X, truth = sachs.data, NamedGraph(sachs.adjacency.astype(float), tuple(sachs.feature_names))
    else:
        X, sem = make_scenario("er2-ev", 1000, 20, random_state=0)
        truth = NamedGraph(sem.weights, NamedGraph(sem.weights).labels)
    model = make_seeded_solver(solver, 0).fit(X)
    graph = NamedGraph(named_graph(model).weights, truth.names)
    stem = f"{dataset}-{solver}"
    graphs = [folder / f"{stem}{ending}" for ending in (".weights.csv", ".edges.csv", ".json")]
    for path in graphs:
        write_graph(graph, path)
    titles = ("truth", solver, "difference")
    pictures = {
        folder / f"{stem}-graph.png": plot_graph(graph),
        folder / f"{stem}-against-truth.png": plot_comparison(truth, graph, titles=titles),
        folder / f"{stem}-weights.png": plot_weights(graph),
    }
    for path, figure in pictures.items():
        write_whole_figure(path, figure)
    return [*graphs, *pictures]


if __name__ == "__main__":
    main()

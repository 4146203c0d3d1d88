"""``causal-dag plot``: draw one graph file, or compare two."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from causal_dag.cli.options.command import FILE, Report, command, reported
from causal_dag.cli.options.files import (
    PICTURE,
    check_outputs,
    graph_picture,
    read_acyclic_graph,
)
from causal_dag.cli.terminal.output import print_line

if TYPE_CHECKING:
    from causal_dag.graph.named_graph import NamedGraph


@command(
    "Draw a graph, or two and their difference.",
    "plot run1.weights.csv -o run1.png",
    "plot data.truth.csv run1.weights.csv -o difference.pdf",
)
@click.argument("graph", type=FILE)
@click.argument("estimate", required=False, type=FILE)
@click.option(
    "--output",
    "-o",
    type=PICTURE,
    help="Picture, .png, .svg or .pdf; by default the graph's name with .png.",
)
@click.option("--heat-map", is_flag=True, help="Draw the weights in topological order instead.")
@click.option("--dpi", type=click.IntRange(min=1), default=150, help="Dots per inch of a .png.")
@reported
def plot(
    graph: Path, estimate: Path | None, output: Path | None, heat_map: bool, dpi: int
) -> Report:
    """Draw GRAPH in layers; with ESTIMATE, draw truth, estimate and difference."""
    from causal_dag.files.atomic_files import write_whole_figure
    from causal_dag.plotting import plot_comparison, plot_weights

    if heat_map and estimate is not None:
        raise click.UsageError("--heat-map draws one graph; omit ESTIMATE")
    output = output or graph.with_name(graph.name.split(".")[0] + ".png")
    check_outputs([("--output", output)], inputs=(graph, estimate))
    shown = read_acyclic_graph(graph)
    if estimate is not None:
        figure = plot_comparison(shown, read_acyclic_graph(estimate))
    else:
        model = _model_or_graph(graph, shown)
        solver = getattr(model, "estimator_", model)
        figure = plot_weights(solver) if heat_map else graph_picture(model)
    write_whole_figure(output, figure, dpi=dpi)
    edges = int(shown.adjacency.sum())
    document = {"picture": str(output), "nodes": shown.n_nodes, "edges": edges}
    return Report(document, lambda: print_line(f"wrote {output}"))


def _model_or_graph(path: Path, graph: "NamedGraph") -> Any:
    """Return the saved model, which records what decided its directions, or else the graph."""
    from causal_dag.saving.models import load_model

    if path.suffix.lower() != ".json":
        return graph
    try:
        return load_model(path)
    except ValueError:  # a graph alone, or the model of a package that is not installed
        return graph

"""``causal-dag plot``: a picture of a graph file, or of two."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from causal_dag.cli.graph_input import read_acyclic_graph
from causal_dag.cli.options import StrictCommand, json_and_quiet
from causal_dag.cli.output import print_json, print_line
from causal_dag.cli.outputs import check_outputs

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator
    from causal_dag.graph.named_graph import NamedGraph

ENDINGS = (".png", ".svg", ".pdf")

EXAMPLES = (
    "\b\nExamples:\n"
    "  causal-dag plot run1.weights.csv -o run1.png\n"
    "  causal-dag plot data.truth.csv run1.weights.csv -o difference.pdf\n"
)


@click.command(
    cls=StrictCommand, short_help="Draw a graph, or two and their difference.", epilog=EXAMPLES
)
@click.argument("graph", type=click.Path(path_type=Path))
@click.argument("estimate", required=False, type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Picture, .png, .svg or .pdf; by default the graph's name with .png.",
)
@click.option("--heat-map", is_flag=True, help="Draw the weights in causal order instead.")
@click.option("--dpi", default=150, show_default=True, help="Dots per inch of a .png.")
@json_and_quiet
def plot(
    graph: Path,
    estimate: Path | None,
    output: Path | None,
    heat_map: bool,
    dpi: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Draw GRAPH in layers; with ESTIMATE, draw truth, estimate and difference."""
    from causal_dag.files.atomic_files import write_whole_figure

    if heat_map and estimate is not None:
        raise click.UsageError("--heat-map draws one graph; leave ESTIMATE out")
    output = output or graph.with_name(graph.name.split(".")[0] + ".png")
    if output.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"--output {output}: end it with {', '.join(ENDINGS)}")
    if dpi < 1:
        raise click.UsageError(f"--dpi {dpi}: give at least 1")
    check_outputs([("--output", output)], inputs=(graph, estimate))
    shown = read_acyclic_graph(graph)
    guess = None if estimate is None else read_acyclic_graph(estimate)
    from causal_dag.plotting import plot_comparison, plot_graph, plot_weights

    if guess is not None:
        figure = plot_comparison(shown, guess)
    else:
        drawn = _model_or_graph(graph, shown)
        figure = plot_weights(drawn) if heat_map else plot_graph(drawn)
    write_whole_figure(output, figure, dpi=dpi)
    if as_json:
        print_json(
            {"picture": str(output), "nodes": shown.n_nodes, "edges": int(shown.adjacency.sum())}
        )
    elif not quiet:
        print_line(f"wrote {output}")


def _model_or_graph(path: Path, graph: "NamedGraph") -> "DAGEstimator | NamedGraph":
    """Return a saved model, which knows what decided its directions; else the graph itself."""
    from causal_dag.saving.models import load_model

    if path.suffix.lower() != ".json":
        return graph
    try:
        return load_model(path)
    except ValueError:  # a graph alone, or the model of a package that is not installed
        return graph

"""A picture of how certain the edges of a distribution of graphs are."""

from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.plotting.canvas import Canvas, Head, draw_edge_labels, node_widths
from causal_dag.plotting.drawn_graph import drawn_graph
from causal_dag.plotting.figures import arrow_head_entry, figure_of, figure_of_panels, style_entry
from causal_dag.plotting.graph_plot import MOST_LABELLED_EDGES, THICKEST_LINE, THINNEST_LINE
from causal_dag.plotting.layered_layout import layered_layout
from causal_dag.plotting.lettering import lettering
from causal_dag.plotting.palette import PLAIN_EDGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Probability of a direction, given the edge, from which the edge has an arrow head.
DECIDED = 0.9


def plot_certainty(
    graphs: Any, *, least_probability: float = 0.5, ax: "Axes | None" = None
) -> "Figure":
    """Draw the probable edges of a distribution of graphs, with their probabilities.

    Line width and label show the probability of an edge of either direction. An edge has an arrow
    head if its direction has a probability of at least 0.9 given the edge.

    Parameters
    ----------
    graphs : BootstrapDAG or GraphDistribution
        The distribution, or the fitted estimator that has one.
    least_probability : float
        Edges are drawn whose ``adjacency_probability_`` is greater.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the graph needs.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from causal_dag.certainty import GraphDistribution
    >>> from causal_dag.plotting import plot_certainty
    >>> graphs = GraphDistribution([[[0, 1], [0, 0]]], names=["rain", "wet"])
    >>> [text.get_text() for text in plot_certainty(graphs).axes[0].texts]
    ['rain', 'wet', '1']
    """
    graphs = getattr(graphs, "distribution_", graphs)
    probability = graphs.adjacency_probability_
    shown = drawn_graph(graphs.consensus(least_probability), graphs.names)
    node_names = lettering(shown.labels)
    layout = layered_layout(shown.adjacency, node_widths(node_names))
    if ax is None:
        entries = [
            arrow_head_entry(f"direction in at least {DECIDED:.0%}", is_filled=True),
            style_entry(PLAIN_EDGE, "no head: direction less certain"),
        ]
        _, (ax,) = figure_of_panels(layout.size, 1, 1, above=0.0, entries=entries)
    canvas = Canvas(ax, layout)
    edges = {edge: float(probability[edge]) for edge in shown.heads}
    for edge, size in edges.items():
        is_decided = graphs.direction_probability_[edge] >= DECIDED
        width = THINNEST_LINE + (THICKEST_LINE - THINNEST_LINE) * size
        canvas.draw_edge(*edge, PLAIN_EDGE, width, Head.FILLED if is_decided else Head.NONE)
    canvas.draw_nodes(node_names)
    if len(edges) <= MOST_LABELLED_EDGES:
        draw_edge_labels(canvas, {edge: float(np.round(size, 2)) for edge, size in edges.items()})
    return figure_of(ax)

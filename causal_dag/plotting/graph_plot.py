"""A picture of one graph."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.named_graph import NamedGraph, named_graph
from causal_dag.plotting.canvas import Canvas, draw_legend, figure_of, figure_of_panels, node_widths
from causal_dag.plotting.layered_layout import layered_layout
from causal_dag.plotting.palette import NEGATIVE_EDGE, PLAIN_EDGE, POSITIVE_EDGE, EdgeStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THINNEST_LINE, THICKEST_LINE = 0.8, 2.8
PLAIN_LINE = 1.3
LEGEND_HEIGHT = 0.35


def plot_graph(
    graph: Any, *, names: Sequence[str] | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw a DAG in layers, causes above effects.

    Line width grows with the size of the weight; blue edges have positive weights, orange ones
    negative. A graph without weights (all of them 1) is drawn in one colour.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        The graph; ``graph[i, j] != 0`` is the edge i -> j.
    names : sequence of str, optional
        Node names, in place of the graph's own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the graph needs.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("graph.png")``.

    Raises
    ------
    ValueError
        If the graph has a cycle.

    Examples
    --------
    >>> from causal_dag.plotting import plot_graph
    >>> figure = plot_graph([[0, 0.8], [0, 0]], names=["rain", "wet"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['rain', 'wet']
    """
    shown = named_graph(graph, names)
    shown.require_acyclic()
    layout = layered_layout(shown.adjacency, node_widths(shown.labels))
    if ax is None:
        ax = _new_axes(layout.size, with_legend=not _is_unweighted(shown))
    canvas = Canvas(ax, layout)
    draw_signed_edges(canvas, shown)
    canvas.draw_nodes(shown.labels)
    return figure_of(ax)


def _new_axes(size: tuple[float, float], *, with_legend: bool) -> "Axes":
    below = LEGEND_HEIGHT if with_legend else 0.0
    figure, (ax,) = figure_of_panels(size, 1, 1, above=0.0, below=below)
    if with_legend:
        draw_legend(figure, [(style, style.label) for style in (POSITIVE_EDGE, NEGATIVE_EDGE)])
    return ax


def draw_signed_edges(canvas: Canvas, graph: NamedGraph) -> None:
    """Draw all edges, with width by size and colour by sign of the weights."""
    widths = line_widths(graph.weights)
    plain = _is_unweighted(graph)
    for i, j in np.argwhere(graph.adjacency).tolist():
        style = PLAIN_EDGE if plain else _style_of_sign(graph.weights[i, j])
        canvas.draw_edge(i, j, style, widths[i, j])


def line_widths(weights: FloatArray) -> FloatArray:
    """Return the line width, in points, of every edge; all the same where weights are."""
    size = np.abs(weights)
    present = size[size > 0]
    if present.size == 0 or np.ptp(present) == 0:
        return np.full(weights.shape, PLAIN_LINE)
    widths: FloatArray = THINNEST_LINE + (THICKEST_LINE - THINNEST_LINE) * size / present.max()
    return widths


def _is_unweighted(graph: NamedGraph) -> bool:
    return bool((graph.weights[graph.adjacency] == 1.0).all())


def _style_of_sign(weight: float) -> EdgeStyle:
    return POSITIVE_EDGE if weight > 0 else NEGATIVE_EDGE

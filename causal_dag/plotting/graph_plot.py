"""A picture of one graph."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.canvas import Canvas, Head, draw_edge_labels, node_widths
from causal_dag.plotting.drawn_graph import DrawnGraph, drawn_graph
from causal_dag.plotting.figures import arrow_head_entry, figure_of, figure_of_panels, style_entry
from causal_dag.plotting.layered_layout import layered_layout
from causal_dag.plotting.lettering import lettering
from causal_dag.plotting.palette import NEGATIVE_EDGE, PLAIN_EDGE, POSITIVE_EDGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

THINNEST_LINE, THICKEST_LINE = 0.8, 2.8
PLAIN_LINE = 1.3
# Beyond this number of edges, their weights would be most of the picture.
MOST_LABELLED_EDGES = 30


def plot_graph(
    graph: Any,
    *,
    names: Sequence[str] | None = None,
    ax: "Axes | None" = None,
    standardized: bool = True,
    edge_labels: bool | None = None,
) -> "Figure":
    """Draw a DAG, or a partially directed graph, in layers, causes above effects.

    Line width grows with the size of the effect; blue edges have positive effects, orange ones
    negative. Dark edges have no sign, like those of columns whose levels have no order, or of
    curves. A graph without weights (all of them 1) is drawn in one color. A filled arrow head was
    decided by the data or by prior knowledge, a hollow one by the solver's assumption; an edge
    without a head could point either way.

    Parameters
    ----------
    graph : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        The graph; ``graph[i, j] != 0`` is the edge i -> j. An edge with both directions, as in
        ``cpdag_``, is undirected.
    names : sequence of str, optional
        Node names, in place of the graph's own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the graph needs.
    standardized : bool, default True
        For fitted estimators and LinearSEM: show effects in standard deviations of the effect per
        standard deviation of the cause, so that units do not decide. Otherwise, and for graphs
        that know no standard deviations: weights as they are.
    edge_labels : bool, optional
        Write the effects on the edges; by default where there are at most 30.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("graph.png")``. No side is longer than 40 inches.

    Raises
    ------
    ValueError
        If the directed edges have a cycle.

    Warns
    -----
    MissingGlyphWarning
        If no installed font has some character of the names.

    Examples
    --------
    >>> from causal_dag.plotting import plot_graph
    >>> figure = plot_graph([[0, 0.8], [0, 0]], names=["rain", "wet"], edge_labels=False)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['rain', 'wet']
    """
    shown = drawn_graph(graph, names, standardized=standardized)
    node_names = lettering(shown.labels)
    layout = layered_layout(shown.adjacency, node_widths(node_names))
    if ax is None:
        entries = _legend_entries(shown)
        _, (ax,) = figure_of_panels(layout.size, 1, 1, above=0.0, entries=entries)
    canvas = Canvas(ax, layout)
    draw_edges(canvas, shown, signed=not shown.is_unweighted)
    canvas.draw_nodes(node_names)
    if edge_labels is None:
        edge_labels = not shown.is_unweighted and len(shown.heads) <= MOST_LABELLED_EDGES
    if edge_labels:
        draw_edge_labels(canvas, {edge: float(shown.effects[edge]) for edge in shown.heads})
    return figure_of(ax)


def _legend_entries(graph: DrawnGraph) -> "list[Line2D]":
    kind = " (standardized)" if graph.is_standardized else ""
    entries = []
    if not graph.is_unweighted:
        signs = graph.has_sign[graph.adjacency]
        styles = (POSITIVE_EDGE, NEGATIVE_EDGE) if signs.any() else ()
        entries = [style_entry(style, f"{style.label}{kind}") for style in styles]
        entries += [] if signs.all() else [style_entry(PLAIN_EDGE, "dependence without a sign")]
    return entries + head_entries(set(graph.heads.values()))


def head_entries(heads: set[Head]) -> "list[Line2D]":
    """Return the entries of a legend that explain the heads in a picture."""
    entries = []
    if heads > {Head.FILLED} or Head.HOLLOW in heads:
        entries.append(arrow_head_entry("direction from the data", is_filled=True))
    if Head.HOLLOW in heads:
        entries.append(arrow_head_entry("direction by assumption", is_filled=False))
    if Head.NONE in heads:
        entries.append(style_entry(PLAIN_EDGE, "no head: direction open"))
    return entries


def draw_edges(canvas: Canvas, graph: DrawnGraph, *, signed: bool) -> None:
    """Draw all edges, with width by size and, if they are signed, color by sign of the effects."""
    widths = line_widths(graph.effects)
    for edge, head in graph.heads.items():
        sign = POSITIVE_EDGE if graph.effects[edge] > 0 else NEGATIVE_EDGE
        style = sign if signed and graph.has_sign[edge] else PLAIN_EDGE
        canvas.draw_edge(*edge, style, widths[edge], head)


def line_widths(weights: FloatArray) -> FloatArray:
    """Return the line width, in points, of every edge; all the same where weights are."""
    size = np.abs(weights)
    present = size[size > 0]
    if present.size == 0 or np.ptp(present) == 0:
        return np.full(weights.shape, PLAIN_LINE)
    widths: FloatArray = THINNEST_LINE + (THICKEST_LINE - THINNEST_LINE) * size / present.max()
    return widths

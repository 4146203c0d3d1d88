"""Truth, estimate and their difference in one picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import reachability
from causal_dag.metrics.alignment import aligned
from causal_dag.named_graph import NamedGraph, named_graph
from causal_dag.plotting.canvas import (
    FONT_SIZE,
    Canvas,
    draw_legend,
    figure_of_panels,
    node_widths,
)
from causal_dag.plotting.graph_plot import LEGEND_HEIGHT, PLAIN_LINE, line_widths
from causal_dag.plotting.layered_layout import layered_layout
from causal_dag.plotting.palette import (
    CORRECT_EDGE,
    EXTRA_EDGE,
    MISSING_EDGE,
    PLAIN_EDGE,
    REVERSED_EDGE,
    EdgeStyle,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE_HEIGHT = 0.35
DIFFERENCE_LINE = 1.7
# Panels wider than this many heights stand below one another.
WIDEST_SIDE_BY_SIDE = 1.15

Edge = tuple[int, int]


def plot_comparison(
    true: Any,
    estimate: Any,
    *,
    names: Sequence[str] | None = None,
    titles: tuple[str, str, str] = ("truth", "estimate", "difference"),
) -> "Figure":
    """Draw a true graph, an estimated one, and the difference, with nodes at the same places.

    In the difference, an edge is correct, extra, missing or reversed; each kind has its own colour
    and dashes. A reversed edge is drawn as estimated, and counts as neither extra nor missing.

    Parameters
    ----------
    true, estimate : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        Acyclic graphs of the same nodes, aligned by name where both have names.
    names : sequence of str, optional
        Node names, in place of the graphs' own.
    titles : tuple of three str
        Titles of the panels.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("comparison.png")``.

    Raises
    ------
    ValueError
        If a graph has a cycle, or the graphs have different nodes.

    Examples
    --------
    >>> from causal_dag.plotting import plot_comparison
    >>> figure = plot_comparison([[0, 1], [0, 0]], [[0, 0], [1, 0]])
    >>> [panel.get_title() for panel in figure.axes]
    ['truth (1 edge)', 'estimate (1 edge)', 'difference']
    """
    truth, guess = _aligned_dags(true, estimate, names)
    layout = layered_layout(
        _union_in_the_truth_s_direction(truth.adjacency, guess.weights), node_widths(truth.labels)
    )
    wide = layout.size[0] > WIDEST_SIDE_BY_SIDE * layout.size[1]
    arrangement = (3, 1) if wide else (1, 3)
    figure, axes = figure_of_panels(
        layout.size, *arrangement, above=TITLE_HEIGHT, below=LEGEND_HEIGHT
    )
    counts = [f"{title} ({_edges(g)})" for title, g in zip(titles, (truth, guess), strict=False)]
    for ax, title in zip(axes, [*counts, titles[2]], strict=True):
        ax.set_title(title, fontsize=1.1 * FONT_SIZE, pad=4)
    canvases = [Canvas(ax, layout) for ax in axes]
    for canvas, graph in zip(canvases, (truth, guess), strict=False):
        _draw_plain_edges(canvas, graph)
    kinds = edge_kinds(truth.adjacency, guess.adjacency)
    for style, edges in kinds:
        for i, j in edges:
            canvases[2].draw_edge(i, j, style, DIFFERENCE_LINE)
    for canvas in canvases:
        canvas.draw_nodes(truth.labels)
    draw_legend(figure, [(style, f"{style.label}: {len(edges)}") for style, edges in kinds])
    return figure


def _aligned_dags(
    true: Any, estimate: Any, names: Sequence[str] | None
) -> tuple[NamedGraph, NamedGraph]:
    """Return both graphs with their nodes in the order of the first, under the same names."""
    truth, guess = aligned(true, estimate)
    shown = names or truth.names or guess.names
    pair = named_graph(truth, shown), named_graph(guess, shown)
    for graph in pair:
        graph.require_acyclic()
    return pair


def edge_kinds(true: BoolArray, estimate: BoolArray) -> list[tuple[EdgeStyle, list[Edge]]]:
    """Sort edges into correct, extra, missing and reversed ones (in the estimate's direction)."""
    masks: list[tuple[EdgeStyle, BoolArray]] = [
        (CORRECT_EDGE, true & estimate),
        (EXTRA_EDGE, estimate & ~true & ~true.T),
        (MISSING_EDGE, true & ~estimate & ~estimate.T),
        (REVERSED_EDGE, estimate & true.T),
    ]
    return [(style, [(i, j) for i, j in np.argwhere(mask).tolist()]) for style, mask in masks]


def _union_in_the_truth_s_direction(true: BoolArray, estimate: FloatArray) -> BoolArray:
    """Return a DAG over the edges of both; estimated edges against the truth's order are turned.

    Strong estimated edges are added first, so that few of them are drawn upwards.
    """
    union = true.copy()
    edges = np.argwhere(estimate != 0).tolist()
    for i, j in sorted(edges, key=lambda edge: -abs(estimate[edge[0], edge[1]])):
        if not (union[i, j] or union[j, i]):
            upwards = reachability(union)[j, i]
            union[(j, i) if upwards else (i, j)] = True
    return union


def _draw_plain_edges(canvas: Canvas, graph: NamedGraph) -> None:
    is_plain = (graph.weights[graph.adjacency] == 1.0).all()
    widths = np.full(graph.weights.shape, PLAIN_LINE) if is_plain else line_widths(graph.weights)
    for i, j in np.argwhere(graph.adjacency).tolist():
        canvas.draw_edge(i, j, PLAIN_EDGE, widths[i, j])


def _edges(graph: NamedGraph) -> str:
    n_edges = int(graph.adjacency.sum())
    return f"{n_edges} edge" if n_edges == 1 else f"{n_edges} edges"

"""Truth, estimate and their difference in one picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.graph import reachability
from causal_dag.graph.named_graph import named_graph
from causal_dag.metrics.alignment import aligned
from causal_dag.plotting.canvas import Canvas, Head, node_widths
from causal_dag.plotting.drawn_graph import DrawnGraph, drawn_graph, effects_of
from causal_dag.plotting.figures import figure_of_panels, style_entry
from causal_dag.plotting.graph_plot import draw_edges
from causal_dag.plotting.layered_layout import layered_layout
from causal_dag.plotting.layers import Edge
from causal_dag.plotting.lettering import FONT_SIZE, lettering
from causal_dag.plotting.palette import (
    CORRECT_EDGE,
    EXTRA_EDGE,
    MISSING_EDGE,
    REVERSED_EDGE,
    UNDECIDED_EDGE,
    EdgeStyle,
)
from causal_dag.wording import counted, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE_HEIGHT = 0.35
# Of a title, relative to node names.
TITLE_SIZE = 1.1
CORRECT_LINE, DIFFERENCE_LINE = 1.0, 1.9
# Panels wider than this many heights stand below one another.
WIDEST_SIDE_BY_SIDE = 1.15


def plot_comparison(
    true: Any,
    estimate: Any,
    *,
    names: Sequence[str] | None = None,
    titles: tuple[str, str, str] = ("truth", "estimate", "difference"),
) -> "Figure":
    """Draw a true graph, an estimated one, and the difference, with nodes at the same places.

    In the difference, an edge is correct, extra, missing or reversed, or has an open direction in
    one of the graphs only; each kind has its own color and dashes. A reversed edge is drawn as
    estimated, and counts as neither extra nor missing.

    Parameters
    ----------
    true, estimate : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        Graphs of the same nodes, aligned by name where both have names; directed without cycles,
        or partially directed, as ``cpdag_`` is.
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
        If the directed edges of a graph have a cycle, the graphs have different nodes, or there
        are not three titles.

    Examples
    --------
    >>> from causal_dag.plotting import plot_comparison
    >>> figure = plot_comparison([[0, 1], [0, 0]], [[0, 0], [1, 0]])
    >>> [panel.get_title() for panel in figure.axes]
    ['truth (1 edge)', 'estimate (1 edge)', 'difference']
    """
    is_sequence = isinstance(titles, tuple | list)
    if not is_sequence or len(titles) != 3 or not all(isinstance(text, str) for text in titles):
        raise ValueError(f"titles={quoted(titles)} must be three strings, one per panel")
    first, second = aligned(effects_of(true)[0], effects_of(estimate)[0])
    shown = names or first.names or second.names
    truth, guess = (drawn_graph(named_graph(graph, shown)) for graph in (first, second))
    node_names = lettering(truth.labels)
    union = _union_in_direction_of_truth(truth.adjacency, guess)
    layout = layered_layout(union, node_widths(node_names))
    kinds = edge_kinds(first.adjacency, second.adjacency)
    counts = [counted(len(graph.heads), "edge") for graph in (truth, guess)]
    headings = [f"{titles[0]} ({counts[0]})", f"{titles[1]} ({counts[1]})", titles[2]]
    figure, axes = _panels(layout.size, headings, kinds)
    canvases = [Canvas(ax, layout) for ax in axes]
    draw_edges(canvases[0], truth, signed=False)
    draw_edges(canvases[1], guess, signed=False)
    _draw_difference(canvases[2], kinds, first.adjacency, second.adjacency)
    for canvas in canvases:
        canvas.draw_nodes(node_names)
    return figure


def _panels(
    size: tuple[float, float], headings: list[str], kinds: list[tuple[EdgeStyle, list[Edge]]]
) -> "tuple[Figure, list[Axes]]":
    """Return three panels, side by side or below one another, with headings and a legend."""
    width = max(size[0], TITLE_SIZE * max(lettering(headings).widths()))
    wide = size[0] > WIDEST_SIDE_BY_SIDE * size[1]
    n_rows, n_columns = (3, 1) if wide else (1, 3)
    entries = [style_entry(style, f"{style.label}: {len(edges)}") for style, edges in kinds]
    figure, axes = figure_of_panels(
        (width, size[1]), n_rows, n_columns, above=TITLE_HEIGHT, entries=entries
    )
    for ax, heading in zip(axes, headings, strict=True):
        ax.set_title(heading, fontsize=TITLE_SIZE * FONT_SIZE, pad=4)
    return figure, axes


def edge_kinds(true: BoolArray, estimate: BoolArray) -> list[tuple[EdgeStyle, list[Edge]]]:
    """Sort edges into correct, extra, missing, reversed and, where there are any, undecided ones.

    Edges have the estimate's direction; an undirected one stands once, with i < j.
    """
    one_way, one_way_true = estimate & ~estimate.T, true & ~true.T
    either_way, either_way_true = np.triu(estimate & estimate.T), np.triu(true & true.T)
    undecided = (one_way & true & true.T) | (either_way & (true ^ true.T))
    masks: list[tuple[EdgeStyle, BoolArray]] = [
        (CORRECT_EDGE, (one_way & one_way_true) | (either_way & either_way_true)),
        (EXTRA_EDGE, (one_way | either_way) & ~true & ~true.T),
        (MISSING_EDGE, (one_way_true | either_way_true) & ~estimate & ~estimate.T),
        (REVERSED_EDGE, one_way & one_way_true.T),
    ]
    if undecided.any():
        masks.append((UNDECIDED_EDGE, undecided))
    return [(style, [(i, j) for i, j in np.argwhere(mask).tolist()]) for style, mask in masks]


def _draw_difference(
    canvas: Canvas, kinds: list[tuple[EdgeStyle, list[Edge]]], true: BoolArray, estimate: BoolArray
) -> None:
    for style, edges in kinds:
        width = CORRECT_LINE if style is CORRECT_EDGE else DIFFERENCE_LINE
        source = true if style is MISSING_EDGE else estimate
        for i, j in edges:
            canvas.draw_edge(i, j, style, width, Head.NONE if source[j, i] else Head.FILLED)


def _union_in_direction_of_truth(true: BoolArray, estimate: DrawnGraph) -> BoolArray:
    """Return a DAG over the edges of both; estimated edges against the truth's order are turned.

    Strong estimated edges are added first, so that few of them are drawn upwards.
    """
    union = true.copy()
    for i, j in sorted(estimate.heads, key=lambda edge: -abs(estimate.effects[edge])):
        if not (union[i, j] or union[j, i]):
            upwards = reachability(union)[j, i]
            union[(j, i) if upwards else (i, j)] = True
    return union

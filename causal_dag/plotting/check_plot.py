"""A picture of where a given graph and data disagree."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.plotting.canvas import Canvas, Head, node_widths
from causal_dag.plotting.drawn_graph import drawn_graph
from causal_dag.plotting.figures import figure_of, figure_of_panels, style_entry
from causal_dag.plotting.layered_layout import layered_layout
from causal_dag.plotting.lettering import lettering
from causal_dag.plotting.palette import CORRECT_EDGE, EXTRA_EDGE, MISSING_EDGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEPT_LINE, DISPUTED_LINE = 1.0, 1.9


def plot_graph_check(check: Any, *, ax: "Axes | None" = None) -> "Figure":
    """Draw a graph, the independences in it that data refute, and edges that data do not support.

    Parameters
    ----------
    check : GraphCheck
        What ``check_graph`` returns.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the graph needs.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from causal_dag import check_graph
    >>> from causal_dag.plotting import plot_graph_check
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(200, 3, edges_per_node=1, random_state=0)
    >>> [text.get_text() for text in plot_graph_check(check_graph(sem, X)).axes[0].texts]
    ['x0', 'x1', 'x2']
    """
    shown = drawn_graph(check.graph)
    place = {label: node for node, label in enumerate(shown.labels)}
    refuted, unsupported = (
        [(place[row[0]], place[row[1]]) for row in frame.itertuples(index=False)]
        for frame in (check.failures, check.removals)
    )
    kept = {edge: head for edge, head in shown.heads.items() if edge not in unsupported}
    drawn = [
        (replace(CORRECT_EDGE, label="edge"), KEPT_LINE, kept),
        (
            replace(MISSING_EDGE, label="edge without which the score improves"),
            DISPUTED_LINE,
            {edge: shown.heads[edge] for edge in unsupported if edge in shown.heads},
        ),
        (
            replace(EXTRA_EDGE, label="no edge, but dependent"),
            DISPUTED_LINE,
            dict.fromkeys(refuted, Head.NONE),
        ),
    ]
    union = np.array(shown.adjacency)
    for edge in refuted:
        union[edge] = True
    names = lettering(shown.labels)
    layout = layered_layout(union, node_widths(names))
    if ax is None:
        entries = [style_entry(style, f"{style.label}: {len(edges)}") for style, _, edges in drawn]
        _, (ax,) = figure_of_panels(layout.size, 1, 1, above=0.0, entries=entries)
    canvas = Canvas(ax, layout)
    for style, width, edges in drawn:
        for (i, j), head in edges.items():
            canvas.draw_edge(i, j, style, width, head)
    canvas.draw_nodes(names)
    return figure_of(ax)

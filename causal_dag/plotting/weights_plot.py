"""Heat map of weights in causal order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.graph import topological_order
from causal_dag.named_graph import NamedGraph, named_graph
from causal_dag.plotting.canvas import FONT_SIZE, figure_of, node_widths
from causal_dag.plotting.palette import DIVERGING_COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL = 0.24
LARGER_CELL = 0.46
# Up to this many nodes, cells are large enough for the weight itself.
LARGEST_WITH_NUMBERS = 20
COLOUR_BAR = 0.16
MARGIN = 0.2


def plot_weights(
    weights: Any, *, names: Sequence[str] | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw the weights as a heat map, rows and columns in causal order.

    In a causal order all weights stand above the diagonal. The row is the cause, the column the
    effect; colours are symmetric around 0.

    Parameters
    ----------
    weights : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        Acyclic weights; a fitted estimator's own ``order_`` is used.
    names : sequence of str, optional
        Node names, in place of the graph's own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the names need.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the weights have a cycle.

    Examples
    --------
    >>> from causal_dag.plotting import plot_weights
    >>> figure = plot_weights([[0, 0], [0.8, 0]], names=["wet", "rain"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['rain', 'wet']
    """
    graph = named_graph(weights, names)
    graph.require_acyclic()
    order = topological_order(graph.adjacency)
    if hasattr(weights, "order_"):
        order = np.asarray(weights.order_, dtype=np.intp)
    labels = [graph.labels[node] for node in order]
    colour_bar_ax = None
    if ax is None:
        ax, colour_bar_ax = _new_axes(labels)
    _draw_cells(ax, graph, order, labels)
    figure = figure_of(ax)
    figure.colorbar(ax.images[0], cax=colour_bar_ax, ax=ax, label="weight")
    return figure


def _new_axes(labels: Sequence[str]) -> "tuple[Axes, Axes]":
    """Return axes with room for the labels, and the axes of the colour bar."""
    from matplotlib.figure import Figure

    side = max(1.2, _cell(len(labels)) * len(labels))
    label = max([0.4, *node_widths(labels)])
    left, above, below, right = label + 0.5, label + 0.4, MARGIN, 1.0 + COLOUR_BAR
    width, height = left + side + right, above + side + below
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((left / width, below / height, side / width, side / height))
    bar_left = left + side + 0.2
    colour_bar = figure.add_axes(
        (bar_left / width, below / height, COLOUR_BAR / width, side / height)
    )
    return axes, colour_bar


def _draw_cells(ax: "Axes", graph: NamedGraph, order: IntArray, labels: Sequence[str]) -> None:
    d = graph.n_nodes
    ordered = graph.weights[np.ix_(order, order)]
    limit = float(np.abs(ordered).max(initial=0.0)) or 1.0
    ax.imshow(ordered, cmap=DIVERGING_COLOURS, vmin=-limit, vmax=limit, interpolation="nearest")
    size = FONT_SIZE if d <= LARGEST_WITH_NUMBERS else 0.8 * FONT_SIZE
    ax.set_yticks(range(d), labels, fontsize=size, parse_math=False)
    ax.set_xticks(range(d), labels, fontsize=size, rotation=90, parse_math=False)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel("effect")
    ax.set_ylabel("cause")
    ax.set_xticks(np.arange(d + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(d + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="#dddddd", linewidth=0.5)
    ax.tick_params(which="both", length=0)
    if d <= LARGEST_WITH_NUMBERS:
        _write_numbers(ax, ordered, limit)


def _write_numbers(ax: "Axes", ordered: FloatArray, limit: float) -> None:
    for row, column in np.argwhere(ordered != 0).tolist():
        weight = ordered[row, column]
        colour = "white" if abs(weight) > 0.6 * limit else INK
        ax.text(column, row, f"{weight:.2g}", ha="center", va="center", color=colour, fontsize=8)


def _cell(n_nodes: int) -> float:
    return LARGER_CELL if n_nodes <= LARGEST_WITH_NUMBERS else CELL

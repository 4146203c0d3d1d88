"""Heat map of weights in causal order."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.graph import topological_order
from causal_dag.plotting.canvas import node_widths
from causal_dag.plotting.drawn_graph import drawn_graph
from causal_dag.plotting.figures import Picture, figure_of, require_axes
from causal_dag.plotting.lettering import (
    FONT_SIZE,
    POINTS_PER_INCH,
    Lettering,
    effect_text,
    lettering,
)
from causal_dag.plotting.palette import DIVERGING_COLORS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL = 0.24
LARGER_CELL = 0.46
# Up to this many nodes, cells are large enough for the weight itself.
LARGEST_WITH_NUMBERS = 20
LARGEST_MAP = 20.0
# Smaller names cannot be read; then only every so many nodes has one.
SMALLEST_FONT = 4.0
COLOR_BAR = 0.16
MARGIN = 0.2


def plot_weights(
    weights: Any,
    *,
    names: Sequence[str] | None = None,
    ax: "Axes | None" = None,
    standardized: bool = True,
) -> "Figure":
    """Draw the weights as a heat map, rows and columns in causal order.

    In a causal order all weights stand above the diagonal. The row is the cause, the column the
    effect; colors are symmetric around 0.

    Parameters
    ----------
    weights : fitted estimator, (d, d) array, DataFrame, networkx.DiGraph or LinearSEM
        Weights of a DAG; a fitted estimator's own ``order_`` is used. An undirected edge stands in
        one cell above the diagonal.
    names : sequence of str, optional
        Node names, in place of the graph's own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the names need.
    standardized : bool, default True
        For fitted estimators and LinearSEM: show effects in standard deviations of the effect per
        standard deviation of the cause, so that units do not decide.

    Returns
    -------
    matplotlib.figure.Figure
        The map itself is at most 20 inches wide; where there are too many nodes for readable names,
        only some are named.

    Raises
    ------
    ValueError
        If the directed edges have a cycle.

    Examples
    --------
    >>> from causal_dag.plotting import plot_weights
    >>> figure = plot_weights([[0, 0], [0.8, 0]], names=["wet", "rain"])
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['rain', 'wet']
    """
    graph = drawn_graph(weights, names, standardized=standardized)
    order = topological_order(graph.adjacency)
    if hasattr(weights, "order_"):
        order = np.asarray(weights.order_, dtype=np.intp)
    shown = lettering([graph.labels[node] for node in order])
    color_bar_ax = None
    if ax is None:
        ax, color_bar_ax = _new_axes(shown)
    require_axes(ax)
    _draw_cells(ax, graph.effects[np.ix_(order, order)])
    _name_rows_and_columns(ax, shown)
    figure = figure_of(ax)
    title = "standardized weight" if graph.is_standardized else "weight"
    figure.colorbar(ax.images[0], cax=color_bar_ax, ax=ax, label=title)
    return figure


def _new_axes(names: Lettering) -> "tuple[Axes, Axes]":
    """Return axes with room for the names, and the axes of the color bar."""
    n_nodes = len(names.texts)
    side = max(1.2, _cell(n_nodes) * n_nodes)
    label = max([0.4, *node_widths(names)])
    left, above, below, right = label + 0.5, label + 0.4, MARGIN, 1.0 + COLOR_BAR
    width, height = left + side + right, above + side + below
    figure = Picture(figsize=(width, height))
    axes = figure.add_axes((left / width, below / height, side / width, side / height))
    bar_left = left + side + 0.2
    color_bar = figure.add_axes(
        (bar_left / width, below / height, COLOR_BAR / width, side / height)
    )
    return axes, color_bar


def _draw_cells(ax: "Axes", ordered: FloatArray) -> None:
    d = len(ordered)
    limit = float(np.abs(ordered).max(initial=0.0)) or 1.0
    end = max(d, 1) - 0.5  # axes cannot have the length 0
    ax.imshow(
        ordered,
        cmap=DIVERGING_COLORS,
        vmin=-limit,
        vmax=limit,
        interpolation="nearest",
        extent=(-0.5, end, end, -0.5),
    )
    ax.set_xticks(np.arange(d + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(d + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="#dddddd", linewidth=min(0.5, 2.0 * _cell(d)))
    if d <= LARGEST_WITH_NUMBERS:
        _write_numbers(ax, ordered, limit)


def _name_rows_and_columns(ax: "Axes", names: Lettering) -> None:
    n_nodes = len(names.texts)
    size = FONT_SIZE if n_nodes <= LARGEST_WITH_NUMBERS else 0.8 * FONT_SIZE
    room = 0.8 * _cell(n_nodes) * POINTS_PER_INCH
    step = 1
    if room < size:
        size = max(room, SMALLEST_FONT)
        step = math.ceil(size / room)
    places, texts = range(0, n_nodes, step), names.texts[::step]
    font: dict[str, Any] = {"fontproperties": names.font(size), "parse_math": False}
    ax.set_yticks(places, texts, **font)
    ax.set_xticks(places, texts, rotation=90, **font)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel("effect")
    ax.set_ylabel("cause")
    ax.tick_params(which="both", length=0)


def _write_numbers(ax: "Axes", ordered: FloatArray, limit: float) -> None:
    for row, column in np.argwhere(ordered != 0).tolist():
        weight = ordered[row, column]
        color = "white" if abs(weight) > 0.6 * limit else INK
        text = effect_text(weight)
        ax.text(column, row, text, ha="center", va="center", color=color, fontsize=8)


def _cell(n_nodes: int) -> float:
    """Return the side of a cell in inches."""
    return LARGER_CELL if n_nodes <= LARGEST_WITH_NUMBERS else min(CELL, LARGEST_MAP / n_nodes)

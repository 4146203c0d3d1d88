"""Picture of a regularisation path."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.plotting.canvas import MARGIN
from causal_dag.plotting.legend import LegendEntry, draw_legend
from causal_dag.plotting.lettering import FONT_SIZE
from causal_dag.plotting.palette import INK, NEGATIVE_EDGE, OTHER_WEIGHT, POSITIVE_EDGE, EdgeStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from causal_dag.selection.path import PathPoint

WIDTH, LEFT = 5.6, 1.05
WEIGHTS_HEIGHT, SMALL_HEIGHT = 2.6, 1.15
ABOVE, BELOW, BETWEEN = 0.35, 0.95, 0.14
# Weights that never exceed this share of the largest are dust, and would only thicken the axis.
SMALLEST_SHOWN_SHARE = 0.01
SMALLEST_SHOWN_EXCESS = 1e-5
LINE: dict[str, Any] = {"color": INK, "linewidth": 1.2, "marker": "o", "markersize": 3.5}


def plot_path(model_or_path: Any) -> "Figure":
    """Draw weights, number of edges and criterion along a regularisation path.

    Blue and orange lines are the positive and negative weights of the edges that are in the chosen
    graph, or, on a path without a choice, of those in the graph of any λ; grey ones are other
    weights. A vertical line marks the chosen λ, dotted lines the threshold.

    Parameters
    ----------
    model_or_path : fitted estimator or sequence of PathPoint
        One of ``NOTEARSCV``, ``CoLiDECV``, ``DAGMACV``, or what ``regularization_path`` returned.
        A λ of 0 has no place on the axis, which is logarithmic, and is left out.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("path.png")``.

    Raises
    ------
    ValueError
        If there is no path, or no λ above 0 on it.

    Examples
    --------
    >>> from causal_dag import DAGMA
    >>> from causal_dag.plotting import plot_path
    >>> from causal_dag.selection import regularization_path
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> figure = plot_path(regularization_path(DAGMA(), X, lambdas=[0.02, 0.2, 2.0]))
    >>> [ax.get_ylabel() for ax in figure.axes]
    ['weight', 'edges']
    """
    points = [point for point in _points_of(model_or_path) if point.lambda1 > 0]
    if not points:
        raise ValueError("plot_path needs a path with at least one lambda above 0")
    chosen = getattr(model_or_path, "lambda1_", None)
    has_criterion = bool(np.isfinite([point.criterion for point in points]).any())
    figure, axes = _new_axes(2 + has_criterion)
    lambdas = np.array([point.lambda1 for point in points])
    if chosen is None:
        kept = np.any([np.abs(point.weights) > point.weight_threshold for point in points], axis=0)
    else:
        kept = model_or_path.adjacency_
        for side in (-1, 1):
            axes[0].axhline(
                side * model_or_path.weight_threshold_, color=INK, linewidth=0.7, linestyle=":"
            )
    styles = _draw_weights(axes[0], lambdas, np.array([point.weights for point in points]), kept)
    _draw_edge_numbers(axes[1], lambdas, np.array([point.n_edges for point in points]))
    if has_criterion:
        _draw_criterion(axes[2], lambdas, np.array([point.criterion for point in points]))
    if chosen is not None and chosen > 0:
        _mark(axes, float(chosen))
    _finish(axes, lambdas)
    if styles:
        draw_legend(figure, [LegendEntry.of_style(style) for style in styles])
    return figure


def _points_of(model_or_path: Any) -> "Sequence[PathPoint]":
    points = getattr(model_or_path, "path_", model_or_path)
    if isinstance(points, Sequence) and all(hasattr(point, "lambda1") for point in points):
        return points
    raise ValueError(
        f"plot_path: {type(model_or_path).__name__} has no regularisation path; fit NOTEARSCV, "
        "CoLiDECV or DAGMACV, or pass what regularization_path returned"
    )


def _new_axes(n_panels: int) -> "tuple[Figure, list[Axes]]":
    """Return a figure with one large panel on top of small ones, on the same horizontal axis."""
    from causal_dag.plotting.picture import Picture

    heights = [WEIGHTS_HEIGHT, *[SMALL_HEIGHT] * (n_panels - 1)]
    width = LEFT + WIDTH + MARGIN
    height = ABOVE + sum(heights) + BETWEEN * (n_panels - 1) + BELOW
    figure = Picture(figsize=(width, height), facecolor="white")
    axes: list[Axes] = []
    top = height - ABOVE
    for panel in heights:
        box = (LEFT / width, (top - panel) / height, WIDTH / width, panel / height)
        axes.append(figure.add_axes(box, sharex=axes[0] if axes else None))
        top -= panel + BETWEEN
    return figure, axes


def _draw_weights(
    ax: "Axes", lambdas: FloatArray, weights: FloatArray, kept: BoolArray
) -> list[EdgeStyle]:
    """Draw one line a weight, those of the graph on top, and return the styles used."""
    size = np.abs(weights).max(axis=0)
    shown = size > SMALLEST_SHOWN_SHARE * size.max()
    strongest = np.take_along_axis(weights, np.abs(weights).argmax(axis=0)[None], axis=0)[0]
    groups = [
        (OTHER_WEIGHT, shown & ~kept),
        (POSITIVE_EDGE, shown & kept & (strongest > 0)),
        (NEGATIVE_EDGE, shown & kept & (strongest < 0)),
    ]
    for style, edges in groups:
        width = 0.8 if style is OTHER_WEIGHT else 1.2
        for i, j in np.argwhere(edges).tolist():
            ax.plot(lambdas, weights[:, i, j], color=style.colour, linewidth=width, gid=f"{i}->{j}")
    ax.axhline(0.0, color=INK, linewidth=0.7)
    ax.set_ylabel("weight")
    return [style for style, edges in groups[1:] + groups[:1] if edges.any()]


def _draw_edge_numbers(ax: "Axes", lambdas: FloatArray, n_edges: IntArray) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.plot(lambdas, n_edges, **LINE)
    ax.set_ylim(0, max(1, 1.1 * n_edges.max()))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    ax.set_ylabel("edges")


def _draw_criterion(ax: "Axes", lambdas: FloatArray, values: FloatArray) -> None:
    """Draw how far the criterion is above its smallest value.

    It differs by thousands where edges are missing, and by a few where the choice is made, so the
    axis is logarithmic above the smallest difference.
    """
    excess = values - np.nanmin(values)
    ax.plot(lambdas, excess, **LINE)
    positive = excess[np.isfinite(excess) & (excess > 0)]
    if positive.size:
        linear = max(positive.min(), SMALLEST_SHOWN_EXCESS * positive.max())
        ax.set_yscale("symlog", linthresh=linear)
        ax.set_ylim(-0.3 * linear, 3 * positive.max())
        decades = 10.0 ** np.arange(np.ceil(np.log10(linear)), np.log10(positive.max()) + 1e-9)
        ax.set_yticks([0.0, *decades[:: max(1, len(decades) // 3)]])
        ax.yaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.set_ylabel("criterion\nabove best")


def _mark(axes: "Sequence[Axes]", chosen: float) -> None:
    for ax in axes:
        ax.axvline(chosen, color=INK, linewidth=1.0, linestyle="--", zorder=1, gid="chosen")
    axes[0].annotate(
        f"λ = {chosen:.3g}",
        (chosen, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        fontsize=FONT_SIZE,
        color=INK,
    )


def _finish(axes: "Sequence[Axes]", lambdas: FloatArray) -> None:
    axes[0].set_xscale("log")
    if len(lambdas) > 1:
        axes[0].set_xlim(lambdas.min() / 1.15, lambdas.max() * 1.15)
    for ax in axes:
        ax.tick_params(labelsize=0.9 * FONT_SIZE, labelbottom=ax is axes[-1])
        ax.spines[["top", "right"]].set_visible(False)
        ax.yaxis.set_label_coords(-0.68 / WIDTH, 0.5)
    axes[-1].set_xlabel("λ")

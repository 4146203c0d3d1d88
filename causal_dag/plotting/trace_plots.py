"""How a fit went: the figures of its trace, and the weights along a regularization path."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph.matrices import dense
from causal_dag.plotting.figures import draw_legend, stacked_axes, style_entry
from causal_dag.plotting.lettering import FONT_SIZE
from causal_dag.plotting.palette import (
    INK,
    NEGATIVE_EDGE,
    OTHER_WEIGHT,
    POSITIVE_EDGE,
    RUN_STYLES,
    EdgeStyle,
)
from causal_dag.problem import StageRecord
from causal_dag.validation import check_choice
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from causal_dag.selection.path import PathPoint

# Inches: of a trace, and of a path with its weights on top; the axis below, a line of the legend.
TRACE_WIDTH, PANEL_HEIGHT = 6.0, 1.25
PATH_WIDTH, WEIGHTS_HEIGHT = 6.8, 2.6
AXIS_HEIGHT, LEGEND_LINE = 0.5, 0.2
NICE_STEPS = (1, 2, 5, 10)
# Weights that never exceed this share of the largest are dust, and would only thicken the axis.
SMALLEST_SHOWN_SHARE = 0.01
SMALLEST_SHOWN_EXCESS = 1e-5
LINE: dict[str, Any] = {"color": INK, "linewidth": 1.2, "marker": "o", "markersize": 3.5}


#: Figures of a record, one panel each.
PANELS = {
    "objective": "objective",
    "score": "score",
    "h": "acyclicity h",
    "mu": "μ or ρ",
    "non_zeros": "weights ≠ 0",
}
LOGARITHMIC = ["h", "mu"]


def plot_convergence(runs: Any, *, against: Literal["stage", "seconds"] = "stage") -> "Figure":
    """Draw objective, score, acyclicity, penalty parameter and number of weights along a fit.

    Weights are counted before threshold and projection. A panel that would be empty is left out:
    solvers that search over orders have no acyclicity function and no μ or ρ. So is the score
    where it is the objective itself. Acyclicity and parameters have logarithmic axes, on which a
    stage with h = 0 has no point. After ``polish=`` the trace holds the records of both solvers,
    whose objectives differ; so do the objectives of different solvers.

    Parameters
    ----------
    runs : fitted estimator, trace, or sequence or mapping of these
        What to draw. Several are told apart by the mapping's keys, or by the estimators'
        parameters.
    against : {"stage", "seconds"}
        Horizontal axis: the stages in turn, or the seconds since the solver started.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a trace has no record, or nothing is given.
    TypeError
        If something is neither a fitted estimator nor a trace.

    Examples
    --------
    >>> from causal_dag import EqVar
    >>> from causal_dag.plotting import plot_convergence
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(100, 5, random_state=0)
    >>> figure = plot_convergence(EqVar().fit(X))
    >>> [panel.get_ylabel() for panel in figure.axes]
    ['objective', 'weights ≠ 0']
    """
    check_choice("against", against, ("stage", "seconds"))
    labeled = _labeled_runs(runs)
    frames = [_frame_of_trace(run) for _, run in labeled]
    stages = pd.concat(frames)[list(PANELS)].dropna(axis="columns", how="all")
    if "score" in stages and stages["score"].equals(stages["objective"]):
        stages = stages.drop(columns="score")
    n_legend_lines = len(labeled) if len(labeled) > 1 else 0
    other = AXIS_HEIGHT + n_legend_lines * LEGEND_LINE
    figure, axes = stacked_axes(TRACE_WIDTH, [PANEL_HEIGHT] * stages.shape[1], other=other)
    for ax, column in zip(axes, stages, strict=True):
        for (label, _), frame, style in zip(labeled, frames, itertools.cycle(RUN_STYLES)):
            # Polishing numbers its stages anew, so the place in the trace counts.
            places = frame["seconds"] if against == "seconds" else range(len(frame))
            look = {"color": style.color, "linestyle": style.dashes, "label": label}
            ax.plot(places, frame[column], marker="o", markersize=3, **look)
        _finish_panel(ax, column)
    axes[-1].set_xlabel(against, fontsize=FONT_SIZE)
    if against == "stage":
        axes[-1].set_xlim(-0.5, max(map(len, frames)) - 0.5)
        whole = MaxNLocator(integer=True, min_n_ticks=1, steps=NICE_STEPS)
        axes[-1].xaxis.set_major_locator(whole)
    figure.align_ylabels(axes)
    if len(labeled) > 1:
        look = {"frameon": False, "handlelength": 3.2, "fontsize": FONT_SIZE}
        figure.legend(handles=axes[0].get_lines(), loc="outside lower center", **look)
    return figure


def _labeled_runs(runs: Any) -> list[tuple[str, Any]]:
    if isinstance(runs, Mapping):
        labeled = [(str(label), run) for label, run in runs.items()]
    elif isinstance(runs, Sequence) and not _is_trace(runs):
        labeled = [
            (f"run {number}" if _is_trace(run) else " ".join(repr(run).split()), run)
            for number, run in enumerate(runs, start=1)
        ]
    else:
        labeled = [("", runs)]
    if not labeled:
        raise ValueError("no run to draw; give a fitted estimator, or its trace_")
    return labeled


def _frame_of_trace(run: Any) -> pd.DataFrame:
    """Return one row per record, NaN where an axis has no place for a figure."""
    trace = run if _is_trace(run) else getattr(run, "trace_", None)
    if trace is None:
        raise TypeError(
            f"{quoted(run)} has no trace_; give an estimator after fit, its trace_, or several of "
            "them"
        )
    if len(trace) == 0:
        raise ValueError(f"the trace of {quoted(run)} has no record; its solver recorded no stage")
    frame = pd.DataFrame(trace).replace([np.inf, -np.inf], np.nan)
    frame[LOGARITHMIC] = frame[LOGARITHMIC].where(frame[LOGARITHMIC] > 0)
    return frame


def _is_trace(run: Any) -> bool:
    is_sequence = isinstance(run, Sequence) and len(run) > 0
    return is_sequence and all(isinstance(record, StageRecord) for record in run)


def _finish_panel(ax: "Axes", column: str) -> None:
    if column in LOGARITHMIC:
        ax.set_yscale("log")
    else:
        # Counts between whole numbers mean nothing, and an offset is easily overlooked.
        is_count = column == "non_zeros"
        ax.yaxis.set_major_locator(MaxNLocator(4, integer=is_count, steps=NICE_STEPS))
        ax.ticklabel_format(axis="y", useOffset=False)
    ax.set_ylabel(PANELS[column], fontsize=FONT_SIZE)
    ax.grid(color="#dddddd", linewidth=0.5)
    ax.spines[["top", "right"]].set_visible(False)


def plot_path(model_or_path: Any) -> "Figure":
    """Draw weights, number of edges and criterion along a regularization path.

    Blue and orange lines are the positive and negative weights of the edges that are in the chosen
    graph, or, on a path without a choice, of those in the graph of any λ; grey ones are other
    weights. A vertical line marks the chosen λ, dotted lines the threshold.

    Parameters
    ----------
    model_or_path : fitted estimator or sequence of PathPoint
        ``NOTEARSCV``, ``CoLiDECV``, ``DAGMACV`` or ``TOPOCV``, or the result of
        ``regularization_path``.
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
    criteria = np.array([point.criterion for point in points])
    has_criterion = bool(np.isfinite(criteria).any())
    heights = [WEIGHTS_HEIGHT, *[PANEL_HEIGHT] * (1 + has_criterion)]
    figure, axes = stacked_axes(PATH_WIDTH, heights, other=AXIS_HEIGHT + 4 * LEGEND_LINE)
    lambdas = np.array([point.lambda1 for point in points])
    weights = np.array([dense(point.weights) for point in points])
    thresholds = np.array([point.weight_threshold for point in points])
    if chosen is None:
        kept = (np.abs(weights) > thresholds[:, None, None]).any(axis=0)
    else:
        kept, threshold = dense(model_or_path.adjacency_), model_or_path.weight_threshold_
        for height in (-threshold, threshold):
            axes[0].axhline(height, color=INK, linewidth=0.7, linestyle=":")
    styles = _draw_weights(axes[0], lambdas, weights, kept)
    n_edges = np.array([point.n_edges for point in points])
    axes[1].plot(lambdas, n_edges, **LINE)
    axes[1].set_ylim(0, max(1, 1.1 * n_edges.max()))
    axes[1].yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes[1].set_ylabel("edges")
    if has_criterion:
        _draw_criterion(axes[2], lambdas, criteria)
    if chosen is not None and chosen > 0:
        _mark(axes, float(chosen))
    axes[0].set_xscale("log")
    if len(lambdas) > 1:
        axes[0].set_xlim(lambdas.min() / 1.15, lambdas.max() * 1.15)
    axes[-1].set_xlabel("penalty" if hasattr(model_or_path, "penalty_") else "λ")
    for ax in axes:
        ax.tick_params(labelsize=0.9 * FONT_SIZE, labelbottom=ax is axes[-1])
        ax.spines[["top", "right"]].set_visible(False)
    figure.align_ylabels(axes)
    if styles:
        draw_legend(figure, [style_entry(style) for style in styles])
    return figure


def _points_of(model_or_path: Any) -> "Sequence[PathPoint]":
    points = getattr(model_or_path, "path_", model_or_path)
    if isinstance(points, Sequence) and all(hasattr(point, "lambda1") for point in points):
        return points
    raise ValueError(
        f"plot_path: {type(model_or_path).__name__} has no regularization path; fit NOTEARSCV, "
        "CoLiDECV, DAGMACV or TOPOCV, or pass what regularization_path returned"
    )


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
            ax.plot(lambdas, weights[:, i, j], color=style.color, linewidth=width, gid=f"{i}->{j}")
    ax.axhline(0.0, color=INK, linewidth=0.7)
    ax.set_ylabel("weight")
    return [style for style, edges in groups[1:] + groups[:1] if edges.any()]


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

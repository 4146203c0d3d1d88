"""How a fit went: the figures of its trace, one panel each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.lettering import FONT_SIZE
from causal_dag.plotting.palette import RUN_STYLES
from causal_dag.problem import StageRecord
from causal_dag.validation import check_choice
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Trace = Sequence[StageRecord]

WIDTH = 6.0
PANEL_HEIGHT = 1.25
# Height of the axis below the lowest panel, and of a line of the legend.
AXIS_HEIGHT = 0.5
LEGEND_LINE = 0.2
NICE_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class _Panel:
    label: str
    value: Callable[[StageRecord], float]
    is_logarithmic: bool = False
    is_count: bool = False

    def values(self, trace: Trace) -> FloatArray:
        """Return the figures of a trace, NaN where the axis has no place for them."""
        values = np.array([self.value(record) for record in trace], dtype=np.float64)
        drawable = np.isfinite(values) & ((values > 0) | (not self.is_logarithmic))
        return np.where(drawable, values, np.nan)


PANELS = (
    _Panel("objective", lambda record: record.objective),
    _Panel("score", lambda record: record.score),
    _Panel("acyclicity h", lambda record: record.h, is_logarithmic=True),
    _Panel("μ or ρ", lambda record: record.mu, is_logarithmic=True),
    _Panel("weights ≠ 0", lambda record: record.non_zeros, is_count=True),
)


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
    traces = _labelled_traces(runs)
    panels = _panels_worth_drawing([trace for _, trace in traces])
    figure, axes = _stacked_axes(len(panels), n_legend_lines=len(traces) if len(traces) > 1 else 0)
    for ax, panel in zip(axes, panels, strict=True):
        _draw_panel(ax, panel, traces, against)
    axes[-1].set_xlabel(against, fontsize=FONT_SIZE)
    if against == "stage":
        _mark_stages(axes[-1], max(len(trace) for _, trace in traces))
    figure.align_ylabels(axes)
    if len(traces) > 1:
        figure.legend(
            handles=axes[0].get_lines(),
            loc="outside lower center",
            frameon=False,
            handlelength=3.2,
            fontsize=FONT_SIZE,
        )
    return figure


def _panels_worth_drawing(traces: Sequence[Trace]) -> list[_Panel]:
    """Return the panels that are not empty, without a score that is the objective itself."""
    found: list[_Panel] = []
    for panel in PANELS:
        values = np.concatenate([panel.values(trace) for trace in traces])
        if panel.label == "score" and found:
            objective = np.concatenate([found[0].values(trace) for trace in traces])
            if np.array_equal(values, objective, equal_nan=True):
                continue
        if np.isfinite(values).any():
            found.append(panel)
    return found


def _labelled_traces(runs: Any) -> list[tuple[str, Trace]]:
    if _is_trace(runs) or hasattr(runs, "fit"):
        runs = [runs]
    if isinstance(runs, Mapping):
        labels, several = [str(label) for label in runs], list(runs.values())
    elif isinstance(runs, Sequence):
        several = list(runs)
        labels = [_own_label(run, number) for number, run in enumerate(several, start=1)]
    else:
        labels, several = [], [runs]
    if not several:
        raise ValueError("no run to draw; give a fitted estimator, or its trace_")
    return [(label, _trace(run)) for label, run in zip(labels or [""], several, strict=True)]


def _own_label(run: Any, number: int) -> str:
    return f"run {number}" if _is_trace(run) else " ".join(repr(run).split())


def _trace(run: Any) -> Trace:
    trace = run if _is_trace(run) else getattr(run, "trace_", None)
    if trace is None:
        raise TypeError(
            f"{quoted(run)} has no trace_; give an estimator after fit, its trace_, or several of "
            "them"
        )
    if len(trace) == 0:
        raise ValueError(f"the trace of {quoted(run)} has no record; its solver recorded no stage")
    records: Trace = trace
    return records


def _is_trace(run: Any) -> bool:
    return (
        isinstance(run, Sequence)
        and len(run) > 0
        and all(isinstance(record, StageRecord) for record in run)
    )


def _stacked_axes(n_panels: int, n_legend_lines: int) -> "tuple[Figure, list[Axes]]":
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from causal_dag.plotting.picture import Picture

    layout = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08)
    height = n_panels * PANEL_HEIGHT + AXIS_HEIGHT + n_legend_lines * LEGEND_LINE
    figure = Picture(figsize=(WIDTH, height), facecolor="white", layout=layout)
    axes = figure.subplots(n_panels, 1, sharex=True, squeeze=False)[:, 0]
    return figure, list(axes)


def _draw_panel(
    ax: "Axes", panel: _Panel, traces: Sequence[tuple[str, Trace]], against: str
) -> None:
    from matplotlib.ticker import MaxNLocator

    for number, (label, trace) in enumerate(traces):
        style = RUN_STYLES[number % len(RUN_STYLES)]
        # Polishing numbers its stages anew, so the place in the trace counts.
        places = [r.seconds for r in trace] if against == "seconds" else range(len(trace))
        ax.plot(
            places,
            panel.values(trace),
            color=style.colour,
            linestyle=style.dashes,
            marker="o",
            markersize=3,
            label=label,
        )
    if panel.is_logarithmic:
        ax.set_yscale("log")
    else:
        # Counts between whole numbers mean nothing, and an offset is easily overlooked.
        ax.yaxis.set_major_locator(MaxNLocator(4, integer=panel.is_count, steps=NICE_STEPS))
        ax.ticklabel_format(axis="y", useOffset=False)
    ax.set_ylabel(panel.label, fontsize=FONT_SIZE)
    ax.grid(color="#dddddd", linewidth=0.5)
    ax.spines[["top", "right"]].set_visible(False)


def _mark_stages(ax: "Axes", n_stages: int) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.set_xlim(-0.5, n_stages - 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=NICE_STEPS))

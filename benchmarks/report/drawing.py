"""How pictures of a report are drawn: panels, axes, a line style per solver, plain SVG."""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from causal_dag.benchmarks.report.measures import shortened
from causal_dag.benchmarks.report.study import Study
from causal_dag.plotting.palette import RUN_STYLES
from causal_dag.plotting.svg import svg_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = (3.7, 2.7)
LONGEST_LABEL = 34
# Sizes that grow by more than this factor stand on a logarithmic axis.
WIDEST_LINEAR = 5.0
NARROWEST_LOGARITHMIC = 3.0
GREY = "#8a8a8a"
SIZE_NAMES = {"n_features": "number of columns d", "n_samples": "number of rows n"}

#: ``$`` in a label is a dollar, and text stays text, so that it can be read out and searched.
SETTINGS: Any = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#333333",
    "axes.labelcolor": "#333333",
    "axes.titlesize": 9.0,
    "text.color": "#333333",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
}


@dataclass(frozen=True)
class LineStyle:
    """How a solver's points and lines are drawn, the same in all pictures of a report.

    Parameters
    ----------
    colour, dashes, marker : object
        As matplotlib takes them.
    face : str
        Colour inside the marker; baselines are hollow.
    """

    colour: str
    dashes: Any
    marker: str
    face: str

    def options(self) -> dict[str, Any]:
        """Return keyword arguments of ``Axes.plot``."""
        return {
            "color": self.colour,
            "linestyle": self.dashes,
            "linewidth": 1.4,
            "marker": self.marker,
            "markersize": 5.0,
            "markerfacecolor": self.face,
            "markeredgewidth": 1.0,
        }


_COLOURS = (*(style.color for style in RUN_STYLES), "#E69F00", "#56B4E9", "#999933")
_DASHES = (*(style.dashes for style in RUN_STYLES), "solid", (0, (5, 2)), (0, (1, 1.4)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
METHODS = [
    LineStyle(colour, dashes, marker, colour)
    for colour, dashes, marker in zip(_COLOURS, _DASHES, _MARKERS, strict=True)
]
BASELINES = [
    LineStyle(GREY, *style, "none") for style in zip(_DASHES[:4], _MARKERS[:4], strict=True)
]
OTHERS = LineStyle("#cccccc", "solid", "", "#cccccc")


def line_styles(study: Study) -> dict[str, LineStyle]:
    """Return the styles of the solvers that can be told apart by one.

    The eight methods with the best average ranks, and four baselines; pictures draw all others
    in light grey.
    """
    done = set(study.done["solver"])
    methods = [solver for solver in study.methods if solver in done]
    baselines = [s for s in study.solvers if s in study.baselines and s in done]
    return dict(zip(methods, METHODS, strict=False)) | dict(zip(baselines, BASELINES, strict=False))


def legend(study: Study) -> tuple[tuple[str, str], ...]:
    """Return the legend of all solvers: swatches and labels."""
    known = line_styles(study)
    entries = [
        (_swatch(style), f"{solver} (baseline)" if solver in study.baselines else solver)
        for solver, style in known.items()
    ]
    n_others = study.done["solver"].nunique() - len(known)
    if n_others:
        entries.append((_swatch(OTHERS), f"{n_others} others"))
    return tuple(entries)


@cache
def _swatch(style: LineStyle) -> str:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    with drawing():
        figure = Figure(figsize=(0.5, 0.17))
        figure.add_artist(Line2D([0.05, 0.5, 0.95], [0.5] * 3, markevery=[1], **style.options()))
        return svg_text(figure)


def panel(title: str) -> "tuple[Figure, Axes]":
    """Return a figure with one titled pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=PANEL)
    # Fixed margins: fitting them to the text would draw every panel twice.
    ax = figure.add_axes((0.17, 0.17, 0.80, 0.72))
    ax.set_title(shortened(title, 60), loc="left")
    return figure, ax


def labelled_panel(title: str, size: tuple[float, float]) -> "tuple[Figure, Axes]":
    """Return a figure with one pair of axes, whose margins make room for labels of any width."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    ax = figure.add_subplot()
    ax.set_title(shortened(title, 60), loc="left")
    return figure, ax


def size_axis(ax: "Axes", sizes: Sequence[int], name: str) -> None:
    """Label the horizontal axis with the sizes that occur."""
    from matplotlib.ticker import NullLocator

    if max(sizes) > WIDEST_LINEAR * min(sizes):
        ax.set_xscale("log")
    ax.set_xticks(list(sizes), [str(size) for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel(SIZE_NAMES[name])


def positive(ax: "Axes", which: str) -> None:
    """Make an axis of positive numbers logarithmic where they differ much, else start it at 0."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = ax.dataLim.intervalx if which == "x" else ax.dataLim.intervaly
    if low <= 0.0 or high < NARROWEST_LOGARITHMIC * low:
        ax.set(**{f"{which}lim": (0.0, 1.1 * high or 1.0)})
        return
    ax.set(**{f"{which}scale": "log"})
    if high < 300.0 * low:
        axis.set_major_locator(
            LogLocator(subs=(1.0, 2.0, 5.0) if high < 30.0 * low else (1.0, 3.0))
        )
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Have what is drawn inside look like a picture of a report."""
    from matplotlib import rc_context

    with rc_context(SETTINGS), warnings.catch_warnings():
        # The reader's browser draws the text, with fonts that this machine may lack.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield

"""Figures of all plots: bounded size, text that stays text in files, panels and legends."""

import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from causal_dag.plotting.lettering import FONT_SIZE, POINTS_PER_INCH, lettering
from causal_dag.plotting.palette import INK, EdgeStyle
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# At 150 dots per inch, 6000 pixels per side: more than a screen shows, little enough for memory.
LARGEST_SIDE = 40.0
MARGIN = 0.15
# Text can be searched, copied and edited: TrueType in PDF, text elements in SVG.
TEXT_AS_TEXT: Any = {"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "none"}
# Of a legend: lengths in units of the font size, as matplotlib counts them; heights in inches.
HANDLE_LENGTH, HANDLE_PADDING, COLUMN_SPACING, BORDER = 3.2, 0.8, 2.0, 1.0
LINE_HEIGHT, PADDING = 0.22, 0.13

_settings_lock = threading.Lock()


class Picture(Figure):
    """A white figure that writes its text as text.

    Examples
    --------
    >>> import io
    >>> from causal_dag.plotting.figures import Picture
    >>> picture, file = Picture(figsize=(2, 1)), io.StringIO()
    >>> _ = picture.text(0.5, 0.5, "rain")
    >>> picture.savefig(file, format="svg")
    >>> ">rain</text>" in file.getvalue()
    True
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, facecolor="white", **kwargs)

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Save the picture; see ``matplotlib.figure.Figure.savefig``."""
        # matplotlib knows these as global settings only, so two pictures take turns.
        with _settings_lock, matplotlib.rc_context(TEXT_AS_TEXT):
            super().savefig(*args, **kwargs)


def shrink_to_fit(width: float, height: float) -> float:
    """Return the factor, at most 1, that brings a size in inches down to ``LARGEST_SIDE``.

    Examples
    --------
    >>> from causal_dag.plotting.figures import shrink_to_fit
    >>> shrink_to_fit(80.0, 10.0), shrink_to_fit(4.0, 3.0)
    (0.5, 1.0)
    """
    return min(1.0, LARGEST_SIDE / max(width, height, LARGEST_SIDE))


def figure_of_panels(
    panel: tuple[float, float],
    n_rows: int,
    n_columns: int,
    *,
    above: float,
    entries: Sequence[Line2D] = (),
) -> tuple[Picture, list["Axes"]]:
    """Return a figure with axes of the panel's size in inches, smaller where that is too large.

    Parameters
    ----------
    panel : (width, height)
        Size of every panel.
    n_rows, n_columns : int
        Arrangement of the panels.
    above : float
        Room for a title above every panel.
    entries : sequence of Line2D
        Entries of the legend at the bottom of the figure.
    """
    factor = shrink_to_fit(n_columns * panel[0], n_rows * panel[1])
    panel_width, panel_height = panel[0] * factor, panel[1] * factor
    panels_width = n_columns * panel_width + (n_columns + 1) * MARGIN
    width, below = legend_size(entries, panels_width)
    height = n_rows * (panel_height + above + MARGIN) + MARGIN + below
    figure = Picture(figsize=(width, height))
    axes = []
    for row in range(n_rows):
        for column in range(n_columns):
            left = (width - panels_width) / 2 + MARGIN + column * (panel_width + MARGIN)
            bottom = height - (row + 1) * (panel_height + above + MARGIN)
            box = (left / width, bottom / height, panel_width / width, panel_height / height)
            axes.append(figure.add_axes(box))
    if entries:
        draw_legend(figure, entries)
    return figure, axes


def stacked_axes(
    width: float, heights: Sequence[float], *, other: float
) -> tuple[Picture, list["Axes"]]:
    """Return a figure with panels below one another, on the same horizontal axis.

    Parameters
    ----------
    width : float
        Width of the figure in inches.
    heights : sequence of float
        Heights of the panels.
    other : float
        Room for the horizontal axis, and for a legend below it.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(h_pad=0.08, w_pad=0.08)
    figure = Picture(figsize=(width, sum(heights) + other), layout=layout)
    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    return figure, list(axes[:, 0])


def require_axes(ax: object) -> None:
    """Raise ``TypeError`` for what are not axes of matplotlib."""
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise TypeError(f"ax={quoted(ax)} is not an axes; pass one of matplotlib.pyplot.subplots()")


def figure_of(ax: "Axes") -> Figure:
    """Return the figure that holds the axes, also where they are in a subfigure."""
    figure = ax.figure
    return figure.figure if isinstance(figure, SubFigure) else figure


def style_entry(style: EdgeStyle, label: str | None = None) -> Line2D:
    """Return the entry that explains a kind of edge in a legend."""
    label = style.label if label is None else label
    return Line2D([], [], label=label, color=style.color, linestyle=style.dashes, linewidth=2)


def arrow_head_entry(label: str, *, is_filled: bool) -> Line2D:
    """Return the entry that explains a kind of arrow head in a legend."""
    face = INK if is_filled else "white"
    look: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": INK, "markersize": 7}
    return Line2D([], [], label=label, linestyle="none", marker=">", **look)


def legend_size(entries: Sequence[Line2D], width: float) -> tuple[float, float]:
    """Return the width that the figure needs at least, and the height of the legend, in inches.

    Parameters
    ----------
    entries : sequence of Line2D
        What is to be explained.
    width : float
        Width of the figure without the legend, in inches.

    Examples
    --------
    >>> from causal_dag.plotting.figures import arrow_head_entry, legend_size
    >>> entries = [arrow_head_entry("cause", is_filled=True)] * 4
    >>> legend_size(entries, 1.0)[1] > legend_size(entries, 9.0)[1]
    True
    """
    if not entries:
        return width, 0.0
    width = max(width, _widest(entries) + 2 * BORDER * FONT_SIZE / POINTS_PER_INCH)
    return width, PADDING + math.ceil(len(entries) / _n_columns(entries, width)) * LINE_HEIGHT


def draw_legend(figure: Figure, entries: Sequence[Line2D]) -> None:
    """Explain the entries at the bottom of the figure, on as many lines as they need."""
    constrained = figure.get_layout_engine() is not None
    figure.legend(
        handles=entries,
        loc="outside lower center" if constrained else "lower center",
        ncols=_n_columns(entries, figure.get_figwidth()),
        frameon=False,
        handlelength=HANDLE_LENGTH,
        handletextpad=HANDLE_PADDING,
        columnspacing=COLUMN_SPACING,
        borderpad=0.2,
        fontsize=FONT_SIZE,
    )


def _n_columns(entries: Sequence[Line2D], width: float) -> int:
    room = width - 2 * BORDER * FONT_SIZE / POINTS_PER_INCH
    return max(1, min(len(entries), int(room / _widest(entries))))


def _widest(entries: Sequence[Line2D]) -> float:
    around = (HANDLE_LENGTH + HANDLE_PADDING + COLUMN_SPACING) * FONT_SIZE / POINTS_PER_INCH
    return around + max(lettering([str(entry.get_label()) for entry in entries]).widths())

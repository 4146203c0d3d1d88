"""Legends that fit into their figure, on as many lines as they need."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from causal_dag.plotting.lettering import FONT_SIZE, POINTS_PER_INCH, lettering
from causal_dag.plotting.palette import INK, EdgeStyle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Lengths in units of the font size, as matplotlib counts them.
HANDLE_LENGTH, HANDLE_PADDING, COLUMN_SPACING, BORDER = 3.2, 0.8, 2.0, 1.0
LINE_HEIGHT = 0.22
PADDING = 0.13


@dataclass(frozen=True)
class LegendEntry:
    """A text and the line or marker that it explains.

    Parameters
    ----------
    label : str
        The explanation.
    line : dict
        Properties of a ``matplotlib.lines.Line2D``.
    """

    label: str
    line: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_style(cls, style: EdgeStyle, label: str | None = None) -> "LegendEntry":
        """Return the entry of a kind of edge."""
        line = {"color": style.colour, "linestyle": style.dashes, "linewidth": 2}
        return cls(style.label if label is None else label, line)

    @classmethod
    def of_arrow_head(cls, label: str, *, is_filled: bool) -> "LegendEntry":
        """Return the entry of a kind of arrow head."""
        face = INK if is_filled else "white"
        marker = {"marker": ">", "markersize": 7, "markerfacecolor": face, "markeredgecolor": INK}
        return cls(label, {"linestyle": "none", **marker})


def legend_size(entries: Sequence[LegendEntry], width: float) -> tuple[float, float]:
    """Return the width that the figure needs at least, and the height of the legend, in inches.

    Parameters
    ----------
    entries : sequence of LegendEntry
        What is to be explained.
    width : float
        Width of the figure without the legend, in inches.

    Examples
    --------
    >>> from causal_dag.plotting.legend import LegendEntry, legend_size
    >>> narrow, wide = (legend_size([LegendEntry("cause")] * 4, w)[1] for w in (1.0, 9.0))
    >>> narrow > wide
    True
    """
    if not entries:
        return width, 0.0
    widest = max(_entry_widths(entries)) + 2 * BORDER * FONT_SIZE / POINTS_PER_INCH
    width = max(width, widest)
    n_lines = math.ceil(len(entries) / _n_columns(entries, width))
    return width, PADDING + n_lines * LINE_HEIGHT


def draw_legend(figure: "Figure", entries: Sequence[LegendEntry]) -> None:
    """Explain the entries at the bottom of the figure."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], label=entry.label, **entry.line) for entry in entries]
    figure.legend(
        handles=handles,
        loc="lower center",
        ncols=_n_columns(entries, figure.get_figwidth()),
        frameon=False,
        handlelength=HANDLE_LENGTH,
        handletextpad=HANDLE_PADDING,
        columnspacing=COLUMN_SPACING,
        borderpad=0.2,
        fontsize=FONT_SIZE,
    )


def _n_columns(entries: Sequence[LegendEntry], width: float) -> int:
    room = width - 2 * BORDER * FONT_SIZE / POINTS_PER_INCH
    return max(1, min(len(entries), int(room / max(_entry_widths(entries)))))


def _entry_widths(entries: Sequence[LegendEntry]) -> list[float]:
    around = (HANDLE_LENGTH + HANDLE_PADDING + COLUMN_SPACING) * FONT_SIZE / POINTS_PER_INCH
    return [around + width for width in lettering([entry.label for entry in entries]).widths()]

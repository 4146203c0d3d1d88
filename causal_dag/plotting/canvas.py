"""Draws nodes, edges and legends of a layout with matplotlib, without pyplot's global state."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.layered_layout import NODE_HEIGHT, Layout
from causal_dag.plotting.palette import BOX_FILL, INK, EdgeStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

FONT_SIZE = 10.0
POINTS_PER_INCH = 72.0
NODE_PADDING = 0.16
NARROWEST_NODE = 0.36
MARGIN = 0.15
ARROW_WIDTH = 0.085


def node_widths(labels: Iterable[str]) -> list[float]:
    """Return the widths, in inches, of boxes that hold the labels."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(size=FONT_SIZE)
    measure = TextToPath().get_text_width_height_descent
    widths = [measure(label, font, False)[0] / POINTS_PER_INCH for label in labels]
    return [max(NARROWEST_NODE, width + NODE_PADDING) for width in widths]


def figure_of_panels(
    panel: tuple[float, float], n_rows: int, n_columns: int, *, above: float, below: float
) -> tuple["Figure", list["Axes"]]:
    """Return a figure with axes of exactly the panel's size in inches.

    Parameters
    ----------
    panel : (width, height)
        Size of every panel.
    n_rows, n_columns : int
        Arrangement of the panels.
    above : float
        Room for a title above every panel.
    below : float
        Room for a legend at the bottom of the figure.
    """
    from matplotlib.figure import Figure

    width = n_columns * panel[0] + (n_columns + 1) * MARGIN
    height = n_rows * (panel[1] + above + MARGIN) + MARGIN + below
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = []
    for row in range(n_rows):
        for column in range(n_columns):
            left = MARGIN + column * (panel[0] + MARGIN)
            bottom = height - (row + 1) * (panel[1] + above + MARGIN)
            box = (left / width, bottom / height, panel[0] / width, panel[1] / height)
            axes.append(figure.add_axes(box))
    return figure, axes


def figure_of(ax: "Axes") -> "Figure":
    """Return the figure that holds the axes, also where they are in a subfigure."""
    from matplotlib.figure import SubFigure

    figure = ax.figure
    return figure.figure if isinstance(figure, SubFigure) else figure


class Canvas:
    """One layout on one axes: layout inches become data units, and text shrinks with them.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its limits are set so that the whole layout fits.
    layout : Layout
        Positions and routes.
    """

    def __init__(self, ax: "Axes", layout: Layout) -> None:
        self.ax = ax
        self.layout = layout
        width, height = layout.size
        ax.set_axis_off()
        ax.set_aspect("equal", adjustable="box", anchor="C")
        ax.set_xlim(-0.02 * width - 0.02, 1.02 * width + 0.02)
        ax.set_ylim(-0.02 * height - 0.02, 1.02 * height + 0.02)
        available = ax.get_position()
        figure_width, figure_height = figure_of(ax).get_size_inches()
        self.scale = min(
            1.0,
            available.width * figure_width / (1.04 * width + 0.04),
            available.height * figure_height / (1.04 * height + 0.04),
        )

    def draw_nodes(self, labels: Sequence[str]) -> None:
        """Draw the nodes' boxes and names."""
        from matplotlib.patches import FancyBboxPatch

        for (x, y), width, label in zip(
            self.layout.positions, self.layout.widths, labels, strict=True
        ):
            rounding = 0.35 * NODE_HEIGHT
            box = FancyBboxPatch(
                (x - width / 2, y - NODE_HEIGHT / 2),
                width,
                NODE_HEIGHT,
                boxstyle=f"round,pad=0,rounding_size={rounding}",
                facecolor=BOX_FILL,
                edgecolor=INK,
                linewidth=0.8 * self.scale,
                zorder=3,
            )
            self.ax.add_artist(box)
            self.ax.text(
                x,
                y,
                label,
                fontsize=FONT_SIZE * self.scale,
                ha="center",
                va="center_baseline",
                color="black",
                zorder=4,
                parse_math=False,
            )

    def draw_edge(self, i: int, j: int, style: EdgeStyle, line_width: float) -> None:
        """Draw the edge i -> j as a curve with an arrow head at j."""
        from matplotlib.patches import PathPatch, Polygon

        route = self.layout.route(i, j)
        tip = route[-1]
        direction = np.sign(tip[1] - route[0, 1])
        half_width = 0.5 * ARROW_WIDTH + 0.25 * line_width / POINTS_PER_INCH
        base = tip[1] - 2.2 * half_width * direction
        # The curve ends inside the head: a thick line would blunt the tip.
        shaft = np.vstack([route[:-1], [tip[0], (base + tip[1]) / 2]])
        curve = PathPatch(
            curve_through(shaft),
            fill=False,
            edgecolor=style.colour,
            linestyle=style.dashes,
            linewidth=line_width * self.scale,
            capstyle="butt",
            zorder=2,
        )
        # An own patch, so that the dashes do not tear the head.
        corners = [tip, (tip[0] - half_width, base), (tip[0] + half_width, base)]
        head = Polygon(corners, closed=True, facecolor=style.colour, linewidth=0, zorder=2.5)
        head.set_gid(f"{i}->{j}")
        self.ax.add_artist(curve)
        self.ax.add_artist(head)


def draw_legend(figure: "Figure", styles: Sequence[tuple[EdgeStyle, str]]) -> None:
    """Explain the styles at the bottom of the figure."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=style.colour, linestyle=style.dashes, linewidth=2, label=label)
        for style, label in styles
    ]
    figure.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        frameon=False,
        handlelength=3.2,
        fontsize=FONT_SIZE,
    )


def curve_through(route: FloatArray) -> "Path":
    """Return a smooth path along a route: vertical across layers, curved between them."""
    from matplotlib.path import Path

    direction = np.sign(route[-1, 1] - route[0, 1])
    half = 0.5 * NODE_HEIGHT * direction
    points, codes = [tuple(route[0])], [Path.MOVETO]
    last = len(route) - 1
    for number in range(1, len(route)):
        x, y = route[number]
        enter = y if number == last else y - half
        x0, y0 = points[-1]
        middle = (y0 + enter) / 2
        points += [(x0, middle), (x, middle), (x, enter)]
        codes += [Path.CURVE4] * 3
        if number < last:
            points.append((x, y + half))
            codes.append(Path.LINETO)
    return Path(np.array(points), codes)

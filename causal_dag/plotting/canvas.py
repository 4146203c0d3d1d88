"""Draws nodes and edges of a layout with matplotlib, without pyplot's global state."""

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.layered_layout import NODE_HEIGHT, Layout
from causal_dag.plotting.legend import LegendEntry, legend_size
from causal_dag.plotting.lettering import FONT_SIZE, POINTS_PER_INCH, Lettering
from causal_dag.plotting.palette import BOX_FILL, INK, EdgeStyle
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

NODE_PADDING = 0.16
NARROWEST_NODE = 0.36
MARGIN = 0.15
ARROW_WIDTH = 0.085


class Head(Enum):
    """How the end of an edge is drawn."""

    FILLED = "filled"
    HOLLOW = "hollow"
    NONE = "none"


def node_widths(names: Lettering) -> list[float]:
    """Return the widths, in inches, of boxes that hold the names."""
    return [max(NARROWEST_NODE, width + NODE_PADDING) for width in names.widths()]


def figure_of_panels(
    panel: tuple[float, float],
    n_rows: int,
    n_columns: int,
    *,
    above: float,
    entries: Sequence[LegendEntry] = (),
) -> tuple["Figure", list["Axes"]]:
    """Return a figure with axes of the panel's size in inches, smaller where that is too large.

    Parameters
    ----------
    panel : (width, height)
        Size of every panel.
    n_rows, n_columns : int
        Arrangement of the panels.
    above : float
        Room for a title above every panel.
    entries : sequence of LegendEntry
        The legend for which room is left at the bottom of the figure.
    """
    from causal_dag.plotting.picture import Picture, shrink_to_fit

    factor = shrink_to_fit(n_columns * panel[0], n_rows * panel[1])
    panel_width, panel_height = panel[0] * factor, panel[1] * factor
    panels_width = n_columns * panel_width + (n_columns + 1) * MARGIN
    width, below = legend_size(entries, panels_width)
    height = n_rows * (panel_height + above + MARGIN) + MARGIN + below
    figure = Picture(figsize=(width, height), facecolor="white")
    axes = []
    for row in range(n_rows):
        for column in range(n_columns):
            left = (width - panels_width) / 2 + MARGIN + column * (panel_width + MARGIN)
            bottom = height - (row + 1) * (panel_height + above + MARGIN)
            box = (left / width, bottom / height, panel_width / width, panel_height / height)
            axes.append(figure.add_axes(box))
    return figure, axes


def require_axes(ax: object) -> None:
    """Raise ``TypeError`` for what is no axes of matplotlib."""
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise TypeError(f"ax={quoted(ax)} is not an axes; pass one of matplotlib.pyplot.subplots()")


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
        require_axes(ax)
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

    def draw_nodes(self, names: Lettering) -> None:
        """Draw the nodes' boxes and names."""
        from matplotlib.patches import FancyBboxPatch

        for (x, y), width, label in zip(
            self.layout.positions, self.layout.widths, names.texts, strict=True
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
                fontproperties=names.font(FONT_SIZE * self.scale),
                ha="center",
                va="center_baseline",
                color="black",
                zorder=4,
                parse_math=False,
            )

    def draw_edge(
        self, i: int, j: int, style: EdgeStyle, line_width: float, head: Head = Head.FILLED
    ) -> None:
        """Draw the edge i -> j as a curve with an arrow head at j, if it has one."""
        from matplotlib.patches import PathPatch

        route = self.layout.route(i, j)
        shaft = route
        if head is not Head.NONE:
            corners = _head_corners(route, line_width)
            self._draw_head(corners, f"{i}->{j}", style, head)
            # The curve ends inside the head: a thick line would blunt the tip.
            inside = 0.0 if head is Head.HOLLOW else 0.5
            end = inside * corners[0, 1] + (1 - inside) * corners[1, 1]
            shaft = np.vstack([route[:-1], [route[-1, 0], end]])
        curve = PathPatch(
            curve_through(shaft),
            fill=False,
            edgecolor=style.colour,
            linestyle=style.dashes,
            linewidth=line_width * self.scale,
            capstyle="butt",
            zorder=2,
        )
        if head is Head.NONE:
            curve.set_gid(f"{i}--{j}")
        self.ax.add_artist(curve)

    def _draw_head(self, corners: FloatArray, name: str, style: EdgeStyle, head: Head) -> None:
        from matplotlib.patches import Polygon

        # A patch of its own, so that the dashes do not tear the head.
        patch = Polygon(
            corners,
            closed=True,
            facecolor=style.colour if head is Head.FILLED else "white",
            edgecolor=style.colour,
            linewidth=0.0 if head is Head.FILLED else 0.9 * self.scale,
            zorder=2.5,
        )
        patch.set_gid(name)
        self.ax.add_artist(patch)


def _head_corners(route: FloatArray, line_width: float) -> FloatArray:
    """Return tip and base of the arrow head at the end of a route."""
    tip = route[-1]
    direction = np.sign(tip[1] - route[0, 1])
    half_width = 0.5 * ARROW_WIDTH + 0.25 * line_width / POINTS_PER_INCH
    base = tip[1] - 2.2 * half_width * direction
    return np.array([tip, (tip[0] - half_width, base), (tip[0] + half_width, base)])


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

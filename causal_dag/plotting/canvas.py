"""Draws nodes, edges and their labels with matplotlib, without pyplot's global state."""

from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from causal_dag.arrays import FloatArray
from causal_dag.plotting.figures import figure_of, require_axes
from causal_dag.plotting.layered_layout import NODE_HEIGHT, Layout
from causal_dag.plotting.layers import Edge
from causal_dag.plotting.lettering import (
    FONT_SIZE,
    POINTS_PER_INCH,
    Lettering,
    effect_text,
    lettering,
)
from causal_dag.plotting.palette import BOX_FILL, INK, EdgeStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NODE_PADDING = 0.16
NARROWEST_NODE = 0.36
ARROW_WIDTH = 0.085
LABEL_SIZE = 7.0
LABEL_HEIGHT = 1.15 * LABEL_SIZE / POINTS_PER_INCH
# Places of a label along an edge, the best first.
LABEL_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)


#: What stands behind labels, so that lines do not cross them.
BACKGROUND: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.4}


class Head(Enum):
    """How the end of an edge is drawn."""

    FILLED = "filled"
    HOLLOW = "hollow"
    NONE = "none"


def node_widths(names: Lettering) -> list[float]:
    """Return the widths, in inches, of boxes that hold the names."""
    return [max(NARROWEST_NODE, width + NODE_PADDING) for width in names.widths()]


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

    def draw_nodes(self, names: Lettering) -> list[FancyBboxPatch]:
        """Draw the nodes' boxes and names, and return the boxes."""
        boxes = []
        layout, font = self.layout, names.font(FONT_SIZE * self.scale)
        for (x, y), width, label in zip(layout.positions, layout.widths, names.texts, strict=True):
            box = FancyBboxPatch(
                (x - width / 2, y - NODE_HEIGHT / 2),
                width,
                NODE_HEIGHT,
                boxstyle=f"round,pad=0,rounding_size={0.35 * NODE_HEIGHT}",
                facecolor=BOX_FILL,
                edgecolor=INK,
                linewidth=0.8 * self.scale,
                zorder=3,
            )
            self.ax.add_artist(box)
            boxes.append(box)
            look: dict[str, Any] = {
                "ha": "center",
                "va": "center_baseline",
                "color": "black",
                "zorder": 4,
            }
            self.ax.text(x, y, label, fontproperties=font, parse_math=False, **look)
        return boxes

    def draw_edge(
        self, i: int, j: int, style: EdgeStyle, line_width: float, head: Head = Head.FILLED
    ) -> None:
        """Draw the edge i -> j as a curve with an arrow head at j, if it has one."""
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
            edgecolor=style.color,
            linestyle=style.dashes,
            linewidth=line_width * self.scale,
            capstyle="butt",
            zorder=2,
        )
        if head is Head.NONE:
            curve.set_gid(f"{i}--{j}")
        self.ax.add_artist(curve)

    def _draw_head(self, corners: FloatArray, name: str, style: EdgeStyle, head: Head) -> None:
        # A patch of its own, so that the dashes do not tear the head.
        patch = Polygon(
            corners,
            closed=True,
            facecolor=style.color if head is Head.FILLED else "white",
            edgecolor=style.color,
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


def curve_through(route: FloatArray) -> Path:
    """Return a smooth path along a route: vertical across layers, curved between them."""
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


def draw_edge_labels(canvas: Canvas, weights: dict[Edge, float]) -> None:
    """Write the weight of every edge on its curve; one without a free place stays without.

    Parameters
    ----------
    canvas : Canvas
        Where the edges were drawn.
    weights : dict of (i, j) to float
        What to write.
    """
    layout = canvas.layout
    texts = [effect_text(weight) for weight in weights.values()]
    boxes = [[0.35 * width + 0.02, LABEL_HEIGHT / 2] for width in lettering(texts).widths()]
    # Centers and half sizes of all boxes that are taken, nodes first.
    taken = layout.positions
    reach = np.column_stack([layout.widths / 2, np.full(len(taken), NODE_HEIGHT / 2)])
    for (i, j), text, half in zip(weights, texts, boxes, strict=True):
        for center in _label_places(layout.route(i, j)):
            overlaps = (np.abs(center - taken) < np.add(half, reach)).all(axis=1)
            if not overlaps.any():
                taken, reach = np.vstack([taken, center]), np.vstack([reach, half])
                canvas.ax.text(
                    center[0],
                    center[1],
                    text,
                    fontsize=LABEL_SIZE * canvas.scale,
                    ha="center",
                    va="center",
                    color=INK,
                    zorder=2.8,
                    gid=f"weight {i}->{j}",
                    bbox=BACKGROUND,
                )
                break


def _label_places(route: FloatArray) -> FloatArray:
    points = np.vstack(curve_through(route).to_polygons(closed_only=False))
    lengths = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    wanted = np.array(LABEL_PLACES) * lengths[-1]
    return np.column_stack([np.interp(wanted, lengths, points[:, axis]) for axis in (0, 1)])

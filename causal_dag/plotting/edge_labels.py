"""Weights written on edges, where they cover neither a node nor one another."""

from collections.abc import Sequence

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.canvas import Canvas, curve_through
from causal_dag.plotting.layered_layout import NODE_HEIGHT
from causal_dag.plotting.layers import Edge
from causal_dag.plotting.lettering import POINTS_PER_INCH, effect_text, lettering
from causal_dag.plotting.palette import INK

LABEL_SIZE = 7.0
HEIGHT = 1.15 * LABEL_SIZE / POINTS_PER_INCH
# Places along an edge, the best first.
PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)


def draw_edge_labels(canvas: Canvas, weights: dict[Edge, float]) -> None:
    """Write the weight of every edge on its curve; one without a free place stays without.

    Parameters
    ----------
    canvas : Canvas
        Where the edges were drawn.
    weights : dict of (i, j) to float
        What to write.
    """
    texts = [effect_text(weight) for weight in weights.values()]
    half_widths = [0.35 * width + 0.02 for width in lettering(texts).widths()]
    taken = _node_boxes(canvas)
    for (i, j), text, half_width in zip(weights, texts, half_widths, strict=True):
        half = np.array([half_width, HEIGHT / 2])
        for centre in _places(canvas.layout.route(i, j)):
            if not _overlaps(centre, half, taken):
                taken.append((centre, half))
                _write(canvas, centre, text, f"weight {i}->{j}")
                break


def _node_boxes(canvas: Canvas) -> list[tuple[FloatArray, FloatArray]]:
    layout = canvas.layout
    return [
        (centre, np.array([width / 2, NODE_HEIGHT / 2]))
        for centre, width in zip(layout.positions, layout.widths, strict=True)
    ]


def _places(route: FloatArray) -> FloatArray:
    points = np.vstack(curve_through(route).to_polygons(closed_only=False))
    lengths = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    wanted = np.array(PLACES) * lengths[-1]
    return np.column_stack([np.interp(wanted, lengths, points[:, axis]) for axis in (0, 1)])


def _overlaps(
    centre: FloatArray, half: FloatArray, taken: Sequence[tuple[FloatArray, FloatArray]]
) -> bool:
    return any(
        bool((np.abs(centre - other) < half + other_half).all()) for other, other_half in taken
    )


def _write(canvas: Canvas, centre: FloatArray, text: str, name: str) -> None:
    canvas.ax.text(
        centre[0],
        centre[1],
        text,
        fontsize=LABEL_SIZE * canvas.scale,
        ha="center",
        va="center",
        color=INK,
        zorder=2.8,
        gid=name,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.4},
    )

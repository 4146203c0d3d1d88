"""Pictures of graphs of time series: unrolled over the rows, or one node per variable."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.patches import FancyArrowPatch

from causal_dag.arrays import FloatArray
from causal_dag.plotting.canvas import BACKGROUND, LABEL_SIZE, Canvas, Head, node_widths
from causal_dag.plotting.drawn_graph import HEADS
from causal_dag.plotting.figures import figure_of, figure_of_panels, style_entry
from causal_dag.plotting.graph_plot import THICKEST_LINE, THINNEST_LINE, head_entries
from causal_dag.plotting.layered_layout import NODE_HEIGHT, Layout
from causal_dag.plotting.lettering import lettering
from causal_dag.plotting.palette import INK, NEGATIVE_EDGE, POSITIVE_EDGE
from causal_dag.tables.columns import written_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_GAP, COLUMN_GAP = 0.55, 1.3
HEAD_SIZE = 9.0
LOOP_WIDTH, LOOP_HEIGHT = 0.2, 0.2


class _Edge(NamedTuple):
    """An edge from variable ``cause``, ``lag`` rows earlier, to variable ``effect``."""

    lag: int
    cause: int
    effect: int
    size: float
    head: Head


def plot_unrolled_graph(
    graph: Any, *, names: Sequence[str] | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw a graph of a time series unrolled: one column per row of time, the current one last.

    All edges into the current row are drawn. Line width, colors and arrow heads are those of
    ``plot_graph``.

    Parameters
    ----------
    graph : fitted LaggedDAG, or LaggedSEM
        The graph; of a LaggedDAG, standardized effects are shown.
    names : sequence of str, optional
        Names of the variables, in place of the graph's own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the graph needs.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.plotting import plot_unrolled_graph
    >>> from causal_dag.synthetic import LaggedSEM
    >>> figure = plot_unrolled_graph(LaggedSEM(np.zeros((1, 1)), [[[0.5]]]), names=["rain"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['rain', 'rain', 't − 1', 't']
    """
    labels, edges, n_lags = _read(graph, names)
    d, width = len(labels), max(node_widths(lettering(labels)))
    columns, rows = np.divmod(np.arange(d * (n_lags + 1)), d)
    x = width / 2 + columns * (width + COLUMN_GAP)
    y = NODE_HEIGHT / 2 + (d - 1 - rows) * ROW_GAP
    top = y[0] + ROW_GAP
    picture = _Picture(labels * (n_lags + 1), np.stack([x, y], 1), (x[-1] + width, top), ax, edges)
    for edge in edges:
        # Beside the nodes of the same row; around a node's own earlier values in between.
        bend = 0.06 * (edge.lag - 1) if edge.cause != edge.effect else 0.25 * (edge.lag > 1)
        if edge.lag == 0:
            bend = -0.4 if edge.cause < edge.effect else 0.4
        picture.draw(edge, (n_lags - edge.lag) * d + edge.cause, n_lags * d + edge.effect, bend)
    for column in range(n_lags + 1):
        time = "t" if column == n_lags else f"t − {n_lags - column}"
        picture.write((x[column * d], top - NODE_HEIGHT / 2), time)
    return figure_of(picture.canvas.ax)


def plot_summary_graph(
    graph: Any, *, names: Sequence[str] | None = None, ax: "Axes | None" = None
) -> "Figure":
    """Draw a graph of a time series with one node per variable, and lags written on the edges.

    An edge stands for all lags at which a variable acts on another, or on itself; 0 is an effect in
    the same row. Its color and width are those of the strongest effect.

    Parameters
    ----------
    graph : fitted LaggedDAG, or LaggedSEM
        The graph; of a LaggedDAG, standardized effects are shown.
    names : sequence of str, optional
        Names of the variables, in place of the graph's own.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, as large as the graph needs.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.plotting import plot_summary_graph
    >>> from causal_dag.synthetic import LaggedSEM
    >>> figure = plot_summary_graph(LaggedSEM(np.zeros((1, 1)), [[[0.5]]]), names=["rain"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['rain', '1']
    """
    labels, edges, _ = _read(graph, names)
    d, width = len(labels), max(node_widths(lettering(labels)))
    radius = max(0.8, d * (width + 0.5) / (2 * np.pi)) if d > 1 else 0.0
    angle = np.pi / 2 - 2 * np.pi * np.arange(d) / d
    middle = radius + np.array([width / 2, 2 * NODE_HEIGHT])
    positions = middle + radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    picture = _Picture(labels, positions, tuple(2 * middle), ax, edges)
    pairs: dict[tuple[int, int], list[_Edge]] = {}
    for edge in edges:
        pairs.setdefault((edge.cause, edge.effect), []).append(edge)
    for (cause, effect), of_pair in pairs.items():
        strongest = max(of_pair, key=lambda edge: abs(edge.size))
        # Edges come by lag, and time directs the pair if the last one is lagged.
        picture.draw(strongest._replace(head=of_pair[-1].head), cause, effect, 0.15)
        start, end = positions[[cause, effect]]
        across = (end - start)[::-1] * [0.075, -0.075]
        above = [0.0, NODE_HEIGHT / 2 + LOOP_HEIGHT + 0.06]
        at = start + above if cause == effect else (start + end) / 2 + across
        picture.write(at, ", ".join(str(edge.lag) for edge in of_pair))
    return figure_of(picture.canvas.ax)


class _Picture:
    """Nodes on a canvas, and arrows and texts between them."""

    def __init__(
        self,
        labels: tuple[str, ...],
        positions: FloatArray,
        size: Any,
        ax: "Axes | None",
        edges: list[_Edge],
    ) -> None:
        if ax is None:
            entries = [style_entry(style) for style in (POSITIVE_EDGE, NEGATIVE_EDGE)]
            entries += head_entries({edge.head for edge in edges})
            _, (ax,) = figure_of_panels(size, 1, 1, above=0.0, entries=entries)
        texts = lettering(labels)
        self.canvas = Canvas(ax, Layout(positions, np.array(node_widths(texts)), {}, size))
        self.boxes = self.canvas.draw_nodes(texts)
        self.largest = max((abs(edge.size) for edge in edges), default=1.0)

    def draw(self, edge: _Edge, cause: int, effect: int, bend: float) -> None:
        """Draw an arrow from box to box; a loop if they are the same."""
        style = POSITIVE_EDGE if edge.size > 0 else NEGATIVE_EDGE
        ends, boxes = self.canvas.layout.positions[[cause, effect]], (cause, effect)
        if cause == effect:
            half = LOOP_WIDTH / 2
            ends = ends + np.array([[-half, NODE_HEIGHT / 2], [half, NODE_HEIGHT / 2]])
            bend = -LOOP_HEIGHT / half
        patches = [None if cause == effect else self.boxes[box] for box in boxes]
        width = THINNEST_LINE + (THICKEST_LINE - THINNEST_LINE) * abs(edge.size) / self.largest
        arrow = FancyArrowPatch(
            *ends, patchA=patches[0], patchB=patches[1], shrinkA=0.0, shrinkB=1.0,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-" if edge.head is Head.NONE else "-|>",
            mutation_scale=HEAD_SIZE * self.canvas.scale, linewidth=width * self.canvas.scale,
            edgecolor=style.color, zorder=2,
            facecolor="white" if edge.head is Head.HOLLOW else style.color,
        )  # fmt: skip
        arrow.set_gid(f"{edge.cause}->{edge.effect} lag {edge.lag}")
        self.canvas.ax.add_artist(arrow)

    def write(self, at: Any, text: str) -> None:
        """Write a short text."""
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "zorder": 2.8}
        size = LABEL_SIZE * self.canvas.scale
        self.canvas.ax.text(at[0], at[1], text, fontsize=size, bbox=BACKGROUND, **look)


def _read(graph: Any, names: Sequence[str] | None) -> tuple[tuple[str, ...], list[_Edge], int]:
    """Return labels, edges by lag, and the number of lags."""
    is_fitted = hasattr(graph, "lagged_weights_")
    if not is_fitted and not hasattr(graph, "lagged_weights"):
        raise ValueError(
            f"a {type(graph).__name__} has no lagged edges; pass a fitted LaggedDAG or a LaggedSEM"
        )
    d = len(graph.weights_ if is_fitted else graph.weights)
    own = written_names(getattr(graph, "feature_names_in_", None), d)
    labels = own if names is None else tuple(names)
    if len(labels) != len(own):
        raise ValueError(f"{len(labels)} names for {len(own)} variables; give one for each")
    if is_fitted:
        edges = [
            _Edge(row.lag, own.index(row.cause), own.index(row.effect), row.standardized,
                  HEADS[row.decided_by])
            for row in graph.edges_.itertuples()
        ]  # fmt: skip
        return labels, sorted(edges, key=lambda edge: edge[:3]), len(graph.lagged_weights_)
    effects = np.concatenate([graph.weights[None], graph.lagged_weights])
    found = [
        _Edge(lag, i, j, effects[lag, i, j], Head.FILLED)
        for lag, i, j in np.argwhere(effects).tolist()
    ]
    return labels, found, len(graph.lagged_weights)

"""What a fitted model says of each edge, beside the rows: one panel per edge."""

from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.plotting.palette import INK
from causal_dag.validation import check_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL_WIDTH, PANEL_HEIGHT, PER_ROW = 2.6, 2.2, 4
N_POINTS = 101
MOST_ROWS = 2000


def plot_mechanisms(model: Any, X: Any, *, n_edges: int = 12) -> "Figure":
    """Draw the relation of every effect to each of its causes, as the model has learned it.

    A panel shows one edge: how the prediction of the effect depends on the cause, the other causes
    at their means, and one point per row, at that prediction plus the residual of the row. The
    edges of the largest weights come first.

    Parameters
    ----------
    model : fitted estimator
        Of numbers; linear or not.
    X : array-like or data frame of shape (n, d)
        Rows with the columns seen in ``fit``. More than 2000 are thinned out.
    n_edges : int
        Most edges that are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("mechanisms.png")``.

    Raises
    ------
    ValueError
        If the model has no edge.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> from causal_dag.plotting import plot_mechanisms
    >>> cause, noise = np.random.default_rng(0).normal(size=(2, 300))
    >>> X = np.column_stack([cause, np.sin(2 * cause) + 0.2 * noise])
    >>> figure = plot_mechanisms(TOPO(criterion="curves").fit(X), X)
    >>> [panel.get_xlabel() for panel in figure.axes], [panel.get_ylabel() for panel in figure.axes]
    (['x0'], ['x1'])
    """
    n_edges = check_number("n_edges", n_edges, low=1, integer=True)
    rows = model._rows_like_fitted(X)
    rows = rows[:: max(1, -(-len(rows) // MOST_ROWS))]
    edges = model.edges_.head(n_edges)
    if edges.empty:
        raise ValueError("the model has no edge, so that there is nothing to draw")
    position = {label: node for node, label in enumerate(model._labels)}
    figure, panels = _panels(len(edges))
    for panel, edge in zip(panels, edges.itertuples(), strict=True):
        cause, effect = position[edge.cause], position[edge.effect]
        grid, curve, points = _relation(model, rows, cause, effect)
        panel.scatter(rows[:, cause], points, s=3, alpha=0.3, linewidths=0, color="0.45")
        panel.plot(grid, curve, color=INK, linewidth=1.5)
        panel.set(xlabel=edge.cause, ylabel=edge.effect)
    return figure


def _relation(
    model: Any, rows: FloatArray, cause: int, effect: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return values of the cause, predictions of the effect there, and the rows' points."""

    def predicted(values: FloatArray) -> FloatArray:
        others = np.tile(rows.mean(axis=0), (len(values), 1))
        others[:, cause] = values
        prediction: FloatArray = model._equations_.predict(others)[:, effect]
        return prediction

    grid = np.linspace(rows[:, cause].min(), rows[:, cause].max(), N_POINTS)
    residual = rows[:, effect] - model._equations_.predict(rows)[:, effect]
    return grid, predicted(grid), predicted(rows[:, cause]) + residual


def _panels(n: int) -> "tuple[Figure, list[Any]]":
    """Return n panels in rows of four, without pyplot's global state."""
    from matplotlib.figure import Figure

    n_columns = min(n, PER_ROW)
    n_rows = -(-n // n_columns)
    size = PANEL_WIDTH * n_columns, PANEL_HEIGHT * n_rows
    figure = Figure(figsize=size, layout="constrained")
    return figure, [figure.add_subplot(n_rows, n_columns, place + 1) for place in range(n)]

"""Contents of an optimality certificate: slopes, moves and the report."""

import math
from dataclasses import dataclass, field

from causal_dag.arrays import IntArray


@dataclass(frozen=True)
class Slope:
    """The steepest slope of a score along an edge that closes no cycle.

    Parameters
    ----------
    edge : tuple of (int, int), or None
        Cause and effect; None if every edge closes a cycle or is forbidden.
    derivative : float
        ∂Q/∂W_ij, in the units of the score over those of the weight.
    relative : float
        ``|∂Q/∂W_ij|`` divided by the steepest slope into j at W = 0, including the self-loop of j,
        both with W_ij expressed in standard deviations of j per standard deviation of i. It is
        dimensionless: for least squares ``|cov(x_i, residual of j)|`` / (σ_i σ_j). 0 if there is no
        edge.
    """

    edge: tuple[int, int] | None
    derivative: float
    relative: float


@dataclass(frozen=True, eq=False)
class OrderMove:
    """A move from one order to another.

    Parameters
    ----------
    nodes : tuple of int
        The node that is moved, or the two nodes that are swapped.
    positions : tuple of int
        Positions of these nodes after the move, counted from 0.
    gain : float
        Decrease of the loss; negative if the move increases it.
    order : ndarray of int, shape (d,)
        The order after the move.
    """

    nodes: tuple[int, ...]
    positions: tuple[int, ...]
    gain: float
    order: IntArray = field(repr=False)


@dataclass(frozen=True, eq=False)
class KKTReport:
    """Result of ``kkt_report``.

    Parameters
    ----------
    criterion : str
        The score Q.
    names : tuple of str
        The columns' names, or their numbers.
    order : ndarray of int, shape (d,)
        The topological order that was examined.
    loss_of_order : float
        Q at the best weights along the order.
    loss_of_graph : float
        Q at the best weights on the graph's edges.
    slope_of_order : Slope
        Steepest slope at the best weights along the order.
    slope_of_graph : Slope
        Steepest slope at the graph's own weights.
    best_swap : OrderMove or None
        Among all swaps of two nodes, the one that lowers the loss most, or raises it least; None if
        prior knowledge allows none.
    best_insertion : OrderMove or None
        The same among all moves of one node to another position.
    tol : float
        Relative decrease of the loss that counts as an improvement. A slope counts as 0 up to
        √tol, because following a relative slope s gains about a fraction s² of a column's loss.
    """

    criterion: str
    names: tuple[str, ...]
    order: IntArray = field(repr=False)
    loss_of_order: float
    loss_of_graph: float
    slope_of_order: Slope
    slope_of_graph: Slope
    best_swap: OrderMove | None
    best_insertion: OrderMove | None
    tol: float

    @property
    def order_is_kkt(self) -> bool:
        """Whether the best weights along the order have no slope along edges closing no cycle."""
        return self._is_flat(self.slope_of_order)

    @property
    def graph_is_kkt(self) -> bool:
        """Whether the graph's own weights have no slope along edges that close no cycle."""
        return self._is_flat(self.slope_of_graph)

    @property
    def is_swap_optimal(self) -> bool:
        """Whether no swap of two nodes lowers the loss of the order."""
        return not self._improves(self.best_swap)

    @property
    def is_insertion_optimal(self) -> bool:
        """Whether no move of one node to another position lowers the loss of the order."""
        return not self._improves(self.best_insertion)

    @property
    def is_optimal(self) -> bool:
        """Whether the order is a KKT point, and neither a swap nor an insertion lowers its loss."""
        return self.order_is_kkt and self.is_swap_optimal and self.is_insertion_optimal

    @property
    def best_move(self) -> OrderMove | None:
        """The swap or insertion that lowers the loss most; None if none lowers it."""
        moves = [move for move in (self.best_insertion, self.best_swap) if move is not None]
        improving = [move for move in moves if self._improves(move)]
        return max(improving, key=lambda move: move.gain, default=None)

    def __str__(self) -> str:
        """Return the findings in words."""
        return "\n".join(
            [
                f"{self.criterion}, {len(self.names)} variables",
                f"order: loss {self.loss_of_order:.6g}",
                f"  KKT point: {self._slope_in_words(self.slope_of_order)}",
                f"  swaps: {self._move_in_words(self.best_swap)}",
                f"  insertions: {self._move_in_words(self.best_insertion)}",
                f"graph: loss {self.loss_of_graph:.6g}, {self._difference_in_words()}",
                f"  KKT point: {self._slope_in_words(self.slope_of_graph)}",
            ]
        )

    def _is_flat(self, slope: Slope) -> bool:
        return slope.relative <= math.sqrt(self.tol)

    def _improves(self, move: OrderMove | None) -> bool:
        return move is not None and move.gain > self.tol * abs(self.loss_of_order)

    def _slope_in_words(self, slope: Slope) -> str:
        if slope.edge is None:
            return "yes, no edge is left"
        if slope.relative == 0:
            return "yes, no slope along any edge"
        cause, effect = (self.names[node] for node in slope.edge)
        verdict = "yes" if self._is_flat(slope) else "no"
        return f"{verdict}, largest relative slope {slope.relative:.2g}, along {cause} -> {effect}"

    def _difference_in_words(self) -> str:
        beyond = self.loss_of_graph - self.loss_of_order
        if abs(beyond) <= self.tol * abs(self.loss_of_order):
            return "that of its order"
        return f"{abs(beyond):.6g} {'above' if beyond > 0 else 'below'} that of its order"

    def _move_in_words(self, move: OrderMove | None) -> str:
        if move is None:
            return "none is allowed"
        if not self._improves(move):
            return "none lowers the loss"
        targets = zip(move.nodes, move.positions, strict=True)
        moves = " and ".join(f"{self.names[node]} to position {k}" for node, k in targets)
        return f"{moves} lowers the loss by {move.gain:.6g}"

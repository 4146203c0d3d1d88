"""What moves and searches ask of a score of topological orders."""

from typing import Protocol

import numpy as np

from causal_dag.arrays import FloatArray, IntArray


class OrderScore(Protocol):
    """The loss of an order: the inner problem's minimum given the order; lower is better."""

    def loss(self, order: IntArray) -> float:
        """Return the loss of an order."""

    def weights(self, order: IntArray) -> FloatArray:
        """Return the minimising weights given the order, shape (d, d)."""

    def n_edges(self, order: IntArray) -> int:
        """Return the number of edges of the minimising weights given the order."""

    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return the derivative of the score with respect to the weights, shape (d, d).

        Where the score has none, any measure of how much it could fall by an edge.
        """

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Move every node once to its best position: the new order, its loss, number of moves.

        A move must lower the loss by more than ``tolerance`` times the loss.
        """

    def swap_changes(self, order: IntArray, first: IntArray, second: IntArray) -> FloatArray:
        """Return the change of the loss by swapping positions first[m] < second[m], for all m.

        Infinite where prior knowledge forbids the swap.
        """

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Return the change of the loss if ``segment`` stood at positions low, low + 1, ….

        ``segment`` is a permutation of the nodes that stand there now; only they are fitted anew.
        Infinite where prior knowledge forbids it.
        """


def swap_changes_by_intervals(
    score: OrderScore, order: IntArray, first: IntArray, second: IntArray
) -> FloatArray:
    """Price every swap by the nodes between its two positions, for ``swap_changes``."""
    changes = np.empty(first.size)
    for move, (low, high) in enumerate(zip(first, second, strict=True)):
        segment = order[low : high + 1].copy()
        segment[[0, -1]] = segment[[-1, 0]]
        changes[move] = score.interval_change(order, int(low), segment)
    return changes

"""Interface between scores of topological orders and the searches that use them."""

from abc import ABC, abstractmethod

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.constraints import Constraints


class OrderScore(ABC):
    """The loss of an order: the inner problem's minimum given the order; lower is better.

    The methods that are not abstract are valid for every score; subclasses override them for speed.
    """

    @abstractmethod
    def loss(self, order: IntArray) -> float:
        """Return the loss of an order."""

    @abstractmethod
    def weights(self, order: IntArray) -> FloatArray:
        """Return the minimizing weights given the order, shape (d, d)."""

    @abstractmethod
    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return the derivative of the score with respect to the weights, shape (d, d).

        If the score is not differentiable, a measure of how much adding an edge could lower it.
        """

    @abstractmethod
    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Move every node once to its best position; return new order, loss and number of moves.

        A move must lower the loss by more than ``tolerance`` times the loss.
        """

    @abstractmethod
    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Return the change of the loss if ``segment`` is placed at positions low, low + 1, ….

        ``segment`` is a permutation of the nodes now at these positions; only they are refitted.
        Infinite if prior knowledge forbids it.
        """

    def n_edges(self, order: IntArray) -> int:
        """Return the number of edges of the minimizing weights given the order."""
        return int(np.count_nonzero(self.weights(order)))

    def swap_changes(self, order: IntArray, first: IntArray, second: IntArray) -> FloatArray:
        """Return the change of the loss by swapping positions first[m] < second[m], for all m.

        Infinite if prior knowledge forbids the swap. Every swap is evaluated by refitting the nodes
        from its first to its second position.
        """
        changes = np.empty(first.size)
        for move, (low, high) in enumerate(zip(first, second, strict=True)):
            segment = order[low : high + 1].copy()
            segment[[0, -1]] = segment[[-1, 0]]
            changes[move] = self.interval_change(order, int(low), segment)
        return changes


def violates_precedence(order: IntArray, constraints: Constraints) -> bool:
    """Return whether one of these nodes precedes another that is required to come first.

    Examples
    --------
    >>> from causal_dag import PriorKnowledge
    >>> constraints = PriorKnowledge(required=[(0, 1)]).resolve(3)
    >>> violates_precedence(np.array([1, 2, 0]), constraints)
    True
    >>> violates_precedence(np.array([0, 2]), constraints)
    False
    """
    return bool(np.tril(constraints.precedence[np.ix_(order, order)]).any())

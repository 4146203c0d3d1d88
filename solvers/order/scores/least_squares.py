"""The least-squares loss of an order, LS(π) = ½ Σ_j var(x_j | nodes before j), and its moves.

Two scores share the interface: ``DenseLeastSquares``, where every node may be a parent of every
later one, and ``ConstrainedLeastSquares``, where prior knowledge excludes some parents.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.moments import Moments
from causal_dag.regression import least_squares_weights
from causal_dag.solvers.order.scores.order_score import OrderScore, violates_precedence


class _LeastSquares(OrderScore):
    """Base class of both scores: gradient, and the change of the loss within an interval."""

    moments: Moments

    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return −C(I − W)."""
        return self.moments.covariance @ weights - self.moments.covariance

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Compare the losses of the nodes up to the interval's end, before and after."""
        moved = order[: low + segment.size].copy()
        before = self.loss(moved)
        moved[low:] = segment
        return self.loss(moved) - before

    @cached_property
    def _variance(self) -> FloatArray:
        return self.moments.variance

    @cached_property
    def _correlation(self) -> FloatArray:
        return self.moments.standardized().covariance


@dataclass(frozen=True)
class DenseLeastSquares(_LeastSquares):
    """Least squares on all nodes before, from one Cholesky factor of the correlations.

    Parameters
    ----------
    moments : Moments
        Moments of the data, with a covariance of full rank.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> score = DenseLeastSquares(Moments(9, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]])))
    >>> round(score.loss(np.array([0, 1])), 12), round(score.loss(np.array([1, 0])), 12)
    (1.0, 2.6)
    >>> score.insertion_sweep(np.array([1, 0]), 1e-9)[0].tolist()
    [0, 1]
    """

    moments: Moments

    def loss(self, order: IntArray) -> float:
        """Return half the sum of the pivots in this order, in squared units of the data."""
        pivots = np.diagonal(self._factor(order)) ** 2
        return float(0.5 * (self._variance[order] * pivots).sum())

    def weights(self, order: IntArray) -> FloatArray:
        """Return the regression of every node on all before it."""
        factor = self._factor(order)
        coefficients = np.triu(-(factor * np.diagonal(factor)[:, None]).T, k=1)
        scale = np.sqrt(self._variance[order])
        weights = np.zeros_like(factor)
        weights[np.ix_(order, order)] = coefficients / scale[:, None] * scale
        return weights

    def n_edges(self, order: IntArray) -> int:
        """Return d(d − 1)/2."""
        return order.size * (order.size - 1) // 2

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Evaluate all d² insertions in O(d²), and make the best of every node, O(d) per step."""
        from causal_dag.solvers.order.scores.factor_kernels import insertion_sweep

        factor = self._factor(order)
        variance = self._variance[order]
        total = float((variance * np.diagonal(factor) ** 2).sum())
        moved = np.arange(order.size)
        n_moves = insertion_sweep(factor, variance, moved, tolerance * total)
        pivots = factor[np.arange(order.size), moved] ** 2
        return order[moved], float(0.5 * (variance[moved] * pivots).sum()), n_moves

    def swap_changes(self, order: IntArray, first: IntArray, second: IntArray) -> FloatArray:
        """Evaluate swaps in O(distance) each, after one factorization."""
        from causal_dag.solvers.order.scores.factor_kernels import swap_changes

        changes = np.empty(first.size)
        swap_changes(self._factor(order), self._variance[order], first, second, changes)
        return changes / 2

    def _factor(self, order: IntArray) -> FloatArray:
        from causal_dag.solvers.order.scores.factor_kernels import factorise

        factor = np.empty((order.size, order.size))
        factorise(self._correlation[np.ix_(order, order)], factor)
        return factor


@dataclass(frozen=True)
class ConstrainedLeastSquares(_LeastSquares):
    """Least squares on the allowed predecessors, one regression per node.

    Parameters
    ----------
    moments : Moments
        Moments of the data, with a covariance of full rank.
    constraints : Constraints
        Forbidden edges are left out of the regressions; moves respect ``precedence``.
    """

    moments: Moments
    constraints: Constraints

    def loss(self, order: IntArray) -> float:
        """Return half the sum of the residual variances, in squared units of the data."""
        from causal_dag.solvers.order.scores.regression_kernels import constrained_variances

        residual = np.empty(order.size)
        constrained_variances(self._correlation, self.constraints.allowed, order, residual)
        return float(0.5 * (self._variance[order] * residual).sum())

    def weights(self, order: IntArray) -> FloatArray:
        """Return the regression of every node on the allowed nodes before it."""
        return least_squares_weights(self.moments.covariance, self._edges(order))

    def n_edges(self, order: IntArray) -> int:
        """Return the number of allowed edges along the order."""
        return int(self._edges(order).sum())

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Move every node once; regressions are recomputed when their parents have changed."""
        from causal_dag.solvers.order.scores.regression_kernels import constrained_insertion_sweep

        moved = order.copy()
        n_moves = constrained_insertion_sweep(
            self._correlation,
            self._variance,
            self.constraints.allowed,
            self.constraints.precedence,
            moved,
            2 * tolerance * self.loss(order),
        )
        return moved, self.loss(moved), n_moves

    def swap_changes(self, order: IntArray, first: IntArray, second: IntArray) -> FloatArray:
        """Evaluate swaps by the regressions in between; infinite if precedence forbids a swap."""
        from causal_dag.solvers.order.scores.regression_kernels import constrained_swap_changes

        changes = np.full(first.size, np.inf)
        possible = self._swaps_respecting_precedence(order, first, second)
        priced = np.empty(possible.size)
        constrained_swap_changes(
            self._correlation,
            self._variance,
            self.constraints.allowed,
            order,
            first[possible],
            second[possible],
            priced,
        )
        changes[possible] = priced / 2
        return changes

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Compare regressions within the interval; infinite if precedence forbids the move."""
        if violates_precedence(segment, self.constraints):
            return np.inf
        return super().interval_change(order, low, segment)

    @cached_property
    def _variance(self) -> FloatArray:
        return self.moments.variance * self.constraints.explained

    def _edges(self, order: IntArray) -> BoolArray:
        position = np.argsort(order)
        return self.constraints.allowed & (position[:, None] < position[None, :])

    def _swaps_respecting_precedence(
        self, order: IntArray, first: IntArray, second: IntArray
    ) -> IntArray:
        precedence = self.constraints.precedence[np.ix_(order, order)]
        positions = np.arange(order.size)
        latest_before = np.where(precedence, positions[:, None], -1).max(axis=0)
        earliest_after = np.where(precedence, positions, order.size).min(axis=1)
        return np.flatnonzero((latest_before[second] < first) & (earliest_after[first] > second))

"""The equal-variance Gaussian score of an order: n d log(Σ_j σ²_j / d) + price · ``|edges|``."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.moments import Moments
from causal_dag.regression import (
    SMALLEST_VARIANCE_SHARE,
    parent_prices,
    price_of_graph,
    residual_variances,
)
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import EqualVarianceGaussian
from causal_dag.solvers.order.scores.order_score import OrderScore, violates_precedence

# Maximum number of alternations between parents and noise variance; each lowers the score.
MOST_STEPS = 100


@dataclass(frozen=True)
class EqualVarianceScore(OrderScore):
    """Equal-variance BIC of an order, minimized through its tangents.

    The logarithm is concave, so the tangent at any noise variance is an upper bound on the score,
    and it is a sum of local scores. Choosing parents for the tangent alternates with moving the
    tangent to the resulting noise variance; every step lowers the score.

    Parameters
    ----------
    moments : Moments
        Moments of the data.
    constraints : Constraints
        Forbidden, required and preceding edges.
    penalty : float or "auto"
        Penalty per edge in units of log n.
    gamma : float
        Weight of the extended criterion's 4 log d.
    """

    moments: Moments
    constraints: Constraints
    penalty: float | Literal["auto"]
    gamma: float

    def loss(self, order: IntArray) -> float:
        """Return the score; infinite if required edges point backwards."""
        return self._fitted(order)[0]

    def weights(self, order: IntArray) -> FloatArray:
        """Return the weights of the chosen parents."""
        return self.tangent(order).weights(order)

    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return the decrease of the tangent at the weights by each edge that would lower it."""
        return self._tangent(self.of_graph(weights)[1]).gradient(weights)

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Sweep under the tangent at the order; moves that lower it also lower the score."""
        moved, _, n_moves = self.tangent(order).insertion_sweep(order, tolerance)
        return moved, self.loss(moved), n_moves

    def swap_changes(self, order: IntArray, first: IntArray, second: IntArray) -> FloatArray:
        """Evaluate swaps under the tangent at the order, an upper bound on the score's change."""
        return self.tangent(order).swap_changes(order, first, second)

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Evaluate a move under the tangent at the order, an upper bound on the score's change."""
        return self.tangent(order).interval_change(order, low, segment)

    def tangent(self, order: IntArray) -> DecomposableScore:
        """Return the tangent at the order, whose decrease is a lower bound on the score's."""
        return self._fitted(order)[1]

    def _fitted(self, order: IntArray) -> tuple[float, DecomposableScore]:
        return self._latest(order.tobytes())

    @cached_property
    def _latest(self) -> Callable[[bytes], tuple[float, DecomposableScore]]:
        """Caches the current order, which a search evaluates many times before it moves on."""
        return lru_cache(1)(lambda order: self._fit(np.frombuffer(order, dtype=np.intp)))

    def _fit(self, order: IntArray) -> tuple[float, DecomposableScore]:
        tangent = self._tangent(self.starting_variance())
        if violates_precedence(order, self.constraints):
            return np.inf, tangent
        loss = np.inf
        for _ in range(MOST_STEPS):
            reached, variance = self.of_graph(tangent.weights(order))
            if not reached < loss:
                break
            loss, tangent = reached, self._tangent(variance)
        return loss, tangent

    def of_graph(self, weights: FloatArray) -> tuple[float, float]:
        """Return the score of a graph with these weights, and its noise variance."""
        n, d = self.moments.n_samples, int(self.constraints.explained.sum())
        prices = parent_prices(self.moments, self.penalty, self.gamma)
        residual = residual_variances(self.moments.covariance, weights)
        smallest = SMALLEST_VARIANCE_SHARE * self.moments.variance
        variance = float(np.maximum(residual, smallest)[self.constraints.explained].mean())
        price = price_of_graph(prices, np.count_nonzero(weights, axis=0))
        return float(n * d * np.log(variance) + price), variance

    def starting_variance(self) -> float:
        """Return the median over nodes of the variance given all others, their least noise."""
        correlation = self.moments.standardized().covariance
        precision = np.diagonal(np.linalg.pinv(correlation, hermitian=True))
        share = np.clip(1 / np.maximum(precision, 1.0), 1e-6, 1.0)
        return float(np.median((share * self.moments.variance)[self.constraints.explained]))

    def _tangent(self, variance: float) -> DecomposableScore:
        node_score = EqualVarianceGaussian(self.moments, 1 / variance, self.penalty, self.gamma)
        return DecomposableScore.within(node_score, self.constraints)

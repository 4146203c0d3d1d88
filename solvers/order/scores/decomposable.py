"""Order scores that are sums of arbitrary local scores.

This is slower than the kernels written for particular scores, and meant for scores without one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.scores.limited_parents import limited
from causal_dag.solvers.order.scores.local_score import LocalScore, NodeFit, toggled
from causal_dag.solvers.order.scores.order_score import OrderScore, violates_precedence

# Limit on the total number of values stored in cached fits.
MOST_REMEMBERED_NUMBERS = 10_000_000


@dataclass(frozen=True)
class DecomposableScore(OrderScore):
    """Sum of the best local scores of all nodes given the allowed nodes before them.

    The score of a node depends only on its candidates, never on previously evaluated orders, so the
    same order always has the same loss. The search for a node's parents therefore starts not from
    its parents in the last order but from a fixed set: those it would choose among all nodes that
    are allowed in any order. If all of these are candidates, they are the result.

    Parameters
    ----------
    node_score : LocalScore
        The local scores.
    constraints : Constraints
        Forbidden edges are never candidates, required edges are always present, and moves respect
        ``precedence``.
    slopes : callable, optional
        Maps weights to their ``gradient``, both of shape (d, d). By default the change of the score
        by adding each absent edge that would lower it, and 0 elsewhere.
    """

    node_score: LocalScore
    constraints: Constraints
    slopes: Callable[[FloatArray], FloatArray] | None = None
    _remembered: Callable[[int, bytes], NodeFit] = field(init=False, repr=False)

    @classmethod
    def within(cls, node_score: LocalScore, constraints: Constraints) -> Self:
        """Return the score in which nodes also respect the limit on parents, if there is one."""
        return cls(limited(node_score, constraints), constraints)

    def __post_init__(self) -> None:
        most = MOST_REMEMBERED_NUMBERS // self.constraints.forbidden.shape[0]
        object.__setattr__(self, "_remembered", lru_cache(most)(self._fit_candidates))

    def loss(self, order: IntArray) -> float:
        """Return the sum of the local scores; infinite if required edges point backwards."""
        if violates_precedence(order, self.constraints):
            return np.inf
        return float(np.sum(self._local_scores(order)))

    def weights(self, order: IntArray) -> FloatArray:
        """Return the weights of every node's chosen parents."""
        weights = np.zeros((order.size, order.size))
        for node, fit in zip(order, self._fits(order), strict=True):
            weights[:, node] = fit.weights
        return weights

    def gradient(self, weights: FloatArray) -> FloatArray:
        """Return ``slopes`` of the weights."""
        if self.slopes is not None:
            return self.slopes(weights)
        return np.column_stack(
            [
                self._decrease_by_one_more_parent(j, column != 0)
                for j, column in enumerate(weights.T)
            ]
        )

    def insertion_sweep(self, order: IntArray, tolerance: float) -> tuple[IntArray, float, int]:
        """Move every node to its best position, evaluated by swapping adjacent nodes to both ends.

        ``tolerance`` is relative to the sum of the absolute local scores. Among positions that
        differ by less, the first one is kept: the current one, then to the left, then to the right.
        """
        moved, n_moves = order.copy(), 0
        threshold = tolerance * float(np.abs(self._local_scores(order)).sum())
        for node in order:
            position = int(np.flatnonzero(moved == node)[0])
            best = self._best_position(moved, position, threshold)
            if best != position:
                moved = np.insert(np.delete(moved, position), best, node)
                n_moves += 1
        return moved, self.loss(moved), n_moves

    def interval_change(self, order: IntArray, low: int, segment: IntArray) -> float:
        """Compare the local scores of the interval's nodes; infinite if precedence forbids it."""
        if violates_precedence(segment, self.constraints):
            return np.inf
        high = low + segment.size
        before = np.sum(self._local_scores(order[:high], low))
        moved = np.concatenate([order[:low], segment])
        return float(np.sum(self._local_scores(moved, low)) - before)

    def _best_position(self, order: IntArray, position: int, threshold: float) -> int:
        best, lowest = position, 0.0
        for step in (-1, 1):
            for target, change in self._walk(order, position, step):
                if change < lowest - threshold:
                    best, lowest = target, change
        return best

    def _walk(self, order: IntArray, position: int, step: int) -> list[tuple[int, float]]:
        """Return the positions reachable in one direction, and the changes of the loss."""
        node, total, reached = order[position], 0.0, []
        before = np.zeros(order.size, dtype=bool)
        before[order[:position]] = True
        end = -1 if step < 0 else order.size
        for target in range(position + step, end, step):
            other = order[target]
            earlier, later = (other, node) if step < 0 else (node, other)
            if self.constraints.precedence[earlier, later]:
                break
            # ``before`` marks the nodes before both: going left, the other one has to be removed.
            before[earlier] = False
            total += self._exchange_change(earlier, later, before)
            before[other] = step > 0
            reached.append((target, total))
        return reached

    def _exchange_change(self, earlier: int, later: int, before: BoolArray) -> float:
        """Return the change of the loss if two adjacent nodes, preceded by ``before``, swap."""
        with_earlier, with_later = before.copy(), before.copy()
        with_earlier[earlier] = with_later[later] = True
        after = self._fit(later, before).value + self._fit(earlier, with_later).value
        return after - self._fit(earlier, before).value - self._fit(later, with_earlier).value

    def _decrease_by_one_more_parent(self, node: int, parents: BoolArray) -> FloatArray:
        value = self.node_score.given(node, parents).value
        slopes = np.zeros(parents.size)
        for other in np.flatnonzero(self.constraints.allowed[:, node] & ~parents):
            changed = self.node_score.given(node, toggled(parents, other)).value
            slopes[other] = min(0.0, changed - value)
        return slopes

    def _local_scores(self, order: IntArray, low: int = 0) -> list[float]:
        fits, explained = self._fits(order, low), self.constraints.explained[order[low:]]
        return [fit.value for fit, counts in zip(fits, explained, strict=True) if counts]

    def _fits(self, order: IntArray, low: int = 0) -> list[NodeFit]:
        """Fit the nodes from position ``low`` on, each given its predecessors."""
        before = np.zeros(self.constraints.forbidden.shape[0], dtype=bool)
        before[order[:low]] = True
        fits = []
        for node in order[low:]:
            fits.append(self._fit(node, before))
            before[node] = True
        return fits

    def _fit(self, node: int | np.integer, before: BoolArray) -> NodeFit:
        candidates = self._allowed_into[node] & before
        if not (self._preferred_parents[node] & ~candidates).any():
            return self._unrestricted[node]
        return self._remembered(int(node), candidates.tobytes())

    def _fit_candidates(self, node: int, candidates: bytes) -> NodeFit:
        mask = np.frombuffer(candidates, dtype=bool)
        required = self.constraints.required[:, node]
        return self.node_score.best(node, mask, required, self._preferred_parents[node] & mask)

    @cached_property
    def _allowed_into(self) -> BoolArray:
        """Row j: nodes that may be parents of j."""
        return np.ascontiguousarray(self.constraints.allowed.T)

    @cached_property
    def _unrestricted(self) -> list[NodeFit]:
        """Fit of every node to the parents chosen among all allowed nodes."""
        required = self.constraints.required.T
        return [
            self.node_score.best(node, allowed, required[node], required[node])
            for node, allowed in enumerate(self._allowed_into)
        ]

    @cached_property
    def _preferred_parents(self) -> BoolArray:
        """Row j: the parents of j in ``_unrestricted``."""
        return np.array([fit.weights != 0 for fit in self._unrestricted])

"""Local scores under a limit on the number of parents."""

from dataclasses import dataclass
from math import comb

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.solvers.order.scores.local_score import (
    RELATIVE_IMPROVEMENT,
    LocalScore,
    NodeFit,
    best_of_all_sets,
    is_lower,
    toggled,
)

# All sets of parents are tried if there are at most this many.
MOST_SETS = 100


def limited(node_score: LocalScore, constraints: Constraints) -> LocalScore:
    """Return a score that respects the limit on parents, or the score itself if there is none."""
    if constraints.max_parents is None:
        return node_score
    return LimitedParents(node_score, constraints.max_parents)


@dataclass(frozen=True)
class LimitedParents(LocalScore):
    """A local score with a limit on the number of parents of a node.

    If there are few sets of parents, the best of all is taken. Otherwise a parent is added, removed
    or, once the limit is reached, exchanged for another node, whichever lowers the score most,
    until no change does.

    Parameters
    ----------
    node_score : LocalScore
        The score without a limit.
    most : int
        Maximum number of parents, including required ones.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
    >>> covariance = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.7], [0.6, 0.7, 1.0]])
    >>> score = LimitedParents(GaussianBIC(Moments(100, np.zeros(3), covariance)), most=1)
    >>> others, none = np.array([True, True, False]), np.zeros(3, dtype=bool)
    >>> score.best(2, others, none, start=others).weights.tolist()
    [0.0, 0.7, 0.0]
    """

    node_score: LocalScore
    most: int

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Fit a node to exactly these parents."""
        return self.node_score.given(node, parents)

    def best(
        self, node: int, candidates: BoolArray, required: BoolArray, start: BoolArray
    ) -> NodeFit:
        """Return the lowest score found with few enough parents."""
        free = candidates & ~required
        room = self.most - int(required.sum())
        if sum(comb(int(free.sum()), size) for size in range(room + 1)) <= MOST_SETS:
            return best_of_all_sets(
                self.given, node, candidates, required, RELATIVE_IMPROVEMENT, most=room
            )
        if not self.node_score.has_exact_predictions:
            # Fits are expensive, and the score's own search knows which ones are worthwhile.
            fit = self.node_score.best(node, candidates, required, start)
            if np.count_nonzero(fit.weights) <= self.most:
                return fit
        parents = (start & candidates) | required
        return self._search(node, free, parents if parents.sum() <= self.most else required)

    def _search(self, node: int, free: BoolArray, parents: BoolArray) -> NodeFit:
        fit = self.given(node, parents)
        while True:
            changed = self._best_change(node, free, parents)
            changed_fit = self.given(node, changed)
            if not is_lower(changed_fit.value, fit.value, RELATIVE_IMPROVEMENT):
                return fit
            parents, fit = changed, changed_fit

    def _best_change(self, node: int, free: BoolArray, parents: BoolArray) -> BoolArray:
        """Return the best parents reachable by one addition, removal or exchange."""
        outside, droppable = np.flatnonzero(free & ~parents), np.flatnonzero(free & parents)
        changes: list[tuple[float, BoolArray]] = [(np.inf, parents)]

        def consider(start: BoolArray, others: IntArray) -> None:
            if others.size:
                values = self._values_after(node, start, others)
                chosen = int(np.argmin(values))
                changes.append((float(values[chosen]), toggled(start, others[chosen])))

        consider(parents, droppable)
        if parents.sum() < self.most:
            consider(parents, outside)
        else:
            for dropped in droppable:
                consider(toggled(parents, dropped), outside)
        return min(changes, key=lambda change: change[0])[1]

    def _values_after(self, node: int, parents: BoolArray, others: IntArray) -> FloatArray:
        """Return the scores after adding or removing each of the other nodes in turn."""
        predicted = self.node_score.predicted(node, parents)
        if predicted is not None and self.node_score.has_exact_predictions:
            return predicted[others]
        return np.array([self.given(node, toggled(parents, other)).value for other in others])

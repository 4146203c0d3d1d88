"""Scores of one node given its parents, and how its parents are chosen.

Whatever a node is modelled by, the search for its parents is the same: grow and shrink. A score
that can tell what single changes of the parents would do, exactly or nearly, says so, and only the
promising ones are fitted.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from math import isfinite
from typing import ClassVar

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray

# Decrease that a change of parents needs, relative to the absolute value of the score.
RELATIVE_IMPROVEMENT = 1e-9
# Fits that a score remembers whose fits are expensive.
MOST_REMEMBERED = 100_000


@dataclass(frozen=True)
class NodeFit:
    """A node fitted to parents.

    Parameters
    ----------
    value : float
        Local score of the node, lower is better.
    weights : ndarray of shape (d,)
        Coefficient of each parent, in the units of the data; 0 where it is none.
    """

    value: float
    weights: FloatArray


#: From a node and a mask of its parents to the fit; always the same for the same arguments.
Given = Callable[[int, BoolArray], NodeFit]


class LocalScore(ABC):
    """Local score of a node, as a function of its parents only.

    A subclass fits a node to parents; the base class searches.
    """

    #: Predictions of single changes are the scores themselves, up to rounding.
    has_exact_predictions: ClassVar[bool] = False
    #: By how much a predicted change may rise above 0 and still be tried.
    prediction_margin: float = 0.0
    relative_improvement: ClassVar[float] = RELATIVE_IMPROVEMENT

    @abstractmethod
    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Fit a node to exactly these parents, a mask of shape (d,)."""

    def predicted(self, node: int, parents: BoolArray) -> FloatArray | None:
        """Return the scores if each node in turn joined the parents, or left them, shape (d,).

        None where only fits can tell.
        """
        return None

    def best(
        self, node: int, candidates: BoolArray, required: BoolArray, start: BoolArray
    ) -> NodeFit:
        """Return the lowest score found over parents between ``required`` and ``candidates``.

        The search starts from the parents ``start``. Masks have shape (d,).
        """
        return grow_shrink(
            self.given,
            node,
            candidates,
            required,
            start,
            self.relative_improvement,
            predicted=self.predicted,
            margin=self.prediction_margin,
        )


class RememberedScore(LocalScore):
    """Local score whose fits are expensive, so that each is made once."""

    @abstractmethod
    def fit(self, node: int, parents: BoolArray) -> NodeFit:
        """Fit a node to exactly these parents, a mask of shape (d,)."""

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Return the fit to exactly these parents, made now or before."""
        return self._remembered(int(node), parents.tobytes())

    @cached_property
    def _remembered(self) -> Callable[[int, bytes], NodeFit]:
        def fit(node: int, parents: bytes) -> NodeFit:
            return self.fit(node, np.frombuffer(parents, dtype=bool))

        return lru_cache(MOST_REMEMBERED)(fit)


def grow_shrink(
    given: Given,
    node: int,
    candidates: BoolArray,
    required: BoolArray,
    start: BoolArray,
    tolerance: float = RELATIVE_IMPROVEMENT,
    *,
    predicted: Callable[[int, BoolArray], FloatArray | None] | None = None,
    margin: float = 0.0,
) -> NodeFit:
    """Add or drop the single parent that lowers the score most, until none does.

    Every step lowers the score and there are finitely many sets of parents, so the search ends.
    Predictions decide what is tried first, and what is not worth a fit; never what is kept.

    Parameters
    ----------
    given : callable
        From node and parents to their fit; always the same for the same arguments.
    node : int
        The node.
    candidates : ndarray of bool, shape (d,)
        Nodes that may be parents.
    required : ndarray of bool, shape (d,)
        Nodes that are parents in any case.
    start : ndarray of bool, shape (d,)
        Parents to start from; those that are no candidates are left out.
    tolerance : float
        Decrease that a step needs, relative to the absolute value of the score.
    predicted : callable, optional
        From node and parents to the scores after every single change, shape (d,), or None. By
        default all changes are fitted.
    margin : float
        By how much a predicted score may rise above the present one and still be tried.

    Returns
    -------
    NodeFit
        Of parents of which no single addition or removal is better.

    References
    ----------
    .. [1] Margaritis and Thrun, "Bayesian network induction via local neighborhoods", NeurIPS 1999.
    .. [2] Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score
       Search and Grow-Shrink Trees", NeurIPS 2023.

    Examples
    --------
    >>> import numpy as np
    >>> gain = np.array([0.0, 3.0, 1.0])
    >>> def given(node, parents):
    ...     return NodeFit(10 - gain @ parents + 2 * parents.sum(), np.where(parents, gain, 0.0))
    >>> nobody, others = np.zeros(3, dtype=bool), np.array([False, True, True])
    >>> grow_shrink(given, 0, others, nobody, start=others).weights.tolist()
    [0.0, 3.0, 0.0]
    """
    parents = (start & candidates) | required
    changeable = np.flatnonzero(candidates & ~required)
    fit = given(node, parents)

    def improved() -> tuple[BoolArray, NodeFit] | None:
        scores = None if predicted is None else predicted(node, parents)
        if scores is None:
            fits = [given(node, toggled(parents, other)) for other in changeable]
            changes = [changed.value for changed in fits]
        else:
            fits, changes = [], scores[changeable].tolist()
        for place in np.argsort(changes, kind="stable"):
            if not is_lower(changes[place] - margin, fit.value, tolerance):
                return None
            changed = toggled(parents, changeable[place])
            changed_fit = fits[place] if fits else given(node, changed)
            if is_lower(changed_fit.value, fit.value, tolerance):
                return changed, changed_fit
        return None

    while (change := improved()) is not None:
        parents, fit = change
    return fit


def best_of_all_sets(
    given: Given,
    node: int,
    candidates: BoolArray,
    required: BoolArray,
    tolerance: float = RELATIVE_IMPROVEMENT,
    most: int | None = None,
) -> NodeFit:
    """Return the lowest score of all sets of parents between ``required`` and ``candidates``.

    No more than ``most`` parents are added to the required ones. Of sets that differ by no more
    than ``tolerance``, relative to the score, the smallest one.

    Examples
    --------
    >>> import numpy as np
    >>> def given(node, parents):  # either of two parents is no use without the other
    ...     return NodeFit(1.0 * parents.sum() - 5 * parents[1:].all(), np.where(parents, 1.0, 0.0))
    >>> others = np.array([False, True, True])
    >>> best_of_all_sets(given, 0, others, np.zeros(3, dtype=bool)).weights.tolist()
    [0.0, 1.0, 1.0]
    """
    free = np.flatnonzero(candidates & ~required)
    best = given(node, required)
    for size in range(1, (free.size if most is None else min(most, free.size)) + 1):
        for added in combinations(free, size):
            parents = required.copy()
            parents[list(added)] = True
            fit = given(node, parents)
            if is_lower(fit.value, best.value, tolerance):
                best = fit
    return best


def toggled(parents: BoolArray, other: int | np.integer) -> BoolArray:
    """Return the parents with one node more, or without it if it is one of them."""
    changed = parents.copy()
    changed[other] = not changed[other]
    return changed


def is_lower(value: float, bar: float, tolerance: float) -> bool:
    """Whether a score is lower than another by more than rounding."""
    if not isfinite(bar):
        return value < bar
    return value < bar - tolerance * abs(bar)

"""Scores of one node given its parents, and the search for its parents.

The search for parents, grow-shrink, is the same for every model of a node. A score that can predict
the effect of single changes of the parents, exactly or approximately, provides these predictions,
and only the promising changes are fitted.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from math import isfinite
from typing import Any, ClassVar

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray

# Decrease required of a change of parents, relative to the absolute value of the score.
RELATIVE_IMPROVEMENT = 1e-9
# Size of the cache of fits, for scores whose fits are expensive.
MOST_REMEMBERED = 100_000


@dataclass(frozen=True)
class NodeFit:
    """A node fitted to parents.

    Parameters
    ----------
    value : float
        Local score of the node, lower is better.
    weights : ndarray of shape (d,)
        Coefficient of each parent, in the units of the data; 0 for nodes that are not parents.
    """

    value: float
    weights: FloatArray


@dataclass(frozen=True)
class CompiledScore:
    """A local score as a kernel, with the work space for one thread.

    Parameters
    ----------
    model : named tuple
        What the kernel needs; its type says which one that is.
    slack : float
        What a node that gains one parent may gain in addition, by other changes that this makes
        possible: the penalty per edge.
    """

    model: Any
    slack: float


#: Maps a node and a mask of its parents to the fit; must be deterministic.
Given = Callable[[int, BoolArray], NodeFit]


class LocalScore(ABC):
    """Local score of a node, as a function of its parents only.

    A subclass fits a node given its parents; the base class searches for parents.
    """

    #: Whether predictions of single changes equal the scores, up to rounding.
    has_exact_predictions: ClassVar[bool] = False
    #: Largest predicted increase of the score for which a change is still tried.
    prediction_margin: float = 0.0
    relative_improvement: ClassVar[float] = RELATIVE_IMPROVEMENT

    @abstractmethod
    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Fit a node to exactly these parents, a mask of shape (d,)."""

    def predicted(self, node: int, parents: BoolArray) -> FloatArray | None:
        """Return the scores after adding or removing each node in turn, shape (d,).

        None if there are no predictions.
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
    """Local score whose fits are expensive and are therefore cached."""

    @abstractmethod
    def fit(self, node: int, parents: BoolArray) -> NodeFit:
        """Fit a node to exactly these parents, a mask of shape (d,)."""

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Return the fit to exactly these parents, from the cache if possible."""
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
    """Add or remove the single parent that lowers the score most, until none does.

    Every step lowers the score and there are finitely many sets of parents, so the search ends.
    Predictions determine which changes are tried first and which are not worth a fit, but never
    which are accepted.

    Parameters
    ----------
    given : callable
        Maps a node and its parents to their fit; must be deterministic.
    node : int
        The node.
    candidates : ndarray of bool, shape (d,)
        Nodes that may be parents.
    required : ndarray of bool, shape (d,)
        Nodes that are always parents.
    start : ndarray of bool, shape (d,)
        Parents to start from; nodes that are not candidates are ignored.
    tolerance : float
        Decrease required of a step, relative to the absolute value of the score.
    predicted : callable, optional
        Maps a node and its parents to the scores after every single change, shape (d,), or None. By
        default all changes are fitted.
    margin : float
        Largest excess of a predicted score over the current one for which a change is still tried.

    Returns
    -------
    NodeFit
        Fit to parents that no single addition or removal improves.

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
    >>> none, others = np.zeros(3, dtype=bool), np.array([False, True, True])
    >>> grow_shrink(given, 0, others, none, start=others).weights.tolist()
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

    At most ``most`` parents are added to the required ones. Among sets whose scores differ by no
    more than ``tolerance``, relative to the score, the smallest set is chosen.

    Examples
    --------
    >>> import numpy as np
    >>> def given(node, parents):  # neither parent is useful without the other
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


def dependence_strength(decrease: float) -> float:
    """Return √(1 − exp(−2 I)), where −2 log-likelihood per row falls by 2 I: between 0 and 1.

    This is Linfoot's informational measure of correlation (Information and Control 1, 1957), the
    absolute partial correlation of Gaussian variables. It is never 0, which means "no edge".

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.order.scores.local_score import dependence_strength
    >>> round(dependence_strength(-np.log(1 - 0.5**2)), 6)
    0.5
    """
    strength = np.sqrt(-np.expm1(-max(decrease, 0.0)))
    return max(float(strength), float(np.finfo(np.float64).tiny))


def toggled(parents: BoolArray, other: int | np.integer) -> BoolArray:
    """Return the parents with one node added, or removed if it is already a parent."""
    changed = parents.copy()
    changed[other] = not changed[other]
    return changed


def is_lower(value: float, bar: float, tolerance: float) -> bool:
    """Return whether a score is lower than another by more than the relative tolerance."""
    if not isfinite(bar):
        return value < bar
    return value < bar - tolerance * abs(bar)

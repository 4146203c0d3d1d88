"""Order scores of binary tables and tables of counts: logistic and Poisson regressions.

Every variable given its parents is a generalised linear model with the canonical link and an
intercept. Parents are chosen one at a time: the score and Wald statistics of the model at hand
predict what every addition and removal would gain, and only the most promising is fitted.
"""

from dataclasses import dataclass, field

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.solvers.order.scores.decomposable import (
    NodeFit,
    best_of_all_sets,
)
from causal_dag.solvers.order.scores.exponential_family import (
    RIDGE,
    Family,
    PenalisedLikelihood,
    toggle_statistics,
)

# Share of the price of an edge by which a predicted change may fall short and still be tried.
TRIAL_MARGIN = 0.5
RELATIVE_IMPROVEMENT = 1e-10
MOST_REMEMBERED = 200_000
# Columns up to which all sets of parents are tried.
FEW_COLUMNS = 8


@dataclass(frozen=True)
class Regression:
    """A fitted generalised linear model of one node, and what changing its parents would do.

    Parameters
    ----------
    value : float
        −2 · penalised log-likelihood + price of the parents.
    slopes : ndarray of shape (d,)
        Coefficients on standardised columns; 0 where there is no parent.
    predicted_change : ndarray of shape (d,)
        Approximate change of ``value`` if one node were added to the parents (score test) or, for
        parents, removed from them (Wald test).
    """

    value: float
    slopes: FloatArray
    predicted_change: FloatArray


@dataclass(frozen=True)
class GeneralizedLinearNodes:
    """Local scores of nodes by regressions of one family (a ``NodeScore``).

    Parameters
    ----------
    family : Family
        Distribution of every node given its parents.
    rows : ndarray of shape (n, d)
        Data that the family can take.
    price : float
        Price of an edge, in units of −2 log-likelihood.
    """

    family: Family
    rows: FloatArray
    price: float
    _design: FloatArray = field(init=False, repr=False)
    _scale: FloatArray = field(init=False, repr=False)
    _fitted: dict[tuple[int, bytes], Regression] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        scale = self.rows.std(axis=0)
        standardised = (self.rows - self.rows.mean(axis=0)) / scale
        # The intercept is row 0, and column j of the data row j + 1.
        design = np.vstack([np.ones(self.rows.shape[0]), standardised.T])
        object.__setattr__(self, "_design", design)
        object.__setattr__(self, "_scale", scale)

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Return the score of exactly these parents."""
        regression = self.regression(node, parents)
        return NodeFit(regression.value, regression.slopes / self._scale)

    def best(
        self, node: int, candidates: BoolArray, required: BoolArray, start: BoolArray
    ) -> NodeFit:
        """Add or remove the parent predicted to lower the score most, until none does.

        Predictions decide what is tried, never what is kept: a change is made only if the model
        fitted with it scores lower. Where there are few columns, all sets of parents are tried.
        """
        if self.rows.shape[1] <= FEW_COLUMNS:
            return best_of_all_sets(self.given, node, candidates, required, RELATIVE_IMPROVEMENT)
        parents = (start & candidates) | required
        free = candidates & ~required
        while True:
            changed = self._first_improvement(node, parents, free)
            if changed is None:
                return self.given(node, parents)
            parents = changed

    def regression(self, node: int, parents: BoolArray) -> Regression:
        """Return the regression of a node on parents; fitted once and remembered."""
        key = (node, np.packbits(parents).tobytes())
        regression = self._fitted.get(key)
        if regression is None:
            if len(self._fitted) >= MOST_REMEMBERED:
                self._fitted.clear()
            regression = self._fitted[key] = self._regression(node, parents)
        return regression

    def _first_improvement(
        self, node: int, parents: BoolArray, free: BoolArray
    ) -> BoolArray | None:
        regression = self.regression(node, parents)
        bar = regression.value - RELATIVE_IMPROVEMENT * (1 + abs(regression.value))
        predicted = np.where(free, regression.predicted_change, np.inf)
        for other in np.argsort(predicted, kind="stable"):
            if predicted[other] > TRIAL_MARGIN * self.price:
                return None
            changed = parents.copy()
            changed[other] = not changed[other]
            if self.regression(node, changed).value < bar:
                return changed
        return None

    def _regression(self, node: int, parents: BoolArray) -> Regression:
        chosen = np.concatenate([[0], np.flatnonzero(parents) + 1])
        values = self.rows[:, node]
        likelihood = PenalisedLikelihood(self.family, self._design[chosen], values)
        coefficients, at_maximum = likelihood.maximum()
        log_likelihood = at_maximum.log_likelihood + self.family.log_base_measure(values)
        slopes = np.zeros(parents.size)
        slopes[parents] = coefficients[1:]
        price = self.price * float(parents.sum())
        gains = toggle_statistics(self._design, chosen, coefficients, at_maximum)[1:]
        return Regression(
            value=-2 * log_likelihood + RIDGE * float(slopes @ slopes) + price,
            slopes=slopes,
            predicted_change=np.where(parents, gains - self.price, self.price - gains),
        )

"""Order scores for binary data and counts, by logistic and Poisson regressions.

Every variable given its parents follows a generalized linear model with the canonical link and an
intercept. Parents are chosen one at a time: score and Wald statistics of the current model predict
the gain of every addition and removal, and only the most promising change is fitted.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.solvers.order.scores.exponential_family import (
    RIDGE,
    Family,
    PenalizedLikelihood,
    toggle_statistics,
)
from causal_dag.solvers.order.scores.local_score import NodeFit, RememberedScore, best_of_all_sets

# Largest predicted loss for which a change is still tried, as a fraction of the penalty per edge.
TRIAL_MARGIN = 0.5
# Number of columns up to which all sets of parents are tried.
FEW_COLUMNS = 8


@dataclass(frozen=True)
class Regression(NodeFit):
    """A fitted generalized linear model of one node, and the predicted effect of new parents.

    Parameters
    ----------
    value : float
        −2 · penalized log-likelihood + price of the parents.
    weights : ndarray of shape (d,)
        Coefficients of the parents, in the units of the data; 0 for nodes that are not parents.
    predicted_change : ndarray of shape (d,)
        Approximate change of ``value`` after adding one node to the parents (score test) or, for
        parents, after removing it (Wald test).
    """

    predicted_change: FloatArray


@dataclass(frozen=True)
class GeneralizedLinearNodes(RememberedScore):
    """Local scores of nodes by regressions of one family.

    Parameters
    ----------
    family : Family
        Distribution of every node given its parents.
    rows : ndarray of shape (n, d)
        Data, with values in the support of the family.
    price : float
        Penalty per edge, in units of −2 log-likelihood.
    """

    family: Family
    rows: FloatArray
    price: float
    _design: FloatArray = field(init=False, repr=False)
    _scale: FloatArray = field(init=False, repr=False)

    relative_improvement: ClassVar[float] = 1e-10

    def __post_init__(self) -> None:
        scale = self.rows.std(axis=0)
        standardized = (self.rows - self.rows.mean(axis=0)) / scale
        # The intercept is row 0, and column j of the data row j + 1.
        design = np.vstack([np.ones(self.rows.shape[0]), standardized.T])
        object.__setattr__(self, "_design", design)
        object.__setattr__(self, "_scale", scale)

    @property
    def prediction_margin(self) -> float:  # type: ignore[override]
        """Upper bound on the error of score tests for edges that are worth their price."""
        return TRIAL_MARGIN * self.price

    def best(
        self, node: int, candidates: BoolArray, required: BoolArray, start: BoolArray
    ) -> NodeFit:
        """Grow and shrink, or try all sets of parents if there are few columns."""
        if self.rows.shape[1] <= FEW_COLUMNS:
            tolerance = self.relative_improvement
            return best_of_all_sets(self.given, node, candidates, required, tolerance)
        return super().best(node, candidates, required, start)

    def predicted(self, node: int, parents: BoolArray) -> FloatArray:
        """Return the scores predicted by score and Wald statistics, shape (d,)."""
        regression = self.given(node, parents)
        assert isinstance(regression, Regression)
        return regression.value + regression.predicted_change

    def fit(self, node: int, parents: BoolArray) -> Regression:
        """Fit the regression of a node on parents by Newton's method."""
        chosen = np.concatenate([[0], np.flatnonzero(parents) + 1])
        values = self.rows[:, node]
        likelihood = PenalizedLikelihood(self.family, self._design[chosen], values)
        coefficients, at_maximum = likelihood.maximum()
        log_likelihood = at_maximum.log_likelihood + self.family.log_base_measure(values)
        slopes = np.zeros(parents.size)
        slopes[parents] = coefficients[1:]
        price = self.price * float(parents.sum())
        gains = toggle_statistics(self._design, chosen, coefficients, at_maximum)[1:]
        return Regression(
            value=-2 * log_likelihood + RIDGE * float(slopes @ slopes) + price,
            weights=slopes / self._scale,
            predicted_change=np.where(parents, gains - self.price, self.price - gains),
        )

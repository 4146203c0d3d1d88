"""Order scores of binary tables and tables of counts: logistic and Poisson regressions.

Every variable given its parents is a generalised linear model with the canonical link and an
intercept. Parents are chosen one at a time: the score and Wald statistics of the model at hand
predict what every addition and removal would gain, and only the most promising is fitted.
"""

from dataclasses import dataclass, field

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.order_score import OrderScore
from causal_dag.solvers.order.scores.decomposable import (
    DecomposableScore,
    NodeFit,
    best_of_all_sets,
)
from causal_dag.solvers.order.scores.exponential_family import (
    RIDGE,
    Bernoulli,
    Family,
    PenalisedLikelihood,
    PoissonCounts,
    toggle_statistics,
)
from causal_dag.solvers.order.scores.limited_parents import limited
from causal_dag.validation import refuse_constant_moments

# Share of the price of an edge by which a predicted change may fall short and still be tried.
TRIAL_MARGIN = 0.5
RELATIVE_IMPROVEMENT = 1e-10
MOST_REMEMBERED = 200_000
# Columns up to which all sets of parents are tried.
FEW_COLUMNS = 8


@saveable("Logistic")
@dataclass(frozen=True)
class Logistic(CheckedFields):
    """Every variable is 0 or 1; given its parents, its log odds are linear in them.

    The local score of node j with parents P is −2 log-likelihood of the logistic regression of x_j
    on an intercept and P, plus ``penalty · |P| · log n`` (the Bayesian information criterion
    [1]_) and ``4 · gamma · |P| · log d`` (its extension to many columns [2]_). Weights are log odds
    ratios: what a parent's change from 0 to 1 adds to the log odds.

    Parameters
    ----------
    penalty : float
        Price of an edge in units of log n, at least 0.
    gamma : float
        Price of an edge in units of 4 log d, at least 0.

    Raises
    ------
    ValueError
        In ``order_score``: if a value is neither 0 nor 1, or a parameter is negative.

    Notes
    -----
    What is maximised, and scored, is the log-likelihood minus ½ · 10⁻⁶ · the sum of squares of the
    slopes on standardised columns: where parents separate the zeros from the ones, the
    log-likelihood alone has its supremum at infinite slopes.

    A single parent's log odds fit any two columns of 0 and 1, so that equivalent graphs in which no
    node has two parents have equal scores; so do those of three nodes. Larger ones can differ, but
    by the absence of interactions alone. So **only the equivalence class is claimed to be
    identified**.

    References
    ----------
    .. [1] Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978).
    .. [2] Foygel and Drton, "Extended Bayesian information criteria for Gaussian graphical
       models", NeurIPS 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> X = np.repeat([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [40, 10, 10, 40], axis=0)
    >>> problem = Problem(Moments.from_rows(X), Constraints.none(2), rows=X)
    >>> score = Logistic().order_score(problem)
    >>> score.weights(np.array([0, 1])).round(4).tolist()  # log((40 · 40) / (10 · 10))
    [[0.0, 2.7726], [0.0, 0.0]]
    """

    penalty: NonNegative = 2.0
    gamma: NonNegative = 0.0

    needs_rows = True
    needs_full_rank = False
    column_values = "binary"
    identifies = "class"

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the score of the orders of a binary table."""
        return _order_score(Bernoulli(), self.penalty, self.gamma, problem)


@saveable("Poisson")
@dataclass(frozen=True)
class Poisson(CheckedFields):
    """Every variable is a count; given its parents, its log rate is linear in them.

    The local score of node j with parents P is −2 log-likelihood of the Poisson regression of x_j
    on an intercept and P, plus ``penalty · |P| · log n`` and ``4 · gamma · |P| · log d``. Weights
    are what a parent's increase by one adds to the log rate.

    Counts that vary more than their rate (overdispersion) make every edge look better than it is;
    raise ``penalty`` there.

    Parameters
    ----------
    penalty : float
        Price of an edge in units of log n, at least 0.
    gamma : float
        Price of an edge in units of 4 log d, at least 0.

    Raises
    ------
    ValueError
        In ``order_score``: if a value is negative or no whole number, or a parameter is negative.

    Notes
    -----
    As in ``Logistic``, a ridge of ½ · 10⁻⁶ on the slopes of standardised columns is part of the
    log-likelihood: where a parent is positive only in rows whose count is 0, the log-likelihood
    alone has its supremum at an infinite slope.

    Poisson models identify their order, also where Gaussian ones of the same graph do not [1]_.

    References
    ----------
    .. [1] Park and Raskutti, "Learning Quadratic Variance Function (QVF) DAG Models via
       OverDispersion Scoring (ODS)", Journal of Machine Learning Research 18 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.problem import Problem
    >>> X = np.column_stack([np.repeat([0.0, 1.0], 50), np.tile([1.0, 3.0], 50)])
    >>> X[50:, 1] *= 2
    >>> problem = Problem(Moments.from_rows(X), Constraints.none(2), rows=X)
    >>> score = Poisson().order_score(problem)
    >>> score.weights(np.array([0, 1])).round(4).tolist()  # twice the rate: log 2
    [[0.0, 0.6931], [0.0, 0.0]]
    """

    penalty: NonNegative = 2.0
    gamma: NonNegative = 0.0

    needs_rows = True
    needs_full_rank = False
    column_values = "count"
    identifies = "directions"

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the score of the orders of a table of counts."""
        return _order_score(PoissonCounts(), self.penalty, self.gamma, problem)


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


def _order_score(family: Family, penalty: float, gamma: float, problem: Problem) -> OrderScore:
    refuse_constant_moments(problem.moments)
    assert problem.rows is not None
    n, d = problem.rows.shape
    for j in range(d):
        family.refuse_other_values(problem.rows[:, j], problem.moments.name_of(j))
    price = float(penalty * np.log(n) + 4 * gamma * np.log(d))
    nodes = GeneralizedLinearNodes(family, problem.rows, price)
    return DecomposableScore(limited(nodes, problem.constraints), problem.constraints)

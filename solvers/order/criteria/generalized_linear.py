"""Criteria of binary tables and tables of counts: logistic and Poisson regressions."""

from dataclasses import dataclass

from causal_dag.declared_parameters import CheckedFields
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem
from causal_dag.regression import edge_price
from causal_dag.saving.values import saveable
from causal_dag.solvers.order.criteria.criterion import register_criterion
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.exponential_family import Bernoulli, Family, PoissonCounts
from causal_dag.solvers.order.scores.generalized_linear import GeneralizedLinearNodes
from causal_dag.solvers.order.scores.limited_parents import limited
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.validation import refuse_constant_moments


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
    What is maximized, and scored, is the log-likelihood minus ½ · 10⁻⁶ · the sum of squares of the
    slopes on standardized columns: where parents separate the zeros from the ones, the
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
    As in ``Logistic``, a ridge of ½ · 10⁻⁶ on the slopes of standardized columns is part of the
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


def _order_score(family: Family, penalty: float, gamma: float, problem: Problem) -> OrderScore:
    refuse_constant_moments(problem.moments)
    assert problem.rows is not None
    for j in range(problem.moments.n_features):
        family.refuse_other_values(problem.rows[:, j], problem.moments.name_of(j))
    price = edge_price(problem.moments, penalty, gamma)
    nodes = GeneralizedLinearNodes(family, problem.rows, price)
    return DecomposableScore(limited(nodes, problem.constraints), problem.constraints)


register_criterion("logistic", Logistic)
register_criterion("poisson", Poisson)

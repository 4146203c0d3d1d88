"""Criteria for binary data and counts: logistic and Poisson regressions."""

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
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.validation import refuse_constant_moments


@saveable("Logistic")
@dataclass(frozen=True)
class Logistic(CheckedFields):
    """Binary variables whose log odds are linear in their parents.

    The local score of node j with parents P is −2 log-likelihood of the logistic regression of x_j
    on an intercept and P, plus ``penalty · |P| · log n`` (the Bayesian information criterion
    [1]_) and ``4 · gamma · |P| · log d`` (its extension to many columns [2]_). Weights are log odds
    ratios: the increase of the log odds when a parent changes from 0 to 1.

    Parameters
    ----------
    penalty : float
        Penalty per edge in units of log n, at least 0.
    gamma : float
        Penalty per edge in units of 4 log d, at least 0.

    Raises
    ------
    ValueError
        In ``order_score``: if a value is neither 0 nor 1, or a parameter is negative.

    Notes
    -----
    The function that is maximized and scored is the log-likelihood minus ½ · 10⁻⁶ · the sum of
    squares of the slopes on standardized columns: if parents separate the zeros from the ones, the
    log-likelihood alone has its supremum at infinite slopes.

    The log odds given a single parent fit any two columns of 0 and 1, so equivalent graphs in which
    no node has two parents have equal scores, as do equivalent graphs of three nodes. Scores of
    larger graphs can differ, but only because the model has no interactions. Therefore **only the
    equivalence class is claimed to be identified**.

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
        """Return the score of orders for binary data."""
        return _order_score(Bernoulli(), self.penalty, self.gamma, problem)


@saveable("Poisson")
@dataclass(frozen=True)
class Poisson(CheckedFields):
    """Counts whose log rate is linear in their parents.

    The local score of node j with parents P is −2 log-likelihood of the Poisson regression of x_j
    on an intercept and P, plus ``penalty · |P| · log n`` and ``4 · gamma · |P| · log d``. A weight
    is the increase of the log rate when a parent increases by one.

    If counts vary more than their rate implies (overdispersion), every edge looks better than it
    is; raise ``penalty`` in that case.

    Parameters
    ----------
    penalty : float
        Penalty per edge in units of log n, at least 0.
    gamma : float
        Penalty per edge in units of 4 log d, at least 0.

    Raises
    ------
    ValueError
        In ``order_score``: if a value is negative or not an integer, or a parameter is negative.

    Notes
    -----
    As in ``Logistic``, a ridge of ½ · 10⁻⁶ on the slopes of standardized columns is part of the
    log-likelihood: if a parent is positive only in rows whose count is 0, the log-likelihood
    alone has its supremum at an infinite slope.

    Poisson models identify their order, even if Gaussian models of the same graph do not [1]_.

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
        """Return the score of orders for counts."""
        return _order_score(PoissonCounts(), self.penalty, self.gamma, problem)


def _order_score(family: Family, penalty: float, gamma: float, problem: Problem) -> OrderScore:
    refuse_constant_moments(problem.moments)
    assert problem.rows is not None
    for j in range(problem.moments.n_features):
        family.refuse_other_values(problem.rows[:, j], problem.moments.name_of(j))
    price = edge_price(problem.moments, penalty, gamma)
    nodes = GeneralizedLinearNodes(family, problem.rows, price)
    return DecomposableScore.within(nodes, problem.constraints)


register_criterion("logistic", Logistic)
register_criterion("poisson", Poisson)

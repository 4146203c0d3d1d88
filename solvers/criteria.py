"""Criteria that an order search can minimize, passed as ``TOPO(criterion=...)``.

A custom criterion is any object that implements the protocol ``Criterion``: ``needs_rows``,
``needs_full_rank`` and ``order_score(problem)``.

Examples
--------
>>> from causal_dag import TOPO
>>> from causal_dag.solvers.criteria import BIC
>>> TOPO(criterion=BIC(penalty=1.0)).criterion
BIC(penalty=1.0, gamma=0.0)
"""

from causal_dag.solvers.order.criteria.categories import Categories
from causal_dag.solvers.order.criteria.convex import ConvexScore
from causal_dag.solvers.order.criteria.criterion import (
    Criterion,
    available_criteria,
    register_criterion,
    resolve_criterion,
)
from causal_dag.solvers.order.criteria.curves import AdditiveCurves, EqualVarianceCurves
from causal_dag.solvers.order.criteria.gaussian import BIC, EqualVarianceBIC
from causal_dag.solvers.order.criteria.generalized_linear import Logistic, Poisson
from causal_dag.solvers.order.criteria.lasso import Lasso, ProfiledCoLiDE
from causal_dag.solvers.order.criteria.least_squares import LeastSquares
from causal_dag.solvers.order.criteria.mixed import MixedColumns
from causal_dag.solvers.order.criteria.non_gaussian import NonGaussianNoise
from causal_dag.solvers.order.criteria.regressor import RegressorScore

__all__ = [
    "BIC",
    "AdditiveCurves",
    "Categories",
    "ConvexScore",
    "Criterion",
    "EqualVarianceBIC",
    "EqualVarianceCurves",
    "Lasso",
    "LeastSquares",
    "Logistic",
    "MixedColumns",
    "NonGaussianNoise",
    "Poisson",
    "ProfiledCoLiDE",
    "RegressorScore",
    "available_criteria",
    "register_criterion",
    "resolve_criterion",
]

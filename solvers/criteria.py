"""What an order search can minimise: pass one of these as ``TOPO(criterion=...)``.

A criterion of one's own is any object with ``needs_rows``, ``needs_full_rank`` and
``order_score(problem)``, as the protocol ``Criterion`` says.

Examples
--------
>>> from causal_dag import TOPO
>>> from causal_dag.solvers.criteria import BIC
>>> TOPO(criterion=BIC(penalty=1.0)).criterion
BIC(penalty=1.0, gamma=0.0)
"""

from causal_dag.solvers.order.scores.convex_score import ConvexScore
from causal_dag.solvers.order.scores.criteria import Criterion, LeastSquares
from causal_dag.solvers.order.scores.gaussian_criteria import BIC, EqualVarianceBIC
from causal_dag.solvers.order.scores.generalized_linear import Logistic, Poisson
from causal_dag.solvers.order.scores.lasso_criteria import Lasso, ProfiledCoLiDE
from causal_dag.solvers.order.scores.regressor_score import RegressorScore

__all__ = [
    "BIC",
    "ConvexScore",
    "Criterion",
    "EqualVarianceBIC",
    "Lasso",
    "LeastSquares",
    "Logistic",
    "Poisson",
    "ProfiledCoLiDE",
    "RegressorScore",
]

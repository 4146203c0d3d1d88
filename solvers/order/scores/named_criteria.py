"""The criteria of order search that have a name."""

from collections.abc import Callable
from typing import Any, Literal

from causal_dag.solvers.order.scores.criteria import Criterion, LeastSquares
from causal_dag.solvers.order.scores.gaussian_criteria import BIC, EqualVarianceBIC
from causal_dag.solvers.order.scores.generalized_linear import Logistic, Poisson
from causal_dag.solvers.order.scores.lasso_criteria import Lasso, ProfiledCoLiDE
from causal_dag.validation import check_choice

CriterionName = Literal[
    "bic", "bic-ev", "least-squares", "lasso", "colide-ev", "colide-nv", "logistic", "poisson"
]

#: From penalty, gamma and lambda1 to a criterion.
MAKERS: dict[CriterionName, Callable[[float, float, float], Criterion]] = {
    "bic": lambda penalty, gamma, _: BIC(penalty, gamma),
    "bic-ev": lambda penalty, gamma, _: EqualVarianceBIC(penalty, gamma),
    "least-squares": lambda *_: LeastSquares(),
    "lasso": lambda _, __, lambda1: Lasso(lambda1),
    "colide-ev": lambda _, __, lambda1: ProfiledCoLiDE("equal", lambda1),
    "colide-nv": lambda _, __, lambda1: ProfiledCoLiDE("unequal", lambda1),
    "logistic": lambda penalty, gamma, _: Logistic(penalty, gamma),
    "poisson": lambda penalty, gamma, _: Poisson(penalty, gamma),
}
CRITERIA = tuple(MAKERS)


def resolve_criterion(
    criterion: Any, *, penalty: float = 2.0, gamma: float = 0.0, lambda1: float = 0.05
) -> Criterion:
    """Turn a name into a criterion with these parameters; a criterion stays what it is.

    Parameters
    ----------
    criterion : str or Criterion
        One of ``CRITERIA``, or an object with ``needs_rows``, ``needs_full_rank`` and
        ``order_score(problem)``.
    penalty : float
        Price of an edge in units of log n, for the information criteria.
    gamma : float
        Weight of their extended version.
    lambda1 : float
        ℓ1 weight, for the lasso and CoLiDE.

    Raises
    ------
    ValueError
        If the name is unknown, or a parameter is out of range.

    Examples
    --------
    >>> from causal_dag.solvers.order.scores.named_criteria import resolve_criterion
    >>> resolve_criterion("bic", penalty=1.0)
    BIC(penalty=1.0, gamma=0.0)
    """
    if isinstance(criterion, Criterion) and not isinstance(criterion, type):
        return criterion
    check_choice("criterion", criterion, CRITERIA)
    return MAKERS[criterion](penalty, gamma, lambda1)

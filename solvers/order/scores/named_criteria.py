"""The criteria of order search: by name, or as objects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from causal_dag.parameters import Rule
from causal_dag.solvers.order.scores.criteria import Criterion, LeastSquares
from causal_dag.solvers.order.scores.gaussian_criteria import BIC, EqualVarianceBIC
from causal_dag.solvers.order.scores.generalized_linear import Logistic, Poisson
from causal_dag.solvers.order.scores.lasso_criteria import Lasso, ProfiledCoLiDE
from causal_dag.wording import quoted

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


@dataclass(frozen=True)
class OrderCriterion(Rule):
    """The name of a criterion, or an object that is one."""

    demand = (
        f"is not known; choose one of {', '.join(map(repr, CRITERIA))}, or an object of "
        "causal_dag.solvers.criteria such as BIC(penalty=1.0)"
    )

    def convert(self, value: Any) -> Any:
        """Return the name or object itself."""
        is_object = isinstance(value, Criterion) and not isinstance(value, type)
        if not is_object and not (isinstance(value, str) and value in CRITERIA):
            raise ValueError
        return value

    def check(self, name: str, value: Any) -> Any:
        """Return the name or object itself; tell a criterion of another kind apart."""
        is_of_selection = hasattr(value, "choose") and hasattr(value, "needs_rows")
        if is_of_selection and not isinstance(value, Criterion | type):
            raise ValueError(
                f"{name}={quoted(value)} is of causal_dag.selection and chooses lambda1 (pass it "
                "to NOTEARSCV, DAGMACV or CoLiDECV); graphs and orders are judged by an object of "
                "causal_dag.solvers.criteria"
            )
        return super().check(name, value)


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
    checked: CriterionName | Criterion = OrderCriterion().check("criterion", criterion)
    return MAKERS[checked](penalty, gamma, lambda1) if isinstance(checked, str) else checked

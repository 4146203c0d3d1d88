"""Criteria by name."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from causal_dag.parameters import Rule
from causal_dag.selection.criterion import Criterion
from causal_dag.selection.cross_validation import CrossValidatedLikelihood
from causal_dag.selection.information_criteria import BIC, ExtendedBIC
from causal_dag.selection.stability import StARS
from causal_dag.wording import quoted

CriterionName = Literal["bic", "ebic", "cv", "stars"]
NAMES = get_args(CriterionName)


@dataclass(frozen=True)
class SelectionCriterion(Rule):
    """The name of a criterion, or an object that is one."""

    demand = (
        f"is not known; choose one of {', '.join(map(repr, NAMES))}, or an object of "
        "causal_dag.selection such as ExtendedBIC(gamma=1.0)"
    )

    def convert(self, value: Any) -> Any:
        """Return the name or object itself."""
        is_object = isinstance(value, Criterion) and not isinstance(value, type)
        if not is_object and not (isinstance(value, str) and value in NAMES):
            raise ValueError
        return value

    def check(self, name: str, value: Any) -> Any:
        """Return the name or object itself; tell a criterion of another kind apart."""
        if hasattr(value, "order_score") and not isinstance(value, type):
            raise ValueError(
                f"{name}={quoted(value)} judges graphs and orders (pass it to TOPO or ExactDAG); "
                "lambda1 is chosen by an object of causal_dag.selection"
            )
        return super().check(name, value)


def resolve_criterion(criterion: Any, cv: Any = 5) -> Criterion:
    """Turn a name into a criterion; an object with ``choose`` is one already.

    Parameters
    ----------
    criterion : {"bic", "ebic", "cv", "stars"} or object
        Name or criterion.
    cv : int or splitter
        Folds of ``"cv"``.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from causal_dag.selection.named_criteria import resolve_criterion
    >>> resolve_criterion("cv", cv=3)
    CrossValidatedLikelihood(cv=3, n_thresholds=20)
    """
    found: CriterionName | Criterion = SelectionCriterion().check("criterion", criterion)
    if not isinstance(found, str):
        return found
    if found == "cv":
        return CrossValidatedLikelihood(cv)
    named: dict[CriterionName, Criterion] = {"bic": BIC(), "ebic": ExtendedBIC(), "stars": StARS()}
    return named[found]

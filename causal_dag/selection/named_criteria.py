"""Criteria by name."""

from typing import Any, Literal, get_args

from causal_dag.selection.criterion import Criterion
from causal_dag.selection.cross_validation import CrossValidatedLikelihood
from causal_dag.selection.information_criteria import BIC, ExtendedBIC
from causal_dag.selection.stability import StARS
from causal_dag.validation import check_choice

CriterionName = Literal["bic", "ebic", "cv", "stars"]
NAMES = get_args(CriterionName)


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
    if hasattr(criterion, "choose") and not isinstance(criterion, type):
        found: Criterion = criterion
        return found
    check_choice("criterion", criterion, NAMES)
    if criterion == "cv":
        return CrossValidatedLikelihood(cv)
    named: dict[CriterionName, Criterion] = {"bic": BIC(), "ebic": ExtendedBIC(), "stars": StARS()}
    return named[criterion]

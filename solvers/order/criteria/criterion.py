"""Registry of the criteria of order search, and criteria given by name or as objects."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, Protocol, runtime_checkable

from causal_dag.discovery import check_registration, import_modules
from causal_dag.parameters import NameOrObject
from causal_dag.problem import Problem, Solution
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.wording import quoted


@runtime_checkable
class Criterion(Protocol):
    """Criterion by which orders are compared; provides the ``OrderScore`` of a problem.

    A criterion that distinguishes equivalent graphs under an assumption has the attribute
    ``identifies = "directions"``, and also ``assumed_noise = "equal"`` if it assumes equal noise
    variances; if it identifies them whatever the units are, ``column_scale = "any"``. A criterion
    for columns that are not real-valued has the attribute ``column_values``: ``"binary"``,
    ``"count"``, ``"category"`` or ``"mixed"``; with ``counts_rows = True``, one that
    uses ``Problem.row_counts``. A criterion that is a sum of local scores with a
    kernel has the method ``node_score(problem)``, which returns them. A criterion whose relations
    are not linear has a method ``functions(problem, adjacency)``, which returns
    ``StructuralFunctions``. With an attribute ``least_evidence``, a direction that the equivalence
    class leaves open only counts as identified if the score of the opposite one is higher by that
    much.
    """

    @property
    def needs_rows(self) -> bool:
        """Whether the score uses rows, not only their moments."""

    @property
    def needs_full_rank(self) -> bool:
        """Whether the score needs a covariance of full rank."""

    def order_score(self, problem: Problem) -> OrderScore:
        """Return the score of the problem's orders."""


#: The class of each named criterion, and the parameters that the name presets.
_CRITERIA: dict[str, tuple[Any, Mapping[str, Any]]] = {}


def register_criterion(name: str, cls: Any, **preset: Any) -> None:
    """Make a criterion available to ``TOPO``, ``ExactDAG`` and ``kkt_report`` under a name.

    Parameters
    ----------
    name : str
        For example ``"bic"``.
    cls : type
        A dataclass that is a ``Criterion``. Its fields ``penalty``, ``gamma`` and ``lambda1``, if
        present, are set from the solver's parameters.
    **preset
        Values of other fields under this name.

    Raises
    ------
    ValueError
        If the name is taken by another class or other parameters, or is not printable, or a preset
        field is unknown.
    TypeError
        If ``cls`` is not a dataclass with the method ``order_score``.

    Examples
    --------
    >>> from causal_dag.solvers.criteria import BIC, available_criteria, register_criterion
    >>> register_criterion("bic", BIC)  # the same entry twice is no conflict
    >>> "bic" in available_criteria()
    True
    """
    check_registration("criterion", name, __name__.rpartition(".")[0])
    if not (isinstance(cls, type) and is_dataclass(cls) and hasattr(cls, "order_score")):
        raise TypeError(
            f"register_criterion({quoted(name)}): {quoted(cls)} is not a dataclass with the "
            "method order_score"
        )
    known = [field.name for field in fields(cls)]
    unknown = [key for key in preset if key not in known]
    if unknown:
        raise ValueError(
            f"criterion {name!r} has no field {unknown[0]!r}; it has: {', '.join(known) or 'none'}"
        )
    if _CRITERIA.setdefault(name, (cls, preset)) != (cls, preset):
        taken = _CRITERIA[name][0].__name__
        raise ValueError(f"criterion name {name!r} is taken by {taken}; choose another name")


def available_criteria() -> list[str]:
    """Return the registered names, sorted."""
    import_modules(__name__.rpartition(".")[0])
    return sorted(_CRITERIA)


#: Rule for a parameter that is the name of a criterion or a criterion object.
ORDER_CRITERION = NameOrObject(
    available_criteria,
    Criterion,
    "causal_dag.solvers.criteria such as BIC(penalty=1.0)",
    mark_of_other="choose",
    other=(
        "is of causal_dag.selection and chooses lambda1 (pass it to NOTEARSCV, DAGMACV or "
        "CoLiDECV); graphs and orders are judged by an object of causal_dag.solvers.criteria"
    ),
)


def resolve_criterion(
    criterion: Any,
    *,
    penalty: float | Literal["auto"] = "auto",
    gamma: float = 0.0,
    lambda1: float = 0.05,
) -> Criterion:
    """Return the criterion with this name and these parameters; a criterion is returned as is.

    Parameters
    ----------
    criterion : str or Criterion
        One of ``available_criteria()``, or an object with ``needs_rows``, ``needs_full_rank`` and
        ``order_score(problem)``.
    penalty : float or "auto"
        Penalty per edge in units of log n, for the information criteria; ``"auto"`` for the
        criterion's own default.
    gamma : float
        Weight of the extended information criterion.
    lambda1 : float
        ℓ1 weight, for the lasso and CoLiDE.

    Raises
    ------
    ValueError
        If the name is unknown, or a parameter is out of range.

    Examples
    --------
    >>> from causal_dag.solvers.order.criteria.criterion import resolve_criterion
    >>> resolve_criterion("bic", penalty=1.0)
    BIC(penalty=1.0, gamma=0.0)
    """
    checked: str | Criterion = ORDER_CRITERION.check("criterion", criterion)
    if not isinstance(checked, str):
        return checked
    cls, preset = _CRITERIA[checked]
    chosen = {} if penalty == "auto" else {"penalty": penalty}
    given = {"gamma": gamma, "lambda1": lambda1, **chosen, **preset}
    taken = {field.name for field in fields(cls)}
    made: Criterion = cls(**{name: given[name] for name in given if name in taken})
    return made


def with_functions(solution: Solution, criterion: Criterion, problem: Problem) -> Solution:
    """Return the solution with the functions of the criterion's model, if it is not linear."""
    functions = getattr(criterion, "functions", None)
    if functions is None:
        return solution
    return replace(solution, functions=functions(problem, solution.weights != 0))

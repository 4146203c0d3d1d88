"""Polishing: an order search that starts from another solver's graph."""

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints
from causal_dag.identification import Identified
from causal_dag.moments import Moments
from causal_dag.problem import InitialPoint, Monitor, Problem, Solution, Status
from causal_dag.registry import make_solver
from causal_dag.validation import refuse_rank_deficiency
from causal_dag.wording import quoted

# Two sums of the same terms may differ by rounding.
_ROUNDING = 1e-10
# Parameters of the fit as a whole, which only the polished estimator may set.
_SET_BY_POLISHED = ("init", "polish", "prior_knowledge", "time_budget", "callback")


class Polisher(Protocol):
    """What polishing asks of an order search."""

    needs_rows: bool
    needs_full_rank: bool
    weight_threshold: float
    identifies: Identified

    def solve(self, problem: Problem) -> Solution:
        """Search from ``problem.initial``, and return the best that was found."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the hyper-parameters."""


def resolve_polisher(polish: Any) -> Polisher | None:
    """Turn ``polish`` into an unfitted estimator of its own.

    Parameters
    ----------
    polish : str, estimator or None
        Registry name of an order search, or an estimator of one, which is cloned.

    Raises
    ------
    ValueError
        If the name is unknown, the solver is not an order search, or it sets a parameter that
        belongs to the estimator that is polished.

    Examples
    --------
    >>> from causal_dag.fitting.polishing import resolve_polisher
    >>> type(resolve_polisher("topo-ls")).__name__
    'TOPO'
    """
    if polish is None:
        return None
    polisher: Polisher = _registered(polish) if isinstance(polish, str) else _cloned(polish)
    parameters = polisher.get_params(deep=False)
    # Restarts from an order are what order searches have in common.
    if not {"init", "n_restarts"} <= set(parameters):
        raise ValueError(
            f"polish={quoted(polish)} is not an order search, so it cannot start from a graph; use "
            "one, for example 'topo-bic'"
        )
    for name in _SET_BY_POLISHED:
        if parameters.get(name) is not None:
            raise ValueError(
                f"polish={type(polisher).__name__}({name}=...): leave {name} out there; the search "
                "starts from the fitted graph, and prior_knowledge, time_budget and callback of "
                "the estimator that is polished hold for it too"
            )
    return polisher


def refuse_unusable_data(polisher: Polisher, moments: Moments, rows: FloatArray | None) -> None:
    """Raise ``ValueError`` if the polisher needs rows and there are none, or a full rank."""
    name = f"polish={type(polisher).__name__}(...)"
    if polisher.needs_rows and rows is None:
        raise ValueError(f"{name} looks at rows, not only at their moments; use fit(X)")
    if polisher.needs_full_rank:
        refuse_rank_deficiency(moments, name)


def polish_solution(
    polisher: Polisher,
    problem: Problem,
    solution: Solution,
    weights: FloatArray,
    order: IntArray,
    rows: FloatArray | None,
) -> tuple[Solution, bool]:
    """Search on from a solver's graph, under the same constraints, time budget and callback.

    What the search finds is taken if the polisher's objective is not above that of the graph it
    started from, so that polishing never makes it worse.

    Parameters
    ----------
    polisher : Polisher
        The order search.
    problem : Problem
        What the solver has solved.
    solution : Solution
        What the solver returned.
    weights : ndarray of shape (d, d)
        The solver's graph, after threshold and projection.
    order : ndarray of int, shape (d,)
        A topological order of it.
    rows : ndarray of shape (n, d), optional
        The data, for a polisher that looks at rows.

    Returns
    -------
    solution : Solution
        Of the polisher, or the solver's own where that is better or no time is left. Its trace
        holds the records of both, and its status is the first one that is not "converged".
    is_polished : bool
        Whether it is the polisher's.
    """
    monitor = problem.monitor
    stopped = monitor.stop_reason()
    if stopped is not None:
        return replace(solution, status=_first_trouble(solution.status, stopped)), False
    n_records = len(monitor.records)
    start = replace(
        problem,
        initial=InitialPoint(weights, order),
        rows=rows if polisher.needs_rows else None,
        random_generator=np.random.default_rng(
            polisher.get_params(deep=False).get("random_state", 0)
        ),
    )
    found = polisher.solve(start)
    bar = objective_of_graph(polisher, start, weights != 0)
    is_polished = bool(found.objective <= bar + _ROUNDING * abs(bar))
    result = replace(
        found if is_polished else solution,
        status=_first_trouble(solution.status, found.status),
        n_iter=solution.n_iter + len(monitor.records) - n_records,
        trace=tuple(monitor.records),
    )
    return result, is_polished


def objective_of_graph(polisher: Polisher, problem: Problem, adjacency: BoolArray) -> float:
    """Return the polisher's objective of one graph.

    It is the optimum of the problem in which every edge of the graph is required and every other
    one is forbidden. All orders that are left give the same graph, so one pass is enough.

    Parameters
    ----------
    polisher : Polisher
        Whose objective it is.
    problem : Problem
        The data.
    adjacency : ndarray of bool, shape (d, d)
        The graph, a DAG.
    """
    problem = replace(
        problem,
        constraints=Constraints.exactly(adjacency),
        monitor=Monitor(callback=lambda record: True),
        random_generator=np.random.default_rng(0),
    )
    return polisher.solve(problem).objective


def _registered(name: str) -> Any:
    try:
        return make_solver(name).checked_copy()
    except ValueError as error:
        raise ValueError(f"polish={name!r}: {error}") from error


def _cloned(polish: Any) -> Any:
    if isinstance(polish, type) or not (
        hasattr(polish, "solve") and hasattr(polish, "checked_copy")
    ):
        raise ValueError(
            f"polish={quoted(polish)} is not a solver; write a registry name such as 'topo-bic', "
            "or an estimator such as TOPO(n_restarts=10)"
        )
    try:
        return clone(polish).checked_copy()
    except ValueError as error:
        raise ValueError(f"polish={type(polish).__name__}(...): {error}") from error


def _first_trouble(first: Status, second: Status) -> Status:
    return second if first is Status.CONVERGED else first

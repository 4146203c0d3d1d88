"""Polishing: an order search that starts from another solver's graph."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import BoolArray, FloatArray, IntArray, WeightMatrix
from causal_dag.column_values import READ_LABELS
from causal_dag.constraints import Constraints
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.problem import InitialPoint, Monitor, Problem, Solution, Status
from causal_dag.registry import make_solver
from causal_dag.validation import refuse_rank_deficiency
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator

# Two sums of the same terms may differ by rounding.
_ROUNDING = 1e-10
# Parameters of the fit as a whole, which only the polished estimator may set.
_SET_BY_POLISHED = ("init", "polish", "prior_knowledge", "time_budget", "callback")


def resolve_polisher(polish: Any) -> "DAGEstimator | None":
    """Turn ``polish`` into an unfitted estimator of its own.

    Parameters
    ----------
    polish : str, estimator or None
        Registry name of an order search, or an estimator of one, which is cloned.

    Raises
    ------
    ValueError
        If the name is unknown, the solver is not an order search or not linear, or it sets a
        parameter that belongs to the estimator that is polished.

    Examples
    --------
    >>> from causal_dag.fitting.polishing import resolve_polisher
    >>> type(resolve_polisher("topo-ls")).__name__
    'TOPO'
    """
    if polish is None:
        return None
    polisher = _unfitted_solver(polish)
    parameters = polisher.get_params(deep=False)
    # Restarts from an order are what order searches have in common.
    if not {"init", "n_restarts"} <= set(parameters):
        raise ValueError(
            f"polish={quoted(polish)} is not an order search, so it cannot start from a graph; use "
            "one, for example 'topo-bic'"
        )
    if polisher.column_values in READ_LABELS or getattr(polisher, "nonlinear", None) is not None:
        raise ValueError(
            f"polish={quoted(polish)} has no linear weights that could take the place of others; "
            "fit it by itself, with init=model to start from a fitted graph"
        )
    for name in _SET_BY_POLISHED:
        if parameters.get(name) is not None:
            raise ValueError(
                f"polish={type(polisher).__name__}({name}=...): leave {name} out there; the search "
                "starts from the fitted graph, and prior_knowledge, time_budget and callback of "
                "the estimator that is polished hold for it too"
            )
    return polisher


def refuse_unusable_data(
    polisher: "DAGEstimator", moments: Moments, rows: FloatArray | None
) -> None:
    """Raise ``ValueError`` if the polisher needs rows and there are none, or a full rank."""
    name = f"polish={type(polisher).__name__}(...)"
    if polisher.needs_rows and rows is None:
        raise ValueError(
            f'{name} needs rows, not only their moments; use fit(X), without missing="em"'
        )
    if polisher.needs_full_rank:
        refuse_rank_deficiency(moments, name)


def polish_solution(
    polisher: "DAGEstimator",
    problem: Problem,
    solution: Solution,
    weights: WeightMatrix,
    order: IntArray,
    rows: FloatArray | None,
) -> tuple[Solution, bool]:
    """Search on from a solver's graph, under the same constraints, time budget and callback.

    What the search finds is taken if the polisher's objective is not above that of the graph it
    started from, so that polishing never makes it worse.

    Parameters
    ----------
    polisher : DAGEstimator
        The order search.
    problem : Problem
        What the solver has solved.
    solution : Solution
        What the solver returned.
    weights : ndarray or csr_array of shape (d, d)
        The solver's graph, after threshold and projection.
    order : ndarray of int, shape (d,)
        A topological order of it.
    rows : ndarray of shape (n, d), optional
        The data, for a polisher that needs rows.

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
        initial=InitialPoint(dense(weights), order),
        rows=rows if polisher.needs_rows else None,
        random_generator=np.random.default_rng(
            polisher.get_params(deep=False).get("random_state", 0)
        ),
    )
    found = polisher.solve(start)
    bar = objective_of_graph(polisher, start, dense(weights) != 0)
    is_polished = bool(found.objective <= bar + _ROUNDING * abs(bar))
    result = replace(
        found if is_polished else solution,
        status=_first_trouble(solution.status, found.status),
        n_iter=solution.n_iter + len(monitor.records) - n_records,
        trace=tuple(monitor.records),
    )
    return result, is_polished


def objective_of_graph(polisher: "DAGEstimator", problem: Problem, adjacency: BoolArray) -> float:
    """Return the polisher's objective of one graph.

    It is the optimum of the problem in which every edge of the graph is required and every other
    one is forbidden. All orders that are left give the same graph, so one pass is enough.

    Parameters
    ----------
    polisher : DAGEstimator
        Whose objective it is.
    problem : Problem
        The data.
    adjacency : ndarray of bool, shape (d, d)
        The graph, a DAG.
    """
    problem = replace(
        problem,
        constraints=Constraints.exactly(adjacency, problem.constraints.given),
        monitor=Monitor(callback=lambda record: True),
        random_generator=np.random.default_rng(0),
    )
    return polisher.solve(problem).objective


def _unfitted_solver(polish: Any) -> "DAGEstimator":
    """Return a solver of its own from a registry name or an estimator, with checked parameters."""
    is_name = isinstance(polish, str)
    is_solver = hasattr(polish, "solve") and hasattr(polish, "checked_copy")
    if not is_name and (isinstance(polish, type) or not is_solver):
        raise ValueError(
            f"polish={quoted(polish)} is not a solver; write a registry name such as 'topo-bic', "
            "or an estimator such as TOPO(n_restarts=10)"
        )
    written = repr(polish) if is_name else f"{type(polish).__name__}(...)"
    try:
        solver: DAGEstimator = make_solver(polish) if is_name else clone(polish)
        return solver.checked_copy()
    except ValueError as error:
        raise ValueError(f"polish={written}: {error}") from error


def _first_trouble(first: Status, second: Status) -> Status:
    return second if first.is_converged else first

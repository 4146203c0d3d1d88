"""Optimality certificates: whether a graph is a KKT point, and whether a move improves it."""

from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.constraints import Constraints, PriorKnowledge
from causal_dag.declared_parameters import rules_of
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import is_dag, reachability, topological_order
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.problem import Problem
from causal_dag.solvers.order.criteria.criterion import Criterion, resolve_criterion
from causal_dag.solvers.order.optimality import KKTReport, OrderMove, Slope
from causal_dag.solvers.order.scores.equal_variance_score import EqualVarianceScore
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.insertions import block_shifts, moved_block
from causal_dag.tables.rows import finite_rows, names_like_fitted
from causal_dag.validation import (
    check_number,
    refuse_constant_moments,
    refuse_rank_deficiency,
)
from causal_dag.wording import listed, quoted

__all__ = ["KKTReport", "OrderMove", "Slope", "kkt_report"]

DEFAULT_CRITERION = "bic"


def kkt_report(
    model: Any,
    X: Any,
    *,
    criterion: str | Criterion = DEFAULT_CRITERION,
    prior_knowledge: PriorKnowledge | None = None,
    tol: float = 1e-8,
) -> KKTReport:
    """Examine whether a graph is a KKT point of a score, and whether any move improves its order.

    W is a KKT point of min Q(W) subject to h(W) = 0 if ∂Q/∂W_ij = 0 wherever [∇h(W)]_ij = 0,
    that is, along every edge that closes no cycle with the edges of W [1]_. For the least-squares
    score this holds only for a dense graph: if the weights were thresholded, consult the results
    for the order. Scores that count edges have no derivative; the decrease by one additional edge
    is used in its place. Swaps and insertions are a stronger check: a KKT point need not be
    swap-optimal.

    Parameters
    ----------
    model : fitted estimator
        Any object with ``weights_``, the weights of a DAG; its ``order_`` is examined if present.
    X : array-like or data frame of shape (n, d), or Moments
        The data; moments suffice for scores that do not use rows.
    criterion : str or Criterion
        The score Q: a name that ``TOPO`` accepts, with its default parameters, or an object such as
        ``BIC(penalty=1.0)``. Use the score that the model was fitted with: a sparse graph is not a
        KKT point of ``"least-squares"``, nor a dense one of ``"bic"``.
    prior_knowledge : PriorKnowledge, optional
        Edges known to be present or absent; by default those of the model.
    tol : float
        Relative decrease of the loss that counts as an improvement, at least 0.

    Returns
    -------
    KKTReport

    Raises
    ------
    ValueError
        If the graph does not match the data, the graph contradicts the prior knowledge, or the
        score cannot be used on the data or is of linear relations and the model is not.

    Notes
    -----
    All d(d − 1)/2 swaps and all d² insertions are evaluated, under ``"bic-ev"`` by the tangent of
    the score, which may miss a small gain. An optimal report does not prove a global optimum.

    A sparse score chooses parents along an order by its own search, so the loss of the order can be
    slightly above or below that of the graph.

    References
    ----------
    .. [1] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277.

    Examples
    --------
    >>> from causal_dag import TOPO, kkt_report
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, _ = make_linear_sem(200, 6, random_state=0)
    >>> report = kkt_report(TOPO(random_state=0).fit(X), X, criterion="bic")
    >>> report.is_optimal, report.best_move
    (True, None)
    """
    tol = check_number("tol", tol, low=0)
    if not hasattr(model, "weights_"):
        raise ValueError(f"kkt_report: {type(model).__name__} is not fitted; call fit first")
    if getattr(model, "targets_", ()):
        raise ValueError(
            "kkt_report: the model was fitted to rows with targets, and would be judged as if all "
            "rows were observations; fit it without targets"
        )
    judged_by = resolve_criterion(criterion)
    if getattr(model, "nonlinear", None) and not hasattr(judged_by, "functions"):
        raise ValueError(
            f"kkt_report: criterion={quoted(criterion)} is of linear relations, and those of the "
            "model are not; pass criterion='curves', or examine a linear model"
        )
    problem = _problem(model, X, judged_by, prior_knowledge)
    weights = np.asarray(dense(model.weights_), dtype=np.float64)
    adjacency = weights != 0
    order = _order(model, adjacency, problem)
    score = judged_by.order_score(problem)
    one_graph = Problem(
        problem.moments,
        Constraints.exactly(adjacency, problem.constraints.given),
        rows=problem.rows,
    )
    return KKTReport(
        criterion=criterion if isinstance(criterion, str) else type(criterion).__name__,
        names=problem.moments.feature_names or tuple(map(str, range(order.size))),
        order=order,
        loss_of_order=score.loss(order),
        loss_of_graph=judged_by.order_score(one_graph).loss(order),
        slope_of_order=steepest_slope(score, score.weights(order), problem),
        slope_of_graph=steepest_slope(score, weights, problem),
        best_swap=best_swap(score, order),
        best_insertion=best_insertion(score, order),
        tol=tol,
    )


def steepest_slope(score: OrderScore, weights: FloatArray, problem: Problem) -> Slope:
    """Return the steepest slope along an allowed edge i -> j with no path j ⇝ i."""
    open_edges = problem.constraints.allowed & ~reachability(weights != 0).T
    if not open_edges.any():
        return Slope(None, 0.0, 0.0)
    scale = np.sqrt(problem.moments.variance)
    per_unit = scale / scale[:, None]
    gradient = score.gradient(weights)
    into = (np.abs(score.gradient(np.zeros_like(weights))) * per_unit).max(axis=0)
    # A column without any slope at W = 0 is compared with the largest slope of the others.
    reference = np.where(into > 0, into, into.max())
    relative = np.abs(gradient) * per_unit / np.where(reference > 0, reference, 1.0)
    relative = np.where(open_edges, relative, -1.0)
    i, j = np.unravel_index(int(np.argmax(relative)), relative.shape)
    return Slope((int(i), int(j)), float(gradient[i, j]), float(relative[i, j]))


def best_swap(score: OrderScore, order: IntArray) -> OrderMove | None:
    """Return the swap of two nodes that lowers the loss most; None if none is allowed."""
    first, second = np.triu_indices(order.size, k=1)
    changes = score.swap_changes(order, first, second)
    if not np.isfinite(changes).any():
        return None
    best = int(np.argmin(changes))
    a, b = int(first[best]), int(second[best])
    swapped = order.copy()
    swapped[[a, b]] = order[[b, a]]
    gain = score.loss(order) - score.loss(swapped)
    return OrderMove((int(order[a]), int(order[b])), (b, a), gain, swapped)


def best_insertion(score: OrderScore, order: IntArray) -> OrderMove | None:
    """Return the move of one node that lowers the loss most; None if none is allowed."""
    # Use one tangent for all moves: otherwise each intermediate order would fit its own.
    priced_by = score.tangent(order) if isinstance(score, EqualVarianceScore) else score
    changes = {
        (start, position): change
        for start in range(order.size)
        for position, change in block_shifts(priced_by, order, start, 1)
    }
    if not changes:
        return None
    start, position = min(changes, key=changes.__getitem__)
    moved = moved_block(order, start, 1, position)
    gain = score.loss(order) - score.loss(moved)
    return OrderMove((int(order[start]),), (position,), gain, moved)


def _problem(
    model: Any, X: Any, criterion: Criterion, prior_knowledge: PriorKnowledge | None
) -> Problem:
    rows = None if isinstance(X, Moments) else finite_rows(X, min_samples=2)
    fitted = getattr(model, "feature_names_in_", None)
    names = None if rows is None else names_like_fitted(X, fitted)
    moments = X if rows is None else Moments.from_rows(rows, names)
    refuse_constant_moments(moments)
    _refuse_other_columns(model, moments)
    name = f"kkt_report(criterion={type(criterion).__name__})"
    if criterion.needs_rows and rows is None:
        raise ValueError(f"{name} needs rows, not only their moments; pass the rows")
    if criterion.needs_full_rank:
        refuse_rank_deficiency(moments, name)
    given = rules_of(DAGEstimator)["prior_knowledge"].check("prior_knowledge", prior_knowledge)
    knowledge = given or getattr(model, "prior_knowledge", None) or PriorKnowledge()
    constraints = knowledge.resolve(moments.n_features, moments.feature_names)
    return Problem(moments, constraints, rows=rows if criterion.needs_rows else None)


def _refuse_other_columns(model: Any, moments: Moments) -> None:
    d = moments.n_features
    if np.shape(model.weights_) != (d, d):
        raise ValueError(
            f"kkt_report: the model has weights of shape {np.shape(model.weights_)}, but the data "
            f"has {d} columns; pass the columns that the model was fitted to"
        )
    fitted = getattr(model, "feature_names_in_", None)
    given = moments.feature_names
    if fitted is not None and given is not None and list(fitted) != list(given):
        raise ValueError(
            f"kkt_report: the model was fitted to the columns {listed(fitted)}, but the data "
            f"has {listed(given)}; pass the same columns in the same order"
        )


def _order(model: Any, adjacency: BoolArray, problem: Problem) -> IntArray:
    """Return the model's order, after checking that graph and order obey the constraints."""
    if not is_dag(adjacency):
        raise ValueError("kkt_report: the model's weights have a cycle; examine a DAG")
    _refuse_contradiction(adjacency, problem)
    given = getattr(model, "order_", None)
    order = topological_order(adjacency) if given is None else np.array(given, dtype=np.intp)
    position = np.argsort(order)
    if (adjacency & (position[:, None] > position[None, :])).any():
        raise ValueError("kkt_report: the model's order_ is not a topological order of its graph")
    return order


def _refuse_contradiction(adjacency: BoolArray, problem: Problem) -> None:
    for wrong, what in (
        (adjacency & problem.constraints.forbidden, "has the forbidden edge"),
        (~adjacency & problem.constraints.required, "lacks the required edge"),
    ):
        if wrong.any():
            i, j = (problem.moments.name_of(int(node)) for node in np.argwhere(wrong)[0])
            raise ValueError(
                f"kkt_report: the model's graph {what} {i} -> {j}; pass the prior_knowledge that "
                "the model was fitted with"
            )

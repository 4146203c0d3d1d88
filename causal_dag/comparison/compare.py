"""Several solvers on one table, side by side, with the baselines that keep the table honest."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from causal_dag.arrays import AdjacencyMatrix
from causal_dag.column_values import READ_LABELS
from causal_dag.comparison.comparison import BASELINES, Comparison, ComparisonRow
from causal_dag.comparison.compiled_code import load_compiled_code
from causal_dag.comparison.figures import (
    distances,
    fitted_to,
    graph_figures,
    shape_of,
    truth_figures,
)
from causal_dag.constraints import PriorKnowledge
from causal_dag.declared_parameters import rules_of
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import NoEdgeWarning, ProjectionWarning, held_back
from causal_dag.graph.matrices import matrix_like
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics.alignment import warn_of_guessed_order
from causal_dag.moments import Moments
from causal_dag.problem import Status
from causal_dag.scaling import SCALES, scaled
from causal_dag.tables.columns import column_names
from causal_dag.tables.data_frames import as_data_frame
from causal_dag.tables.rows import finite_rows

Progress = Callable[["ComparisonRow", int, int], object]


def compare_solvers(
    X: Any,
    solvers: Iterable[str] | Mapping[str, DAGEstimator],
    *,
    true: Any = None,
    feature_names: Sequence[str] | None = None,
    scales: Sequence[str] = SCALES,
    baselines: bool = True,
    prior_knowledge: PriorKnowledge | None = None,
    random_state: int | None = 0,
    n_jobs: int | None = 1,
    progress: Progress | None = None,
) -> Comparison:
    """Fit several solvers to one table, on raw and on standardized columns.

    Least-squares methods depend on units, and simulated data often gives its causal order away by
    the variances (varsortability). Both scales, the baselines and the sortabilities show how much
    of a result is owed to that. Solvers of binary columns and counts get the raw scale only, and
    least-squares weights on their edges, so that all figures are those of linear models.

    Parameters
    ----------
    X : array-like or data frame of shape (n, d), or Moments
        The data. Solvers that need rows refuse moments.
    solvers : iterable of registry names, or mapping of label to unfitted estimator
        What to compare.
    true : graph, optional
        The true DAG, or a partly directed graph such as ``cpdag_``: an array, a data frame, a
        networkx graph, a LinearSEM or a fitted estimator.
        Where it and the data have names, it is aligned by name.
    feature_names : sequence of str, optional
        Column names, for data without.
    scales : sequence of {"raw", "standardized"}
        Which scales to fit.
    baselines : bool
        Add ``BASELINES``.
    prior_knowledge : PriorKnowledge, optional
        Given to every solver that has none of its own.
    random_state : int or None
        Given to every solver that is named and leaves something to chance; an estimator that is
        passed has its own.
    n_jobs : int or None
        Number of processes (joblib); results do not depend on it, seconds do.
    progress : callable, optional
        Called with (row, number of rows done, number of rows) after every fit.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the data, a solver's name or the true graph cannot be used. A solver that refuses the
        data gets a row with its error.

    Examples
    --------
    >>> from causal_dag.comparison.compare import compare_solvers
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 5, edges_per_node=1, random_state=0)
    >>> comparison = compare_solvers(X, ["eqvar"], true=sem, scales=["raw"])
    >>> comparison.row("eqvar").distances.shd < comparison.row("empty").distances.shd
    True
    """
    from joblib import Parallel, delayed

    table = as_data_frame(X) if feature_names is None else _named_table(X, feature_names)
    tables = {scale: scaled(table, scale) for scale in scales}
    estimators = _estimators(solvers, baselines, prior_knowledge, random_state)
    n_samples, n_features = shape_of(table)
    truth = None if true is None else _aligned_truth(true, table, n_features)
    jobs = [
        delayed(_fit_row)(label, estimator, tables[scale], scale, truth)
        for scale in tables
        for label, estimator in estimators.items()
        if estimator.column_values == "real" or scale == "raw" or "raw" not in tables
    ]
    finished: list[ComparisonRow] = []
    for row in Parallel(n_jobs=n_jobs, return_as="generator")(jobs):
        finished.append(row)
        if progress is not None:
            progress(row, len(finished), len(jobs))
    figures = {} if truth is None else {s: truth_figures(t, truth) for s, t in tables.items()}
    return Comparison(tuple(finished), figures, n_samples, n_features)


def _estimators(
    solvers: Iterable[str] | Mapping[str, DAGEstimator],
    baselines: bool,
    prior_knowledge: PriorKnowledge | None,
    random_state: int | None,
) -> dict[str, DAGEstimator]:
    from causal_dag.registry import make_seeded_solver

    if isinstance(solvers, str):
        solvers = [solvers]
    given: dict[str, DAGEstimator]
    if isinstance(solvers, Mapping):
        given = dict(solvers)
    else:
        given = {name: make_seeded_solver(name, random_state) for name in solvers}
    for name in BASELINES if baselines else ():
        given.setdefault(name, make_seeded_solver(name, random_state))
    if not given:
        raise ValueError("no solver to compare; name at least one, or keep the baselines")
    known = rules_of(DAGEstimator)["prior_knowledge"].check("prior_knowledge", prior_knowledge)
    baselines_last = sorted(given, key=lambda label: label in BASELINES)
    return {label: _prepared(given[label], known) for label in baselines_last}


def _prepared(estimator: DAGEstimator, prior_knowledge: PriorKnowledge | None) -> DAGEstimator:
    copy: DAGEstimator = clone(estimator)
    takes_knowledge = "prior_knowledge" in copy.get_params(deep=False)
    if takes_knowledge and copy.prior_knowledge is None:
        copy.set_params(prior_knowledge=prior_knowledge)
    if copy.column_values not in ("real", *READ_LABELS):
        copy.set_params(refit=True)
    return copy


def _aligned_truth(true: Any, table: Any, n_features: int) -> NamedGraph:
    truth = named_graph(true)
    names = table.feature_names if isinstance(table, Moments) else column_names(table)
    if names is None:
        warn_of_guessed_order(true, truth)
    if truth.n_nodes == n_features or truth.names is not None:
        truth = truth.arranged_like(names)
    if truth.n_nodes != n_features:
        raise ValueError(
            f"the true graph has {truth.n_nodes} nodes and the data {n_features} columns; "
            "give both the same variables"
        )
    truth.require_acyclic()
    return truth


def _fit_row(
    label: str, estimator: DAGEstimator, table: Any, scale: str, truth: NamedGraph | None
) -> ComparisonRow:
    load_compiled_code(estimator)
    started = time.perf_counter()
    error = None
    try:
        # These are in the row: as status, as number of edges cut, and as number of edges.
        with held_back(ConvergenceWarning, ProjectionWarning, NoEdgeWarning):
            model = fitted_to(estimator, table)
    except ValueError as refusal:
        error = str(refusal)
    seconds = time.perf_counter() - started
    if error is not None:
        return ComparisonRow(label, scale, seconds, "refused", error=error)
    if model.status_ == Status.INTERRUPTED:
        # A single graph from a stopped search is not a comparison.
        raise KeyboardInterrupt
    return ComparisonRow(
        label,
        scale,
        seconds,
        status=model.status_,
        objective=model.objective_,
        cut_edges=len(model.projection_.cut_edges),
        figures=graph_figures(model, table),
        distances=None if truth is None else distances(truth.weights, model.weights_),
        graph=named_graph(model),
        directions=_directions(model),
    )


def _named_table(X: Any, names: Sequence[str]) -> Any:
    import pandas as pd

    rows = finite_rows(X, min_samples=2)
    if len(names) != rows.shape[1]:
        raise ValueError(f"{len(names)} feature_names for {rows.shape[1]} columns; give one each")
    return pd.DataFrame(rows, columns=pd.Index(list(names)))


def _directions(model: DAGEstimator) -> AdjacencyMatrix:
    graph, edges = named_graph(model), model.edges_
    places = {label: place for place, label in enumerate(graph.labels)}
    are_open = edges[edges["decided_by"] == "open"]
    causes, effects = (
        np.array([places[label] for label in are_open[end]], dtype=np.intp)
        for end in ("cause", "effect")
    )
    adjacency = graph.adjacency
    return adjacency + matrix_like(adjacency, effects, causes)

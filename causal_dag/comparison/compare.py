"""Several solvers on one table, side by side, with the baselines that keep the table honest."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Bunch

from causal_dag.arrays import AdjacencyMatrix, BoolArray, WeightMatrix
from causal_dag.column_values import READ_LABELS
from causal_dag.comparison.compiled_code import load_compiled_code
from causal_dag.comparison.figures import (
    GraphFigures,
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
from causal_dag.graph import skeleton
from causal_dag.graph.matrices import edge_pairs, matrix_like
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics.alignment import warn_of_guessed_order
from causal_dag.metrics.registry import metrics_in_tables
from causal_dag.moments import Moments
from causal_dag.problem import Status
from causal_dag.scaling import SCALES, scaled
from causal_dag.tables.columns import column_names
from causal_dag.tables.data_frames import as_data_frame
from causal_dag.tables.rows import finite_rows

#: What every method has to beat: no edges, random edges, and sorting by variance or by R².
BASELINES = ("empty", "random", "sortnregress-var", "sortnregress-r2")

Progress = Callable[["ComparisonRow", int, int], object]


@dataclass(frozen=True)
class EdgeAgreement:
    """How many solvers find an edge between two columns, and how many direct it.

    Parameters
    ----------
    cause, effect : str
        The columns, in the direction that more solvers decide for.
    adjacent : float
        Share of solvers with an edge between the two, in either direction.
    directed, reversed : float
        Share of solvers that direct it so, and the other way round. An edge whose direction a
        solver leaves open counts in neither.
    """

    cause: str
    effect: str
    adjacent: float
    directed: float
    reversed: float


@dataclass(frozen=True)
class ComparisonRow:
    """One solver on one scale of the data.

    Parameters
    ----------
    solver : str
        Registry name, or the label given.
    scale : {"raw", "standardized"}
        Scale of the columns.
    seconds : float
        Wall time of the fit, after compiled code was loaded.
    status : str
        How the solver ended; ``"refused"`` if it raised ``ValueError``.
    objective : float or None
        The solver's own objective; not comparable between solvers.
    cut_edges : int
        Edges that were cut because the solver's weights had cycles.
    figures : GraphFigures or None
        Of the estimated graph.
    distances : Bunch or None
        To the true graph, where there is one: the metrics by name.
    error : str or None
        Why the solver refused the data.
    graph : NamedGraph or None
        The estimate itself.
    directions : ndarray of bool, shape (d, d), or None
        Its edges; one whose direction nothing decided has both entries.
    """

    solver: str
    scale: str
    seconds: float
    status: str
    objective: float | None = None
    cut_edges: int = 0
    figures: GraphFigures | None = None
    distances: Bunch | None = None
    error: str | None = None
    graph: NamedGraph | None = field(default=None, repr=False, compare=False)
    directions: BoolArray | None = field(default=None, repr=False, compare=False)

    @property
    def bic(self) -> float:
        """BIC of the graph; infinite, where there is none."""
        return np.inf if self.figures is None else self.figures.bic

    def record(self, *, with_distances: bool) -> dict[str, Any]:
        """Return one flat dictionary, without the graph; None for what is not known."""
        names = [entry.name for entry in fields(GraphFigures)]
        record: dict[str, Any] = {"solver": self.solver, "scale": self.scale}
        record |= {name: getattr(self.figures, name, None) for name in names}
        if with_distances:
            record |= dict.fromkeys(metrics_in_tables()) | dict(self.distances or {})
        others = ("objective", "seconds", "cut_edges", "status", "error")
        return record | {name: getattr(self, name) for name in others}


@dataclass(frozen=True)
class Comparison:
    """Rows of ``compare_solvers``, and what the data itself says.

    Parameters
    ----------
    rows : tuple of ComparisonRow
        Solvers in the order given, then baselines, first on one scale, then on the other.
    truth : dict of scale to GraphFigures
        Figures of the true graph, with least-squares weights; empty without a truth.
    n_samples, n_features : int
        Size of the table.
    """

    rows: tuple[ComparisonRow, ...]
    truth: Mapping[str, GraphFigures]
    n_samples: int
    n_features: int

    @property
    def scales(self) -> list[str]:
        """Scales of the columns, in the order in which they were fitted."""
        return list(dict.fromkeys(row.scale for row in self.rows))

    def records(self) -> list[dict[str, Any]]:
        """Return one flat dictionary per row, without the graphs."""
        return [row.record(with_distances=bool(self.truth)) for row in self.rows]

    def to_frame(self) -> Any:
        """Return the records as a pandas data frame."""
        import pandas as pd

        return pd.DataFrame(self.records())

    def row(self, solver: str, scale: str = "raw") -> ComparisonRow:
        """Return the row of a solver on a scale; ``KeyError`` if there is none."""
        for row in self.rows:
            if (row.solver, row.scale) == (solver, scale):
                return row
        raise KeyError(f"no row for solver {solver!r} on {scale!r} data")

    def ranked(self, scale: str = "raw") -> list[ComparisonRow]:
        """Return the rows of a scale by BIC, the best first; those that were refused last.

        The likelihood alone would put dense graphs first.
        """
        return sorted((row for row in self.rows if row.scale == scale), key=lambda row: row.bic)

    def agreement(self, scale: str = "raw") -> tuple[EdgeAgreement, ...]:
        """Return on which edges the solvers agree, without the baselines.

        Parameters
        ----------
        scale : {"raw", "standardized"}
            Of the columns.

        Returns
        -------
        tuple of EdgeAgreement
            One per pair of columns that a solver joins; empty with fewer than two solvers.

        Examples
        --------
        >>> from causal_dag.comparison.compare import compare_solvers
        >>> from causal_dag.synthetic import make_linear_sem
        >>> X, sem = make_linear_sem(500, 3, edges_per_node=1, random_state=0)
        >>> comparison = compare_solvers(X, ["eqvar", "topo-bic-ev"], scales=["raw"])
        >>> {edge.directed for edge in comparison.agreement()}
        {1.0}
        """
        rows = [row for row in self.rows if row.scale == scale and row.solver not in BASELINES]
        graphs = [row.directions for row in rows if row.directions is not None]
        labels = [row.graph.labels for row in rows if row.graph is not None]
        return edge_agreement(graphs, labels[0]) if len(graphs) > 1 else ()


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


def edge_agreement(
    graphs: Sequence[AdjacencyMatrix], names: Sequence[str]
) -> tuple[EdgeAgreement, ...]:
    """Return every pair of columns that some graph joins, those that most graphs join first.

    Parameters
    ----------
    graphs : sequence of ndarray or csr_array of bool, shape (d, d)
        Edges of one solver each, over the same columns; an edge with both entries has no direction.
    names : sequence of str
        Column names.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.comparison.compare import edge_agreement
    >>> edge = np.array([[False, True], [False, False]])
    >>> edge_agreement([edge, edge | edge.T], ["rain", "wet"])
    (EdgeAgreement(cause='rain', effect='wet', adjacent=1.0, directed=0.5, reversed=0.0),)
    """
    adjacent = _mean([skeleton(graph) for graph in graphs])
    directed = _mean([graph > graph.T for graph in graphs])
    pairs = [
        (i, j) if directed[i, j] >= directed[j, i] else (j, i)
        for i, j in edge_pairs(adjacent)
        if i < j
    ]
    pairs.sort(key=lambda pair: (-adjacent[pair], -directed[pair]))
    shares = [(adjacent[i, j], directed[i, j], directed[j, i]) for i, j in pairs]
    return tuple(
        EdgeAgreement(names[i], names[j], *map(float, found))
        for (i, j), found in zip(pairs, shares, strict=True)
    )


def _mean(graphs: Sequence[AdjacencyMatrix]) -> WeightMatrix:
    total = graphs[0].astype(np.float64)
    for graph in graphs[1:]:
        total = total + graph
    return total / len(graphs)

"""Fits and figures that are the same for rows and for their moments, and distances to the truth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import consistent_extension
from causal_dag.graph.matrices import edge_pairs
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics import r2_sortability, varsortability
from causal_dag.metrics.registry import measured, metrics_in_tables
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, least_squares_weights, residual_variances
from causal_dag.tables.columns import column_names, written_names
from causal_dag.tables.rows import finite_rows


@dataclass(frozen=True)
class GraphFigures:
    """How a graph relates to the data, whether or not the truth is known.

    Parameters
    ----------
    edges : int
        Number of edges.
    bic : float
        Of the graph as a linear Gaussian model, see ``gaussian_bic``: lower is better; comparable
        within one scale only.
    score : float
        Mean Gaussian log-likelihood per row, with the solver's own weights. It favors dense
        graphs.
    varsortability, r2_sortability : float
        Share of the graph's paths along which variance, or R², grows; 0.5 says nothing.
    """

    edges: int
    bic: float
    score: float
    varsortability: float
    r2_sortability: float


def distances(true: Any, estimate: Any) -> Bunch:
    """Return the metrics of an estimated DAG, by name; both graphs in the same node order.

    Parameters
    ----------
    true : graph
        A DAG, or a partly directed graph, for which some metrics are None.
    estimate : graph
        A DAG.

    Returns
    -------
    Bunch
        The metrics that comparisons show, by key and by attribute: ``shd``, ``cpdag_distance``,
        ``sid``, ``f1``, ``fdr``, ``tpr``, and those registered besides.
    """
    found = measured(true, estimate)
    return Bunch(**{name: found[name] for name in metrics_in_tables()})


def graph_figures(model: DAGEstimator, table: Any) -> GraphFigures:
    """Return the figures of a fitted estimator on the table it was fitted to.

    Those of a model of categories are of its graph with linear relations, so that they can be
    compared.
    """
    if hasattr(model, "column_kinds_"):
        return truth_figures(table, named_graph(model))
    return GraphFigures(
        edges=int(model.adjacency_.sum()),
        bic=gaussian_bic(moments_of(table), model.adjacency_),
        score=mean_log_likelihood(model, table),
        varsortability=varsortability(table, model.weights_),
        r2_sortability=r2_sortability(table, model.weights_),
    )


def truth_figures(table: Any, truth: NamedGraph) -> GraphFigures:
    """Return the figures of the true graph, fitted by least squares.

    Its edges are required ones of a graph without others. Of a class of graphs one is fitted: all
    have the same likelihood.
    """
    from causal_dag.solvers import make_solver

    dag = consistent_extension(truth.adjacency) if truth.undirected.sum() else truth.adjacency
    known = PriorKnowledge(required=edge_pairs(dag))
    truth_as_solver = make_solver("empty", prior_knowledge=known)
    model = fitted_to(truth_as_solver, table)
    return graph_figures(model, table)


def fitted_to(estimator: DAGEstimator, data: Any, **of_rows: Any) -> DAGEstimator:
    """Fit an estimator to a table or to moments, and return it.

    Parameters
    ----------
    estimator : DAGEstimator
        What to fit.
    data : array-like or data frame of shape (n, d), or Moments
        The data.
    **of_rows
        ``targets``, ``groups`` and ``sample_weight`` of the rows; those that are None are left out.
    """
    if isinstance(data, Moments):
        return estimator.fit_moments(data)
    return estimator.fit(data, **{key: of for key, of in of_rows.items() if of is not None})


def moments_of(data: Any) -> Moments:
    """Return the moments of a table, or the moments themselves.

    Examples
    --------
    >>> from causal_dag.comparison.figures import moments_of
    >>> moments_of([[1.0, 2.0], [3.0, 4.0]]).mean.tolist()
    [2.0, 3.0]
    """
    if isinstance(data, Moments):
        return data
    return Moments.from_rows(finite_rows(data), column_names(data))


def names_of(data: Any) -> list[str]:
    """Return the column names, ``x0, x1, ...`` where there are none."""
    names = data.feature_names if isinstance(data, Moments) else column_names(data)
    return list(written_names(names, shape_of(data)[1]))


def shape_of(data: Any) -> tuple[int, int]:
    """Return the numbers of rows and columns."""
    if isinstance(data, Moments):
        return data.n_samples, data.n_features
    n_samples, n_features = np.shape(data)
    return n_samples, n_features


def mean_log_likelihood(model: DAGEstimator, data: Any, weights: Any = None) -> float:
    """Return the mean log-likelihood per row of the data that a model was fitted to.

    Rows may have weights, their numbers of occurrences.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import EqVar, Moments
    >>> from causal_dag.comparison.figures import mean_log_likelihood
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> model, moments = EqVar().fit(X), Moments.from_rows(X)
    >>> abs(mean_log_likelihood(model, X) - mean_log_likelihood(model, moments)) < 1e-9
    True
    """
    if not isinstance(data, Moments):
        return float(np.average(model._log_likelihoods(data), weights=weights))
    residual = residual_variances(data.covariance, model.weights_)
    variance = np.maximum(model.noise_variance_, SMALLEST_VARIANCE_SHARE * data.variance)
    by_column = np.log(2 * np.pi * variance) + residual / variance
    return float(-0.5 * by_column[model.constraints_.explained].sum())


def gaussian_bic(moments: Moments, adjacency: BoolArray) -> float:
    """Return the BIC of a graph as a linear Gaussian model: lower is better.

    It is -2 log L + k log n, with the likelihood at its maximum and k = edges + 2 d parameters
    (weights, means, variances), regardless of the weights that a solver gave the edges. Graphs of
    one Markov equivalence class have the same, and units shift it by a constant.

    Parameters
    ----------
    moments : Moments
        Of the data.
    adjacency : ndarray of bool, shape (d, d)
        Edges of a DAG.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.comparison.figures import gaussian_bic
    >>> moments = Moments(100, np.zeros(2), np.array([[1.0, 0.8], [0.8, 1.0]]))
    >>> edge = np.array([[False, True], [False, False]])
    >>> gaussian_bic(moments, edge) < gaussian_bic(moments, ~edge & edge)
    True
    """
    n, d = moments.n_samples, moments.n_features
    weights = least_squares_weights(moments.covariance, adjacency)
    variance: FloatArray = np.maximum(
        residual_variances(moments.covariance, weights), SMALLEST_VARIANCE_SHARE * moments.variance
    )
    deviance = n * float(np.log(2 * np.pi * variance).sum() + d)
    return deviance + float(np.log(n)) * (int(adjacency.sum()) + 2 * d)

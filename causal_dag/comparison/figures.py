"""The figures of one row of a comparison: the graph against the data, and against the truth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from causal_dag.comparison.rows_or_moments import (
    fitted_to,
    gaussian_bic,
    mean_log_likelihood,
    moments_of,
)
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import consistent_extension
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.metrics import available_metrics, r2_sortability, varsortability
from causal_dag.metrics.registry import measured


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
        Mean Gaussian log-likelihood per row, with the solver's own weights. It favours dense
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
    shown = distance_names()
    return Bunch(
        **{name: value for name, value in measured(true, estimate).items() if name in shown}
    )


def distance_names() -> list[str]:
    """Return the names of the metrics that comparisons show."""
    return [metric.name for metric in available_metrics().values() if metric.in_tables]


def graph_figures(model: DAGEstimator, table: Any) -> GraphFigures:
    """Return the figures of a fitted estimator on the table it was fitted to."""
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

    dag = consistent_extension(truth.adjacency) if truth.undirected.any() else truth.adjacency
    required = [(i, j) for i, j in np.argwhere(dag).tolist()]
    truth_as_solver = make_solver("empty", prior_knowledge=PriorKnowledge(required=required))
    model = fitted_to(truth_as_solver, table)
    return graph_figures(model, table)

"""The figures of one row of a comparison: the graph against the data, and against the truth."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from causal_dag.comparison.rows_or_moments import (
    fitted_to,
    gaussian_bic,
    mean_log_likelihood,
    moments_of,
)
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.graph import consistent_extension
from causal_dag.graph.named_graph import NamedGraph, named_graph
from causal_dag.metrics import (
    cpdag_distance,
    edge_scores,
    r2_sortability,
    structural_hamming_distance,
    structural_intervention_distance,
    varsortability,
)


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


@dataclass(frozen=True)
class Distances:
    """How far an estimated graph is from the true one.

    Parameters
    ----------
    shd : int
        Structural Hamming distance: extra, missing and reversed edges.
    sid : int or None
        Structural intervention distance: pairs of nodes whose effect would be estimated wrongly.
        None where the true graph is partly directed: it leaves effects open.
    cpdag_distance : int
        Structural Hamming distance of the equivalence classes.
    f1, fdr, tpr : float
        Of directed edges: F1 score, false discovery rate, true positive rate.
    """

    shd: int
    sid: int | None
    cpdag_distance: int
    f1: float
    fdr: float
    tpr: float


def distances(true: Any, estimate: Any) -> Distances:
    """Return all distances of an estimated DAG to the true graph; both in the same node order."""
    edges = edge_scores(true, estimate)
    is_partly = bool(named_graph(true).undirected.any())
    return Distances(
        shd=int(structural_hamming_distance(true, estimate)),
        sid=None if is_partly else structural_intervention_distance(true, estimate),
        cpdag_distance=cpdag_distance(true, estimate),
        f1=edges.f1,
        fdr=edges.fdr,
        tpr=edges.tpr,
    )


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

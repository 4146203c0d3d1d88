"""What is measured of an estimated graph: distances, and the criterion at estimate and truth."""

import math
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import consistent_extension, cpdag, find_cycle
from causal_dag.metrics import (
    edge_scores,
    r2_sortability,
    structural_hamming_distance,
    structural_intervention_distance,
    varsortability,
)
from causal_dag.moments import Moments
from causal_dag.selection.graph_likelihood import GraphLikelihood


def graph_measures(
    rows: FloatArray, true: BoolArray, estimate: BoolArray
) -> dict[str, float | int | None]:
    """Return the figures of an estimate, as JSON values; what does not exist is None, never NaN.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data that was fitted, for the likelihoods and sortabilities.
    true : ndarray of bool, shape (d, d)
        The true DAG.
    estimate : ndarray of bool, shape (d, d)
        A DAG or a CPDAG, whose undirected edges have both directions. Those differ from a directed
        edge by 1 in ``shd``. What only a DAG has (``sid``, ``score``, ``bic``) is that of a DAG
        in the class, and None where there is none.

    Returns
    -------
    dict
        ``score`` is the Gaussian log-likelihood per row at least-squares weights, ``bic`` the
        criterion −2 n score + log(n) · (edges + 2 d), lower is better; both of estimate and truth:
        an estimate with a larger ``bic`` than the truth was searched badly, one with a smaller
        ``bic`` and a large distance says that the criterion, or n, is at fault.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.benchmarks.runner.measures import graph_measures
    >>> true = np.array([[False, True], [False, False]])
    >>> rows = np.random.default_rng(0).normal(size=(50, 2))
    >>> figures = graph_measures(rows, true, np.zeros((2, 2), dtype=bool))
    >>> figures["shd"], figures["edges"], figures["fdr"]
    (1, 0, 0.0)
    """
    moments = Moments.from_rows(rows)
    scores = edge_scores(true, estimate)
    class_of_estimate, dag = _class_and_member(estimate)
    return {
        "shd": int(structural_hamming_distance(true, estimate)),
        "cpdag_distance": int(structural_hamming_distance(cpdag(true), class_of_estimate)),
        "sid": None if dag is None else structural_intervention_distance(true, dag),
        "f1": scores.f1,
        "precision": scores.precision,
        "recall": scores.recall,
        "fdr": scores.fdr,
        "tpr": scores.tpr,
        "skeleton_f1": scores.skeleton_f1,
        "edges": int(np.triu(estimate | estimate.T).sum()),
        "true_edges": scores.n_true,
        **_likelihoods(moments, true, dag),
        "varsortability": varsortability(moments, true),
        "r2_sortability": r2_sortability(moments, true),
    }


def _class_and_member(estimate: BoolArray) -> tuple[BoolArray, BoolArray | None]:
    """Return the CPDAG of an estimate, and a DAG in it."""
    if find_cycle(estimate) is None:
        return cpdag(estimate), estimate
    try:
        member = consistent_extension(estimate)
    except ValueError:
        return estimate, None
    # Not every method completes its graph by the directions that follow from others.
    return cpdag(member), member


def _likelihoods(
    moments: Moments, true: BoolArray, dag: BoolArray | None
) -> dict[str, float | None]:
    likelihood = GraphLikelihood(moments, "unequal")
    figures: dict[str, Any] = {}
    for prefix, graph in (("", dag), ("true_", true)):
        figures[f"{prefix}score"] = figures[f"{prefix}bic"] = None
        if graph is not None:
            score = likelihood.mean_log_likelihood(graph)
            if math.isfinite(score):  # with as many parents as rows it is not
                figures[f"{prefix}score"] = score
                figures[f"{prefix}bic"] = _bic(moments, graph, score)
    return figures


def _bic(moments: Moments, graph: BoolArray, score: float) -> float:
    n = moments.n_samples
    # Weights, and for every variable a mean and a noise variance.
    n_parameters = int(graph.sum()) + 2 * moments.n_features
    return -2 * n * score + math.log(n) * n_parameters

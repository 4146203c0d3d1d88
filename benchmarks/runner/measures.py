"""What is measured of an estimated graph: distances, and the criterion at estimate and truth."""

import math
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import consistent_extension, cpdag, find_cycle
from causal_dag.metrics import (
    available_metrics,
    r2_sortability,
    structural_hamming_distance,
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
    dag = _member(estimate)
    return {
        **_distances(true, estimate, dag),
        "edges": int(np.triu(estimate | estimate.T).sum()),
        "true_edges": int(true.sum()),
        **_likelihoods(moments, true, dag),
        "varsortability": varsortability(moments, true),
        "r2_sortability": r2_sortability(moments, true),
    }


def _member(estimate: BoolArray) -> BoolArray | None:
    """Return an estimated DAG, or a DAG in an estimated class; None if there is none."""
    if find_cycle(estimate) is None:
        return estimate
    try:
        return consistent_extension(estimate)
    except ValueError:
        return None


def _distances(
    true: BoolArray, estimate: BoolArray, dag: BoolArray | None
) -> dict[str, float | None]:
    """Return every metric; without a DAG in the estimate's class, those that need none."""
    values: dict[str, float | None] = {}
    for name, metric in available_metrics().items():
        is_defined = metric.needs == "graphs" or dag is not None
        graph = dag if metric.needs == "dags" else estimate
        values[name] = metric.function(true, graph) if is_defined else None
    if dag is None:
        # The estimate stands for no class, so its edges count as they are.
        values["cpdag_distance"] = structural_hamming_distance(cpdag(true), estimate)
    return values


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

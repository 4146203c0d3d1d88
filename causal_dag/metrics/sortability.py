"""How far sorting the variables by a simple criterion gives their causal order away."""

from typing import Any

import numpy as np

from causal_dag.arrays import AdjacencyMatrix, FloatArray, IntArray
from causal_dag.graph.matrices import edges_of
from causal_dag.graph.named_graph import named_graph
from causal_dag.metrics.alignment import warn_of_guessed_order
from causal_dag.moments import Moments
from causal_dag.tables.columns import column_names
from causal_dag.tables.rows import finite_rows

# Relative difference of variances, and absolute difference of R², below which two nodes tie.
TIE_TOLERANCE = 1e-9
# Keeps the inverse of a singular correlation finite; variables that others determine get R² = 1.
RIDGE = 1e-12
# Ends of paths that are counted together, so that wide tables need little memory.
TARGETS_AT_ONCE = 2048


def varsortability(X: Any, true: Any) -> float:
    """Return the share of directed paths along which the marginal variance grows.

    Near 1, sorting by variance finds the causal order, and a benchmark on such data says little;
    near 0.5, it is no better than chance. It depends on the units of the columns.

    Parameters
    ----------
    X : Moments, array-like or data frame of shape (n, d)
        The data.
    true : graph
        Its graph, in any form that ``structural_hamming_distance`` takes.

    Returns
    -------
    float
        Between 0 and 1. Among pairs of nodes joined by a directed path of k edges, summed over k,
        the share whose end has the larger variance; ties count half. 0.5 for a graph without edges.

    Raises
    ------
    ValueError
        If the data cannot be used, or the graph has a cycle or other nodes.

    References
    ----------
    Reisach, Seiler and Weichwald, "Beware of the simulated DAG!", NeurIPS 2021, equation 3.

    Examples
    --------
    >>> varsortability([[0.0, 0.0], [1.0, 3.0]], [[0, 1], [0, 0]])
    1.0
    """
    moments = _moments(X)
    variance = moments.variance
    return _share_of_growing_paths(variance, _dag_over(moments, true), is_tie_relative=True)


def r2_sortability(X: Any, true: Any) -> float:
    """Return the share of directed paths along which R² on all other variables grows.

    Unlike ``varsortability`` it does not depend on units: standardizing does not remove it.

    Parameters
    ----------
    X : Moments, array-like or data frame of shape (n, d)
        The data.
    true : graph
        Its graph, in any form that ``structural_hamming_distance`` takes.

    Returns
    -------
    float
        Between 0 and 1, as ``varsortability``. 0.5 where R² is the same everywhere, for example
        with no more rows than columns.

    Raises
    ------
    ValueError
        If the data cannot be used, a column is constant, or the graph has a cycle or other nodes.

    References
    ----------
    Reisach, Tami, Seiler, Chambaz and Weichwald, "A scale-invariant sorting criterion to find a
    causal order in additive noise models", NeurIPS 2023.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(500, 3))
    >>> X[:, 2] += X[:, 0] + X[:, 1]
    >>> r2_sortability(X, [[0, 0, 1], [0, 0, 1], [0, 0, 0]])
    1.0
    """
    moments = _moments(X)
    correlation = moments.standardized().covariance
    inverse = np.linalg.inv(correlation + RIDGE * np.eye(moments.n_features))
    r2: FloatArray = 1.0 - 1.0 / np.diagonal(inverse)
    return _share_of_growing_paths(r2, _dag_over(moments, true), is_tie_relative=False)


def _moments(X: Any) -> Moments:
    if isinstance(X, Moments):
        return X
    return Moments.from_rows(finite_rows(X, min_samples=2), column_names(X))


def _dag_over(moments: Moments, true: Any) -> AdjacencyMatrix:
    graph = named_graph(true)
    if moments.feature_names is None:
        warn_of_guessed_order(true, graph)
    if graph.n_nodes == moments.n_features or graph.names is not None:
        graph = graph.arranged_like(moments.feature_names)
    if graph.n_nodes != moments.n_features:
        raise ValueError(
            f"the graph has {graph.n_nodes} nodes and the data {moments.n_features} columns; give "
            "both the same variables"
        )
    graph.require_dag()
    return graph.adjacency


def _share_of_growing_paths(
    criterion: FloatArray, adjacency: AdjacencyMatrix, *, is_tie_relative: bool
) -> float:
    total, grown = 0, 0.0
    d = criterion.size
    for first in range(0, d, TARGETS_AT_ONCE):
        ends = np.arange(first, min(first + TARGETS_AT_ONCE, d))
        scale = np.maximum(criterion[ends], criterion[:, None]) if is_tie_relative else 1.0
        tie = TIE_TOLERANCE * scale
        difference = criterion[ends] - criterion[:, None]
        credit = np.where(difference > tie, 1.0, np.where(difference < -tie, 0.0, 0.5))
        n_lengths = _numbers_of_path_lengths(adjacency, ends)
        total += int(n_lengths.sum())
        grown += float((credit * n_lengths).sum())
    return grown / total if total else 0.5


def _numbers_of_path_lengths(adjacency: AdjacencyMatrix, ends: IntArray) -> IntArray:
    """Return for every pair (i, j) of a DAG, j in ``ends``, the number of lengths of its paths."""
    parents, children = edges_of(adjacency)
    starts = np.flatnonzero(np.diff(parents, prepend=-1))
    n_lengths = np.zeros((adjacency.shape[0], ends.size), dtype=np.intp)
    # Rows of bits: those of a node's children together are what it reaches in one step more.
    reached = np.packbits(np.arange(adjacency.shape[0])[:, None] == ends, axis=1)
    while parents.size:
        further = np.zeros_like(reached)
        further[parents[starts]] = np.bitwise_or.reduceat(reached[children], starts, axis=0)
        if not further.any():
            break
        reached = further
        n_lengths += np.unpackbits(reached, axis=1, count=ends.size)
    return n_lengths

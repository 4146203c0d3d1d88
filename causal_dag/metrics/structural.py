"""Distances that count edges: structural Hamming distance, CPDAG distance, edge scores."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from causal_dag.arrays import AdjacencyMatrix
from causal_dag.graph import cpdag, skeleton
from causal_dag.metrics.alignment import aligned
from causal_dag.metrics.partly_directed import some_dag_of
from causal_dag.validation import check_number


def structural_hamming_distance(true: Any, estimate: Any, *, reversal_cost: float = 1) -> float:
    """Return the structural Hamming distance: extra, missing and reversed edges.

    Every pair of nodes counts once. An undirected edge (both directions set, as in a CPDAG) differs
    from a directed one by 1.

    Parameters
    ----------
    true, estimate : graph
        Weights or adjacency (dense or sparse), data frame, networkx graph, linear SEM or fitted
        estimator.
    reversal_cost : float, default 1
        Cost of an edge that points the other way; some papers use 2.

    Returns
    -------
    int, or float if ``reversal_cost`` is not whole
        Between 0 and max(1, reversal_cost) · d(d − 1)/2.

    Raises
    ------
    ValueError
        If the graphs have different nodes, a node has an edge to itself, or ``reversal_cost`` is
        negative.

    References
    ----------
    Tsamardinos, Brown and Aliferis, "The max-min hill-climbing Bayesian network structure learning
    algorithm", Machine Learning 65 (2006).

    Examples
    --------
    >>> true = [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
    >>> estimate = [[0, 0, 1], [1, 0, 1], [0, 0, 0]]
    >>> structural_hamming_distance(true, estimate)
    2
    >>> structural_hamming_distance(true, estimate, reversal_cost=2)
    3
    """
    check_number("reversal_cost", reversal_cost, low=0)
    differing, reversed_ = _differing_pairs(*_loopless(true, estimate))
    return _n_pairs(differing) + _n_pairs(reversed_) * (reversal_cost - 1)


def cpdag_distance(true: Any, estimate: Any) -> int:
    """Return the structural Hamming distance of two graphs' Markov equivalence classes.

    Parameters
    ----------
    true, estimate : graph
        Two DAGs or partly directed graphs (CPDAGs, MPDAGs), in any form that
        ``structural_hamming_distance`` takes. Each stands for its whole class: directions that
        prior knowledge has added do not count. ``structural_hamming_distance`` compares graphs as
        they are.

    Returns
    -------
    int
        Pairs of nodes whose edge differs (absent, undirected, or in either direction) between the
        CPDAGs; 0 if and only if the classes are the same.

    Raises
    ------
    ValueError
        If the graphs have different nodes, one has a directed cycle, or is partly directed and no
        DAG agrees with it.

    Examples
    --------
    >>> cpdag_distance([[0, 1], [0, 0]], [[0, 0], [1, 0]])
    0
    >>> cpdag_distance([[0, 1], [0, 0]], [[0, 1], [1, 0]])  # an undirected edge
    0
    """
    first, second = aligned(true, estimate)
    differing, _ = _differing_pairs(cpdag(some_dag_of(first)), cpdag(some_dag_of(second)))
    return _n_pairs(differing)


@dataclass(frozen=True)
class EdgeScores:
    """How well the edges of an estimate match the true ones; never NaN, never above 1.

    Between two nodes there is one edge, directed or undirected. It is correct if it is the same in
    both graphs.

    Parameters
    ----------
    precision : float
        Share of the estimated edges that are true; 1 if none is estimated.
    recall : float
        Share of the true edges that are estimated; 1 if there are none.
    f1 : float
        Harmonic mean of both, 2 · correct / (true + estimated); 1 if both graphs are empty.
    fdr : float
        False discovery rate, 1 − precision.
    tpr : float
        True positive rate, the same as recall.
    skeleton_f1 : float
        The same as ``f1``, without regard to directions.
    n_true, n_estimated : int
        Number of edges.
    n_correct, n_reversed, n_extra, n_missing : int
        Edges in both graphs; with the wrong direction; between nodes that are not adjacent in
        truth; and true ones between nodes that the estimate leaves apart.
    n_undecided : int
        Edges that are undirected in one graph, and directed in the other. Of two DAGs: none.
    """

    precision: float
    recall: float
    f1: float
    fdr: float
    tpr: float
    skeleton_f1: float
    n_true: int
    n_estimated: int
    n_correct: int
    n_reversed: int
    n_extra: int
    n_missing: int
    n_undecided: int

    def as_dict(self) -> dict[str, float]:
        """Return the scores as a dictionary."""
        return asdict(self)


def edge_scores(true: Any, estimate: Any) -> EdgeScores:
    """Return precision, recall and their relatives for edges with their directions.

    Parameters
    ----------
    true, estimate : graph
        Graphs in any form that ``structural_hamming_distance`` takes. An edge with both directions
        set, as in ``cpdag_``, is one undirected edge. Where the other graph has a direction, it is
        neither correct nor reversed: the estimate has found the edge, and claims no direction.

    Returns
    -------
    EdgeScores

    Raises
    ------
    ValueError
        If the graphs have different nodes, or a node has an edge to itself.

    Examples
    --------
    >>> scores = edge_scores([[0, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> scores.precision, scores.n_missing, scores.n_extra
    (0.5, 1, 1)
    >>> scores = edge_scores([[0, 1], [0, 0]], [[0, 1], [1, 0]])
    >>> scores.n_estimated, scores.n_undecided, scores.skeleton_f1
    (1, 1, 1.0)
    """
    A, B = _loopless(true, estimate)
    is_true, is_estimated = skeleton(A), skeleton(B)
    both = is_true * is_estimated
    differing, reversed_ = _differing_pairs(A, B)
    n_true, n_estimated, n_both = map(_n_pairs, (is_true, is_estimated, both))
    correct, n_reversed = _n_pairs(both > differing), _n_pairs(both * reversed_)
    precision, recall = _share(correct, n_estimated), _share(correct, n_true)
    return EdgeScores(
        precision=precision,
        recall=recall,
        f1=_share(2 * correct, n_true + n_estimated),
        fdr=1.0 - precision,
        tpr=recall,
        skeleton_f1=_share(2 * n_both, n_true + n_estimated),
        n_true=n_true,
        n_estimated=n_estimated,
        n_correct=correct,
        n_reversed=n_reversed,
        n_extra=n_estimated - n_both,
        n_missing=n_true - n_both,
        n_undecided=n_both - correct - n_reversed,
    )


def _loopless(true: Any, estimate: Any) -> tuple[AdjacencyMatrix, AdjacencyMatrix]:
    graphs = aligned(true, estimate)
    for graph in graphs:
        loops = np.flatnonzero(graph.adjacency.diagonal())
        if loops.size:
            label = graph.labels[loops[0]]
            raise ValueError(f"node {label} has an edge to itself; set the diagonal to 0")
    return graphs[0].adjacency, graphs[1].adjacency


def _differing_pairs(
    A: AdjacencyMatrix, B: AdjacencyMatrix
) -> tuple[AdjacencyMatrix, AdjacencyMatrix]:
    """Return the pairs whose edge differs, and those where it is merely reversed, symmetric."""
    differing = skeleton(A != B)
    one_way = (A != A.T) * (B != B.T)
    return differing, differing * one_way


def _n_pairs(symmetric: AdjacencyMatrix) -> int:
    return int(symmetric.sum()) // 2


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0

"""Structural intervention distance: effects that an estimated graph would get wrong."""

from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.graph import mpdag, reachability, undecided_effects
from causal_dag.graph.matrices import dense
from causal_dag.metrics.alignment import aligned
from causal_dag.metrics.partly_directed import some_dag_of


def structural_intervention_distance(true: Any, estimate: Any) -> int:
    """Return the number of ordered pairs (i, j) whose effect the estimate would get wrong.

    The effect of i on j is computed from the estimate by adjusting for i's estimated parents. It is
    right for every distribution if they are a valid adjustment set for (i, j) in the true graph;
    if j is itself an estimated parent of i, the estimate says "no effect". An effect that
    undirected edges of the estimate leave open counts as wrong: there is no answer.

    Parameters
    ----------
    true : graph
        A DAG, in any form that ``structural_hamming_distance`` takes.
    estimate : graph
        A DAG or a partly directed graph (CPDAG, MPDAG). The distance is not symmetric.

    Returns
    -------
    int
        Between 0 and d(d − 1).

    Raises
    ------
    ValueError
        If the graphs have different nodes, one has a directed cycle, the true one has undirected
        edges, or the estimate has some and no DAG agrees with it.

    Notes
    -----
    Z is a valid adjustment set for (i, j) if it holds no descendant of a node on a directed path
    from i to j (i aside), and blocks every path from i to j that is not directed. Open paths are
    found by one walk over nodes and edges for every source, O(d(d + m)).

    Of a partly directed estimate, this is the parent adjustment distance of Henckel, Würtzen and
    Weichwald. An effect of i on j is open if a possibly directed path from i to j begins with an
    undirected edge (Perković 2020); otherwise i's directed parents are adjusted for.

    References
    ----------
    Peters and Bühlmann, "Structural intervention distance for evaluating causal graphs", Neural
    Computation 27 (2015); Shpitser, VanderWeele and Robins, "On the validity of covariate
    adjustment for estimating causal effects", UAI 2010; Henckel, Würtzen and Weichwald,
    "Adjustment identification distance", UAI 2024; Perković, "Identifying causal effects in
    maximally oriented partially directed acyclic graphs", UAI 2020.

    Examples
    --------
    >>> structural_intervention_distance([[0, 1], [0, 0]], [[0, 0], [1, 0]])
    2
    >>> structural_intervention_distance([[0, 1], [0, 0]], [[0, 1], [0, 0]])
    0
    >>> structural_intervention_distance([[0, 1], [0, 0]], [[0, 1], [1, 0]])  # both effects open
    2
    """
    from causal_dag.metrics.kernels import spurious_walks

    first, second = aligned(true, estimate)
    first.require_dag()
    G = dense(first.adjacency)
    completed = dense(mpdag(some_dag_of(second), required=second.adjacency > second.undirected))
    H = completed & ~completed.T
    descendants = reachability(G)
    wrong = np.zeros_like(G)
    spurious_walks(G, H, wrong)
    for i in range(len(G)):
        wrong[i] |= _blocked_by_descendants(i, H[:, i], descendants)
    # Adjusting for j itself is not done: the estimate says that i has no effect on it.
    wrong = np.where(H.T, descendants, wrong) | undecided_effects(completed)
    np.fill_diagonal(wrong, False)
    return int(wrong.sum())


def _blocked_by_descendants(i: int, Z: BoolArray, descendants: BoolArray) -> BoolArray:
    """Return the j to which a directed path from i has a node in Z, or with a descendant in Z."""
    below = Z & descendants[i]
    if not below.any():
        return np.zeros_like(Z)
    spoilt = descendants[i] & (below | descendants[:, below].any(axis=1))
    reached: BoolArray = spoilt | descendants[spoilt].any(axis=0)
    return reached

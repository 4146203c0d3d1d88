"""The few graphs of many that lie nearest to all of them."""

from collections.abc import Iterable

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray

#: Of more graphs, this many quantiles stand for all.
MOST_COMPARED_GRAPHS = 1000
MOST_ROUNDS = 50


def weighted_medoids(
    graphs: Iterable[BoolArray], weights: FloatArray, n_medoids: int
) -> list[tuple[int, float, float]]:
    """Return the medoids of graphs under the structural Hamming distance.

    They are chosen one by one, each such that the mean distance to the nearest falls most, and
    then moved to the centers of their clusters until none moves.

    Parameters
    ----------
    graphs : iterable of ndarray of bool, shape (d, d)
        Different graphs; undirected edges have both directions set.
    weights : ndarray of shape (n,)
        Positive weights of the graphs.
    n_medoids : int
        How many medoids to return; as many as there are graphs, if these are fewer.

    Returns
    -------
    list of (int, float, float)
        Number of the graph, share of the weight that is nearest to it, and mean distance of that
        share; the largest share first.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.medoids import weighted_medoids
    >>> edge = np.array([[False, True], [False, False]])
    >>> weighted_medoids([edge, edge.T], np.array([3.0, 1.0]), 1)
    [(0, 1.0, 0.25)]
    """
    from scipy.spatial.distance import cdist

    kept, share = np.arange(weights.size), weights / weights.sum()
    if weights.size > MOST_COMPARED_GRAPHS:
        kept, share = _systematic_sample(share)
    states = _edge_states(graphs, set(kept.tolist()))
    distances = cdist(states, states, "hamming") * states.shape[1]
    medoids = _centered(distances, share, _greedy(distances, share, n_medoids))
    nearest = distances[:, medoids].argmin(axis=1)
    found = []
    for cluster, medoid in enumerate(medoids.tolist()):
        in_cluster = nearest == cluster
        size = float(share[in_cluster].sum())
        mean = float(share[in_cluster] @ distances[in_cluster, medoid]) / size
        found.append((int(kept[medoid]), size, mean))
    return sorted(found, key=lambda entry: -entry[1])


def _systematic_sample(share: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the graphs at equal steps of the cumulative share, and how often each is met."""
    steps = (np.arange(MOST_COMPARED_GRAPHS) + 0.5) / MOST_COMPARED_GRAPHS
    places = np.minimum(np.searchsorted(np.cumsum(share), steps), share.size - 1)
    kept, counts = np.unique(places, return_counts=True)
    return kept, counts / MOST_COMPARED_GRAPHS


def _edge_states(graphs: Iterable[BoolArray], kept: set[int]) -> FloatArray:
    """Return the state of every pair of variables that some graph joins, one row per graph."""
    rows = [
        (graph + 2.0 * graph.T)[np.triu_indices(len(graph), 1)].astype(np.uint8)
        for number, graph in enumerate(graphs)
        if number in kept
    ]
    states = np.array(rows)
    joined = states[:, states.any(axis=0)]
    return np.hstack([joined, np.zeros((len(joined), 1))])


def _greedy(distances: FloatArray, share: FloatArray, n_medoids: int) -> IntArray:
    nearest = np.full(len(distances), np.inf)
    medoids: list[int] = []
    for _ in range(min(n_medoids, len(distances))):
        costs = share @ np.minimum(distances, nearest[:, None])
        costs[medoids] = np.inf
        medoids.append(int(costs.argmin()))
        nearest = np.minimum(nearest, distances[:, medoids[-1]])
    return np.array(medoids)


def _centered(distances: FloatArray, share: FloatArray, medoids: IntArray) -> IntArray:
    """Move every medoid to the center of the graphs that are nearest to it."""
    for _ in range(MOST_ROUNDS):
        nearest = distances[:, medoids].argmin(axis=1)
        moved = medoids.copy()
        for cluster in range(len(medoids)):
            members = np.flatnonzero(nearest == cluster)
            costs = distances[np.ix_(members, members)] @ share[members]
            moved[cluster] = members[costs.argmin()]
        if (moved == medoids).all():
            break
        medoids = moved
    return medoids

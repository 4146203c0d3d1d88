"""Random directed acyclic graphs with exactly the expected number of edges that is asked for."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.synthetic.random_streams import RandomState, stream
from causal_dag.validation import check_choice, check_number

REWIRING_PROBABILITY = 0.1

GraphName = Literal["er", "sf", "small-world", "bipartite", "layered"]


def random_dag(
    n_nodes: int,
    *,
    graph: GraphName = "er",
    edges_per_node: float = 2,
    random_state: RandomState = 0,
) -> BoolArray:
    """Draw a directed acyclic graph whose labels say nothing about its causal order.

    Parameters
    ----------
    n_nodes : int
        Number of nodes d, at least 1.
    graph : {"er", "sf", "small-world", "bipartite", "layered"}
        Family of graphs; the expected number of edges is ``edges_per_node * n_nodes`` in each.

        - ``"er"``: Erdős–Rényi; each of the d(d−1)/2 pairs is an edge independently of the others
          [1]_.
        - ``"sf"``: scale-free by preferential attachment [2]_. A new node points at older nodes,
          drawn in proportion to their degree, so that the hubs have many parents (large
          in-degrees) and out-degrees stay near ``edges_per_node``.
        - ``"small-world"``: a ring in which each node is linked to its nearest neighbours, one
          link in ten being rewired at random [3]_; the links are then directed along a random
          order of the nodes.
        - ``"bipartite"``: half of the nodes are sources, the other half sinks.
        - ``"layered"``: ⌈√d⌉ layers of equal size; edges lead from a layer to any later one.
    edges_per_node : float
        Expected number of edges divided by d; 2 gives the ER2 and SF2 of the literature.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness; the same value gives the same graph.

    Returns
    -------
    adjacency : ndarray of bool, shape (d, d)
        ``adjacency[i, j]`` is True where i → j.

    Raises
    ------
    ValueError
        If the family is unknown, or has no room for that many edges; the message gives the largest
        possible ``edges_per_node``.

    References
    ----------
    .. [1] Erdős and Rényi, Publicationes Mathematicae 6:290–297 (1959).
    .. [2] Barabási and Albert, Science 286:509–512 (1999).
    .. [3] Watts and Strogatz, Nature 393:440–442 (1998).

    Examples
    --------
    >>> from causal_dag.graph import is_dag
    >>> from causal_dag.synthetic import random_dag
    >>> adjacency = random_dag(10, graph="sf", edges_per_node=2, random_state=0)
    >>> adjacency.shape, is_dag(adjacency)
    ((10, 10), True)
    """
    n_nodes = check_number("n_nodes", n_nodes, low=1, integer=True)
    edges_per_node = check_number("edges_per_node", edges_per_node, low=0)
    check_choice("graph", graph, GRAPHS)
    generator = stream(random_state, "graph")
    ordered = GRAPHS[graph](n_nodes, edges_per_node, generator)
    return _relabelled(ordered, generator)


def _erdos_renyi(d: int, edges_per_node: float, generator: np.random.Generator) -> BoolArray:
    pairs = np.triu(np.ones((d, d), dtype=bool), k=1)
    return _independent_edges(pairs, "er", edges_per_node, generator)


def _bipartite(d: int, edges_per_node: float, generator: np.random.Generator) -> BoolArray:
    return _independent_edges(_layer_pairs(d, 2), "bipartite", edges_per_node, generator)


def _layered(d: int, edges_per_node: float, generator: np.random.Generator) -> BoolArray:
    pairs = _layer_pairs(d, math.isqrt(d - 1) + 1)
    return _independent_edges(pairs, "layered", edges_per_node, generator)


def _layer_pairs(d: int, n_layers: int) -> BoolArray:
    layer = np.arange(d) * n_layers // d
    pairs: BoolArray = layer[:, None] < layer[None, :]
    return pairs


def _independent_edges(
    pairs: BoolArray, graph: str, edges_per_node: float, generator: np.random.Generator
) -> BoolArray:
    """Keep each allowed pair with the one probability that gives the expected number of edges."""
    d = pairs.shape[0]
    n_pairs = np.count_nonzero(pairs)
    _refuse_too_many_edges(graph, d, edges_per_node, n_pairs / d)
    probability = edges_per_node * d / max(n_pairs, 1)
    adjacency = np.zeros((d, d), dtype=bool)
    adjacency[pairs] = generator.random(n_pairs) < probability
    return adjacency


def _scale_free(d: int, edges_per_node: float, generator: np.random.Generator) -> BoolArray:
    """Attach node after node; the number of links a node brings is m or m + 1, drawn at random.

    With m links a node, d nodes have T(m) = Σ_t min(t, m) = m·d − m(m+1)/2 edges, less than m·d,
    because the first nodes have few others to point at. So m and the probability of one link more
    are chosen such that the expectation is ``edges_per_node * d``.
    """
    _refuse_too_many_edges("sf", d, edges_per_node, (d - 1) / 2)
    m = np.arange(d + 1)
    total = m * d - m * (m + 1) // 2
    n_edges = edges_per_node * d
    links = int(np.searchsorted(total[:d], n_edges, side="right")) - 1
    one_more = (n_edges - total[links]) / max(total[links + 1] - total[links], 1)
    adjacency = np.zeros((d, d), dtype=bool)
    degree = np.zeros(d)
    for node in range(1, d):
        n_links = min(node, links + int(generator.random() < one_more))
        # A node without links (possible for edges_per_node < 1) still has to be found.
        attraction = np.maximum(degree[:node], 1.0)
        hubs = generator.choice(node, n_links, replace=False, p=attraction / attraction.sum())
        adjacency[node, hubs] = True
        degree[hubs] += 1
        degree[node] = n_links
    return adjacency


def _small_world(d: int, edges_per_node: float, generator: np.random.Generator) -> BoolArray:
    """Thin a Watts–Strogatz graph with a whole number of edges per node, and direct it."""
    from networkx import to_numpy_array, watts_strogatz_graph

    _refuse_too_many_edges("small-world", d, edges_per_node, (d - 1) // 2)
    half_degree = math.ceil(edges_per_node)
    ring = watts_strogatz_graph(d, 2 * half_degree, REWIRING_PROBABILITY, seed=generator)
    links = to_numpy_array(ring, nodelist=range(d), dtype=bool)
    # Labels along the ring would make a neighbour's causal rank predictable: direct at random.
    directed = np.triu(_relabelled(links, generator), k=1)
    kept = generator.random((d, d)) * half_degree < edges_per_node
    adjacency: BoolArray = directed & kept
    return adjacency


def _relabelled(adjacency: BoolArray, generator: np.random.Generator) -> BoolArray:
    label = generator.permutation(adjacency.shape[0])
    return adjacency[np.ix_(label, label)]


def _refuse_too_many_edges(graph: str, d: int, edges_per_node: float, largest: float) -> None:
    if edges_per_node > largest:
        raise ValueError(
            f"edges_per_node={edges_per_node:g} is too large: {graph!r} graphs of {d} nodes have "
            f"at most {largest:g} edges per node; lower edges_per_node or raise the number of nodes"
        )


GRAPHS: dict[GraphName, Callable[[int, float, np.random.Generator], BoolArray]] = {
    "er": _erdos_renyi,
    "sf": _scale_free,
    "small-world": _small_world,
    "bipartite": _bipartite,
    "layered": _layered,
}

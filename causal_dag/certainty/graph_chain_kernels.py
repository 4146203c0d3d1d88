"""Numba kernels of a Markov chain over DAGs.

A step on an edge takes the parents of both ends away, and draws the direction of the edge and the
other parents of both from their joint distribution, given the parents of all other nodes. It is the
edge reversal of Grzegorczyk and Husmeier ("Improving the structure MCMC sampler for Bayesian
networks by introducing a new edge reversal move", Machine Learning 71, 2008), with the direction
drawn as well. The edge is one of the e edges of the DAG, with equal chances, so that the step is
accepted with the probability min(1, e / e'), e' being their number after the step. A step on a node
draws its parents, given those of all other nodes. Both leave the posterior over DAGs unchanged.
"""

import math

from causal_dag.arrays import FloatArray
from causal_dag.certainty.parent_set_kernels import (
    Graph,
    Tables,
    draw_parents,
    link,
    unlink,
    value_of_sets,
)
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Uniform numbers that a step uses.
NUMBERS_PER_STEP = 6
SHARE_OF_STEPS_ON_EDGES = 0.9
# Largest argument of exp, nearly.
LARGEST_LOG_RATIO = 700.0


@inner_kernel
def _mark_descendants(graph: Graph, node: int, mark: int) -> None:
    """Mark a node and its descendants."""
    graph.stack[0], size = node, 1
    graph.marks[node] |= mark
    while size > 0:
        size -= 1
        x = graph.stack[size]
        for at in range(graph.n_children[x]):
            child = graph.children[x, at]
            if graph.marks[child] & mark == 0:
                graph.marks[child] |= mark
                graph.stack[size] = child
                size += 1


@inner_kernel
def _renew_parents(tables: Tables, graph: Graph, j: int, number: float) -> None:
    """Draw the parents of a node."""
    graph.marks[:] = 0
    _mark_descendants(graph, j, 1)
    unlink(tables, graph, j)
    draw_parents(tables, graph, j, 1, -1, number)
    link(tables, graph, j)


@inner_kernel
def _parent(tables: Tables, graph: Graph, j: int, which: int) -> int:
    """Return one of the parents of a node."""
    for k in range(tables.n_candidates[j]):
        if graph.sets[j] >> k & 1 == 1:
            if which == 0:
                return int(tables.candidates[j, k])
            which -= 1
    return int(tables.others[j, graph.extra[j] - 1])


@inner_kernel
def _draw_pair(
    tables: Tables, graph: Graph, i: int, j: int, mark_i: int, mark_j: int, numbers: FloatArray
) -> None:
    """Draw parents of i and j, with i among those of j."""
    draw_parents(tables, graph, j, mark_j, i, numbers[2])
    draw_parents(tables, graph, i, mark_i | mark_j, -1, numbers[3])


@inner_kernel
def _renew_edge(tables: Tables, graph: Graph, n_edges: int, numbers: FloatArray) -> int:
    """Draw the direction of an edge, and other parents of both ends; return the number of edges."""
    which, j = int(numbers[0] * n_edges), 0
    while which >= graph.n_parents[j]:
        which -= graph.n_parents[j]
        j += 1
    i = _parent(tables, graph, j, which)
    old = (graph.sets[i], graph.extra[i], graph.sets[j], graph.extra[j])
    after: int = n_edges - graph.n_parents[i] - graph.n_parents[j]
    unlink(tables, graph, i)
    unlink(tables, graph, j)
    graph.marks[:] = 0
    _mark_descendants(graph, i, 1)
    _mark_descendants(graph, j, 2)
    kept = value_of_sets(tables, graph, j, 2, i) + value_of_sets(tables, graph, i, 3, -1)
    turned = value_of_sets(tables, graph, i, 1, j) + value_of_sets(tables, graph, j, 3, -1)
    if kept > -math.inf:  # it has no digits left where the edge is next to impossible
        odds = math.exp(min(turned - kept, LARGEST_LOG_RATIO))
        if numbers[1] * (1.0 + odds) < 1.0:
            _draw_pair(tables, graph, i, j, 1, 2, numbers)
        else:
            _draw_pair(tables, graph, j, i, 2, 1, numbers)
    link(tables, graph, i)
    link(tables, graph, j)
    after += graph.n_parents[i] + graph.n_parents[j]
    if numbers[4] * after < n_edges:
        return after
    unlink(tables, graph, i)
    unlink(tables, graph, j)
    graph.sets[i], graph.extra[i], graph.sets[j], graph.extra[j] = old
    link(tables, graph, i)
    link(tables, graph, j)
    return n_edges


@compact_kernel
def advance(tables: Tables, graph: Graph, numbers: FloatArray) -> None:
    """Make one step per row of uniform numbers."""
    d, n_edges = graph.n_parents.size, 0
    for j in range(d):
        n_edges += graph.n_parents[j]
    for step in range(numbers.shape[0]):
        if numbers[step, 5] >= SHARE_OF_STEPS_ON_EDGES:
            j = int(numbers[step, 0] * d)
            n_edges -= graph.n_parents[j]
            _renew_parents(tables, graph, j, numbers[step, 1])
            n_edges += graph.n_parents[j]
        elif n_edges > 0:
            n_edges = _renew_edge(tables, graph, n_edges, numbers[step])

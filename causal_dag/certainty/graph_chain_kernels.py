"""Numba kernels of a Markov chain over DAGs.

A step takes some nodes, removes all their parents, and draws their parents anew from the joint
distribution, given the parents of all other nodes. That is an exact draw: let D_x be the node x of
the block and its descendants without the removed edges. Parent sets fit together if the relation
"a parent of y is in D_x" among the nodes of the block is acyclic. The weight of each such relation
is a product of sums over parent sets, which ``Tables`` has.

The nodes are chosen one by one, mostly among the neighbors of those chosen before. So the chance of
a choice changes with the DAG, and the step is accepted with the probability min(1, q' / q), q and
q' being the chances before and after. It extends the edge reversal of Grzegorczyk and Husmeier
("Improving the structure MCMC sampler for Bayesian networks by introducing a new edge reversal
move", Machine Learning 71, 2008), which has two nodes and a given direction of their edge.
"""

import math
from typing import NamedTuple

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.certainty.parent_set_kernels import (
    Graph,
    Tables,
    draw_parents,
    link,
    unlink,
    value_of_sets,
)
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Share of nodes that are chosen without regard to the DAG.
SHARE_OF_ANY_NODES = 0.3
# Relations that are less probable, by this logarithm, are not drawn.
SMALLEST_LOG_SHARE = -45.0


class Block(NamedTuple):
    """Nodes whose parents are drawn together, and work space."""

    nodes: IntArray  # (b,)
    relations: IntArray  # (n, b) acyclic relations: bits of the nodes x before each node y
    weights: FloatArray  # (n,) of the relations
    values: FloatArray  # (b, 2^b) log sums over the parent sets of y that meet these D_x only
    old_sets: IntArray  # (b,)
    old_extra: IntArray  # (b,)


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
def _is_parent(tables: Tables, graph: Graph, i: int, j: int) -> bool:
    """Return whether i is a parent of j."""
    place = tables.places[j, i]
    is_candidate = graph.sets[j] & tables.bits[j, i] != 0
    return bool(is_candidate or (place > 0 and graph.extra[j] == place))


@inner_kernel
def _neighbor(tables: Tables, graph: Graph, x: int, which: int) -> int:
    """Return one of the neighbors of a node; children come first."""
    if which < graph.n_children[x]:
        return int(graph.children[x, which])
    which -= graph.n_children[x]
    for k in range(tables.n_candidates[x]):
        if graph.sets[x] >> k & 1 == 1:
            if which == 0:
                return int(tables.candidates[x, k])
            which -= 1
    return int(tables.others[x, graph.extra[x] - 1])


@inner_kernel
def _choose(tables: Tables, graph: Graph, block: Block, numbers: FloatArray) -> bool:
    """Choose the nodes; return whether they differ."""
    d, nodes = graph.n_parents.size, block.nodes
    nodes[0] = int(numbers[0] * d)
    for at in range(1, nodes.size):
        x, number = nodes[int(numbers[2 * at - 1] * at)], numbers[2 * at]
        degree = graph.n_children[x] + graph.n_parents[x]
        if number < SHARE_OF_ANY_NODES or degree == 0:
            if degree > 0:
                number /= SHARE_OF_ANY_NODES
            nodes[at] = int(number * d)
        else:
            share = (number - SHARE_OF_ANY_NODES) / (1.0 - SHARE_OF_ANY_NODES)
            nodes[at] = _neighbor(tables, graph, x, min(int(share * degree), degree - 1))
        for before in range(at):
            if nodes[before] == nodes[at]:
                return False
    return True


@inner_kernel
def _chance(tables: Tables, graph: Graph, block: Block) -> float:
    """Return the chance that ``_choose`` chooses the nodes, up to a constant."""
    d, nodes, chance = graph.n_parents.size, block.nodes, 1.0
    for at in range(1, nodes.size):
        total = 0.0
        for before in range(at):
            x, y = nodes[before], nodes[at]
            degree = graph.n_children[x] + graph.n_parents[x]
            if degree == 0:
                total += 1.0 / d
            else:
                total += SHARE_OF_ANY_NODES / d
                if _is_parent(tables, graph, x, y) or _is_parent(tables, graph, y, x):
                    total += (1.0 - SHARE_OF_ANY_NODES) / degree
        chance *= total
    return chance


@inner_kernel
def _log_difference(a: float, b: float) -> float:
    """Return log(eᵃ − eᵇ), for a ≥ b but for rounding."""
    return a + math.log1p(-math.exp(b - a)) if b < a else -math.inf


@inner_kernel
def _weigh_parent_sets(tables: Tables, graph: Graph, block: Block) -> None:
    """Compute, for every node of the block, sums over the sets that meet given D_x, and no more."""
    size = block.nodes.size
    every = (1 << size) - 1
    for y in range(size):
        values = block.values[y]
        for met in range(every + 1):
            if met >> y & 1 == 0:
                values[met] = value_of_sets(tables, graph, block.nodes[y], every ^ met)
        for x in range(size):
            if x != y:
                for met in range(every + 1):
                    if met >> y & 1 == 0 and met >> x & 1 == 1:
                        values[met] = _log_difference(values[met], values[met ^ 1 << x])


@inner_kernel
def _drawn_relation(block: Block, number: float) -> int:
    """Return an acyclic relation, drawn in proportion to its weight."""
    largest, total, last = -math.inf, 0.0, -1
    for r in range(block.weights.size):
        weight = 0.0
        for y in range(block.nodes.size):
            weight += block.values[y, block.relations[r, y]]
        block.weights[r] = weight
        largest = max(largest, weight)
    if largest == -math.inf:
        return -1
    for r in range(block.weights.size):
        share = block.weights[r] - largest
        block.weights[r] = math.exp(share) if share > SMALLEST_LOG_SHARE else 0.0
        total += block.weights[r]
    rest = number * total
    for r in range(block.weights.size):
        if block.weights[r] > 0.0:
            rest -= block.weights[r]
            last = r
            if rest < 0.0:
                break
    return last


@inner_kernel
def _renew_parents(tables: Tables, graph: Graph, block: Block, numbers: FloatArray) -> None:
    """Draw the parents of the nodes, by b + 2 numbers."""
    size, before = block.nodes.size, _chance(tables, graph, block)
    every = (1 << size) - 1
    for at in range(size):
        x = block.nodes[at]
        block.old_sets[at], block.old_extra[at] = graph.sets[x], graph.extra[x]
        unlink(tables, graph, x)
    graph.marks[:] = 0
    for at in range(size):
        _mark_descendants(graph, block.nodes[at], 1 << at)
    _weigh_parent_sets(tables, graph, block)
    drawn = _drawn_relation(block, numbers[0])
    if drawn >= 0:
        for at in range(size):
            met = block.relations[drawn, at]
            draw_parents(tables, graph, block.nodes[at], every ^ met, met, numbers[2 + at])
    for at in range(size):
        link(tables, graph, block.nodes[at])
    if numbers[1] * before < _chance(tables, graph, block):
        return
    for at in range(size):
        unlink(tables, graph, block.nodes[at])
    for at in range(size):
        x = block.nodes[at]
        graph.sets[x], graph.extra[x] = block.old_sets[at], block.old_extra[at]
        link(tables, graph, x)


@compact_kernel
def advance(tables: Tables, graph: Graph, block: Block, numbers: FloatArray) -> None:
    """Make one step per row of 3 b + 1 uniform numbers."""
    used = 2 * block.nodes.size - 1
    for step in range(numbers.shape[0]):
        if _choose(tables, graph, block, numbers[step]):
            _renew_parents(tables, graph, block, numbers[step, used:])

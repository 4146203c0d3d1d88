"""Numba kernels that draw parent sets, and DAGs, from tables of sums over parent sets."""

import math
from typing import NamedTuple

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel


class Tables(NamedTuple):
    """Local scores of d nodes: of sets of the k candidates of each, and at most one other node.

    Which other node a parent set holds is written as its place among the node's m others, counted
    from 1, and 0 if there is none. The numbers k and m differ between nodes, so that the tables of
    all nodes stand in one row each, one after another.
    """

    candidates: IntArray  # (d, most k); -1 beyond
    others: IntArray  # (d, most m); -1 beyond
    n_candidates: IntArray  # (d,) k
    n_others: IntArray  # (d,) m
    bits: IntArray  # (d, d) [j, i] the bit of i among the candidates of j, 0 if there is none
    places: IntArray  # (d, d) [j, i] the place of i among the others of j, 0 if there is none
    first_score: IntArray  # (d,) where the scores of a node begin
    first_sum: IntArray  # (d,) where its sums begin
    first_ratio: IntArray  # (d,) where its ratios begin
    scores: FloatArray  # (m + 1, 2^k) per node: log scores
    ranked: IntArray  # (m + 1, 2^k) per node: sets by descending score
    best_ranks: IntArray  # (m + 1, 2^k) per node: the rank of the best subset of each set
    sums: FloatArray  # (2^k,) per node: log sums over subsets of the candidates
    ratios: FloatArray  # (2^k, m) per node: what each other node adds, relative to these sums


class Graph(NamedTuple):
    """A DAG, and work space."""

    sets: IntArray  # (d,) parents among the candidates
    extra: IntArray  # (d,) place of the parent among the other nodes, 0 if there is none
    children: IntArray  # (d, d) children of each node, in any order
    n_children: IntArray  # (d,)
    n_parents: IntArray  # (d,)
    marks: IntArray  # (d,) bits that exclude nodes from parent sets
    stack: IntArray  # (d,)


@inner_kernel
def log_sum(tables: Tables, j: int, allowed: int) -> float:
    """Return the log sum over subsets of some candidates of a node."""
    value: float = tables.sums[tables.first_sum[j] + allowed]
    return value


@inner_kernel
def ratio(tables: Tables, j: int, allowed: int, place: int) -> float:
    """Return what another node, given by its place, adds to the sum of a node."""
    value: float = tables.ratios[tables.first_ratio[j] + allowed * tables.n_others[j] + place - 1]
    return value


@inner_kernel
def _add_child(graph: Graph, i: int, j: int) -> None:
    graph.children[i, graph.n_children[i]] = j
    graph.n_children[i] += 1
    graph.n_parents[j] += 1


@inner_kernel
def _remove_child(graph: Graph, i: int, j: int) -> None:
    at, last = 0, graph.n_children[i] - 1
    while graph.children[i, at] != j:
        at += 1
    graph.children[i, at] = graph.children[i, last]
    graph.n_children[i] = last
    graph.n_parents[j] -= 1


@inner_kernel
def link(tables: Tables, graph: Graph, j: int) -> None:
    """Add the edges to a node that ``sets`` and ``extra`` have."""
    for k in range(tables.n_candidates[j]):
        if graph.sets[j] >> k & 1 == 1:
            _add_child(graph, tables.candidates[j, k], j)
    if graph.extra[j] > 0:
        _add_child(graph, tables.others[j, graph.extra[j] - 1], j)


@inner_kernel
def unlink(tables: Tables, graph: Graph, j: int) -> None:
    """Remove the edges to a node; ``sets`` and ``extra`` stay as they are."""
    for k in range(tables.n_candidates[j]):
        if graph.sets[j] >> k & 1 == 1:
            _remove_child(graph, tables.candidates[j, k], j)
    if graph.extra[j] > 0:
        _remove_child(graph, tables.others[j, graph.extra[j] - 1], j)


@inner_kernel
def allowed_candidates(tables: Tables, graph: Graph, j: int, excluded: int) -> int:
    """Return the set of the candidates of a node that have none of the excluded marks."""
    allowed = 0
    for k in range(tables.n_candidates[j]):
        if graph.marks[tables.candidates[j, k]] & excluded == 0:
            allowed |= 1 << k
    return allowed


@inner_kernel
def _total(tables: Tables, graph: Graph, j: int, allowed: int, excluded: int) -> float:
    """Return the sum over parent sets without excluded marks, relative to ``sums``."""
    total, m = 1.0, tables.n_others[j]
    first = tables.first_ratio[j] + allowed * m
    for u in range(m):
        if graph.marks[tables.others[j, u]] & excluded == 0:
            total += tables.ratios[first + u]
    return total


@inner_kernel
def value_of_sets(tables: Tables, graph: Graph, j: int, excluded: int) -> float:
    """Return the log sum over the parent sets of a node without excluded marks."""
    allowed = allowed_candidates(tables, graph, j, excluded)
    return log_sum(tables, j, allowed) + math.log(_total(tables, graph, j, allowed, excluded))


@inner_kernel
def _candidates_with(tables: Tables, graph: Graph, j: int, marks: int) -> int:
    """Return the set of the candidates of a node that have one of some marks."""
    every: int = (1 << tables.n_candidates[j]) - 1
    return every ^ allowed_candidates(tables, graph, j, marks)


@inner_kernel
def _share(
    tables: Tables, graph: Graph, j: int, allowed: int, excluded: int, needed: int, u: int
) -> float:
    """Return a sum over parent sets that have each of the needed marks, relative to ``sums``.

    It is computed by inclusion and exclusion of sets without these marks.

    Parameters
    ----------
    u : int
        The other node that the sets have, 0 for none; -1 for all sets.
    """
    share, base, left_out = 0.0, log_sum(tables, j, allowed), needed
    if u > 0:
        left_out &= ~graph.marks[tables.others[j, u - 1]]
    needed = left_out
    while True:
        inside, sign, bits = allowed, 1.0, left_out
        if left_out != 0:
            inside &= ~_candidates_with(tables, graph, j, left_out)
        while bits != 0:
            bits, sign = bits & (bits - 1), -sign
        part = math.exp(log_sum(tables, j, inside) - base)
        if part > 0.0:
            if u > 0:
                part *= ratio(tables, j, inside, u)
            elif u < 0:
                part *= _total(tables, graph, j, inside, excluded | left_out)
            share += sign * part
        if left_out == 0:
            return share
        left_out = (left_out - 1) & needed


@inner_kernel
def _has_marks(tables: Tables, graph: Graph, j: int, chosen: int, needed: int) -> bool:
    """Return whether a set of candidates has each of some marks."""
    k = 0
    while chosen != 0 and needed != 0:
        if chosen & 1 == 1:
            needed &= ~graph.marks[tables.candidates[j, k]]
        chosen, k = chosen >> 1, k + 1
    return needed == 0


@inner_kernel
def _draw_set(
    tables: Tables, graph: Graph, j: int, allowed: int, u: int, needed: int, rest: float
) -> None:
    """Draw a set of candidates that has each of the needed marks, beside the other node u.

    ``rest`` is the uniform number times the sum of the sets' weights, relative to ``sums``.
    """
    base, size = log_sum(tables, j, allowed), 1 << tables.n_candidates[j]
    first = tables.first_score[j] + u * size
    if u > 0:
        needed &= ~graph.marks[tables.others[j, u - 1]]
    graph.extra[j] = u
    for rank in range(tables.best_ranks[first + allowed], size):
        chosen = tables.ranked[first + rank]
        if chosen & ~allowed != 0 or not _has_marks(tables, graph, j, chosen, needed):
            continue
        weight = math.exp(tables.scores[first + chosen] - base)
        if weight == 0.0:
            break
        graph.sets[j] = chosen
        rest -= weight
        if rest < 0.0:
            break


@inner_kernel
def draw_parents(
    tables: Tables, graph: Graph, j: int, excluded: int, needed: int, number: float
) -> None:
    """Draw parents without excluded marks that have each of the needed ones."""
    allowed = allowed_candidates(tables, graph, j, excluded)
    rest = number * _share(tables, graph, j, allowed, excluded, needed, -1)
    left, chosen, u = rest - _share(tables, graph, j, allowed, excluded, needed, 0), 0, 1
    while left >= 0.0 and u <= tables.n_others[j]:
        if graph.marks[tables.others[j, u - 1]] & excluded == 0:
            share = _share(tables, graph, j, allowed, excluded, needed, u)
            if share > 0.0:
                rest, chosen = left, u
                left -= share
        u += 1
    _draw_set(tables, graph, j, allowed, chosen, needed, rest)


@compact_kernel
def draw_graph(tables: Tables, graph: Graph, order: IntArray, numbers: FloatArray) -> bool:
    """Draw a DAG given its order, by one number per node; return whether the order allows one."""
    graph.n_children[:] = 0
    graph.n_parents[:] = 0
    graph.marks[:] = 1
    for p in range(order.size):
        j = order[p]
        if value_of_sets(tables, graph, j, 1) == -math.inf:
            return False
        draw_parents(tables, graph, j, 1, 0, numbers[p])
        link(tables, graph, j)
        graph.marks[j] = 0
    return True


@compact_kernel
def write_graph(graph: Graph, adjacency: BoolArray) -> None:
    """Write a DAG into a matrix of zeros."""
    for i in range(graph.n_children.size):
        for at in range(graph.n_children[i]):
            adjacency[i, graph.children[i, at]] = True

"""Numba kernels of restarts: moving to another graph, and keeping the changes that improve it.

A local search that begins at a perturbed graph changes it in several places. Since the score is a
sum over nodes, independent changes can be judged one by one, and those that improve the score kept
even if others made it worse (known in evolutionary computation as partition crossover; Whitley,
Hains and Howe, "Tunneling between optima: partition crossover for the traveling salesman problem",
GECCO 2009).
"""

from typing import NamedTuple

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel
from causal_dag.solvers.order.search.likelihood_kernels import (
    State,
    Terms,
    Trial,
    _commit,
    _fit_value,
    _grow_shrink,
    _index_of,
    _load,
    _price,
    _refresh,
    _store,
    _toggle,
    pool,
)
from causal_dag.solvers.order.search.order_kernels import enqueue


class Graph(NamedTuple):
    """The graph at which a restart begins, and work space for what the search changes."""

    starts: IntArray  # (d + 1,) where the parents of each node begin
    parents: IntArray  # (edges,) parents of all nodes in sequence, ascending for each node
    variances: FloatArray  # (d,) residual variances
    differs: BoolArray  # (d,) nodes with different parents in the state
    group: IntArray  # (d,) representative of the nodes that change together, or a step toward it
    gains: FloatArray  # (d,) decrease of the score by a group, at its representative
    kept: BoolArray  # (d,) nodes that keep the parents they have in the state
    placed: BoolArray  # (d,) work space of a topological sort
    order: IntArray  # (d,) its result


def graph_with_room(parents: BoolArray) -> Graph:
    """Return the graph with these parents, ``parents[i, j]`` for i → j, shape (d, d)."""
    d = len(parents)
    return Graph(
        starts=np.append(0, parents.sum(axis=0).cumsum()),
        parents=np.nonzero(parents.T)[1],
        variances=np.empty(d),
        differs=np.empty(d, dtype=bool),
        group=np.empty(d, dtype=np.intp),
        gains=np.empty(d),
        kept=np.empty(d, dtype=bool),
        placed=np.empty(d, dtype=bool),
        order=np.empty(d, dtype=np.intp),
    )


@compact_kernel
def restart(terms: Terms, state: State, trial: Trial, graph: Graph, order: IntArray) -> None:
    """Move to a graph, then to an order that need not agree with it.

    Rows whose parents do not change are kept; then every node chooses its parents again along the
    order.
    """
    for u in range(order.size):
        if not _has_parents(state, graph, u):
            _give_parents(terms, state, trial, graph, u)
        graph.variances[u] = state.variance[u]
    _choose_along(terms, state, trial, order)


@inner_kernel
def _has_parents(state: State, graph: Graph, u: int) -> bool:
    """Whether u has the same parents in the state as in the graph."""
    first, k = graph.starts[u], state.n_parents[u]
    same: bool = graph.starts[u + 1] - first == k
    for m in range(k):
        same = same and state.parents[u, m] == graph.parents[first + m]
    return same


@inner_kernel
def _give_parents(terms: Terms, state: State, trial: Trial, graph: Graph, u: int) -> None:
    """Give u the parents that it has in the graph."""
    first = graph.starts[u]
    trial.node[0], trial.n_parents[0] = u, graph.starts[u + 1] - first
    for m in range(trial.n_parents[0]):
        trial.parents[m] = graph.parents[first + m]
    _refresh(terms, trial)
    _store(terms, state, trial)


@inner_kernel
def _choose_along(terms: Terms, state: State, trial: Trial, order: IntArray) -> None:
    """Let every node choose its parents among its predecessors, starting from its parents."""
    state.span[0], state.span[1] = 0, 0
    for q in range(order.size):
        state.queued[q] = False
        state.order[q] = order[q]
        state.position[order[q]] = q
    # Summed again, so that rounding does not depend on the previous steps.
    pool(terms, state)
    for q in range(order.size):
        _load(terms, state, order[q], trial)
        _drop_followers(terms, state, trial)
        _grow_shrink(terms, state, trial, q, order[q])
        if _has_changed(state, trial):
            _commit(terms, state, trial)


@compact_kernel
def choose_again(terms: Terms, state: State, trial: Trial) -> None:
    """Let every node choose its parents again along the state's order, and queue all nodes.

    That returns from other prices to the true ones.
    """
    pool(terms, state)
    for q in range(state.order.size):
        u = state.order[q]
        _load(terms, state, u, trial)
        _grow_shrink(terms, state, trial, q, u)
        if _has_changed(state, trial):
            _commit(terms, state, trial)
        enqueue(state, u)


@inner_kernel
def _has_changed(state: State, trial: Trial) -> bool:
    """Return whether the parents differ from those in the state."""
    u, k = trial.node[0], trial.n_parents[0]
    changed: bool = state.n_parents[u] != k
    for m in range(state.n_parents[u]):
        changed = changed or _index_of(trial, state.parents[u, m]) < 0
    return changed


@inner_kernel
def _drop_followers(terms: Terms, state: State, trial: Trial) -> None:
    """Drop the parents that come later in the order."""
    u = trial.node[0]
    for m in range(state.n_parents[u]):
        if state.position[state.parents[u, m]] > state.position[u]:
            _toggle(terms, trial, state.parents[u, m])


@compact_kernel
def recombine(terms: Terms, state: State, trial: Trial, graph: Graph) -> bool:
    """Undo the changes of a graph that did not improve it; return whether this lowers the score.

    Nodes with different parents in graph and state form a group if an edge between them is in only
    one of the two. Groups are accepted in decreasing order of their gain, unless they close a
    cycle; all other nodes get their previous parents back.
    """
    gain = _group_changes(terms, state, graph)
    kept_gain, group = 0.0, _best_group(graph, terms.tolerance)
    while group >= 0:
        for u in range(state.order.size):
            if graph.differs[u] and _representative(graph, u) == group:
                graph.kept[u] = True
        if _sort(terms, state, graph):
            kept_gain += graph.gains[group]
        else:
            for u in range(state.order.size):
                graph.kept[u] = graph.kept[u] and _representative(graph, u) != group
        graph.gains[group] = 0.0
        group = _best_group(graph, terms.tolerance)
    if kept_gain <= max(gain, 0.0) + terms.tolerance:
        return False
    _sort(terms, state, graph)
    for u in range(state.order.size):
        if graph.differs[u] and not graph.kept[u]:
            _give_parents(terms, state, trial, graph, u)
    _choose_along(terms, state, trial, graph.order)
    return True


@inner_kernel
def _group_changes(terms: Terms, state: State, graph: Graph) -> float:
    """Find the groups of changes and the gain of each; return the total gain."""
    total, d = 0.0, state.order.size
    for u in range(d):
        graph.differs[u] = not _has_parents(state, graph, u)
        graph.group[u], graph.gains[u], graph.kept[u] = u, 0.0, False
    for u in range(d):
        if graph.differs[u]:
            _join_across_differences(state, graph, u)
    for u in range(d):
        if graph.differs[u]:
            gain = _fit_value(terms, state.pooled[0], u, graph.variances[u])
            gain -= _fit_value(terms, state.pooled[0], u, state.variance[u])
            n_before = graph.starts[u + 1] - graph.starts[u]
            gain += _price(terms, n_before) - _price(terms, state.n_parents[u])
            graph.gains[_representative(graph, u)] += gain
            total += gain
    return total


@inner_kernel
def _join_across_differences(state: State, graph: Graph, u: int) -> None:
    """Join the group of u with those of the nodes that are its parents in only one graph."""
    a, b = graph.starts[u], 0
    last, k = graph.starts[u + 1], state.n_parents[u]
    while a < last or b < k:
        p, q = state.order.size, state.order.size
        if a < last:
            p = graph.parents[a]
        if b < k:
            q = state.parents[u, b]
        if p != q and graph.differs[min(p, q)]:
            graph.group[_representative(graph, min(p, q))] = _representative(graph, u)
        a += p <= q
        b += q <= p


@inner_kernel
def _representative(graph: Graph, u: int) -> int:
    """Return the representative of the group of u, halving the path to it."""
    group = graph.group
    while group[u] != u:
        group[u] = group[group[u]]
        u = group[u]
    return u


@inner_kernel
def _best_group(graph: Graph, tolerance: float) -> int:
    """Return the representative of the group with the largest gain; −1 if none has a gain."""
    best, most = -1, tolerance
    for u in range(graph.gains.size):
        if graph.gains[u] > most:
            best, most = u, graph.gains[u]
    return best


@inner_kernel
def _sort(terms: Terms, state: State, graph: Graph) -> bool:
    """Sort the mixed graph topologically, close to the state's order; False if it is cyclic."""
    d, n_placed, before = state.order.size, 0, -1
    for u in range(d):
        graph.placed[u] = False
    while n_placed > before:
        before = n_placed
        for q in range(d):
            u = state.order[q]
            if not graph.placed[u] and _can_follow(terms, state, graph, u):
                graph.placed[u] = True
                graph.order[n_placed] = u
                n_placed += 1
    return n_placed == d


@inner_kernel
def _can_follow(terms: Terms, state: State, graph: Graph, u: int) -> bool:
    """Return whether all nodes that must precede u are placed."""
    if graph.kept[u]:
        for m in range(state.n_parents[u]):
            if not graph.placed[state.parents[u, m]]:
                return False
    else:
        for m in range(graph.starts[u], graph.starts[u + 1]):
            if not graph.placed[graph.parents[m]]:
                return False
    for w in range(terms.precedence.shape[0]):
        if terms.precedence[w, u] and not graph.placed[w]:
            return False
    return True

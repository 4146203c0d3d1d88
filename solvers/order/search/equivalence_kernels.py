"""Numba kernels of greedy search over Markov equivalence classes with a Gaussian score.

A state of the search is a CPDAG with a DAG of its class. Operators insert, delete or reverse one
edge x → y of it [1]_, [2]_. Which other edges are directed with it follows from a clique C of
neighbours of y: those are parents of y in some DAG of the class, in which only x → y changes.

With one more parent x, the share 1 − ρ² of the residual variance of y is left, where ρ is the
partial correlation. An edge is judged by this share, times exp(price / n): below 1, it lowers the
score, by n times the logarithm. The regression of y on its parents and one clique judges all x at
once. It is kept as rows of a Cholesky factor, one per parent, to which the next parent adds one in
O(``|P|`` d), and from which the last is dropped for nothing: cliques are visited depth first.

After experiments every node has the correlations and the number of rows in which it is not a
target, and states are interventional essential graphs [3]_, whose operators are the same.

.. [1] Chickering, "Optimal structure identification with greedy search", JMLR 3 (2002).
.. [2] Nazaret and Blei, "Extremely greedy equivalence search", UAI 2024, arXiv 2502.19551.
.. [3] Hauser and Bühlmann, "Characterization and greedy learning of interventional Markov
   equivalence classes of directed acyclic graphs", JMLR 13 (2012).
"""

from typing import NamedTuple

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Kinds of operators, in the order in which XGES-0 tries them.
DELETE, REVERSE, INSERT = 0, 1, 2
# Variances of a correlation matrix below this are rounding error.
SMALLEST_VARIANCE = 1e-12
# Cliques of neighbours that are tried per node: all, unless many neighbours are pairwise adjacent.
MOST_CLIQUES = 1024
# Values this close to one that was tried are the same.
SAME = 1.0 - 1e-12


class Terms(NamedTuple):
    """What the score is made of, and what is known; constant during a search."""

    correlations: FloatArray  # (m, d, d): one, or several with which different nodes are scored
    own: IntArray  # (d,) which of them is a node's own
    share: FloatArray  # (d,) of the rows with which a node is scored
    separated: BoolArray  # (d, d) pairs of which experiments decide the direction
    has_experiments: bool
    allowed: BoolArray  # (d, d), [cause, effect]
    required: BoolArray  # (d, d)
    is_restricted: bool  # whether any edge but loops is forbidden
    n_samples: float
    prices: FloatArray  # (d + 1,) of 0, 1, ... parents of a node together
    factor: FloatArray  # (d,) exp(price / n) of its first, second, ... parent
    tolerance: float  # what an operator must gain
    most_parents: int


class State(NamedTuple):
    """A class, a DAG of it, and what changes of single edges would do."""

    graph: BoolArray  # (d, d) CPDAG: i → j has entry [i, j] only, i — j both
    member: BoolArray  # (d, d) a DAG that agrees with all knowledge
    log_variance: FloatArray  # (d,) of every node given its parents in the member
    cost: FloatArray  # (1,)
    left: FloatArray  # (d, d) [y, x]: least judgment, over cliques, of x as a new parent of y
    kept: FloatArray  # (d, d) [y, x]: largest judgment, over cliques, of x as a parent of y
    kept_alone: FloatArray  # (d, d) the same with the parents of y only, and no neighbour
    is_stale: BoolArray  # (d,) whether a node's three rows above are to be computed anew
    is_banned: BoolArray  # (d, d) pairs between which no edge may be inserted


class Room(NamedTuple):
    """Room for what is computed on the way."""

    parents: IntArray  # (d,) of the regression: parents of y, then a clique
    vector: FloatArray  # (d, d) row m: Cholesky factor of the m-th of these, for all nodes
    row: FloatArray  # (d + 1, d) row m: cov(y, x) given the first m
    diagonal: FloatArray  # (d + 1, d) row m: var(x) given the first m
    inverse: FloatArray  # (d,)
    neighbours: IntArray  # (d,) of y
    chosen: IntArray  # (d,) which of them are the clique
    size: IntArray  # (3,) numbers of parents, neighbours, and nodes in the clique
    candidate: IntArray  # (d,) nodes of the clique in question
    clique: IntArray  # (d,) of the operator found
    clique_size: IntArray  # (1,)
    pair: IntArray  # (d * d,) operators in question, as y * d + x
    value: FloatArray  # (d * d,) upper bounds of their values
    partly: BoolArray  # (d, d) partially directed graph
    adjacent: IntArray  # (d, d)
    n_adjacent: IntArray  # (d,)
    n_children: IntArray  # (d,)
    order: IntArray  # (d,)
    is_reached: BoolArray  # (d,)
    queue: IntArray  # (d,)
    graph: BoolArray  # (d, d) the four parts of the next state
    member: BoolArray  # (d, d)
    log_variance: FloatArray  # (d,)
    cost: FloatArray  # (1,)


@inner_kernel
def _are_adjacent(graph: BoolArray, a: int, b: int) -> bool:
    return bool(graph[a, b] or graph[b, a])


@inner_kernel
def _copy(target: BoolArray, source: BoolArray) -> None:
    for i in range(source.shape[0]):
        for j in range(source.shape[0]):
            target[i, j] = source[i, j]


@inner_kernel
def _start_regression(terms: Terms, room: Room, y: int) -> None:
    correlation = terms.correlations[terms.own[y], y]
    for x in range(room.parents.size):
        room.row[0, x] = correlation[x]
        room.diagonal[0, x] = 1.0


@inner_kernel
def _add_parent(terms: Terms, room: Room, y: int, m: int, p: int) -> None:
    """Make p the m-th parent in the regression of y; one that the others determine adds nothing."""
    vector, row, diagonal = room.vector, room.row, room.diagonal
    pivot = diagonal[m, p]
    scale = 1.0 / np.sqrt(pivot) if pivot > SMALLEST_VARIANCE else 0.0
    correlation = terms.correlations[terms.own[y], p]
    room.parents[m] = p
    for x in range(room.parents.size):
        vector[m, x] = correlation[x]
    for q in range(m):
        factor = vector[q, p]
        for x in range(room.parents.size):
            vector[m, x] -= factor * vector[q, x]
    slope = vector[m, y] * scale * scale
    for x in range(room.parents.size):
        row[m + 1, x] = row[m, x] - slope * vector[m, x]
        vector[m, x] *= scale
        diagonal[m + 1, x] = diagonal[m, x] - vector[m, x] * vector[m, x]


@inner_kernel
def _judged(terms: Terms, y: int, share: float, factor: float) -> float:
    """Return the judgment of a parent of y that leaves a share of its variance."""
    if terms.share[y] != 1.0:
        share = share ** terms.share[y]
    return share * factor


@inner_kernel
def _judge_new(terms: Terms, room: Room, k: int, y: int, x: int) -> float:
    """Judge x as a parent of y beside the k that there are."""
    variance, own, share = room.diagonal[k, y], room.diagonal[k, x], 1.0
    if variance > SMALLEST_VARIANCE and own > SMALLEST_VARIANCE:
        share = max(1.0 - room.row[k, x] ** 2 / (variance * own), SMALLEST_VARIANCE)
    return _judged(terms, y, share, terms.factor[k])


@inner_kernel
def _judge_old(terms: Terms, room: Room, k: int, y: int, m: int) -> float:
    """Judge the m-th of k parents of y.

    With L the Cholesky factor of the parents' correlations, both the coefficient of a parent and
    its diagonal entry of the inverse of these correlations follow from a column of L⁻¹.
    """
    vector, parents, inverse = room.vector, room.parents, room.inverse
    coefficient, precision, share = 0.0, 0.0, 1.0
    for q in range(m, k):
        entry = 1.0 if q == m else 0.0
        for e in range(m, q):
            entry -= vector[e, parents[q]] * inverse[e]
        pivot = vector[q, parents[q]]
        inverse[q] = entry / pivot if pivot > 0.0 else 0.0
        coefficient += inverse[q] * vector[q, y]
        precision += inverse[q] * inverse[q]
    if precision > 0.0:
        variance = max(room.diagonal[k, y], SMALLEST_VARIANCE)
        share = variance / (variance + coefficient * coefficient / precision)
    return _judged(terms, y, share, terms.factor[k - 1])


@inner_kernel
def _list_neighbours(state: State, room: Room, y: int) -> None:
    room.size[1] = 0
    for x in range(room.parents.size):
        if state.graph[x, y] and state.graph[y, x]:
            room.neighbours[room.size[1]] = x
            room.size[1] += 1


@inner_kernel
def _start_cliques(terms: Terms, state: State, room: Room, y: int) -> None:
    """Regress y on its parents, and list its neighbours; the first clique is empty."""
    room.size[0] = room.size[2] = 0
    _list_neighbours(state, room, y)
    _start_regression(terms, room, y)
    for x in range(room.parents.size):
        if state.graph[x, y] and not state.graph[y, x]:
            _add_parent(terms, room, y, room.size[0], x)
            room.size[0] += 1


@inner_kernel
def _next_clique(terms: Terms, state: State, room: Room, y: int) -> bool:
    """Go on to the next clique of neighbours of y, depth first; whether there is one."""
    size, neighbours, chosen = room.size, room.neighbours, room.chosen
    start = chosen[size[2] - 1] + 1 if size[2] > 0 else 0
    while True:
        for e in range(start, size[1]):
            fits = True
            for m in range(size[2]):
                fits = fits and _are_adjacent(state.graph, neighbours[e], neighbours[chosen[m]])
            if fits:
                chosen[size[2]] = e
                _add_parent(terms, room, y, size[0] + size[2], neighbours[e])
                size[2] += 1
                return True
        if size[2] == 0:
            return False
        size[2] -= 1
        start = chosen[size[2]] + 1


@inner_kernel
def _may_insert(terms: Terms, state: State, room: Room, x: int) -> bool:
    """Whether the clique holds all neighbours of y that are adjacent to x, and y has room for x."""
    m = 0
    for e in range(room.size[1]):
        if m < room.size[2] and room.chosen[m] == e:
            m += 1
        elif _are_adjacent(state.graph, x, room.neighbours[e]):
            return False
    return bool(room.size[0] + room.size[2] < terms.most_parents)


@inner_kernel
def _may_delete(state: State, room: Room, x: int) -> bool:
    """Whether all nodes of the clique but x are adjacent to x."""
    for m in range(room.size[2]):
        z = room.neighbours[room.chosen[m]]
        if z != x and not _are_adjacent(state.graph, x, z):
            return False
    return True


@inner_kernel
def _refresh(terms: Terms, state: State, room: Room, y: int) -> None:
    """Price all changes of a parent of y."""
    d = room.parents.size
    for x in range(d):
        state.left[y, x], state.kept[y, x], state.kept_alone[y, x] = np.inf, 0.0, 0.0
    _start_cliques(terms, state, room, y)
    for _ in range(MOST_CLIQUES):
        k = room.size[0] + room.size[2]
        for x in range(d):
            if x != y and not state.graph[x, y] and _may_insert(terms, state, room, x):
                state.left[y, x] = min(state.left[y, x], _judge_new(terms, room, k, y, x))
        for m in range(k):
            x = room.parents[m]
            if _may_delete(state, room, x):
                judgment = _judge_old(terms, room, k, y, m)
                state.kept[y, x] = max(state.kept[y, x], judgment)
                if room.size[2] == 0:
                    state.kept_alone[y, x] = judgment
        if not _next_clique(terms, state, room, y):
            break
    state.is_stale[y] = False


@inner_kernel
def _is_separated(
    state: State, room: Room, kind: int, x: int, y: int, nodes: IntArray, n_nodes: int
) -> bool:
    """Whether all semi-directed paths from y to x meet some neighbours of y.

    If an edge y → x is to be reversed, it does not count, and neighbours of x end a path, too.
    """
    graph, reached, queue = state.graph, room.is_reached, room.queue
    for z in range(reached.size):
        reached[z] = kind == REVERSE and graph[z, x] and graph[x, z]
    for m in range(n_nodes):
        reached[nodes[m]] = True
    reached[y], queue[0] = True, y
    begin, end = 0, 1
    while begin < end:
        a = queue[begin]
        begin += 1
        if graph[a, x] and not (kind == REVERSE and a == y):
            return False
        for b in range(reached.size):
            if graph[a, b] and not reached[b] and b != x:
                reached[b], queue[end] = True, b
                end += 1
    return True


@inner_kernel
def _value(terms: Terms, state: State, room: Room, kind: int, x: int, y: int) -> float:
    """Exponential of what an operator gains, divided by n; 0 if the clique does not fit."""
    k = room.size[0] + room.size[2]
    if kind == DELETE:
        for m in range(k):
            if room.parents[m] == x and _may_delete(state, room, x):
                return _judge_old(terms, room, k, y, m)
        return 0.0
    if not _may_insert(terms, state, room, x):
        return 0.0
    value = 1.0 / _judge_new(terms, room, k, y, x)
    return value * state.kept_alone[x, y] if kind == REVERSE else value


@inner_kernel
def _find(terms: Terms, state: State, room: Room, kind: int, x: int, y: int, most: float) -> float:
    """Find the valid operator on x → y whose value is largest, but at most ``most``."""
    best, clique = 0.0, room.candidate
    _list_neighbours(state, room, y)
    # If all neighbours together do not separate x from y, no clique of them does.
    if kind != DELETE and not _is_separated(state, room, kind, x, y, room.neighbours, room.size[1]):
        return best
    _start_cliques(terms, state, room, y)
    for _ in range(MOST_CLIQUES):
        value = _value(terms, state, room, kind, x, y)
        if best < value <= most:
            for m in range(room.size[2]):
                clique[m] = room.neighbours[room.chosen[m]]
            if kind == DELETE or _is_separated(state, room, kind, x, y, clique, room.size[2]):
                best, room.clique_size[0] = value, room.size[2]
                for m in range(room.size[2]):
                    room.clique[m] = clique[m]
        if not _next_clique(terms, state, room, y):
            break
    return best


@inner_kernel
def _construct(terms: Terms, state: State, room: Room, kind: int, x: int, y: int) -> bool:
    """Carry out the operator found, and complete what comes of it; whether it is a class."""
    graph, partly = state.graph, room.partly
    _copy(partly, graph)
    partly[y, x], partly[x, y] = False, kind != DELETE
    if kind == DELETE:
        for h in range(room.parents.size):
            is_chosen = False
            for m in range(room.clique_size[0]):
                is_chosen = is_chosen or room.clique[m] == h
            is_neighbour = graph[h, y] and graph[y, h] and _are_adjacent(graph, h, x)
            if is_neighbour and not is_chosen:
                partly[h, y] = False
                if graph[x, h]:
                    partly[h, x] = False
    else:
        for m in range(room.clique_size[0]):
            if not _are_adjacent(graph, room.clique[m], x):
                partly[y, room.clique[m]] = False
    return _complete(terms, state, room)


@inner_kernel
def _complete(terms: Terms, state: State, room: Room) -> bool:
    """Turn the partially directed graph into the next state; whether there is a legal one."""
    if not _extend(terms, room):
        return False
    _label(terms, room, room.graph)
    if terms.is_restricted and not _obey(terms, room):
        return False
    cost = 0.0
    for y in range(room.parents.size):
        k, is_same = 0, True
        for x in range(room.parents.size):
            is_same = is_same and room.member[x, y] == state.member[x, y]
            k += room.member[x, y]
        room.log_variance[y] = state.log_variance[y]
        if not is_same:
            _start_regression(terms, room, y)
            m = 0
            for x in range(room.parents.size):
                if room.member[x, y]:
                    _add_parent(terms, room, y, m, x)
                    m += 1
            room.log_variance[y] = np.log(max(room.diagonal[k, y], SMALLEST_VARIANCE))
        cost += terms.share[y] * terms.n_samples * room.log_variance[y] + terms.prices[k]
    room.cost[0] = cost
    return True


@inner_kernel
def _obey(terms: Terms, room: Room) -> bool:
    """Take a DAG of the class in which all edges are allowed; whether one was found."""
    graph, partly, d = room.graph, room.partly, room.parents.size
    for i in range(d):
        for j in range(d):
            partly[i, j] = graph[i, j] and terms.allowed[i, j]
    for i in range(d):
        for j in range(d):
            if graph[i, j] and not _are_adjacent(partly, i, j):
                return False
    if not _extend(terms, room):
        return False
    # Directions that are known must not make colliders that the class lacks.
    _label(terms, room, partly)
    for i in range(d):
        for j in range(d):
            if partly[i, j] != graph[i, j]:
                return False
    return True


@inner_kernel
def _extend(terms: Terms, room: Room) -> bool:
    """Take sinks away one by one (Dor and Tarsi 1992); whether there is a consistent extension."""
    partly, adjacent, n_adjacent, d = room.partly, room.adjacent, room.n_adjacent, room.order.size
    for v in range(d):
        n_adjacent[v] = room.n_children[v] = 0
        for u in range(d):
            room.member[u, v] = False
            if _are_adjacent(partly, u, v):
                adjacent[v, n_adjacent[v]] = u
                n_adjacent[v] += 1
                room.n_children[v] += not partly[u, v]
    left, before = d, d + 1
    while 0 < left < before:
        before = left
        for v in range(d):
            if n_adjacent[v] < 0 or room.n_children[v] > 0 or not _is_removable(room, v):
                continue
            if n_adjacent[v] > terms.most_parents:
                return False
            left -= 1
            room.order[left] = v
            for m in range(n_adjacent[v]):
                u = adjacent[v, m]
                room.member[u, v] = True
                room.n_children[u] -= not partly[v, u]
                last = n_adjacent[u] - 1
                for e in range(last):
                    if adjacent[u, e] == v:
                        adjacent[u, e] = adjacent[u, last]
                        break
                n_adjacent[u] = last
            n_adjacent[v] = -1
    return bool(left == 0)


@inner_kernel
def _is_removable(room: Room, v: int) -> bool:
    """Whether all undirected edges of a node without children may point at it."""
    partly, adjacent = room.partly, room.adjacent
    for m in range(room.n_adjacent[v]):
        u = adjacent[v, m]
        if partly[v, u]:
            for e in range(room.n_adjacent[v]):
                if e != m and not _are_adjacent(partly, u, adjacent[v, e]):
                    return False
    return True


@inner_kernel
def _is_protected(terms: Terms, graph: BoolArray, a: int, b: int) -> bool:
    """Whether a → b has the same direction in the whole interventional class.

    This is strong protection (Hauser and Bühlmann 2012, definition 14).
    """
    if terms.separated[a, b]:
        return True
    d = graph.shape[0]
    for c in range(d):
        into_a, into_b = graph[c, a] and not graph[a, c], graph[c, b] and not graph[b, c]
        if c != a and c != b and (into_a or into_b):
            if into_a and not _are_adjacent(graph, c, b):
                return True
            if into_b and (not _are_adjacent(graph, c, a) or (graph[a, c] and not graph[c, a])):
                return True
            if into_b and graph[a, c]:
                for e in range(c):
                    is_like_c = graph[e, b] and not graph[b, e] and graph[a, e] and graph[e, a]
                    if is_like_c and not _are_adjacent(graph, c, e):
                        return True
    return False


@inner_kernel
def _undirect_unprotected(terms: Terms, graph: BoolArray) -> None:
    """Turn a DAG into its interventional essential graph (the same, algorithm 1)."""
    is_changed = True
    while is_changed:
        is_changed = False
        for a in range(graph.shape[0]):
            for b in range(graph.shape[0]):
                is_directed = graph[a, b] and not graph[b, a]
                if is_directed and not _is_protected(terms, graph, a, b):
                    graph[b, a] = is_changed = True


@inner_kernel
def _label(terms: Terms, room: Room, graph: BoolArray) -> None:
    """Fill the CPDAG of the member, whose order is known, as in ``causal_dag.graph.cpdag``."""
    member, order, d = room.member, room.order, room.order.size
    _copy(graph, member)
    if terms.has_experiments:
        _undirect_unprotected(terms, graph)
        return
    for position in range(d):
        y, x = order[position], -1
        for q in range(position):
            if member[order[q], y]:
                x = order[q]
        if x < 0:
            continue
        is_compelled = False
        for w in range(d):
            into_y = w != x and member[w, y] and not member[w, x]
            into_x = member[w, x] and not graph[x, w] and not member[w, y]
            is_compelled = is_compelled or into_y or into_x
        if not is_compelled:
            for w in range(d):
                if member[w, y] and (w == x or graph[x, w]):
                    graph[y, w] = True


@inner_kernel
def _commit(state: State, room: Room) -> None:
    """Go on to the next state; nodes about whose surroundings something changed become stale."""
    graph, d = room.graph, room.parents.size
    for a in range(d):
        for b in range(a):
            if graph[a, b] == state.graph[a, b] and graph[b, a] == state.graph[b, a]:
                continue
            state.is_stale[a] = state.is_stale[b] = True
            if _are_adjacent(graph, a, b) != _are_adjacent(state.graph, a, b):
                for z in range(d):
                    if (graph[z, a] and graph[a, z]) or (graph[z, b] and graph[b, z]):
                        state.is_stale[z] = True
    _copy(state.graph, graph)
    _copy(state.member, room.member)
    for y in range(d):
        state.log_variance[y] = room.log_variance[y]
    state.cost[0] = room.cost[0]


@inner_kernel
def _refresh_stale(terms: Terms, state: State, room: Room) -> None:
    for y in range(room.parents.size):
        if state.is_stale[y]:
            _refresh(terms, state, room, y)


@inner_kernel
def _list_operators(terms: Terms, state: State, room: Room, kind: int, bar: float) -> int:
    """List the pairs between which an operator of this kind may have more than a value."""
    graph, required, n = state.graph, terms.required, 0
    for y in range(room.parents.size):
        for x in range(room.parents.size):
            value = 0.0
            if kind == DELETE:
                is_second = graph[y, x] and x > y
                if graph[x, y] and not is_second and not _are_adjacent(required, x, y):
                    value = state.kept[y, x]
            elif graph[x, y] or x == y or not terms.allowed[x, y]:
                continue
            elif kind == REVERSE and graph[y, x]:
                value = 1.0 / state.left[y, x] * state.kept_alone[x, y]
            elif kind == INSERT and not graph[y, x] and not state.is_banned[x, y]:
                value = 1.0 / state.left[y, x]
            if value > bar:
                room.pair[n], room.value[n] = y * room.parents.size + x, value
                n += 1
    return n


@inner_kernel
def _step(terms: Terms, state: State, room: Room, kind: int) -> bool:
    """Carry out the best operator of a kind; whether there is one that lowers the cost."""
    d = room.parents.size
    _refresh_stale(terms, state, room)
    bar = np.exp(terms.tolerance / terms.n_samples)
    n = _list_operators(terms, state, room, kind, bar)
    while True:
        e, bound = -1, bar
        for m in range(n):
            if room.value[m] > bound:
                e, bound = m, room.value[m]
        if e < 0:
            return False
        y, x = room.pair[e] // d, room.pair[e] % d
        room.value[e] = _find(terms, state, room, kind, x, y, bound)
        if room.value[e] == bound:
            if (
                _construct(terms, state, room, kind, x, y)
                and room.cost[0] < state.cost[0] - terms.tolerance
            ):
                _commit(state, room)
                return True
            room.value[e] = bound * SAME


@compact_kernel
def go_to(terms: Terms, state: State, room: Room, graph: BoolArray) -> bool:
    """Go to the class of a DAG; whether it agrees with all knowledge."""
    _copy(room.partly, graph)
    if not _complete(terms, state, room):
        return False
    _commit(state, room)
    return True


@compact_kernel
def delete(terms: Terms, state: State, room: Room, x: int, y: int) -> bool:
    """Delete the edge from x to y by the operator that costs least; whether that is legal."""
    _refresh_stale(terms, state, room)
    _find(terms, state, room, DELETE, x, y, np.inf)
    if not _construct(terms, state, room, DELETE, x, y):
        return False
    _commit(state, room)
    return True


@compact_kernel
def improve(terms: Terms, state: State, room: Room, first: int, last: int, most: int) -> int:
    """Carry out operators of the kinds ``first`` to ``last``, the first kind that gains each time.

    Returns the number of operators, which is below ``most`` if no more of them gains anything.
    """
    for n_steps in range(most):
        gains = False
        for kind in range(first, last + 1):
            gains = gains or _step(terms, state, room, kind)
        if not gains:
            return n_steps
    return most

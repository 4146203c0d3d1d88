"""Numba kernels of Markov chains over orders, and over pairs of a DAG and a linear extension.

A node is taken out of the order and put back at a position drawn with the probabilities that sums
over all parent sets give the orders (Friedman and Koller, "Being Bayesian about network structure",
Machine Learning 50, 2003; Kuipers and Moffa, "Partition MCMC for inference on acyclic digraphs",
JASA 112, 2017). Such a chain weights a DAG by the number of its linear extensions. To weight all
DAGs equally, the state is a DAG G with an order ≺ that is drawn from a distribution over the linear
extensions of G: at each position, one of the nodes whose parents are placed, with equal chances.
The target p(G) q(≺ given G) has the margin p(G), and the chain alternates between drawing ≺ anew
given G and moves of nodes that change both, accepted with the probability min(1, q' / q), the
primed one being q after the move.
"""

import math
from typing import NamedTuple

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Uniform numbers that a move uses besides those of nodes.
NUMBERS_PER_STEP = 8
# Share of a sum that may be subtracted from it.
LARGEST_LOST_SHARE = 0.9
# Moves over the whole order, among moves within blocks of so many positions.
SHARE_OF_LONG_MOVES, BLOCK = 0.2, 10


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
    sums: FloatArray  # (2^k,) per node: log sums over subsets of the candidates
    ratios: FloatArray  # (2^k, m) per node: what each other node adds, relative to these sums


class State(NamedTuple):
    """An order, and a DAG that it agrees with."""

    order: IntArray  # (d,)
    position: IntArray  # (d,)
    before: IntArray  # (d,) set of the candidates of each node that stand before it
    totals: FloatArray  # (d,) sum over the parent sets that the order allows, relative to ``sums``
    values: FloatArray  # (d,) its logarithm, ``sums`` included
    sets: IntArray  # (d,) parents among the candidates
    extra: IntArray  # (d,) the parent among the other nodes


class Room(NamedTuple):
    """Work space."""

    extension: FloatArray  # (1,) log q(≺ given G) of the state
    weights: FloatArray  # (d,) of the positions of a node
    is_new: BoolArray  # (d,) nodes that a node may have as parents after a move, but not before
    counts: IntArray  # (d + 1,)
    old_totals: FloatArray  # (d,)
    used: IntArray  # (1,) how many of the uniform numbers are used
    old_before: IntArray  # (d,)
    old_values: FloatArray  # (d,)
    old_sets: IntArray  # (d,)
    old_extra: IntArray  # (d,)
    old_order: IntArray  # (d,)


@inner_kernel
def _sum_up(tables: Tables, state: State, j: int) -> None:
    """Compute the sum over the parent sets of a node that the order allows."""
    total, p, m = 1.0, state.position[j], tables.n_others[j]
    first = tables.first_ratio[j] + state.before[j] * m
    for u in range(m):
        if state.position[tables.others[j, u]] < p:
            total += tables.ratios[first + u]
    state.totals[j] = total


@inner_kernel
def _ratio(tables: Tables, j: int, allowed: int, place: int) -> float:
    """Return what another node, given by its place, adds to the sum of a node."""
    index = tables.first_ratio[j] + allowed * tables.n_others[j] + place - 1
    value: float = tables.ratios[index]
    return value


@inner_kernel
def _sum(tables: Tables, j: int, allowed: int) -> float:
    """Return the log sum over subsets of some candidates of a node."""
    value: float = tables.sums[tables.first_sum[j] + allowed]
    return value


@inner_kernel
def _value(tables: Tables, state: State, j: int) -> float:
    """Return the log sum over the parent sets of a node that the order allows."""
    value: float = _sum(tables, j, state.before[j]) + math.log(state.totals[j])
    return value


@inner_kernel
def _exchange(tables: Tables, state: State, p: int) -> None:
    """Exchange the nodes at positions p and p + 1."""
    a, b = state.order[p], state.order[p + 1]
    state.order[p], state.order[p + 1] = b, a
    state.position[a], state.position[b] = p + 1, p
    if tables.bits[a, b] != 0:
        state.before[a] |= tables.bits[a, b]
        _sum_up(tables, state, a)
    elif tables.places[a, b] > 0:
        state.totals[a] += _ratio(tables, a, state.before[a], tables.places[a, b])
    if tables.bits[b, a] != 0:
        state.before[b] &= ~tables.bits[b, a]
        _sum_up(tables, state, b)
    elif tables.places[b, a] > 0:
        lost = _ratio(tables, b, state.before[b], tables.places[b, a])
        if lost < LARGEST_LOST_SHARE * state.totals[b]:
            state.totals[b] -= lost
        else:  # a difference of nearly equal numbers has few digits
            _sum_up(tables, state, b)


@inner_kernel
def _carry(tables: Tables, state: State, p: int, q: int) -> None:
    """Move the node at position p to position q."""
    while p < q:
        _exchange(tables, state, p)
        p += 1
    while p > q:
        p -= 1
        _exchange(tables, state, p)


@inner_kernel
def _save(state: State, room: Room, low: int, high: int) -> None:
    """Keep what the state says of the nodes at the positions from low to high."""
    for at in range(low, high + 1):
        x = state.order[at]
        room.old_order[at] = x
        room.old_before[x], room.old_sets[x] = state.before[x], state.sets[x]
        room.old_extra[x] = state.extra[x]
        room.old_totals[x], room.old_values[x] = state.totals[x], state.values[x]


@inner_kernel
def _restore(state: State, room: Room, low: int, high: int) -> None:
    """Undo all changes of the nodes at the positions from low to high."""
    for at in range(low, high + 1):
        x = room.old_order[at]
        state.order[at], state.position[x] = x, at
        state.before[x], state.sets[x] = room.old_before[x], room.old_sets[x]
        state.extra[x] = room.old_extra[x]
        state.totals[x], state.values[x] = room.old_totals[x], room.old_values[x]


@inner_kernel
def _weigh_positions(tables: Tables, state: State, room: Room, p: int, low: int, high: int) -> None:
    """Compute the log weights of positions low to high of the node at p; the state is saved."""
    v = state.order[p]
    for q in range(low, high + 1):
        room.weights[q] = -math.inf
    room.weights[p] = state.values[v]
    for step in (-1, 1):
        at, passed = p, 0.0
        while low <= at + step <= high and passed > -math.inf:
            x = state.order[at + step]
            _exchange(tables, state, min(at, at + step))
            at += step
            passed += _value(tables, state, x) - state.values[x]
            if passed > -math.inf:
                room.weights[at] = passed + _value(tables, state, v)
        _restore(state, room, min(at, p), max(at, p))


@inner_kernel
def _drawn_position(weights: FloatArray, low: int, high: int, number: float) -> int:
    """Return a position from low to high, drawn in proportion to e^weight."""
    largest, total = -math.inf, 0.0
    for q in range(low, high + 1):
        largest = max(largest, weights[q])
    for q in range(low, high + 1):
        weights[q] = math.exp(weights[q] - largest)
        total += weights[q]
    rest, last = number * total, low
    for q in range(low, high + 1):
        if weights[q] > 0.0:
            rest -= weights[q]
            last = q
            if rest < 0.0:
                break
    return last


@inner_kernel
def _draw_set(tables: Tables, state: State, j: int, u: int, new: int, rest: float) -> bool:
    """Draw a set of candidates beside the other node u; with a bit in ``new``, unless that is 0.

    ``rest`` is the uniform number times the sum of the sets' weights, relative to ``sums``.
    """
    allowed, found = state.before[j], False
    base, size = _sum(tables, j, allowed), 1 << tables.n_candidates[j]
    first = tables.first_score[j] + u * size
    for rank in range(size):
        chosen = tables.ranked[first + rank]
        if chosen & ~allowed != 0 or (new != 0 and chosen & new == 0):
            continue
        weight = math.exp(tables.scores[first + chosen] - base)
        if weight == 0.0:
            break
        state.sets[j], state.extra[j], found = chosen, u, True
        rest -= weight
        if rest < 0.0:
            break
    return found


@inner_kernel
def _draw_parents(
    tables: Tables, state: State, room: Room, j: int, old: int, kept: float, number: float
) -> None:
    """Draw parents of a node, of which one is new, or let it keep those that it has.

    Parameters
    ----------
    old : int
        Candidates that were allowed before; -1 if all parents are to be drawn from all sets.
    kept : float
        The log sum over the sets that were allowed before, with which the parents are kept.
    """
    allowed, p = state.before[j], state.position[j]
    base, new, old_share = _sum(tables, j, allowed), 0, 0.0
    if old >= 0:
        new, old_share = allowed & ~old, math.exp(_sum(tables, j, old) - base)
    rest = number * math.exp(state.values[j] - base) - math.exp(kept - base)
    if rest < 0.0:
        return
    share = 1.0 - old_share
    if (old < 0 or new != 0) and rest < share and _draw_set(tables, state, j, 0, new, rest):
        return
    rest -= share
    for u in range(tables.n_others[j]):
        other = tables.others[j, u]
        if state.position[other] >= p:
            continue
        share, needed = _ratio(tables, j, allowed, u + 1), 0
        if old >= 0 and not room.is_new[other]:
            share -= old_share * _ratio(tables, j, old, u + 1)
            needed = new
            if new == 0:
                continue
        if rest < share and _draw_set(tables, state, j, u + 1, needed, rest):
            return
        rest -= share


@inner_kernel
def _can_keep(tables: Tables, state: State, j: int) -> bool:
    """Return whether the order allows the parents of a node."""
    if state.sets[j] & ~state.before[j] != 0:
        return False
    u = state.extra[j]
    return bool(u == 0 or state.position[tables.others[j, u - 1]] < state.position[j])


@inner_kernel
def _renew_parents(
    tables: Tables, state: State, room: Room, j: int, gains: bool, number: float
) -> None:
    """Update the parents of a node for the new order, with as little change as possible.

    If the node gains predecessors, it keeps its parents with the share of the old sets among all;
    if it loses some, it keeps them where they are allowed. Both directions balance: the pair of an
    old and a new set has the same weight in both.
    """
    state.values[j] = _value(tables, state, j)
    if gains:
        _draw_parents(tables, state, room, j, room.old_before[j], room.old_values[j], number)
    elif not _can_keep(tables, state, j):
        _draw_parents(tables, state, room, j, -1, -math.inf, number)


@inner_kernel
def log_extension_probability(tables: Tables, state: State, counts: IntArray) -> float:
    """Return log q(≺ given G), by how many nodes could have been placed at each position."""
    d = state.order.size
    for p in range(d + 1):
        counts[p] = 0
    for j in range(d):
        last = -1
        rest, k = state.sets[j], 0
        while rest != 0:
            if rest & 1 == 1:
                last = max(last, state.position[tables.candidates[j, k]])
            rest, k = rest >> 1, k + 1
        if state.extra[j] > 0:
            last = max(last, state.position[tables.others[j, state.extra[j] - 1]])
        counts[last + 1] += 1
        counts[state.position[j] + 1] -= 1
    available, value = 0, 0.0
    for p in range(d):
        available += counts[p]
        value -= math.log(available)
    return value


@inner_kernel
def _locate(tables: Tables, state: State) -> None:
    """Set all that follows from the order."""
    d = state.order.size
    for p in range(d):
        state.position[state.order[p]] = p
    for j in range(d):
        state.before[j] = 0
        for i in range(d):
            if state.position[i] < state.position[j]:
                state.before[j] |= tables.bits[j, i]
    for j in range(d):
        _sum_up(tables, state, j)
        state.values[j] = _value(tables, state, j)


@inner_kernel
def is_parent(tables: Tables, state: State, i: int, j: int) -> bool:
    """Return whether i is a parent of j."""
    place = tables.places[j, i]
    is_candidate = state.sets[j] & tables.bits[j, i] != 0
    return bool(is_candidate or (place > 0 and state.extra[j] == place))


@inner_kernel
def _draw_extension(
    tables: Tables, state: State, room: Room, numbers: FloatArray, used: int
) -> int:
    """Draw the order anew, given the DAG; return how many of the numbers are used."""
    d, missing = state.order.size, room.counts
    for j in range(d):
        missing[j] = 0
        for i in range(d):
            missing[j] += is_parent(tables, state, i, j)
    for p in range(d):
        available = 0
        for j in range(d):
            available += missing[j] == 0
        rest = int(numbers[used] * available)
        used += 1
        for j in range(d):
            if missing[j] == 0:
                if rest == 0:
                    state.order[p] = j
                    break
                rest -= 1
        placed = state.order[p]
        missing[placed] = -1
        for j in range(d):
            if missing[j] > 0:
                missing[j] -= is_parent(tables, state, placed, j)
    _locate(tables, state)
    return used


@inner_kernel
def _draw_all_parents(
    tables: Tables, state: State, room: Room, numbers: FloatArray, used: int
) -> int:
    for j in range(state.order.size):
        _draw_parents(tables, state, room, j, -1, -math.inf, numbers[used])
        used += 1
    return used


@inner_kernel
def _move(
    tables: Tables, state: State, room: Room, has_graph: bool, numbers: FloatArray, used: int
) -> int:
    """Move a random node, or draw its parents anew where it stays; return the numbers used."""
    d = state.order.size
    p = int(numbers[used] * d)
    v = state.order[p]
    first, last = 0, d - 1
    if numbers[used + 1] >= SHARE_OF_LONG_MOVES:
        offset = int(numbers[used + 2] * BLOCK)
        first = offset + (p - offset) // BLOCK * BLOCK
        first, last = max(first, 0), min(first + BLOCK - 1, d - 1)
    _save(state, room, first, last)
    _weigh_positions(tables, state, room, p, first, last)
    q = _drawn_position(room.weights, first, last, numbers[used + 3])
    used += 4
    low, high = min(p, q), max(p, q)
    _carry(tables, state, p, q)
    if not has_graph:
        for at in range(low, high + 1):
            state.values[state.order[at]] = _value(tables, state, state.order[at])
        return used
    if p == q:
        _draw_parents(tables, state, room, v, -1, -math.inf, numbers[used])
        used += 1
        if state.sets[v] == room.old_sets[v] and state.extra[v] == room.old_extra[v]:
            return used
    else:
        room.is_new[v] = True
        for at in range(low, high + 1):
            x = state.order[at]
            if x != v:
                _renew_parents(tables, state, room, x, q < p, numbers[used])
                used += 1
        room.is_new[v] = False
        for at in range(low, high + 1):
            room.is_new[state.order[at]] = state.order[at] != v
        _renew_parents(tables, state, room, v, p < q, numbers[used])
        used += 1
        for at in range(low, high + 1):
            room.is_new[state.order[at]] = False
    new = log_extension_probability(tables, state, room.counts)
    if math.log(max(numbers[used], 1e-300)) < new - room.extension[0]:
        room.extension[0] = new
    else:
        _restore(state, room, low, high)
    return used + 1


@compact_kernel
def start_chain(tables: Tables, state: State, room: Room, numbers: FloatArray) -> bool:
    """Set up a chain at an order; return whether the order allows a DAG."""
    _locate(tables, state)
    for j in range(state.order.size):
        if state.values[j] == -math.inf:
            return False
    _draw_all_parents(tables, state, room, numbers, 0)
    return True


@compact_kernel
def advance(
    tables: Tables, state: State, room: Room, has_graph: bool, n_moves: int, numbers: FloatArray
) -> int:
    """Make moves until they or the random numbers run out; return how many were made.

    ``room.used`` is where the numbers begin and end. With ``has_graph``, all DAGs have equal prior
    weight, and the order is drawn anew before every d-th move. Otherwise all orders have, and the
    parents are only drawn at the end.
    """
    d, used, made = state.order.size, room.used[0], 0
    while made < n_moves and used + 3 * d + NUMBERS_PER_STEP <= numbers.size:
        if has_graph and made % d == 0:
            used = _draw_extension(tables, state, room, numbers, used)
            room.extension[0] = log_extension_probability(tables, state, room.counts)
        used = _move(tables, state, room, has_graph, numbers, used)
        made += 1
    if not has_graph and made == n_moves:
        used = _draw_all_parents(tables, state, room, numbers, used)
    room.used[0] = used
    return made


@compact_kernel
def write_graph(tables: Tables, state: State, adjacency: BoolArray) -> None:
    """Write the DAG of a state into a matrix."""
    d = state.order.size
    for i in range(d):
        for j in range(d):
            adjacency[i, j] = is_parent(tables, state, i, j)

"""Numba kernels of a Markov chain over orders.

A node is taken out of the order and put back at a position drawn with the probabilities that sums
over all parent sets give the orders (Friedman and Koller, "Being Bayesian about network structure",
Machine Learning 50, 2003). A DAG counts once per linear extension.
"""

import math
from typing import NamedTuple

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.certainty.parent_set_kernels import Tables, log_sum, ratio
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Uniform numbers that a step uses.
NUMBERS_PER_STEP = 4
# Share of a sum that may be subtracted from it.
LARGEST_LOST_SHARE = 0.9
# Moves over the whole order, among moves within blocks of so many positions.
SHARE_OF_LONG_MOVES, BLOCK = 0.2, 10


class State(NamedTuple):
    """An order, and work space."""

    order: IntArray  # (d,)
    position: IntArray  # (d,)
    before: IntArray  # (d,) set of the candidates of each node that stand before it
    totals: FloatArray  # (d,) sum over the parent sets that the order allows, relative to ``sums``
    values: FloatArray  # (d,) its logarithm, ``sums`` included
    weights: FloatArray  # (d,) of the positions of a node
    old_order: IntArray  # (d,)
    old_before: IntArray  # (d,)
    old_totals: FloatArray  # (d,)
    old_values: FloatArray  # (d,)


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
def _value(tables: Tables, state: State, j: int) -> float:
    """Return the log sum over the parent sets of a node that the order allows."""
    value: float = log_sum(tables, j, state.before[j]) + math.log(state.totals[j])
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
        state.totals[a] += ratio(tables, a, state.before[a], tables.places[a, b])
    if tables.bits[b, a] != 0:
        state.before[b] &= ~tables.bits[b, a]
        _sum_up(tables, state, b)
    elif tables.places[b, a] > 0:
        lost = ratio(tables, b, state.before[b], tables.places[b, a])
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
def _save(state: State, low: int, high: int) -> None:
    """Keep what the state says of the nodes at the positions from low to high."""
    for at in range(low, high + 1):
        x = state.order[at]
        state.old_order[at] = x
        state.old_before[x], state.old_totals[x] = state.before[x], state.totals[x]
        state.old_values[x] = state.values[x]


@inner_kernel
def _restore(state: State, low: int, high: int) -> None:
    """Undo all changes of the nodes at the positions from low to high."""
    for at in range(low, high + 1):
        x = state.old_order[at]
        state.order[at], state.position[x] = x, at
        state.before[x], state.totals[x] = state.old_before[x], state.old_totals[x]
        state.values[x] = state.old_values[x]


@inner_kernel
def _weigh_positions(tables: Tables, state: State, p: int, low: int, high: int) -> None:
    """Compute the log weights of positions low to high of the node at p; the state is saved."""
    v = state.order[p]
    for q in range(low, high + 1):
        state.weights[q] = -math.inf
    state.weights[p] = state.values[v]
    for step in (-1, 1):
        at, passed = p, 0.0
        while low <= at + step <= high and passed > -math.inf:
            x = state.order[at + step]
            _exchange(tables, state, min(at, at + step))
            at += step
            passed += _value(tables, state, x) - state.values[x]
            if passed > -math.inf:
                state.weights[at] = passed + _value(tables, state, v)
        _restore(state, min(at, p), max(at, p))


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


@compact_kernel
def locate(tables: Tables, state: State) -> None:
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


@compact_kernel
def advance(tables: Tables, state: State, numbers: FloatArray) -> None:
    """Move one random node per row of uniform numbers."""
    d = state.order.size
    for step in range(numbers.shape[0]):
        p = int(numbers[step, 0] * d)
        first, last = 0, d - 1
        if numbers[step, 1] >= SHARE_OF_LONG_MOVES:
            offset = int(numbers[step, 2] * BLOCK)
            first = offset + (p - offset) // BLOCK * BLOCK
            first, last = max(first, 0), min(first + BLOCK - 1, d - 1)
        _save(state, first, last)
        _weigh_positions(tables, state, p, first, last)
        q = _drawn_position(state.weights, first, last, numbers[step, 3])
        _carry(tables, state, p, q)
        for at in range(min(p, q), max(p, q) + 1):
            state.values[state.order[at]] = _value(tables, state, state.order[at])

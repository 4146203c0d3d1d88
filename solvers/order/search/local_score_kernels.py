"""Numba kernels of the search over orders and parents together, for any local score.

The score of a DAG is a sum over nodes of a local score, a function of the node and the set of its
parents. A node is moved to its best position, and every node that it passes chooses its parents
anew by growing and shrinking from those it has (Wienöbst, Henckel and Weichwald, "Embracing
Discrete Search: A Reasonable Approach to Causal Structure Learning", ICLR 2026, arXiv 2510.04970;
Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score Search and
Grow-Shrink Trees", NeurIPS 2023).

The first argument of every kernel is a *model*, a named tuple with whatever the local score of a
node needs. ``local_score`` chooses the kernel that computes it by the type of the model, when
numba compiles.

Scores are remembered in a hash table. Its keys are random words, one per child and one per parent,
joined by exclusive or (Zobrist, "A new hashing method with application for game playing", 1970), so
that adding or dropping a parent changes a key in O(1).

Some scores are expensive, and come with predictions of what a change of parents gains. Parents are
then grown and shrunk by the predictions first, and by the scores from where that ends, as far as
the prediction is not much worse than no change.
"""

from typing import Any, NamedTuple

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel, inner_kernel

# Kernels of scores are compiled into ``advance``, so all of them are imported here.
from causal_dag.solvers.order.scores import (  # noqa: F401
    block_kernels,
    count_kernels,
    entropy_kernels,
)
from causal_dag.solvers.order.scores.local_score_kernel import (
    has_predictions,
    local_score,
    predicted_gain,
)
from causal_dag.solvers.order.search.order_kernels import dequeue, enqueue, put_at

# Places of the table in which a score is looked for.
PROBES = 8
# Predicted increase of a score, in prices of an edge, up to which a change is tried. A parent that
# looks needed may still be better dropped, while an addition that does not pay hardly ever does.
MARGIN_OF_ADDITIONS, MARGIN_OF_REMOVALS = 0.75, 10.0


class Terms(NamedTuple):
    """What is constant during a search."""

    allowed: BoolArray  # (d, d), [child, parent]
    required: BoolArray  # (d, d), [child, parent]
    precedence: BoolArray  # (d, d), [earlier, later]
    child_words: IntArray  # (d,) random
    parent_words: IntArray  # (d,) random
    tolerance: float  # what a change must gain
    slack: float  # what a node may gain beyond its first change
    max_parents: int


class State(NamedTuple):
    """An order, and the parents chosen along it."""

    order: IntArray  # (d,)
    position: IntArray  # (d,)
    n_parents: IntArray  # (d,)
    parents: IntArray  # (d, most) parents of u: the first entries of row u, ascending
    values: FloatArray  # (d,) local scores
    queue: IntArray  # (d,) circular: nodes to look at
    queued: BoolArray  # (d,)
    span: IntArray  # (2,) where the queue begins, and its length
    placed: IntArray  # (1,) how many nodes of the order have chosen their parents
    reach: IntArray  # (1,) positions by which a node may move to the left when it is placed


class Trial(NamedTuple):
    """One node with other parents than in the state."""

    node: IntArray  # (1,)
    n_parents: IntArray  # (1,)
    parents: IntArray  # (most,) ascending
    key: IntArray  # (1,)
    value: FloatArray  # (1,)


class Room(NamedTuple):
    """Work space, and the scores computed so far."""

    mover: Trial
    passed: Trial
    gains: FloatArray  # (d,)
    keys: IntArray  # (a power of two,) 0: empty
    values: FloatArray  # (the same,)


@inner_kernel
def _load(terms: Terms, state: State, u: int, trial: Trial) -> None:
    """Copy a node and its parents from the state into the trial, where they may change."""
    trial.node[0], trial.n_parents[0] = u, state.n_parents[u]
    trial.key[0], trial.value[0] = terms.child_words[u], state.values[u]
    for m in range(state.n_parents[u]):
        trial.parents[m] = state.parents[u, m]
        trial.key[0] ^= terms.parent_words[trial.parents[m]]


@inner_kernel
def _commit(state: State, trial: Trial) -> None:
    """Take over the trial: its node, and all its parents, are to be looked at again."""
    u, k = trial.node[0], trial.n_parents[0]
    state.n_parents[u], state.values[u] = k, trial.value[0]
    enqueue(state, u)
    for m in range(k):
        state.parents[u, m] = trial.parents[m]
        enqueue(state, trial.parents[m])


@inner_kernel
def _toggle(terms: Terms, trial: Trial, x: int) -> None:
    """Add x to the parents, or drop it; the score is left as it was."""
    parents, k = trial.parents, trial.n_parents[0]
    m = 0
    while m < k and parents[m] < x:
        m += 1
    if m < k and parents[m] == x:
        for q in range(m, k - 1):
            parents[q] = parents[q + 1]
        trial.n_parents[0] = k - 1
    else:
        for q in range(k, m, -1):
            parents[q] = parents[q - 1]
        parents[m] = x
        trial.n_parents[0] = k + 1
    trial.key[0] ^= terms.parent_words[x]


@inner_kernel
def _is_parent(trial: Trial, x: int) -> bool:
    """Return whether x is among the parents."""
    is_parent = False
    for m in range(trial.n_parents[0]):
        is_parent = is_parent or trial.parents[m] == x
    return is_parent


@inner_kernel
def _place_of(room: Room, key: int) -> int:
    """Return the place of a key in the table, or the one that it is to take."""
    mask = room.keys.size - 1
    for probe in range(PROBES):
        place = (key + probe) & mask
        if room.keys[place] == key or room.keys[place] == 0:
            return place
    return key & mask


@inner_kernel
def _value(model: Any, room: Room, trial: Trial) -> float:
    """Return the local score of the trial, computed if it is not remembered."""
    key = trial.key[0]
    place = _place_of(room, key)
    if room.keys[place] != key:
        room.values[place] = local_score(model, trial.node[0], trial.parents, trial.n_parents[0])
        room.keys[place] = key
    value: float = room.values[place]
    return value


@inner_kernel
def _value_with_change(model: Any, terms: Terms, room: Room, trial: Trial, x: int) -> float:
    """Return the local score once x is added to the parents, or dropped."""
    key = trial.key[0] ^ terms.parent_words[x]
    place = _place_of(room, key)
    if room.keys[place] == key:
        known: float = room.values[place]
        return known
    _toggle(terms, trial, x)
    value: float = _value(model, room, trial)
    _toggle(terms, trial, x)
    return value


@inner_kernel
def _predicted_gain(model: Any, trial: Trial, x: int) -> float:
    """Return by how much the score falls, as predicted, once x is added or dropped."""
    gain: float = predicted_gain(model, trial.node[0], trial.parents, trial.n_parents[0], x)
    return gain


@inner_kernel
def _may_be_parent(terms: Terms, state: State, u: int, x: int, limit: int, extra: int) -> bool:
    """Return whether x, before position ``limit`` or ``extra``, may be a parent of u."""
    is_before = state.position[x] < limit or x == extra
    return bool(is_before and x != u and terms.allowed[u, x])


@inner_kernel
def _best_change(
    model: Any,
    terms: Terms,
    state: State,
    room: Room,
    trial: Trial,
    limit: int,
    extra: int,
    additions_only: bool,
    by_predictions: bool,
) -> tuple[int, float]:
    """Return the parent to drop, or the node to add, that leaves the lowest score, and that.

    Candidates are the nodes before position ``limit``, and ``extra``; −1 where there are none. By
    predictions, it is the predicted change of the score.
    """
    u, m, best, lowest = trial.node[0], 0, -1, np.inf
    for x in range(state.order.size):
        if m < trial.n_parents[0] and trial.parents[m] == x:
            m += 1
            may_change = not (additions_only or terms.required[u, x])
            margin = MARGIN_OF_REMOVALS * terms.slack
        else:
            has_room = trial.n_parents[0] < terms.max_parents
            may_change = has_room and _may_be_parent(terms, state, u, x, limit, extra)
            margin = MARGIN_OF_ADDITIONS * terms.slack
        if may_change and by_predictions:
            value = -_predicted_gain(model, trial, x)
            if value < lowest:
                best, lowest = x, value
        elif may_change and not (
            has_predictions(model) and _predicted_gain(model, trial, x) < -margin
        ):
            value = _value_with_change(model, terms, room, trial, x)
            if value < lowest:
                best, lowest = x, value
    return best, lowest


@inner_kernel
def _best_exchange(model: Any, terms: Terms, room: Room, trial: Trial, x: int) -> tuple[int, float]:
    """Return the parent whose place x takes best, −1 if it can take none, and the score then."""
    u, best, lowest = trial.node[0], -1, np.inf
    for m in range(trial.n_parents[0]):
        p = trial.parents[m]
        if not terms.required[u, p]:
            _toggle(terms, trial, p)
            value = _value_with_change(model, terms, room, trial, x)
            _toggle(terms, trial, p)
            if value < lowest:
                best, lowest = p, value
    return best, lowest


@inner_kernel
def _exchange(
    model: Any,
    terms: Terms,
    state: State,
    room: Room,
    trial: Trial,
    limit: int,
    extra: int,
) -> bool:
    """Carry out the exchange of a parent that lowers the score most; whether one does."""
    u, dropped, added, lowest = trial.node[0], -1, -1, trial.value[0] - terms.tolerance
    for x in range(state.order.size):
        if _may_be_parent(terms, state, u, x, limit, extra) and not _is_parent(trial, x):
            p, value = _best_exchange(model, terms, room, trial, x)
            if value < lowest:
                dropped, added, lowest = p, x, value
    if added < 0:
        return False
    _toggle(terms, trial, dropped)
    _toggle(terms, trial, added)
    trial.value[0] = lowest
    return True


@inner_kernel
def _add(model: Any, terms: Terms, room: Room, trial: Trial, x: int) -> None:
    """Add x to the parents, in the place of the one it replaces best where there is no room."""
    if trial.n_parents[0] >= terms.max_parents:
        p, _ = _best_exchange(model, terms, room, trial, x)
        _toggle(terms, trial, p)
    _toggle(terms, trial, x)


@inner_kernel
def _grow_shrink(
    model: Any,
    terms: Terms,
    state: State,
    room: Room,
    trial: Trial,
    limit: int,
    extra: int,
) -> None:
    """Add or drop the one parent that lowers the score most, until none does.

    As predictions have it first, where there are some. Where there is no room for more parents,
    exchange one for another node.
    """
    while has_predictions(model):
        x, change = _best_change(model, terms, state, room, trial, limit, extra, False, True)
        if x < 0 or not change < -terms.tolerance:
            break
        _toggle(terms, trial, x)
    trial.value[0] = _value(model, room, trial)
    while True:
        x, value = _best_change(model, terms, state, room, trial, limit, extra, False, False)
        if x >= 0 and value < trial.value[0] - terms.tolerance:
            _toggle(terms, trial, x)
            trial.value[0] = value
        elif trial.n_parents[0] < terms.max_parents or not _exchange(
            model, terms, state, room, trial, limit, extra
        ):
            return


@inner_kernel
def _gain(model: Any, terms: Terms, room: Room, trial: Trial, x: int) -> float:
    """By how much x lowers the score, or is predicted to; 0 if it does not.

    As a further parent or, where there is no room, in the place of one.
    """
    u = trial.node[0]
    if not terms.allowed[u, x]:
        return 0.0
    if trial.n_parents[0] >= terms.max_parents:
        gain = trial.value[0] - _best_exchange(model, terms, room, trial, x)[1]
    elif has_predictions(model):
        gain = _predicted_gain(model, trial, x)
    else:
        gain = trial.value[0] - _value_with_change(model, terms, room, trial, x)
    return gain if gain > terms.tolerance else 0.0


@inner_kernel
def _gains_to_the_left(
    model: Any, terms: Terms, state: State, room: Room, v: int, low: int
) -> tuple[int, float]:
    """Fill ``gains`` with what each node before v gains by v; return the first, and the sum."""
    first, total = state.position[v], 0.0
    for q in range(state.position[v] - 1, low - 1, -1):
        u = state.order[q]
        if terms.precedence[u, v]:
            break
        _load(terms, state, u, room.passed)
        gain = _gain(model, terms, room, room.passed, v)
        room.gains[q] = 0.0
        if gain > 0.0:
            room.gains[q] = gain + terms.slack
            first = q
            total += room.gains[q]
    return first, total


@inner_kernel
def _gains_to_the_right(
    model: Any, terms: Terms, state: State, room: Room, q: int, high: int
) -> tuple[int, float]:
    """Return the last node from position q that the mover gains by, and the sum of the gains."""
    last, total = q - 1, 0.0
    for r in range(q, high + 1):
        u = state.order[r]
        if terms.precedence[room.mover.node[0], u]:
            break
        gain = _gain(model, terms, room, room.mover, u)
        if gain > 0.0:
            last = r
            total += gain + terms.slack
    return last, total


@inner_kernel
def _refit_passed(model: Any, terms: Terms, state: State, room: Room, u: int, v: int) -> bool:
    """Find the parents of u once v has moved to its other side; whether they may change."""
    passed = room.passed
    _load(terms, state, u, passed)
    home, limit = state.position[v], state.position[u]
    if home > limit:
        if _gain(model, terms, room, passed, v) <= 0.0:
            return False
        _add(model, terms, room, passed, v)
    elif _is_parent(passed, v):
        _toggle(terms, passed, v)
    else:
        return False
    extra = v if home > limit else u
    state.position[v] = state.position.size
    _grow_shrink(model, terms, state, room, passed, limit, extra)
    state.position[v] = home
    return True


@inner_kernel
def _refit_mover(model: Any, terms: Terms, state: State, room: Room, q: int) -> bool:
    """Fit the mover for having passed the node at position q; whether its parents may change."""
    mover = room.mover
    v, u = mover.node[0], state.order[q]
    home, limit = state.position[v], q
    if q < home:
        changes: bool = _is_parent(mover, u)
        if changes:
            _toggle(terms, mover, u)
    else:
        limit = q + 1
        changes = _gain(model, terms, room, mover, u) > 0.0
        if changes:
            _add(model, terms, room, mover, u)
    if changes:
        state.position[v] = state.position.size
        _grow_shrink(model, terms, state, room, mover, limit, v)
        state.position[v] = home
    return changes


@inner_kernel
def _best_insertion(
    model: Any,
    terms: Terms,
    state: State,
    room: Room,
    v: int,
    reach: int,
    high: int,
) -> int:
    """Find the best position of v.

    Not more than ``reach`` positions to the left, and up to position ``high`` to the right. A walk
    ends where what it has cost exceeds what is promised: to the left, what the nodes ahead gain by
    v; to the right, what v gains by them. Where nobody gains, nothing is walked.
    """
    home: int = state.position[v]
    mover, best, least = room.mover, home, -terms.tolerance
    for step in (-1, 1):
        _load(terms, state, v, mover)
        if step < 0:
            low = max(0, home - reach)
            end, promised = _gains_to_the_left(model, terms, state, room, v, low)
        else:
            end, promised = _gains_to_the_right(model, terms, state, room, home + 1, high)
        q, cost, change = home + step, 0.0, 0.0
        while step * (end - q) >= 0 and change - promised <= least:
            u = state.order[q]
            if step < 0:
                promised -= room.gains[q]
            if _refit_passed(model, terms, state, room, u, v):
                cost += room.passed.value[0] - state.values[u]
            if _refit_mover(model, terms, state, room, q) and step > 0:
                end, promised = _gains_to_the_right(model, terms, state, room, q + 1, high)
            change = cost + mover.value[0] - state.values[v]
            if change < least:
                best, least = q, change
            q += step
    return best


@inner_kernel
def _move(
    model: Any,
    terms: Terms,
    state: State,
    room: Room,
    v: int,
    target: int,
) -> None:
    """Put v at a position, and fit it and all that it passes."""
    home = state.position[v]
    step = 1 if target > home else -1
    _load(terms, state, v, room.mover)
    for q in range(home + step, target + step, step):
        if _refit_passed(model, terms, state, room, state.order[q], v):
            _commit(state, room.passed)
        _refit_mover(model, terms, state, room, q)
    _commit(state, room.mover)
    put_at(state, v, target)


@inner_kernel
def _place(model: Any, terms: Terms, state: State, room: Room) -> None:
    """Let the next node choose its parents among those before, and move it to its best place."""
    m = state.placed[0]
    v = state.order[m]
    _load(terms, state, v, room.mover)
    for q in range(state.n_parents[v] - 1, -1, -1):
        p = state.parents[v, q]
        if state.position[p] > m or room.mover.n_parents[0] > terms.max_parents:
            _toggle(terms, room.mover, p)
    _grow_shrink(model, terms, state, room, room.mover, m, v)
    _commit(state, room.mover)
    state.placed[0] = m + 1
    if state.reach[0] > 0:
        target = _best_insertion(model, terms, state, room, v, state.reach[0], m)
        if target != m:
            _move(model, terms, state, room, v, target)


@inner_kernel
def _reconsider_parents(model: Any, terms: Terms, state: State, room: Room) -> bool:
    """Let every node try one more parent than pays, then grow and shrink; whether any gains.

    So some parents are found whose effects cancel, or show only together.
    """
    is_changed, trial = False, room.mover
    for q in range(state.order.size):
        u = state.order[q]
        _load(terms, state, u, trial)
        x, _ = _best_change(model, terms, state, room, trial, q, u, True, False)
        if x >= 0:
            _toggle(terms, trial, x)
            _grow_shrink(model, terms, state, room, trial, q, u)
            if trial.value[0] < state.values[u] - terms.tolerance:
                _commit(state, trial)
                is_changed = True
    return is_changed


@compact_kernel
def advance(model: Any, terms: Terms, state: State, room: Room, looks: int) -> bool:
    """Place new nodes, then move queued ones to their best positions; whether nothing is left.

    Not more than ``looks`` nodes are looked at.
    """
    d, span = state.order.size, state.span
    while state.placed[0] < d and looks > 0:
        _place(model, terms, state, room)
        looks -= 1
    while span[1] > 0 and looks > 0:
        v = dequeue(state)
        looks -= 1
        target = _best_insertion(model, terms, state, room, v, d, d - 1)
        if target != state.position[v]:
            _move(model, terms, state, room, v, target)
    if looks == 0:
        return False
    return not _reconsider_parents(model, terms, state, room)


@compact_kernel
def score_sets(
    model: Any, table: FloatArray, node: int, members: BoolArray, parents: IntArray, sets: IntArray
) -> None:
    """Fill a row of a table of local scores, at some sets of parents.

    ``members`` has shape (number of sets, d); ``parents`` is work space for d nodes.
    """
    for e in range(sets.size):
        k = 0
        for i in range(parents.size):
            if members[e, i]:
                parents[k] = i
                k += 1
        table[node, sets[e]] = local_score(model, node, parents, k)

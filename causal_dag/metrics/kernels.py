"""Reachability along open walks, for every source at once."""

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.kernel_cache import compiled

# How a walk came to a node, which decides where it may go on.
_CAUSAL = 0  # down directed edges only, all the way from the source
_DOWN = 1  # along the node's incoming edge, after a turn
_UP = 2  # against the node's outgoing edge


@compiled()
def _push(state: int, node: int, seen: BoolArray, stack: IntArray, size: int) -> int:
    if not seen[state, node]:
        seen[state, node] = True
        stack[size] = 3 * node + state
        return size + 1
    return size


@compiled()
def spurious_walks(true: BoolArray, estimate: BoolArray, reached: BoolArray) -> None:
    """Mark where a walk that is not directed arrives, given the source's estimated parents.

    A walk is open given Z if its colliders are in Z and its other inner nodes are not; it leaves
    the source for good.

    Parameters
    ----------
    true : ndarray of bool, shape (d, d)
        The graph that the walks go along.
    estimate : ndarray of bool, shape (d, d)
        Z for source i is ``estimate[:, i]``.
    reached : ndarray of bool, shape (d, d)
        Set to True at (i, j) where an open walk from i that is not directed arrives at j.
    """
    d = true.shape[0]
    parents = np.empty((d, d), dtype=np.intp)
    children = np.empty((d, d), dtype=np.intp)
    n_parents = np.zeros(d, dtype=np.intp)
    n_children = np.zeros(d, dtype=np.intp)
    for i in range(d):
        for j in range(d):
            if true[i, j]:
                children[i, n_children[i]] = j
                n_children[i] += 1
                parents[j, n_parents[j]] = i
                n_parents[j] += 1
    seen = np.empty((3, d), dtype=np.bool_)
    stack = np.empty(3 * d, dtype=np.intp)
    for source in range(d):
        seen[:] = False
        seen[:, source] = True
        size = 0
        for k in range(n_children[source]):
            size = _push(_CAUSAL, children[source, k], seen, stack, size)
        for k in range(n_parents[source]):
            size = _push(_UP, parents[source, k], seen, stack, size)
        while size > 0:
            size -= 1
            node, state = stack[size] // 3, stack[size] % 3
            in_z = estimate[node, source]
            if state != _CAUSAL:
                reached[source, node] = True
            if not in_z:
                onward = _DOWN if state == _UP else state
                for k in range(n_children[node]):
                    size = _push(onward, children[node, k], seen, stack, size)
            if in_z != (state == _UP):
                for k in range(n_parents[node]):
                    size = _push(_UP, parents[node, k], seen, stack, size)

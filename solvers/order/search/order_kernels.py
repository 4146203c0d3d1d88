"""Numba kernels of what searches over orders have in common: a queue of nodes, and their places.

A state is a named tuple with ``order`` and ``position``, ``queue`` (circular) and ``queued``, and
``span``: where the queue begins, and its length.
"""

from typing import Any

from causal_dag.kernel_cache import inner_kernel


@inner_kernel
def enqueue(state: Any, u: int) -> None:
    """Append a node to the circular queue, unless it waits there already."""
    queue, span = state.queue, state.span
    if not state.queued[u]:
        state.queued[u] = True
        queue[(span[0] + span[1]) % queue.size] = u
        span[1] += 1


@inner_kernel
def dequeue(state: Any) -> int:
    """Take the first node from the queue, which must not be empty."""
    queue, span = state.queue, state.span
    u: int = queue[span[0]]
    span[0] = (span[0] + 1) % queue.size
    span[1] -= 1
    state.queued[u] = False
    return u


@inner_kernel
def put_at(state: Any, v: int, target: int) -> None:
    """Put v at a position; the nodes in between move up by one."""
    home = state.position[v]
    step = 1 if target > home else -1
    for q in range(home, target, step):
        state.order[q] = state.order[q + step]
        state.position[state.order[q]] = q
    state.order[target] = v
    state.position[v] = target

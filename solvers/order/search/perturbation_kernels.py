"""Numba kernels that draw a DAG of an equivalence class, and an order that it agrees with."""

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.kernel_cache import compact_kernel


@compact_kernel
def reverse_covered_edges(
    parents: BoolArray, reversible: BoolArray, edges: IntArray, draws: IntArray
) -> None:
    """Reverse edges, one after the other, where that leaves the class of the DAG the same.

    x → y is covered if x and y have the same parents, but for x itself. Reversing covered edges
    leads from every member of a Markov equivalence class to every other, and out of it never
    (Chickering, "A transformational characterization of equivalent Bayesian network structures",
    UAI 1995). So a long random sequence of reversals ends at a random member.

    Parameters
    ----------
    parents : ndarray of bool, shape (d, d)
        ``parents[child, parent]``; changed in place.
    reversible : ndarray of bool, shape (d, d)
        ``reversible[child, parent]``: the edge may as well run from child to parent.
    edges : ndarray of int, shape (e, 2)
        Parent and child of every edge; changed in place.
    draws : ndarray of int
        Which edges to reverse where they are covered.
    """
    for e in draws:
        x, y = edges[e, 0], edges[e, 1]
        is_covered = reversible[y, x]
        for z in range(parents.shape[0]):
            if parents[x, z] != parents[y, z] and z != x:
                is_covered = False
                break
        if is_covered:
            parents[y, x], parents[x, y] = False, True
            edges[e, 0], edges[e, 1] = y, x


@compact_kernel
def extend(
    precedence: BoolArray, priority: FloatArray, waiting_for: IntArray, order: IntArray
) -> None:
    """Fill ``order`` by the available node of least priority, again and again.

    Parameters
    ----------
    precedence : ndarray of bool, shape (d, d)
        ``precedence[u, v]``: u stands before v. Acyclic.
    priority : ndarray of shape (d,)
        Finite numbers; equal ones are taken by index.
    waiting_for : ndarray of int, shape (d,)
        Room for the number of nodes that have to come before each node.
    order : ndarray of int, shape (d,)
        Filled.
    """
    d = order.size
    for v in range(d):
        waiting_for[v] = 0
    for u in range(d):
        for v in range(d):
            waiting_for[v] += precedence[u, v]
    for position in range(d):
        node = -1
        for v in range(d):
            if waiting_for[v] == 0 and (node < 0 or priority[v] < priority[node]):
                node = v
        order[position] = node
        waiting_for[node] = -1
        for v in range(d):
            waiting_for[v] -= precedence[node, v]

"""Markov chains whose states give graphs, over DAGs or over orders."""

from abc import ABC, abstractmethod
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.arrays import BoolArray, IntArray

if TYPE_CHECKING:
    from causal_dag.certainty.parent_set_kernels import Tables

# Steps for which random numbers are drawn at a time.
STEPS_AT_ONCE = 1 << 12
# Nodes whose parents a step draws together.
LARGEST_BLOCK = 3


class MarkovChain(ABC):
    """A sequence of graphs.

    Parameters
    ----------
    tables : Tables
        Local scores.
    order : ndarray of int, shape (d,)
        Where the chain starts: at a graph that agrees with it.
    generator : numpy.random.Generator
        Source of randomness.

    Raises
    ------
    ValueError
        If the order allows no graph.
    """

    def __init__(self, tables: "Tables", order: IntArray, generator: np.random.Generator) -> None:
        from causal_dag.certainty.parent_set_kernels import Graph

        d = self.n_nodes = order.size
        self._tables, self._generator = tables, generator
        work = np.zeros((6, d), dtype=np.intp)
        self._graph = Graph(work[0], work[1], np.zeros((d, d), dtype=np.intp), *work[2:])
        self._draw_graph(order.astype(np.intp))

    def _draw_graph(self, order: IntArray) -> None:
        from causal_dag.certainty.parent_set_kernels import draw_graph

        if not draw_graph(self._tables, self._graph, order, self._generator.random(order.size)):
            raise ValueError("the order allows no graph that agrees with the prior knowledge")

    def advance(self, n_steps: int) -> BoolArray:
        """Make steps, and return the graph that they end in."""
        from causal_dag.certainty.parent_set_kernels import write_graph

        self._walk(n_steps)
        adjacency = np.zeros((self.n_nodes, self.n_nodes), dtype=bool)
        write_graph(self._graph, adjacency)
        return adjacency

    @abstractmethod
    def _walk(self, n_steps: int) -> None:
        """Make steps."""


class GraphChain(MarkovChain):
    """A chain over DAGs, all of which have equal prior weight."""

    def __init__(self, tables: "Tables", order: IntArray, generator: np.random.Generator) -> None:
        from causal_dag.certainty.graph_chain_kernels import Block

        super().__init__(tables, order, generator)
        size = min(LARGEST_BLOCK, order.size)
        relations = acyclic_relations(size)
        nodes, sets, extra = np.zeros((3, size), dtype=np.intp)
        values = np.zeros((size, 1 << size))
        self._block = Block(nodes, relations, np.zeros(len(relations)), values, sets, extra)

    def _walk(self, n_steps: int) -> None:
        from causal_dag.certainty.graph_chain_kernels import advance

        width = 3 * self._block.nodes.size + 1
        for first in range(0, n_steps, STEPS_AT_ONCE):
            numbers = self._generator.random((min(STEPS_AT_ONCE, n_steps - first), width))
            advance(self._tables, self._graph, self._block, numbers)


@cache
def acyclic_relations(size: int) -> IntArray:
    """Return all acyclic relations of a few nodes: for each node, the bits of those before it.

    Examples
    --------
    >>> from causal_dag.certainty.markov_chains import acyclic_relations
    >>> acyclic_relations(2)
    array([[0, 0],
           [0, 1],
           [2, 0]])
    """
    every, found = range(1 << size), []
    for relation in product(every, repeat=size):
        placed = 0
        for _ in range(size):
            for y, before in enumerate(relation):
                if before & ~placed == 0:
                    placed |= 1 << y
        if placed == (1 << size) - 1:
            found.append(relation)
    return np.array(found, dtype=np.intp)


class OrderChain(MarkovChain):
    """A chain over orders, all of which have equal prior weight; a graph is drawn from the last."""

    def __init__(self, tables: "Tables", order: IntArray, generator: np.random.Generator) -> None:
        from causal_dag.certainty.order_chain_kernels import State, locate

        super().__init__(tables, order, generator)
        whole, real = (np.zeros((5, order.size), dtype=kind) for kind in (np.intp, np.float64))
        whole[0] = order
        self._state = State(*whole[:3], *real[:3], *whole[3:], *real[3:])
        locate(tables, self._state)

    def _walk(self, n_steps: int) -> None:
        from causal_dag.certainty.order_chain_kernels import NUMBERS_PER_STEP, advance

        for first in range(0, n_steps, STEPS_AT_ONCE):
            size = min(STEPS_AT_ONCE, n_steps - first), NUMBERS_PER_STEP
            advance(self._tables, self._state, self._generator.random(size))
        self._draw_graph(self._state.order)

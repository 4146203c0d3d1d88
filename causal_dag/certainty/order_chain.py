"""One Markov chain over DAGs, as a sequence of graphs."""

from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, IntArray

if TYPE_CHECKING:
    from causal_dag.certainty.order_chain_kernels import Tables

# Uniform numbers that are drawn at a time.
NUMBERS_AT_ONCE = 1 << 14


class OrderChain:
    """A chain over orders and the DAGs that agree with them.

    Parameters
    ----------
    tables : Tables
        Local scores.
    order : ndarray of int, shape (d,)
        Where the chain starts.
    has_uniform_dags : bool
        Whether all DAGs have equal prior weight, or all orders.
    generator : numpy.random.Generator
        Source of randomness.

    Raises
    ------
    ValueError
        If the order allows no DAG.
    """

    def __init__(
        self,
        tables: "Tables",
        order: IntArray,
        has_uniform_dags: bool,
        generator: np.random.Generator,
    ) -> None:
        from causal_dag.certainty.order_chain_kernels import Room, State, start_chain

        d = order.size
        self.n_nodes = d
        self._tables, self._generator = tables, generator
        self._has_uniform_dags = has_uniform_dags
        self._state = State(order.astype(np.intp), *_arrays("iiffii", d))
        room = [*_arrays("f", 1), *_arrays("f", d), np.zeros(d, dtype=bool), *_arrays("i", d + 1)]
        self._room = Room(*room, *_arrays("f", d), *_arrays("i", 1), *_arrays("ifiii", d))
        self._numbers = np.empty(0)
        if not start_chain(tables, self._state, self._room, generator.random(d)):
            raise ValueError("the order allows no graph that agrees with the prior knowledge")

    def advance(self, n_moves: int) -> BoolArray:
        """Make moves, and return the graph that they end in."""
        from causal_dag.certainty.order_chain_kernels import advance, write_graph

        d = self._state.order.size
        while n_moves > 0:
            made = advance(
                self._tables, self._state, self._room, self._has_uniform_dags, n_moves,
                self._numbers,
            )  # fmt: skip
            if made < n_moves:
                self._numbers = self._generator.random(NUMBERS_AT_ONCE + 4 * d)
                self._room.used[0] = 0
            n_moves -= made
        adjacency = np.zeros((d, d), dtype=bool)
        write_graph(self._tables, self._state, adjacency)
        return adjacency


def _arrays(kinds: str, size: int) -> list[Any]:
    """Return an array of zeros per letter: i for integers, f for floating-point numbers."""
    return [np.zeros(size, dtype=np.intp if kind == "i" else np.float64) for kind in kinds]

"""Graphs of several Markov chains side by side, and whether the chains agree."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from joblib import effective_n_jobs

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.certainty.chain_diagnostics import effective_sample_size, split_r_hat
from causal_dag.certainty.markov_chains import MarkovChain
from causal_dag.problem import Monitor

# Graphs that every chain contributes between two looks at the clock.
GRAPHS_TOGETHER = 8
# The diagnostics need this many graphs per chain.
FEWEST_GRAPHS = 16
# Edges that are diagnosed at a time, to bound memory.
EDGES_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class PosteriorSample:
    """Graphs of several chains of equal length, stored as one bit per ordered pair of nodes.

    Parameters
    ----------
    bits : ndarray of uint8, shape (n_chains, n_graphs, number of bytes)
        The graphs, after those at the start of the chains have been dropped.
    n_nodes : int
        Number of nodes d.
    """

    bits: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
    n_nodes: int

    def __iter__(self) -> Iterator[BoolArray]:
        """Yield the graphs, one chain after another."""
        d = self.n_nodes
        for bits in self.bits.reshape(-1, self.bits.shape[2]):
            yield np.unpackbits(bits, count=d * d).reshape(d, d).astype(bool)

    def diagnostics(self) -> tuple[FloatArray, FloatArray]:
        """Return split R̂ and effective sample size of every edge, NaN where it never changes."""
        d = self.n_nodes
        r_hat, size = np.full((2, d * d), np.nan)
        for first in range(0, d * d, EDGES_AT_ONCE):
            within = self.bits[:, :, first // 8 : (first + EDGES_AT_ONCE) // 8]
            edges = np.unpackbits(within, axis=2)[:, :, : d * d - first]
            varies = np.flatnonzero(np.ptp(edges, axis=(0, 1)) > 0)
            if varies.size:
                draws = edges[:, :, varies].astype(np.float64)
                r_hat[first + varies] = split_r_hat(draws)
                size[first + varies] = effective_sample_size(draws)
        return r_hat.reshape(d, d), size.reshape(d, d)


def sample_graphs(
    chains: Sequence[MarkovChain],
    n_graphs: int,
    n_steps: int,
    n_jobs: int | None,
    monitor: Monitor,
) -> PosteriorSample:
    """Let chains run side by side, and drop the first quarter of their graphs.

    The chains are independent, so that the graphs do not depend on ``n_jobs``. Ctrl-C ends the
    sampling after the current round.

    Parameters
    ----------
    chains : sequence of MarkovChain
        Started.
    n_graphs : int
        Graphs to keep per chain.
    n_steps : int
        Steps from one graph to the next.
    n_jobs : int or None
        Threads.
    monitor : Monitor
        Says when to stop; the chains run until they have the fewest graphs that can be diagnosed.
    """
    n_rounds = -(-n_graphs * 4 // (3 * GRAPHS_TOGETHER))
    rounds: list[list[np.ndarray[tuple[int, int], np.dtype[np.uint8]]]] = []

    def graphs_of(chain: MarkovChain) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        return np.array([np.packbits(chain.advance(n_steps)) for _ in range(GRAPHS_TOGETHER)])

    with ThreadPoolExecutor(effective_n_jobs(n_jobs)) as pool:
        while len(rounds) < n_rounds:
            is_enough = len(rounds) * GRAPHS_TOGETHER >= FEWEST_GRAPHS
            if is_enough and monitor.stop_reason() is not None:
                break
            try:
                rounds.append(list(pool.map(graphs_of, chains)))
            except KeyboardInterrupt:
                if not is_enough:
                    raise
                monitor.interrupt()
    bits = np.concatenate(rounds, axis=1)
    kept = min(n_graphs, bits.shape[1] - bits.shape[1] // 4)
    return PosteriorSample(bits[:, -kept:], chains[0].n_nodes)

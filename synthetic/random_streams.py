"""Independent random streams, each named after what is drawn from it.

One seed feeds several draws (a graph, its weights, the noise). Each takes its own stream, so that
asking for more rows does not change the graph, and so that the same integer given to two functions
does not correlate what they draw.
"""

import numbers
from typing import TypeAlias

import numpy as np

from causal_dag.wording import quoted

RandomState: TypeAlias = int | np.random.SeedSequence | np.random.Generator | None


def seed_sequence(random_state: RandomState) -> np.random.SeedSequence:
    """Turn what a user passes as ``random_state`` into a seed that several streams can share.

    Parameters
    ----------
    random_state : int, numpy.random.SeedSequence, numpy.random.Generator or None
        A generator is advanced, so that its next use draws something else; a seed sequence is
        returned unchanged, and never spawned from; None takes entropy from the system.

    Raises
    ------
    ValueError
        If ``random_state`` is something else, or a negative integer.

    Examples
    --------
    >>> from causal_dag.synthetic.random_streams import seed_sequence
    >>> seed_sequence(7).entropy
    7
    """
    if random_state is None:
        return np.random.SeedSequence()
    if isinstance(random_state, np.random.SeedSequence):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(random_state.integers(2**32, size=4).tolist())
    is_integer = isinstance(random_state, numbers.Integral) and not isinstance(random_state, bool)
    if is_integer and random_state >= 0:
        return np.random.SeedSequence(int(random_state))
    raise ValueError(
        f"random_state={quoted(random_state)} must be None, an integer >= 0, a "
        "numpy.random.SeedSequence or a numpy.random.Generator"
    )


def stream(random_state: RandomState, name: str) -> np.random.Generator:
    """Return the generator of the stream ``name``, independent of all streams of other names.

    Examples
    --------
    >>> from causal_dag.synthetic.random_streams import stream
    >>> graph, noise = stream(0, "graph"), stream(0, "noise")
    >>> graph.random() == stream(0, "graph").random(), graph.random() == noise.random()
    (True, False)
    """
    seed = seed_sequence(random_state)
    key = (*seed.spawn_key, *name.encode())
    child = np.random.SeedSequence(seed.entropy, spawn_key=key, pool_size=seed.pool_size)
    return np.random.default_rng(child)

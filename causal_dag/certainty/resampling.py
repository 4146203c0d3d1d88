"""Which rows a resample has: complementary halves, or draws with replacement."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from causal_dag.arrays import IntArray

Resampling = Literal["half", "bootstrap"]


@dataclass(frozen=True, eq=False)
class Resampler:
    """Draws the rows of resamples, each from a stream of random numbers of its own.

    Rows of a group are drawn together. Two consecutive resamples of halves, number 2k and 2k + 1,
    have no group in common [1]_.

    Parameters
    ----------
    group_of : ndarray of int, shape (n,)
        Number of the group of every row, from 0.
    stratum_of : ndarray of int, shape (number of groups,)
        Groups of the same stratum are divided evenly among two halves.
    kind : {"half", "bootstrap"}
        Half of the groups without replacement; or as many as there are, with replacement.
    entropy : int
        What all streams are derived from.

    References
    ----------
    .. [1] Shah and Samworth, "Variable selection with error control: another look at stability
       selection", JRSS B 75 (2013).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.certainty.resampling import Resampler
    >>> resampler = Resampler(np.array([0, 0, 1, 2, 3]), np.zeros(4, dtype=int), "half", 1)
    >>> resampler.rows(0), resampler.rows(1)
    (array([0, 1, 4]), array([2, 3]))
    """

    group_of: IntArray
    stratum_of: IntArray
    kind: Resampling
    entropy: int

    def rows(self, number: int) -> IntArray:
        """Return the rows of a resample, ascending; repeated where drawn more than once."""
        n_groups = self.stratum_of.size
        stream = number // 2 if self.kind == "half" else number
        generator = np.random.default_rng(np.random.SeedSequence(self.entropy, spawn_key=(stream,)))
        times = np.zeros(n_groups, dtype=np.intp)
        if self.kind == "half":
            order = generator.permutation(n_groups)
            order = order[np.argsort(self.stratum_of[order], kind="stable")]
            times[order[number % 2 : n_groups // 2 * 2 : 2]] = 1
        else:
            np.add.at(times, generator.integers(n_groups, size=n_groups), 1)
        return np.repeat(np.arange(self.group_of.size), times[self.group_of])

    def seed(self, number: int) -> int:
        """Return the seed of the solver on a resample."""
        sequence = np.random.SeedSequence(self.entropy, spawn_key=(number, 0))
        return int(sequence.generate_state(1)[0])

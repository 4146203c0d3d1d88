"""Moments of Gaussian columns of which some are only seen cut into ordered levels.

A cut column holds the code of the interval that a latent standard normal value lies in. The
thresholds come from the shares of its levels. The correlations of all columns are estimated by
structural expectation-maximization [1]_: Gibbs sampling draws every latent value between its
thresholds given the rest of its row, under the correlations that the current graph implies, and
these are estimated from the draws. The first sweeps know no graph; more of them would add noise,
since a full correlation matrix has many more parameters than a sparse graph.

References
----------
.. [1] Friedman, "The Bayesian structural EM algorithm", UAI 1998.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import ndtr, ndtri

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.moments import Moments

# Sweeps without a graph, and how many of the last ones are averaged.
FIRST_SWEEPS, FIRST_KEPT = 60, 40
# The same under every graph.
SWEEPS, KEPT = 20, 10
# Prices of a coefficient by which the graphs are chosen, in units of log n. The first correlations
# are noisy, and an edge that they suggest would confirm itself: prices start high.
PENALTIES = (12.0, 8.0, 6.0, 4.0, 3.0)
# Added to the variances of standardized columns, so that determined ones have a precision.
RIDGE = 1e-6
# Beyond so many standard deviations, normal probabilities are 0 in double precision.
FARTHEST = 37.0

#: The graph, shape (d, d), that moments suggest at a price per coefficient in units of log n.
GraphSearch = Callable[[Moments, float], BoolArray]


def latent_moments(
    columns: FloatArray, is_cut: BoolArray, blocks: Sequence[Sequence[int]], search: GraphSearch
) -> Moments:
    """Estimate the moments of columns whose cut ones are replaced by latent standard normal values.

    The draws come from a generator with a fixed seed: equal tables have equal moments.

    Parameters
    ----------
    columns : ndarray of shape (n, c)
        Numbers, indicators, and the codes of cut columns; none of them constant.
    is_cut : ndarray of bool, shape (c,)
        Which columns hold codes of intervals.
    blocks : sequence of sequences of int
        The columns of every node.
    search : callable
        Finds graphs of the nodes.

    Returns
    -------
    moments : Moments
        Correlations of all columns, with means of 0.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.order.scores.latent_gaussian import latent_moments
    >>> x, noise = np.random.default_rng(0).normal(size=(2, 2000))
    >>> cut = (x + noise > 1.0).astype(float)  # the latent correlation is √½, about 0.71
    >>> complete = lambda moments, penalty: np.array([[False, True], [False, False]])
    >>> table, is_cut = np.column_stack([x, cut]), np.array([False, True])
    >>> moments = latent_moments(table, is_cut, [[0], [1]], complete)
    >>> np.corrcoef(table.T)[0, 1].round(1), moments.covariance[0, 1].round(1)
    (np.float64(0.5), np.float64(0.7))
    """
    sampler = _Sampler.of(columns, is_cut)
    moments = sampler.moments(FIRST_SWEEPS, FIRST_KEPT, lambda correlation: correlation)
    for penalty in PENALTIES:
        graph = search(moments, penalty)
        moments = sampler.moments(SWEEPS, KEPT, partial(implied, graph=graph, blocks=blocks))
    return moments


@dataclass(frozen=True)
class _Sampler:
    """Latent values of all rows, which sweeps of Gibbs sampling replace."""

    values: FloatArray
    intervals: dict[int, tuple[FloatArray, FloatArray]]
    generator: np.random.Generator

    @classmethod
    def of(cls, columns: FloatArray, is_cut: BoolArray) -> "_Sampler":
        """Standardize numbers, and draw values of cut columns independently."""
        generator = np.random.default_rng(0)
        values = (columns - columns.mean(axis=0)) / columns.std(axis=0)
        intervals = {j: _interval(columns[:, j]) for j in np.flatnonzero(is_cut).tolist()}
        for j, interval in intervals.items():
            values[:, j] = truncated_normal(np.zeros(len(columns)), 1.0, *interval, generator)
        return cls(values, intervals, generator)

    def moments(
        self, n_sweeps: int, n_kept: int, model: Callable[[FloatArray], FloatArray]
    ) -> Moments:
        """Sweep under the model of the last sweep's correlations; average the last correlations."""
        n, c = self.values.shape
        kept, correlation = np.zeros((c, c)), _correlation(self.values)
        for sweep in range(n_sweeps):
            self._sweep(model(correlation))
            correlation = _correlation(self.values)
            if sweep >= n_sweeps - n_kept:
                kept += correlation / n_kept
        return Moments(n, np.zeros(c), 0.5 * (kept + kept.T))

    def _sweep(self, correlation: FloatArray) -> None:
        """Draw every cut column given all others, for all rows at once."""
        precision = np.linalg.inv(correlation + RIDGE * np.eye(len(correlation)))
        for j, interval in self.intervals.items():
            own = precision[j, j]
            mean = self.values[:, j] - self.values @ precision[:, j] / own
            self.values[:, j] = truncated_normal(mean, own**-0.5, *interval, self.generator)


def _correlation(values: FloatArray) -> FloatArray:
    return np.atleast_2d(np.corrcoef(values, rowvar=False)).astype(np.float64)


def _interval(codes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return between which thresholds every row's latent value lies."""
    _, level, counts = np.unique(codes, return_inverse=True, return_counts=True)
    thresholds = np.concatenate([[-np.inf], ndtri(counts.cumsum()[:-1] / codes.size), [np.inf]])
    return thresholds[level], thresholds[level + 1]


def truncated_normal(
    mean: FloatArray,
    scale: float,
    lower: FloatArray,
    upper: FloatArray,
    generator: np.random.Generator,
) -> FloatArray:
    """Draw normal values between bounds, by inversion; in the tail where ``ndtr`` is accurate."""
    low, high = (lower - mean) / scale, (upper - mean) / scale
    is_mirrored = low > 0
    low, high = np.where(is_mirrored, -high, low), np.where(is_mirrored, -low, high)
    below = ndtr(low)
    draws = ndtri(below + generator.random(mean.size) * (ndtr(high) - below))
    # Where even ``ndtr(high)`` is 0, the latent value is practically at the bound.
    draws = np.clip(draws, np.minimum(high, -FARTHEST), FARTHEST)
    draws = np.clip(draws, low, high)
    return np.asarray(mean + scale * np.where(is_mirrored, -draws, draws), dtype=np.float64)


def implied(
    correlation: FloatArray, graph: BoolArray, blocks: Sequence[Sequence[int]]
) -> FloatArray:
    """Return the correlations of columns under a graph of nodes, each regressed on its parents.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.order.scores.latent_gaussian import implied
    >>> correlation = np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]])
    >>> chain = np.array([[False, True, False], [False, False, True], [False, False, False]])
    >>> implied(correlation, chain, [[0], [1], [2]])[0].round(4).tolist()  # 0 → 1 → 2
    [1.0, 0.5, 0.25]
    """
    c = len(correlation)
    coefficients, noise = np.zeros((c, c)), np.zeros((c, c))
    for node, targets in enumerate(blocks):
        parents = [column for i in np.flatnonzero(graph[:, node]).tolist() for column in blocks[i]]
        across = correlation[np.ix_(parents, targets)]
        among = correlation[np.ix_(parents, parents)] + RIDGE * np.eye(len(parents))
        slopes = np.linalg.solve(among, across)
        coefficients[np.ix_(parents, targets)] = slopes
        noise[np.ix_(targets, targets)] = correlation[np.ix_(targets, targets)] - across.T @ slopes
    total = np.linalg.inv(np.eye(c) - coefficients)
    covariance = total.T @ noise @ total
    scale = np.sqrt(covariance.diagonal())
    return np.asarray(covariance / np.outer(scale, scale), dtype=np.float64)

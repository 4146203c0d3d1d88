"""Local scores of linear Gaussian models, from the covariance: one regression per node."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, parent_prices
from causal_dag.solvers.order.scores.local_score import LocalScore, NodeFit
from causal_dag.validation import COLLINEARITY_TOLERANCE

# Smallest eigenvalue of the parents' correlations for which they are inverted.
SMALLEST_EIGENVALUE = 1e-9
# Sets that a kernel processes per call (about 0.1 s); the monitor is checked between calls.
SETS_A_CALL = 1 << 18

#: Called between the parts of a long computation, which it may end by raising an exception.
Look = Callable[[], object]


def do_not_look() -> None:
    """Do nothing, so that a computation runs to its end."""


def parts_of(n_sets: int, look: Look) -> Iterator[tuple[int, int]]:
    """Yield the ranges of sets that kernels process per call, and call ``look`` after each.

    Examples
    --------
    >>> list(parts_of(300_000, do_not_look))
    [(0, 262144), (262144, 300000)]
    """
    for first in range(0, n_sets, SETS_A_CALL):
        yield first, min(first + SETS_A_CALL, n_sets)
        look()


def unexplained_shares(correlation: FloatArray, look: Look = do_not_look) -> FloatArray:
    """Return the fraction of every node's variance that every set of nodes leaves unexplained.

    All Schur complements of the matrix are computed: O(d 2^d) time and memory, 0.17 GB at d = 20.

    Parameters
    ----------
    correlation : ndarray of shape (d, d)
        Correlations, of any rank.
    look : callable
        Called after every ``SETS_A_CALL`` sets.

    Returns
    -------
    ndarray of shape (d, 2^d)
        Bit i of the second index indicates whether node i is in the set. The value is 1 for sets
        that contain the node itself, and at least ``SMALLEST_VARIANCE_SHARE``, which keeps the
        logarithm of a perfect fit finite.

    Examples
    --------
    >>> import numpy as np
    >>> shares = unexplained_shares(np.array([[1.0, 0.6], [0.6, 1.0]]))
    >>> shares.round(2).tolist()
    [[1.0, 1.0, 0.64, 1.0], [1.0, 0.64, 1.0, 1.0]]
    """
    from causal_dag.solvers.order.scores.subset_kernels import sweep_all_sets

    d = correlation.shape[0]
    complements, diagonals = np.empty((d + 1, d, d)), np.empty((d + 1, d))
    complements[d], diagonals[d] = correlation, np.diagonal(correlation)
    shares = np.empty((d, 1 << d))
    # A node that is determined by the others has no further explanatory power.
    for first, last in parts_of(1 << d, look):
        sweep_all_sets(COLLINEARITY_TOLERANCE, complements, diagonals, shares, first, last)
    np.maximum(shares, SMALLEST_VARIANCE_SHARE, out=shares)
    for node in range(d):
        # The sets that contain the node.
        shares[node].reshape(-1, 2, 1 << node)[:, 1] = 1.0
    return shares


def set_sizes(d: int) -> IntArray:
    """Return the number of nodes in every set of d nodes, shape (2^d,).

    Examples
    --------
    >>> set_sizes(2).tolist()
    [0, 1, 1, 2]
    """
    sizes = np.zeros(1, dtype=np.intp)
    for _ in range(d):
        sizes = np.concatenate([sizes, sizes + 1])
    return sizes


def shares_after_one_change(correlation: FloatArray, node: int, parents: BoolArray) -> FloatArray:
    """Return the unexplained fraction of a node's variance after each change of one parent.

    Parameters
    ----------
    correlation : ndarray of shape (d, d)
        Correlations, of any rank.
    node : int
        The node.
    parents : ndarray of bool, shape (d,)
        Its parents.

    Returns
    -------
    ndarray of shape (d,)
        For each parent the fraction after removing it, for each other node after adding it.

    Examples
    --------
    >>> correlation = np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]])
    >>> shares = shares_after_one_change(correlation, 0, np.array([False, True, False]))
    >>> shares[1:].round(2).tolist()
    [1.0, 0.64]
    """
    chosen = np.flatnonzero(parents)
    eigenvalues, vectors = np.linalg.eigh(correlation[np.ix_(chosen, chosen)])
    if chosen.size and eigenvalues[0] < SMALLEST_EIGENVALUE:
        return _shares_one_by_one(correlation, node, parents)
    inverse = (vectors / eigenvalues) @ vectors.T
    regression = correlation[:, chosen] @ inverse
    coefficients = regression[node]
    partial_covariance = correlation[:, node] - correlation[:, chosen] @ coefficients
    partial_variance = 1.0 - (regression * correlation[:, chosen]).sum(axis=1)
    # A node that is determined by the parents has no further explanatory power.
    explained = np.divide(
        partial_covariance**2,
        partial_variance,
        where=partial_variance > COLLINEARITY_TOLERANCE,
        out=np.zeros_like(partial_variance),
    )
    shares: FloatArray = partial_variance[node] - explained
    shares[chosen] = partial_variance[node] + coefficients**2 / np.diagonal(inverse)
    return shares


class GaussianNodeScore(LocalScore):
    """A function of the residual variance plus a penalty per edge.

    A perfect fit is treated as leaving ``SMALLEST_VARIANCE_SHARE`` of the variance unexplained.
    """

    has_exact_predictions: ClassVar[bool] = True

    moments: Moments
    penalty: float | Literal["auto"]
    gamma: float

    @abstractmethod
    def misfit(self, variance: FloatArray) -> FloatArray:
        """Return the cost of residual variances in squared units of the data, of any shape."""

    def given(self, node: int, parents: BoolArray) -> NodeFit:
        """Return the fit to exactly these parents."""
        chosen = np.flatnonzero(parents)
        coefficients = _coefficients(self._correlation, node, chosen)
        share = 1.0 - self._correlation[chosen, node] @ coefficients
        variance = np.maximum(share, SMALLEST_VARIANCE_SHARE) * self.moments.variance[node]
        weights = np.zeros(parents.size)
        weights[chosen] = coefficients * (self._scale[node] / self._scale[chosen])
        return NodeFit(float(self.misfit(variance) + self.prices[chosen.size]), weights)

    def predicted(self, node: int, parents: BoolArray) -> FloatArray:
        """Evaluate all single changes at once, by partial correlations, shape (d,)."""
        shares = shares_after_one_change(self._correlation, node, parents)
        variances = np.maximum(shares, SMALLEST_VARIANCE_SHARE) * self.moments.variance[node]
        prices: FloatArray = self.prices[parents.sum() + np.where(parents, -1, 1)]
        return self.misfit(variances) + prices

    def table(self, shares: FloatArray) -> FloatArray:
        """Return the score of every node given every set of nodes, shape (d, 2^d).

        Parameters
        ----------
        shares : ndarray of shape (d, 2^d)
            Of ``unexplained_shares``; overwritten by the scores.
        """
        prices = self.prices[set_sizes(self.moments.n_features)]
        for row, variance in zip(shares, self.moments.variance, strict=True):
            row *= variance
            np.add(self.misfit(row), prices, out=row)
        return shares

    @cached_property
    def _correlation(self) -> FloatArray:
        return self.moments.standardized().covariance

    @cached_property
    def _scale(self) -> FloatArray:
        return np.sqrt(self.moments.variance)

    @cached_property
    def prices(self) -> FloatArray:
        """Total price of 0, 1, ... parents; the last is only for sets that contain the node."""
        prices = parent_prices(self.moments, self.penalty, self.gamma)
        return np.concatenate([[0.0], prices.cumsum()])


@dataclass(frozen=True)
class GaussianBIC(GaussianNodeScore):
    """n log σ²_j|P + price · ``|P|``: −2 log-likelihood, up to a constant, plus a penalty per edge.

    A change of units adds a constant, and equivalent graphs have equal sums.

    Parameters
    ----------
    moments : Moments
        Moments of the data, of any rank.
    penalty : float or "auto"
        Penalty per edge in units of log n.
    gamma : float
        Weight of the extended criterion's 4 log d.

    Examples
    --------
    >>> import numpy as np
    >>> score = GaussianBIC(Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]])))
    >>> fit = score.given(1, np.array([True, False]))  # leaves a variance of 1
    >>> round(fit.value, 6), fit.weights.tolist()  # 10 log 1 + 2 log 10
    (4.60517, [2.0, 0.0])
    """

    moments: Moments
    penalty: float | Literal["auto"] = 2.0
    gamma: float = 0.0

    def misfit(self, variance: FloatArray) -> FloatArray:
        """Return n log variance."""
        cost: FloatArray = self.moments.n_samples * np.log(variance)
        return cost


@dataclass(frozen=True)
class EqualVarianceGaussian(GaussianNodeScore):
    """n · precision · σ²_j|P + price · ``|P|``, for noise variances that are equal and known.

    At precision d / Σ_j σ²_j this is, up to a constant, the tangent of the equal-variance criterion
    n d log(Σ_j σ²_j / d) + price · (number of edges). The criterion is concave in Σ_j σ²_j, so any
    decrease of the tangent is a decrease of the criterion.

    Parameters
    ----------
    moments : Moments
        Moments of the data, of any rank.
    precision : float
        Inverse of the common noise variance, in inverse squared units of the data.
    penalty : float or "auto"
        Penalty per edge in units of log n.
    gamma : float
        Weight of the extended criterion's 4 log d.

    Examples
    --------
    >>> import numpy as np
    >>> moments = Moments(10, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> EqualVarianceGaussian(moments, precision=0.5).given(1, np.array([False, False])).value
    25.0
    """

    moments: Moments
    precision: float
    penalty: float | Literal["auto"] = 2.0
    gamma: float = 0.0

    def misfit(self, variance: FloatArray) -> FloatArray:
        """Return n · precision · variance."""
        cost: FloatArray = self.moments.n_samples * self.precision * variance
        return cost


def _coefficients(correlation: FloatArray, node: int, parents: IntArray) -> FloatArray:
    """Return the least-squares coefficients; if not unique, those of smallest norm."""
    gram, target = correlation[np.ix_(parents, parents)], correlation[parents, node]
    solution: FloatArray = np.linalg.lstsq(gram, target, rcond=COLLINEARITY_TOLERANCE)[0]
    return solution


def _shares_one_by_one(correlation: FloatArray, node: int, parents: BoolArray) -> FloatArray:
    shares = np.ones(parents.size)
    for other in np.flatnonzero(np.arange(parents.size) != node):
        changed = parents.copy()
        changed[other] = not parents[other]
        chosen = np.flatnonzero(changed)
        shares[other] -= correlation[chosen, node] @ _coefficients(correlation, node, chosen)
    return shares

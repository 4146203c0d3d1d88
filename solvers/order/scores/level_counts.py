"""Local scores of columns that hold categories, from counts of their levels."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import gammaincc, gammaln

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.solvers.order.scores.local_score import (
    CompiledScore,
    NodeFit,
    RememberedScore,
    dependence_strength,
)

# What the sums over a table of counts take, in steps through rows.
STEPS_PER_TABLE = 100


@dataclass(frozen=True)
class LevelCounts(RememberedScore):
    """−2 log score of a column given its parents, from a table of counts, plus prices.

    With a prior (``equivalent_sample_size`` or ``cell_prior`` above 0) the score is the marginal
    likelihood under Dirichlet priors; otherwise the maximum of the likelihood.

    The weight of a parent is √(1 − exp(−2 I)), I being the mutual information of column and parent
    given the other parents, as estimated from relative frequencies [1]_: between 0 and 1, and the
    absolute partial correlation if all were Gaussian. It is negative where the levels of both are
    ordered and their covariance within the strata of the other parents is negative.

    Parameters
    ----------
    levels : ndarray of int, shape (n, d)
        Level of every column in every row, 0 to ``n_levels[j]`` − 1.
    n_levels : ndarray of int, shape (d,)
        Number of levels of every column.
    is_ordered : ndarray of bool, shape (d,)
        Whether the levels are in their order.
    row_counts : ndarray of int, shape (n,), optional
        How often each row occurs; default once.
    equivalent_sample_size : float
        Prior rows, shared equally by all cells of a table of counts.
    cell_prior : float
        Prior rows per cell.
    price : float
        Of a free probability.
    edge_price : float
        Of a parent.
    has_regret : bool
        Whether to add 2 log C(r, N) for each configuration of the parents, C being the sum of the
        maximum likelihoods of all tables of N rows over r levels [2]_.

    References
    ----------
    .. [1] Linfoot, "An informational measure of correlation", Information and Control 1 (1957).
    .. [2] Silander, Roos, Kontkanen and Myllymäki, "Factorized normalized maximum likelihood
       criterion for learning Bayesian network structures", PGM 2008.

    Examples
    --------
    >>> import numpy as np
    >>> levels = np.repeat([[0, 0], [1, 1]], 50, axis=0)
    >>> score = LevelCounts(levels, np.array([2, 2]), np.array([True, True]), cell_prior=1.0)
    >>> alone, given = np.array([False, False]), np.array([True, False])
    >>> score.given(1, alone).value > score.given(1, given).value  # −2 log(50! 50! / 101!), …
    True
    >>> score.given(1, given).weights.round(4).tolist()  # √(1 − ¼), as I = log 2
    [0.866, 0.0]
    """

    levels: IntArray
    n_levels: IntArray
    is_ordered: BoolArray
    row_counts: IntArray | None = None
    equivalent_sample_size: float = 0.0
    cell_prior: float = 0.0
    price: float = 0.0
    edge_price: float = 0.0
    has_regret: bool = False

    @property
    def is_score_equivalent(self) -> bool:
        """Whether Markov equivalent graphs have equal scores."""
        return self.cell_prior == 0 and not self.has_regret

    @property
    def most_parents(self) -> int:
        """How many parents a node may have: any number, as only what occurs is counted."""
        return self.n_levels.size - 1

    @property
    def n_samples(self) -> int:
        """Number of rows, each as often as it occurs."""
        return len(self.levels) if self.row_counts is None else int(self.row_counts.sum())

    @property
    def work(self) -> int:
        """Steps that a score takes: the distinct rows, and some for the counts."""
        return self._distinct_rows[1].size + STEPS_PER_TABLE

    def compiled(self, most: int) -> CompiledScore:
        """Return the kernel; parents need no room of their own."""
        return CompiledScore(self._model(), self.edge_price + np.log(self.n_samples))

    def fit(self, node: int, parents: BoolArray) -> NodeFit:
        """Count the levels of a node given exactly these parents."""
        from causal_dag.solvers.order.scores.count_kernels import score_of

        chosen = np.flatnonzero(parents)
        value = score_of(self._own_model, node, chosen)
        weights = np.zeros(parents.size)
        for i in chosen.tolist():
            weights[i] = self._strength(node, i, chosen[chosen != i])
        return NodeFit(float(value), weights)

    def _strength(self, node: int, parent: int, others: IntArray) -> float:
        from causal_dag.solvers.order.scores.count_kernels import score_of

        with_parent = np.sort(np.append(others, parent))
        decrease = score_of(self._likelihood, node, others) - score_of(
            self._likelihood, node, with_parent
        )
        strength = dependence_strength(decrease / self.n_samples)
        if self.is_ordered[node] and self.is_ordered[parent]:
            return float(np.copysign(strength, self._covariance(node, parent, others)))
        return strength

    def _covariance(self, node: int, parent: int, others: IntArray) -> float:
        """Return the covariance of two columns within the strata of others, times n."""
        levels, counts = self._distinct_rows
        _, stratum = np.unique(levels[others].T, axis=0, return_inverse=True)
        stratum = stratum.reshape(-1)
        sizes = np.bincount(stratum, counts)
        x, y = (levels[j].astype(np.float64) for j in (parent, node))
        means = np.bincount(stratum, counts * x) / sizes
        return float((counts * (x - means[stratum])) @ y)

    def _model(self, **parameters: Any) -> Any:
        """Return what the kernel needs, with work space for one thread."""
        from causal_dag.solvers.order.scores.count_kernels import Counts

        distinct, weights = self._distinct_rows
        n_distinct, size = weights.size, weights.size * int(self.n_levels.max())
        kinds = np.unique(self.n_levels)
        own: dict[str, Any] = {
            "equivalent_sample_size": self.equivalent_sample_size,
            "cell_prior": self.cell_prior,
            "price": self.price,
            "edge_price": self.edge_price,
            "regrets": self._regrets,
        }
        return Counts(
            levels=distinct,
            weights=weights,
            n_levels=self.n_levels.astype(np.intp),
            **own | parameters,
            regret_kinds=np.searchsorted(kinds, self.n_levels),
            configurations=np.empty(n_distinct, dtype=np.int32),
            numbers=np.empty(size, dtype=np.int32),
            counts=np.zeros(size),
        )

    @cached_property
    def _own_model(self) -> Any:
        return self._model()

    @cached_property
    def _likelihood(self) -> Any:
        """The model whose score is −2 times the maximum of the log likelihood."""
        none = np.empty((np.unique(self.n_levels).size, 0))
        free = dict.fromkeys(("equivalent_sample_size", "cell_prior", "price", "edge_price"), 0.0)
        return self._model(**free, regrets=none)

    @cached_property
    def _distinct_rows(self) -> tuple[IntArray, FloatArray]:
        """Every row that occurs, as columns of shape (d, m), and how often."""
        distinct, place = np.unique(self.levels, axis=0, return_inverse=True)
        counts = np.bincount(place.reshape(-1), self.row_counts).astype(np.float64)
        return np.ascontiguousarray(distinct.T, dtype=np.int32), counts

    @cached_property
    def _regrets(self) -> FloatArray:
        kinds = np.unique(self.n_levels)
        if not self.has_regret:
            return np.empty((kinds.size, 0))
        return multinomial_regrets(self.n_samples, int(kinds.max()))[kinds]


def multinomial_regrets(n_samples: int, n_levels: int) -> FloatArray:
    """Return log C(r, N), the log sum of maximum likelihoods, of shape (n_levels + 1, n + 1).

    C(1, N) = 1, C(2, N) = 1 + Q(N) with Ramanujan's Q(N) = N! (e / N)^N Γ(N, N) / Γ(N), and
    C(r + 2, N) = C(r + 1, N) + N / r · C(r, N) [1]_. The row of 0 levels is 0.

    References
    ----------
    .. [1] Kontkanen and Myllymäki, "A linear-time algorithm for computing the multinomial
       stochastic complexity", Information Processing Letters 103 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> np.exp(multinomial_regrets(2, 3)[2]).round(6).tolist()  # 1, 1 + 1, 1 + ½ + 1
    [1.0, 2.0, 2.5]
    """
    n = np.arange(1.0, n_samples + 1)
    regrets = np.zeros((n_levels + 1, n_samples + 1))
    if n_levels > 1:
        log_q = gammaln(n + 1) + n - n * np.log(n) + np.log(gammaincc(n, n))
        regrets[2, 1:] = np.log1p(np.exp(log_q))
    for r in range(3, n_levels + 1):
        step = np.log(n / (r - 2)) + regrets[r - 2, 1:]
        regrets[r, 1:] = np.logaddexp(regrets[r - 1, 1:], step)
    return regrets

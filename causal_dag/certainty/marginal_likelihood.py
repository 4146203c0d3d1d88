"""Scores of Gaussian nodes given their parents, as functions of determinants."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaln, multigammaln

from causal_dag.arrays import FloatArray
from causal_dag.moments import Moments

# Prior rows of the mean, and degrees of freedom of the Wishart prior beyond d.
MEAN_ROWS, EXTRA_DEGREES = 1.0, 2.0


@dataclass(frozen=True, eq=False)
class DeterminantScore:
    """c_p − h_p log(v of a node given its p parents) − g log det of the parents.

    v is the Schur complement of the parents' block in ``matrix``.

    Parameters
    ----------
    matrix : ndarray of shape (d, d)
        Positive semidefinite, such as a covariance.
    constants, halves : ndarray of shape (d + 1,)
        c_p and h_p, by the number of parents.
    log_determinant_share : float
        g.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.certainty.marginal_likelihood import gaussian_bic
    >>> score = gaussian_bic(Moments(100, np.zeros(2), np.array([[1.0, 0.6], [0.6, 1.0]])))
    >>> round(score.given(0, [1]) - score.given(0, []), 6)  # −50 log 0.64 − ½ log 100
    20.01177
    """

    matrix: FloatArray
    constants: FloatArray
    halves: FloatArray
    log_determinant_share: float

    def given(self, node: int, parents: list[int]) -> float:
        """Return the log score of a node given its parents."""
        block = self.matrix[np.ix_(parents, parents)]
        of_parents = float(np.linalg.slogdet(block)[1])
        both = [*parents, node]
        of_both = float(np.linalg.slogdet(self.matrix[np.ix_(both, both)])[1])
        p = len(parents)
        variance, share = of_both - of_parents, self.log_determinant_share
        return float(self.constants[p] - self.halves[p] * variance - share * of_parents)

    def with_prior(self, log_prior: FloatArray) -> "DeterminantScore":
        """Return the score plus the log prior of a set of 0, 1, 2, ... parents, shape (d + 1,)."""
        constants = self.constants + log_prior
        return DeterminantScore(self.matrix, constants, self.halves, self.log_determinant_share)


def log_prior_of_parents(d: int, edge_prior: float | Literal["auto"]) -> FloatArray:
    """Return the log prior of a set of 0, 1, 2, ... parents of one of d nodes, shape (d + 1,).

    Up to a constant, −edge_prior · log d per parent. With ``"auto"``, −log C(d − 1, k) for k
    parents: every number of parents is equally probable, and every set of that number [1]_.

    References
    ----------
    .. [1] Friedman and Koller, "Being Bayesian about network structure: A Bayesian approach to
       structure discovery in Bayesian networks", Machine Learning 50 (2003).

    Examples
    --------
    >>> from causal_dag.certainty.marginal_likelihood import log_prior_of_parents
    >>> np.exp(-log_prior_of_parents(4, "auto")[:4]).round(6).tolist()
    [1.0, 3.0, 3.0, 1.0]
    >>> np.exp(-log_prior_of_parents(4, 1.0)[:3]).round(6).tolist()
    [1.0, 4.0, 16.0]
    """
    k = np.arange(d + 1)
    if edge_prior != "auto":
        return np.asarray(-edge_prior * np.log(d) * k, dtype=np.float64)
    # No node has d parents; the last entry is used by none.
    k = np.minimum(k, d - 1)
    return np.asarray(np.log(d) + betaln(d - k, k + 1), dtype=np.float64)


def gaussian_bic(moments: Moments) -> DeterminantScore:
    """Return −n/2 log σ² − p/2 log n, the logarithm of an approximate marginal likelihood [1]_.

    References
    ----------
    .. [1] Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978).
    """
    n, d = moments.n_samples, moments.n_features
    halves = np.full(d + 1, n / 2)
    constants = -0.5 * np.log(n) * np.arange(d + 1)
    return DeterminantScore(moments.standardized().covariance, constants, halves, 0.0)


def bge(moments: Moments) -> DeterminantScore:
    """Return the logarithm of the marginal likelihood under a normal-Wishart prior: BGe [1]_.

    The prior mean is the mean of the data, with the weight of one row, and the prior precision
    matrix has a_w = d + 2 degrees of freedom and the scale t I, t = a_μ (a_w − d − 1) / (a_μ + 1).
    With q nodes Q, A = a_w − d + q and R = t I + the centered sums of products [2]_::

        log p(Q) = − qn/2 log π + q/2 log(a_μ / (n + a_μ)) + log Γ_q((n + A)/2) − log Γ_q(A/2)
                   + Aq/2 log t − (n + A)/2 log det R_QQ

    and the score of a node j with parents P is log p(P ∪ j) − log p(P).

    References
    ----------
    .. [1] Geiger and Heckerman, "Parameter priors for directed acyclic graphical models and the
       characterization of several probability distributions", Annals of Statistics 30 (2002).
    .. [2] Kuipers, Moffa and Heckerman, "Addendum on the scoring of Gaussian directed acyclic
       graphical models", Annals of Statistics 42 (2014).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.certainty.marginal_likelihood import bge
    >>> score = bge(Moments(100, np.zeros(2), np.array([[1.0, 0.6], [0.6, 1.0]])))
    >>> both = [score.given(0, [1]) + score.given(1, []), score.given(1, [0]) + score.given(0, [])]
    >>> bool(np.isclose(*both))  # equivalent graphs have equal scores
    True
    """
    n, d = moments.n_samples, moments.n_features
    degrees = d + EXTRA_DEGREES
    t = prior_scale()
    q = np.arange(d + 2)
    wishart = degrees - d + q
    # log p(Q) without its determinant.
    free = (
        -0.5 * q * n * np.log(np.pi)
        + 0.5 * q * np.log(MEAN_ROWS / (n + MEAN_ROWS))
        + 0.5 * wishart * q * np.log(t)
    )
    # With the gamma functions of q dimensions; there is none for no node.
    for k in range(1, d + 2):
        free[k] += multigammaln((n + wishart[k]) / 2, k) - multigammaln(wishart[k] / 2, k)
    matrix = t * np.eye(d) + n * moments.covariance
    return DeterminantScore(matrix, np.diff(free), (n + wishart[1:]) / 2, 0.5)


def prior_scale() -> float:
    """Return t, the scale of the prior in squared units of the data."""
    return MEAN_ROWS * (EXTRA_DEGREES - 1) / (MEAN_ROWS + 1)

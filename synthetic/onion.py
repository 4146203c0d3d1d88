"""Weights and noise variances of a DAG, drawn by the onion method."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import require_dag, topological_order
from causal_dag.synthetic.random_streams import RandomState, stream


def onion_weights(
    adjacency: ArrayLike, *, random_state: RandomState = 0
) -> tuple[FloatArray, FloatArray]:
    """Draw weights and noise variances of a DAG by the onion method (DaO) [1]_.

    The correlations are drawn first, and determine the weights; every variable has variance 1.

    Parameters
    ----------
    adjacency : array-like of shape (d, d)
        Nonzero where i → j; acyclic.
    random_state : int, SeedSequence, Generator or None, default 0
        Source of randomness.

    Returns
    -------
    weights : ndarray of shape (d, d)
        Zero where there is no edge; weights of edges are not bounded away from zero.
    noise_variance : ndarray of shape (d,)
        In (0, 1]; 1 for variables without parents.

    Raises
    ------
    ValueError
        If ``adjacency`` is not square or has a cycle, which is named.

    Notes
    -----
    Variables are added one after the other, all sources first. If i variables are present, the next
    one, with k parents, gets w = √q·u, where q ~ Beta(k/2, (d − i + 1)/2) and u is uniform on the
    sphere in k dimensions. With the parents' correlations R = LLᵀ, its weights are L⁻ᵀw and its
    noise variance is 1 − q. If every pair is an edge, correlations are uniform over all correlation
    matrices [2]_. Otherwise the distribution depends on the order of the variables: of two separate
    edges among four variables, the one whose effect is added first has mean squared correlation
    1/4, the other 1/3.

    References
    ----------
    .. [1] Andrews and Kummerfeld, Better simulations for validating causal discovery with the
       DAG-adaptation of the onion method, arXiv:2405.13100.
    .. [2] Lewandowski, Kurowicka and Joe, Journal of Multivariate Analysis 100:1989–2001 (2009).

    Examples
    --------
    >>> from causal_dag.synthetic import LinearSEM, onion_weights
    >>> weights, noise_variance = onion_weights([[0, 1, 1], [0, 0, 1], [0, 0, 0]], random_state=0)
    >>> LinearSEM(weights, noise_variance=noise_variance).covariance().diagonal().round(12)
    array([1., 1., 1.])
    """
    edges = require_dag(adjacency, "adjacency")
    generator = stream(random_state, "onion")
    d = len(edges)
    weights, noise_variance, correlation = np.zeros((d, d)), np.ones(d), np.eye(d)
    is_source: BoolArray = np.logical_not(edges.any(axis=0))
    order = topological_order(edges | np.logical_and.outer(is_source, ~is_source))
    for placed in range(np.count_nonzero(is_source), d):
        j = order[placed]
        parents = np.flatnonzero(edges[:, j])
        squared = generator.beta(len(parents) / 2, (d - placed + 1) / 2)
        direction = generator.standard_normal(len(parents))
        w = np.sqrt(squared) * direction / np.linalg.norm(direction)
        factor = np.linalg.cholesky(correlation[np.ix_(parents, parents)])
        weights[parents, j] = solve_triangular(factor, w, trans="T", lower=True)
        noise_variance[j] = 1.0 - squared
        before = order[:placed]
        correlation[before, j] = correlation[before] @ weights[:, j]
        correlation[j, before] = correlation[before, j]
    return weights, noise_variance

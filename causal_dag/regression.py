"""Least squares of every variable on its parents, and the price of a parent."""

from collections.abc import Callable
from math import fsum
from typing import Literal, Protocol

import numpy as np
from scipy.sparse import issparse

from causal_dag.arrays import AdjacencyMatrix, FloatArray, IntArray, WeightMatrix
from causal_dag.graph.matrices import families, matrix_like

# Smallest share of a variable's variance that counts as residual variance in likelihoods, so that
# a perfect fit has a finite one.
SMALLEST_VARIANCE_SHARE = 1e-12
# Parents of which one has a smaller share of its standard deviation to itself count as collinear.
SMALLEST_PIVOT = 1e-4
# With more columns and few edges, regressing one by one is faster than multiplying whole matrices.
MANY_COLUMNS = 256
# Least price of a parent under penalty="auto", in units of log n.
SMALLEST_AUTOMATIC_PENALTY = 0.5


class TableSize(Protocol):
    """What prices depend on; moments and experiments have it."""

    @property
    def n_samples(self) -> int:
        """Number of rows n."""

    @property
    def n_features(self) -> int:
        """Number of columns d."""


def least_squares_weights(covariance: FloatArray, adjacency: AdjacencyMatrix) -> WeightMatrix:
    """Regress every variable on its parents.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance of the variables.
    adjacency : ndarray or csr_array of bool, shape (d, d)
        ``adjacency[i, j]``: i is a parent of j.

    Returns
    -------
    ndarray or csr_array of shape (d, d)
        Regression coefficients; 0 where there is no edge. Of the many solutions for collinear
        parents, the one of smallest norm on standardized variables.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.regression import least_squares_weights
    >>> covariance = np.array([[1.0, 2.0], [2.0, 5.0]])
    >>> least_squares_weights(covariance, np.array([[False, True], [False, False]])).tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    return _regress_on_parents(covariance, adjacency, _shortest_solution)


def nonnegative_weights(covariance: FloatArray, adjacency: AdjacencyMatrix) -> WeightMatrix:
    """Regress every variable on its parents, with no negative coefficient.

    Parameters
    ----------
    covariance : ndarray of shape (d, d)
        Covariance of the variables.
    adjacency : ndarray or csr_array of bool, shape (d, d)
        ``adjacency[i, j]``: i is a parent of j.

    Returns
    -------
    ndarray or csr_array of shape (d, d)
        Coefficients >= 0; 0 where there is no edge, and for parents that would be negative.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.regression import nonnegative_weights
    >>> covariance = np.array([[1.0, -2.0], [-2.0, 5.0]])
    >>> nonnegative_weights(covariance, np.array([[False, True], [False, False]])).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    return _regress_on_parents(covariance, adjacency, _nonnegative_solution)


def _regress_on_parents(
    covariance: FloatArray,
    adjacency: AdjacencyMatrix,
    solve: Callable[[FloatArray, FloatArray], FloatArray],
) -> WeightMatrix:
    """Solve the normal equations of every variable, in correlations so that units do not matter."""
    scale = np.sqrt(np.diagonal(covariance))
    causes, effects, weights = [], [], []
    for child, parents, _ in families(adjacency):
        own = scale[parents]
        gram = covariance[parents[:, None], parents] / own / own[:, None]
        solution = solve(gram, covariance[parents, child] / scale[child] / own)
        causes.append(parents)
        effects.append(np.full(parents.size, child))
        weights.append(solution * (scale[child] / own))
    if not weights:
        return adjacency.astype(np.float64)
    return matrix_like(adjacency, *map(np.concatenate, (causes, effects, weights)))


def _shortest_solution(gram: FloatArray, target: FloatArray) -> FloatArray:
    """Solve by Cholesky's decomposition; where parents are collinear, by singular values."""
    from scipy.linalg.lapack import dposv

    factor, solution, failed_at = dposv(gram, target, lower=1)
    if not failed_at and factor.diagonal().min() > SMALLEST_PIVOT:
        return np.asarray(solution, dtype=np.float64)
    return np.asarray(np.linalg.lstsq(gram, target, rcond=None)[0], dtype=np.float64)


def _nonnegative_solution(gram: FloatArray, target: FloatArray) -> FloatArray:
    """Return the non-negative least-squares coefficients, by way of a root of the Gram matrix."""
    from scipy.optimize import nnls

    values, vectors = np.linalg.eigh(gram)
    kept = values > len(gram) * np.finfo(np.float64).eps * values[-1]
    root = np.sqrt(values[kept])
    solution: FloatArray = nnls(
        root[:, None] * vectors[:, kept].T, (vectors[:, kept].T @ target) / root
    )[0]
    return solution


def residual_variances(covariance: FloatArray, weights: WeightMatrix) -> FloatArray:
    """Return the diagonal of (I − W)ᵀ C (I − W): what the parents leave unexplained, shape (d,).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.regression import residual_variances
    >>> covariance = np.array([[1.0, 2.0], [2.0, 5.0]])
    >>> residual_variances(covariance, np.array([[0.0, 2.0], [0.0, 0.0]])).tolist()
    [1.0, 1.0]
    """
    if issparse(weights) or _has_few_edges(weights):
        variances = np.diagonal(covariance).copy()
        for child, parents, own in families(weights):
            fitted = covariance[parents[:, None], parents] @ own
            variances[child] += own @ (fitted - 2.0 * covariance[parents, child])
    else:
        residual = np.eye(weights.shape[0]) - weights
        variances = np.einsum("ij,ij->j", residual, covariance @ residual)
    # Rounding can leave a perfect fit slightly negative.
    return np.maximum(variances, 0.0)


def _has_few_edges(weights: FloatArray) -> bool:
    return len(weights) > MANY_COLUMNS and int(np.count_nonzero(weights)) < weights.size / 100


def edge_price(table: TableSize, penalty: float, gamma: float = 0.0) -> float:
    """Return the penalty per edge in information criteria, penalty · log n + 4 · gamma · log d.

    On the scale of −2 log-likelihood. The second term makes it the extended criterion of Foygel and
    Drton [1]_; ``gamma`` is between 0 and 1 there, and larger where d grows fast with n.

    References
    ----------
    .. [1] Foygel and Drton, "Extended Bayesian information criteria for Gaussian graphical models",
       NeurIPS 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.regression import edge_price
    >>> moments = Moments(100, np.zeros(2), np.eye(2))
    >>> round(edge_price(moments, penalty=2.0, gamma=0.5), 6)  # 2 log 100 + 2 log 2
    10.596635
    """
    return float(penalty * np.log(table.n_samples) + 4 * gamma * np.log(table.n_features))


def parent_prices(
    table: TableSize, penalty: float | Literal["auto"], gamma: float = 0.0
) -> FloatArray:
    """Return the price of a node's first, second, ... parent, shape (d,).

    If ``penalty`` is a number, each parent costs ``edge_price``. With ``"auto"`` the k-th parent
    costs log n + 2 log((d − k) / k) + 4 gamma log d. Without gamma, the prices of k parents sum to
    k log n + 2 log C(d − 1, k): the Bayesian information criterion with a prior under which every
    number of parents is equally likely, and so is every set of that number [1]_. From d/2 parents
    on, another one costs less than log n, but never less than half of it.

    References
    ----------
    .. [1] Chen and Chen, "Extended Bayesian information criteria for model selection with large
       model spaces", Biometrika 95 (2008).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.regression import parent_prices
    >>> moments = Moments(100, np.zeros(4), np.eye(4))
    >>> parent_prices(moments, penalty=2.0).round(2).tolist()
    [9.21, 9.21, 9.21, 9.21]
    >>> parent_prices(moments, penalty="auto")[:3].round(2).tolist()  # 3, 1 and 1/3 sets per set
    [6.8, 4.61, 2.41]
    """
    n, d = table.n_samples, table.n_features
    if penalty != "auto":
        return np.full(d, edge_price(table, penalty, gamma))
    k = np.arange(1, d + 1)
    # A node has at most d - 1 parents; the last price is charged to none.
    sets_per_smaller_set = np.maximum(d - k, 1) / k
    least = SMALLEST_AUTOMATIC_PENALTY * np.log(n)
    prices: FloatArray = np.maximum(np.log(n) + 2 * np.log(sets_per_smaller_set), least)
    return prices + edge_price(table, 0.0, gamma)


def price_of_graph(prices: FloatArray, n_parents: IntArray) -> float:
    """Return the total price of the edges of a graph, correctly rounded.

    Parameters
    ----------
    prices : ndarray of shape (d,)
        Price of a node's first, second, ... parent.
    n_parents : ndarray of int, shape (d,)
        Number of parents of every node.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.regression import price_of_graph
    >>> price_of_graph(np.array([5.0, 4.0, 3.0]), np.array([0, 1, 2]))  # 5 + (5 + 4)
    14.0
    """
    nodes_with_k = np.bincount(n_parents, minlength=prices.size)
    nodes_with_more = n_parents.size - nodes_with_k.cumsum()
    return fsum(np.repeat(prices, nodes_with_more))

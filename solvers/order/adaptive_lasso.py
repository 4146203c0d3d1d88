"""Adaptive lasso of one variable on its predecessors, along the whole path, from correlations."""

from dataclasses import dataclass

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.solvers.order.lasso_path import lasso_path


@dataclass(frozen=True)
class _Regression:
    """Gram matrix, right-hand side and number of rows of a least-squares problem."""

    gram: FloatArray
    target: FloatArray
    n_samples: int


def adaptive_lasso_bic(
    correlation: FloatArray,
    child: int,
    candidates: IntArray,
    required: IntArray,
    n_samples: int,
    most: int | None = None,
) -> FloatArray:
    """Regress a variable on others, with an ℓ1 penalty whose strength minimises BIC.

    The penalty of each candidate is divided by its absolute least-squares coefficient [1]_, so
    that the answer does not depend on units. Along the lasso path, computed by least-angle
    regression, the criterion is RSS/σ² + df · log n, with σ² the residual variance of least
    squares on all n − p − 1 degrees of freedom and df the number of non-zero coefficients [2]_.

    Parameters
    ----------
    correlation : ndarray of shape (d, d)
        Correlations, of full rank.
    child : int
        The variable to explain.
    candidates : ndarray of int
        Variables that may explain it.
    required : ndarray of int
        Variables that explain it in any case: not penalised, none of ``candidates``.
    n_samples : int
        Number of rows, more than there are variables.
    most : int, optional
        Most non-zero coefficients, those of required variables included.

    Returns
    -------
    ndarray of shape (d,)
        Coefficients on the scale of correlations; 0 for all other variables.

    References
    ----------
    .. [1] Zou, "The adaptive lasso and its oracle properties", JASA 101 (2006).
    .. [2] Zou, Hastie and Tibshirani, "On the degrees of freedom of the lasso", Annals of
       Statistics 35 (2007).

    Examples
    --------
    >>> import numpy as np
    >>> correlation = np.array([[1.0, 0.0, 0.8], [0.0, 1.0, 0.01], [0.8, 0.01, 1.0]])
    >>> none = np.array([], dtype=int)
    >>> adaptive_lasso_bic(correlation, 2, np.array([0, 1]), none, 100).round(2).tolist()
    [0.8, 0.0, 0.0]
    """
    coefficients = np.zeros(correlation.shape[0])
    everything = np.concatenate([candidates, required])
    least_squares = _solve(correlation, everything, child)
    unexplained = 1.0 - correlation[child, everything] @ least_squares
    variance = max(unexplained, np.finfo(np.float64).eps)
    variance *= n_samples / (n_samples - everything.size - 1)
    # In units of the noise, because least-angle regression stops at absolute tolerances.
    noise = np.sqrt(variance)
    problem = _without_required(correlation, child, candidates, required, n_samples, noise)
    strength = np.abs(least_squares[: candidates.size]) / noise
    room = candidates.size if most is None else most - required.size
    coefficients[candidates] = noise * _best_on_path(problem, strength, room)
    if required.size:
        rest = correlation[required, child] - correlation[required] @ coefficients
        coefficients[required] = np.linalg.solve(correlation[np.ix_(required, required)], rest)
    return coefficients


def _solve(correlation: FloatArray, parents: IntArray, child: int) -> FloatArray:
    return np.linalg.solve(correlation[np.ix_(parents, parents)], correlation[parents, child])


def _without_required(
    correlation: FloatArray,
    child: int,
    candidates: IntArray,
    required: IntArray,
    n_samples: int,
    noise: float,
) -> _Regression:
    """Take the required variables out of both sides (Frisch, Waugh and Lovell)."""
    explained_by_required = np.linalg.solve(
        correlation[np.ix_(required, required)], correlation[required]
    )
    partial = correlation - correlation[:, required] @ explained_by_required
    gram = partial[np.ix_(candidates, candidates)]
    return _Regression(gram, partial[candidates, child] / noise, n_samples)


def _best_on_path(problem: _Regression, strength: FloatArray, most: int) -> FloatArray:
    """Return the coefficients of least BIC on the lasso path of the columns times ``strength``.

    Not more than ``most`` of them are non-zero.
    """
    if not strength.any():
        return np.zeros_like(strength)
    n = problem.n_samples
    path = lasso_path(
        n * strength[:, None] * problem.gram * strength, n * strength * problem.target, 1e-7 * n
    )
    coefficients = strength[:, None] * path
    explained = 2 * problem.target @ coefficients
    explained -= np.einsum("ik,ik->k", coefficients, problem.gram @ coefficients)
    degrees = (np.abs(path) > np.finfo(np.float64).eps).sum(axis=0)
    criterion = np.where(degrees <= most, -n * explained + np.log(n) * degrees, np.inf)
    best: FloatArray = coefficients[:, np.argmin(criterion)]
    return np.where(np.abs(path[:, np.argmin(criterion)]) > np.finfo(np.float64).eps, best, 0.0)

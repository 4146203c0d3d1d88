"""Fits and figures that are the same for rows and for their moments."""

from typing import TYPE_CHECKING, Any

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, least_squares_weights, residual_variances
from causal_dag.tables.columns import column_names, written_names
from causal_dag.tables.rows import finite_rows

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator


def fitted_to(estimator: "DAGEstimator", data: Any) -> "DAGEstimator":
    """Fit an estimator to a table or to moments, and return it."""
    return estimator.fit_moments(data) if isinstance(data, Moments) else estimator.fit(data)


def moments_of(data: Any) -> Moments:
    """Return the moments of a table, or the moments themselves.

    Examples
    --------
    >>> from causal_dag.comparison.rows_or_moments import moments_of
    >>> moments_of([[1.0, 2.0], [3.0, 4.0]]).mean.tolist()
    [2.0, 3.0]
    """
    if isinstance(data, Moments):
        return data
    return Moments.from_rows(finite_rows(data), column_names(data))


def names_of(data: Any) -> list[str]:
    """Return the column names, ``x0, x1, ...`` where there are none."""
    names = data.feature_names if isinstance(data, Moments) else column_names(data)
    return list(written_names(names, shape_of(data)[1]))


def shape_of(data: Any) -> tuple[int, int]:
    """Return the numbers of rows and columns."""
    if isinstance(data, Moments):
        return data.n_samples, data.n_features
    n_samples, n_features = np.shape(data)
    return n_samples, n_features


def mean_log_likelihood(model: "DAGEstimator", data: Any) -> float:
    """Return the mean Gaussian log-likelihood per row of the data that a model was fitted to.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import EqVar, Moments
    >>> from causal_dag.comparison.rows_or_moments import mean_log_likelihood
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> model, moments = EqVar().fit(X), Moments.from_rows(X)
    >>> abs(mean_log_likelihood(model, X) - mean_log_likelihood(model, moments)) < 1e-9
    True
    """
    if not isinstance(data, Moments):
        return model.score(data)
    residual = residual_variances(data.covariance, model.weights_)
    variance = np.maximum(model.noise_variance_, SMALLEST_VARIANCE_SHARE * data.variance)
    return float(-0.5 * (np.log(2 * np.pi * variance) + residual / variance).sum())


def gaussian_bic(moments: Moments, adjacency: BoolArray) -> float:
    """Return the BIC of a graph as a linear Gaussian model: lower is better.

    It is -2 log L + k log n, with the likelihood at its maximum and k = edges + 2 d parameters
    (weights, means, variances), whatever weights a solver gave the edges. Graphs of one Markov
    equivalence class have the same, and units shift it by a constant.

    Parameters
    ----------
    moments : Moments
        Of the data.
    adjacency : ndarray of bool, shape (d, d)
        Edges of a DAG.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.comparison.rows_or_moments import gaussian_bic
    >>> moments = Moments(100, np.zeros(2), np.array([[1.0, 0.8], [0.8, 1.0]]))
    >>> edge = np.array([[False, True], [False, False]])
    >>> gaussian_bic(moments, edge) < gaussian_bic(moments, ~edge & edge)
    True
    """
    n, d = moments.n_samples, moments.n_features
    weights = least_squares_weights(moments.covariance, adjacency)
    variance: FloatArray = np.maximum(
        residual_variances(moments.covariance, weights), SMALLEST_VARIANCE_SHARE * moments.variance
    )
    deviance = n * float(np.log(2 * np.pi * variance).sum() + d)
    return deviance + float(np.log(n)) * (int(adjacency.sum()) + 2 * d)

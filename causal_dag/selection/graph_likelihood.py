"""Gaussian likelihood of graphs whose weights are refitted by least squares."""

import math

import numpy as np

from causal_dag.arrays import AdjacencyMatrix, FloatArray, IntArray
from causal_dag.graph.matrices import families
from causal_dag.moments import Moments
from causal_dag.regression import SMALLEST_VARIANCE_SHARE, least_squares_weights
from causal_dag.validation import check_choice


class GraphLikelihood:
    """Fits the weights and variances of graphs to one table, and judges them by another.

    Graphs along a path share most of their parent sets, so every regression is done once.

    Parameters
    ----------
    moments : Moments
        Of the table that weights, means and variances are estimated from.
    noise : {"equal", "unequal"}
        Whether all variables share a noise variance.
    held_out : Moments, optional
        Of the table whose likelihood is returned; by default the same.

    Raises
    ------
    ValueError
        If ``noise`` is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import Moments
    >>> from causal_dag.selection.graph_likelihood import GraphLikelihood
    >>> moments = Moments(100, np.zeros(2), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> likelihood = GraphLikelihood(moments, "unequal")
    >>> edge = np.array([[False, True], [False, False]])  # leaves variances 1 and 1
    >>> bool(np.isclose(likelihood.mean_log_likelihood(edge), -1 - np.log(2 * np.pi)))
    True
    """

    def __init__(self, moments: Moments, noise: str, held_out: Moments | None = None) -> None:
        check_choice("noise", noise, ("equal", "unequal"))
        self.noise = noise
        self._n_samples = moments.n_samples
        self._covariance = moments.covariance
        self._smallest = SMALLEST_VARIANCE_SHARE * moments.variance
        self._judge = moments.covariance
        if held_out is not None:
            shift = held_out.mean - moments.mean
            self._judge = held_out.covariance + np.outer(shift, shift)
        self._residuals: dict[tuple[int, bytes], tuple[float, float]] = {}

    def mean_log_likelihood(self, adjacency: AdjacencyMatrix) -> float:
        """Return the log-likelihood per row of a DAG, shape (d, d); −inf if rows are too few."""
        d = adjacency.shape[0]
        # A regression on as many parents as rows fits perfectly, and says nothing.
        if adjacency.sum(axis=0).max(initial=0) >= self._n_samples - 1:
            return -math.inf
        parents_of = {child: parents for child, parents, _ in families(adjacency)}
        none = np.zeros(0, dtype=np.intp)
        pairs = [self._residual(child, parents_of.get(child, none)) for child in range(d)]
        variance, squared_residual = np.array(pairs).T
        if self.noise == "equal":
            variance = np.full(d, variance.mean())
        return float(-0.5 * np.sum(np.log(2 * np.pi * variance) + squared_residual / variance))

    def _residual(self, child: int, parents: IntArray) -> tuple[float, float]:
        """Return the residual variance, and the mean squared residual on the judging table."""
        key = child, parents.tobytes()
        if key not in self._residuals:
            family, column = self._residual_column(child, parents)
            own, judging = (C[family[:, None], family] for C in (self._covariance, self._judge))
            variance = max(float(column @ own @ column), self._smallest[child])
            squared = max(float(column @ judging @ column), 0.0)
            self._residuals[key] = variance, squared
        return self._residuals[key]

    def _residual_column(self, child: int, parents: IntArray) -> tuple[IntArray, FloatArray]:
        """Return the node behind its parents, and the coefficients of its residual on them."""
        family = np.append(parents, child)
        edges = np.zeros((family.size, family.size), dtype=bool)
        edges[:-1, -1] = True
        column = -least_squares_weights(self._covariance[family[:, None], family], edges)[:, -1]
        column[-1] = 1.0
        return family, column

"""Fitted structural equations, linear or not, for prediction, sampling and effects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from scipy.sparse import issparse

from causal_dag import graph
from causal_dag.arrays import AdjacencyMatrix, FloatArray, WeightMatrix
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.problem import FunctionsOfSplines, StructuralFunctions
from causal_dag.regression import least_squares_weights, residual_variances
from causal_dag.spline_moments import SplineMoments

ONLY_AS_FITTED = "the equations are known in the directions of the fitted graph only"


class StructuralEquations(Protocol):
    """x_j = intercept_j + f_j(parents) + noise_j for every variable of a DAG."""

    @property
    def intercept(self) -> FloatArray:
        """Intercepts, shape (d,), with which residuals have mean zero."""

    @property
    def noise_variance(self) -> FloatArray:
        """Variances of the residuals, shape (d,)."""

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return every variable as its parents predict it, shape (n, d)."""

    def log_likelihood(self, rows: FloatArray, variance: FloatArray) -> FloatArray:
        """Return the log-likelihood of every value given its parents, shape (n, d).

        Variances are those of noise.
        """

    def sample(
        self,
        n_samples: int,
        generator: np.random.Generator,
        do: Mapping[int, FloatArray],
        shift: Mapping[int, FloatArray],
    ) -> FloatArray:
        """Draw rows; columns in ``do`` are set, and something is added to those in ``shift``."""

    def in_graph(self, adjacency: AdjacencyMatrix) -> Self:
        """Return the equations of an equivalent graph, which give the same distribution.

        Raises
        ------
        ValueError
            If they are known in the fitted graph only.
        """

    def total_effects(self) -> FloatArray:
        """Return the effects of unit changes along all directed paths, shape (d, d)."""


class _GaussianNoise:
    """What equations with independent Gaussian noise have in common."""

    noise_variance: FloatArray

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return every variable as its parents predict it."""
        raise NotImplementedError

    def propagate(self, noise: FloatArray, do: Mapping[int, FloatArray]) -> FloatArray:
        """Return the rows that follow from noise (without intercepts) and interventions."""
        raise NotImplementedError

    def log_likelihood(self, rows: FloatArray, variance: FloatArray) -> FloatArray:
        """Return the Gaussian log-likelihood of every value."""
        deviance = np.log(2 * np.pi * variance) + (rows - self.predict(rows)) ** 2 / variance
        return np.asarray(-0.5 * deviance)

    def sample(
        self,
        n_samples: int,
        generator: np.random.Generator,
        do: Mapping[int, FloatArray],
        shift: Mapping[int, FloatArray],
    ) -> FloatArray:
        """Draw rows with Gaussian noise."""
        noise = generator.standard_normal((n_samples, self.noise_variance.size))
        noise *= np.sqrt(self.noise_variance)
        for node, size in shift.items():
            noise[:, node] += size
        return self.propagate(noise, do)


@dataclass(frozen=True, eq=False)
class LinearEquations(_GaussianNoise):
    """f_j(x) = Σ_i W_ij x_i.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
        Weights W of a DAG.
    intercept, noise_variance : ndarray of shape (d,)
        Intercepts, and variances of the residuals.
    """

    weights: WeightMatrix
    intercept: FloatArray
    noise_variance: FloatArray

    @classmethod
    def fitted(cls, weights: WeightMatrix, moments: Moments) -> Self:
        """Return the equations with these weights, and the rest from moments."""
        intercept = moments.mean - moments.mean @ weights
        return cls(weights, intercept, residual_variances(moments.covariance, weights))

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return X W + intercept."""
        predicted: FloatArray = rows @ self.weights + self.intercept
        return predicted

    def propagate(self, noise: FloatArray, do: Mapping[int, FloatArray]) -> FloatArray:
        """Return the rows that follow from noise and interventions."""
        return graph.propagate_noise(self.weights, noise + self.intercept, do)

    def in_graph(self, adjacency: AdjacencyMatrix) -> Self:
        """Regress every variable on its parents in another graph, in the model's covariance."""
        if issparse(adjacency):
            raise ValueError(ONLY_AS_FITTED)
        mixing = np.eye(len(adjacency)) + self.total_effects()
        mean, covariance = self.intercept @ mixing, mixing.T * self.noise_variance @ mixing
        weights = least_squares_weights(covariance, adjacency)
        variances = residual_variances(covariance, weights)
        return type(self)(weights, mean - mean @ weights, variances)

    def total_effects(self) -> FloatArray:
        """Return (I − W)⁻¹ − I."""
        return graph.total_effects(self.weights)


@dataclass(frozen=True, eq=False)
class NonlinearEquations(_GaussianNoise):
    """Functions that a solver has learnt, without what the graph leaves out.

    Parameters
    ----------
    functions : StructuralFunctions
        Functions of the parents alone.
    adjacency : ndarray of bool, shape (d, d)
        The graph, a DAG.
    intercept, noise_variance : ndarray of shape (d,)
        Intercepts, and variances of the residuals.
    """

    functions: StructuralFunctions
    adjacency: AdjacencyMatrix
    intercept: FloatArray
    noise_variance: FloatArray

    @classmethod
    def fitted(
        cls, functions: StructuralFunctions, adjacency: AdjacencyMatrix, rows: FloatArray
    ) -> Self:
        """Restrict functions to a graph, and estimate the rest from the residuals of the rows."""
        restricted = functions.restricted_to(dense(adjacency))
        residual = rows - restricted.predict(rows)
        return cls(restricted, adjacency, residual.mean(axis=0), residual.var(axis=0))

    @classmethod
    def fitted_to_moments(
        cls, functions: FunctionsOfSplines, adjacency: AdjacencyMatrix, moments: SplineMoments
    ) -> Self:
        """Restrict functions of mean 0 to a graph, and compute the rest from moments."""
        restricted = functions.restricted_to(dense(adjacency))
        mean = moments.of_columns.mean
        return cls(restricted, adjacency, mean, restricted.residual_variance(moments))

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return intercept + f(X)."""
        return self.functions.predict(rows) + self.intercept

    def propagate(self, noise: FloatArray, do: Mapping[int, FloatArray]) -> FloatArray:
        """Return the rows that follow from noise and interventions."""
        X = noise.copy()
        for j in graph.topological_order(self.adjacency).tolist():
            if j in do:
                X[:, j] = do[j]
            else:
                X[:, j] += self.predict(X)[:, j]
        return X

    def in_graph(self, adjacency: AdjacencyMatrix) -> Self:
        """Raise ``ValueError``: functions of other parents were not learnt."""
        raise ValueError(ONLY_AS_FITTED)

    def total_effects(self) -> FloatArray:
        """Raise ``ValueError``: an effect depends on where one starts and how far one goes."""
        raise ValueError(
            "in a nonlinear model an effect is not a single number; compare samples under two "
            "interventions: sample(n, do={column: a}) and sample(n, do={column: b})"
        )

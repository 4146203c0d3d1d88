"""Fitted structural equations, linear or not, for prediction, sampling and effects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from causal_dag import graph
from causal_dag.arrays import AdjacencyMatrix, FloatArray, WeightMatrix
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.problem import StructuralFunctions
from causal_dag.regression import residual_variances


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

    def propagate(self, noise: FloatArray, do: Mapping[int, FloatArray]) -> FloatArray:
        """Return the rows that follow from noise (without intercepts) and interventions."""

    def total_effects(self) -> FloatArray:
        """Return the effects of unit changes along all directed paths, shape (d, d)."""


@dataclass(frozen=True, eq=False)
class LinearEquations:
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

    def total_effects(self) -> FloatArray:
        """Return (I − W)⁻¹ − I."""
        return graph.total_effects(self.weights)


@dataclass(frozen=True, eq=False)
class NonlinearEquations:
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

    def total_effects(self) -> FloatArray:
        """Raise ``ValueError``: an effect depends on where one starts and how far one goes."""
        raise ValueError(
            "in a nonlinear model an effect is not a single number; compare samples under two "
            "interventions: sample(n, do={column: a}) and sample(n, do={column: b})"
        )


def fitted_equations(
    weights: WeightMatrix,
    functions: StructuralFunctions | None,
    moments: Moments,
    rows: FloatArray | None,
) -> StructuralEquations:
    """Return the equations of a fitted graph.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
        Weights of a DAG; in nonlinear models, strengths.
    functions : StructuralFunctions or None
        What a solver of a nonlinear model has learnt.
    moments : Moments
        Moments of the data.
    rows : ndarray of shape (n, d) or None
        The data; nonlinear models need it.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.moments import Moments
    >>> from causal_dag.structural_equations import fitted_equations
    >>> moments = Moments(10, np.array([1.0, 5.0]), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> equations = fitted_equations(np.array([[0.0, 2.0], [0.0, 0.0]]), None, moments, None)
    >>> equations.intercept.tolist(), equations.noise_variance.tolist()
    ([1.0, 3.0], [1.0, 1.0])
    """
    if functions is None:
        return LinearEquations.fitted(weights, moments)
    assert rows is not None  # solvers of nonlinear models declare needs_rows
    return NonlinearEquations.fitted(functions, weights != 0, rows)

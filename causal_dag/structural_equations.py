"""Fitted structural equations, linear or not, for prediction, sampling and effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from scipy.sparse import issparse
from scipy.special import gammaln

from causal_dag import graph
from causal_dag.arrays import AdjacencyMatrix, FloatArray, IntArray, WeightMatrix
from causal_dag.conditional_models import ConditionalModels
from causal_dag.conditional_tables import ConditionalTables
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.problem import FunctionsOfSplines, Problem, StructuralFunctions
from causal_dag.regression import least_squares_weights, residual_variances
from causal_dag.spline_moments import SplineMoments
from causal_dag.tables.column_groups import graph_of_columns

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


class _WithLevels:
    """What equations of columns that hold levels have in common."""

    def total_effects(self) -> FloatArray:
        """Raise ``ValueError``: levels have no units."""
        raise ValueError(
            "levels of categories have no unit, so that an effect is not a single number; compare "
            "samples under two interventions: sample(n, do={column: a}) and "
            "sample(n, do={column: b})"
        )


@dataclass(frozen=True, eq=False)
class CategoricalEquations(_WithLevels):
    """Tables of probabilities in place of functions and noise; rows hold codes of levels.

    Parameters
    ----------
    functions : ConditionalTables
        The tables.
    """

    functions: ConditionalTables

    @property
    def intercept(self) -> FloatArray:
        """NaN: categories have none."""
        return np.full(self.functions.order.size, np.nan)

    @property
    def noise_variance(self) -> FloatArray:
        """NaN: categories have none."""
        return np.full(self.functions.order.size, np.nan)

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return the most probable level of every variable given its parents."""
        return self.functions.most_probable(rows.astype(np.intp)).astype(np.float64)

    def probabilities(self, rows: FloatArray) -> FloatArray:
        """Return the probabilities of all levels of all variables, side by side."""
        return np.hstack(self.functions.probabilities(rows.astype(np.intp)))

    def log_likelihood(self, rows: FloatArray, variance: FloatArray) -> FloatArray:
        """Return the log-likelihood of every value."""
        return self.functions.log_likelihood(rows.astype(np.intp))

    def sample(
        self,
        n_samples: int,
        generator: np.random.Generator,
        do: Mapping[int, FloatArray],
        shift: Mapping[int, FloatArray],
    ) -> FloatArray:
        """Draw rows of codes; nothing can be shifted."""
        fixed = {j: values.astype(np.intp) for j, values in do.items()}
        return self.functions.sample(n_samples, generator, fixed).astype(np.float64)

    def in_graph(self, adjacency: AdjacencyMatrix) -> Self:
        """Return the tables of an equivalent graph."""
        return type(self)(self.functions.in_graph(dense(adjacency)))


@dataclass(frozen=True, eq=False)
class MixedEquations(_WithLevels):
    """Linear models of numbers, Poisson ones of counts, logistic ones of levels.

    Rows hold numbers, counts and codes of levels.

    Parameters
    ----------
    functions : ConditionalModels
        The models of the columns. Of the columns of one node, each has those before it as parents.
    nodes : ndarray of int, shape (c,)
        The node of every column.
    """

    functions: ConditionalModels
    nodes: IntArray

    @property
    def intercept(self) -> FloatArray:
        """Intercepts of numbers and of log rates of counts; NaN for levels and groups."""
        models = self.functions.models
        return self._of_single_columns(
            [m.intercept[0] if m.intercept.size == 1 else np.nan for m in models]
        )

    @property
    def noise_variance(self) -> FloatArray:
        """Variances of the residuals of numbers; NaN for counts, levels and groups."""
        return self._of_single_columns([model.variance for model in self.functions.models])

    def _of_single_columns(self, values: Sequence[float]) -> FloatArray:
        """Return the values of nodes of one column, NaN for others."""
        of_nodes = np.full(self.nodes.max() + 1, np.nan)
        is_alone = np.bincount(self.nodes)[self.nodes] == 1
        of_nodes[self.nodes[is_alone]] = np.array(values)[is_alone]
        return of_nodes

    def predict(self, rows: FloatArray) -> FloatArray:
        """Return the means of numbers and counts, and the most probable levels, shape (n, c)."""
        return self._predicted(rows)[0]

    def probabilities(self, rows: FloatArray) -> FloatArray:
        """Return the probabilities of all levels of all columns of levels, side by side."""
        given = self._predicted(rows)[1]
        of_levels = [np.exp(given[node]) for node in np.flatnonzero(self.functions.n_levels)]
        return np.hstack([np.empty((len(rows), 0)), *of_levels])

    def _predicted(self, rows: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return predictions, and what they come from: means and log probabilities.

        Columns of one node are predicted from the predictions, not the values, of each other.
        """
        predicted, given = np.empty_like(rows), []
        for column, node in enumerate(self.nodes):
            known = np.where(self.nodes == node, predicted, rows)
            given.append(self.functions.given(known, column))
            has_levels = self.functions.n_levels[column] > 0
            predicted[:, column] = given[-1].argmax(axis=1) if has_levels else given[-1][:, 0]
        return predicted, given

    def log_likelihood(self, rows: FloatArray, variance: FloatArray) -> FloatArray:
        """Return the log density or probability of every node's values, shape (n, d)."""
        logs = np.zeros((len(rows), self.nodes.max() + 1))
        for column, (values, node) in enumerate(zip(rows.T, self.nodes, strict=True)):
            given, model = self.functions.given(rows, column), self.functions.models[column]
            if self.functions.n_levels[column]:
                logs[:, node] += given[np.arange(len(rows)), values.astype(np.intp)]
            elif model.is_count:
                rate = given[:, 0]
                logs[:, node] += values * np.log(rate) - rate - gammaln(values + 1)
            else:
                deviance = (values - given[:, 0]) ** 2 / model.variance
                logs[:, node] -= 0.5 * (np.log(2 * np.pi * model.variance) + deviance)
        return logs

    def sample(
        self,
        n_samples: int,
        generator: np.random.Generator,
        do: Mapping[int, FloatArray],
        shift: Mapping[int, FloatArray],
    ) -> FloatArray:
        """Draw rows of numbers, with Gaussian noise, of counts and of codes."""
        rows = np.zeros((n_samples, self.functions.order.size))
        for node in self.functions.order.tolist():
            # What is drawn for one column does not depend on what is drawn for others.
            own = np.random.default_rng(generator.integers(2**63))
            drawn = self._drawn(node, rows, own) + shift.get(node, 0.0)
            rows[:, node] = do.get(node, drawn)
        return rows

    def in_graph(self, adjacency: AdjacencyMatrix) -> Self:
        """Raise ``ValueError``: models of other parents were not fitted."""
        raise ValueError(ONLY_AS_FITTED)

    def _drawn(self, node: int, rows: FloatArray, generator: np.random.Generator) -> FloatArray:
        given = self.functions.given(rows, node)
        if self.functions.n_levels[node]:
            below = np.cumsum(np.exp(given[:, :-1]), axis=1)
            return np.asarray((generator.random((len(rows), 1)) >= below).sum(axis=1))
        if self.functions.models[node].is_count:
            return generator.poisson(given[:, 0]).astype(np.float64)
        scale = float(np.sqrt(self.functions.models[node].variance))
        return given[:, 0] + scale * generator.standard_normal(len(rows))


def fitted_equations(
    weights: WeightMatrix,
    functions: StructuralFunctions | None,
    problem: Problem,
    *,
    column_values: str = "real",
) -> StructuralEquations:
    """Return the equations of a fitted graph.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
        Weights of a DAG; in nonlinear models, strengths.
    functions : StructuralFunctions or None
        What a solver of a nonlinear model has learnt.
    problem : Problem
        The data: moments, and the rows of a nonlinear model, of categories or of mixed columns.
    column_values : str
        What the solver takes columns to hold.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.moments import Moments
    >>> from causal_dag.problem import Problem
    >>> from causal_dag.structural_equations import fitted_equations
    >>> moments = Moments(10, np.array([1.0, 5.0]), np.array([[1.0, 2.0], [2.0, 5.0]]))
    >>> problem = Problem(moments, Constraints.none(2))
    >>> equations = fitted_equations(np.array([[0.0, 2.0], [0.0, 0.0]]), None, problem)
    >>> equations.intercept.tolist(), equations.noise_variance.tolist()
    ([1.0, 3.0], [1.0, 1.0])
    """
    rows, columns = problem.rows, problem.columns
    if columns is not None:
        assert rows is not None
        adjacency = dense(weights) != 0
        if column_values == "mixed":
            of_columns = graph_of_columns(adjacency, columns.nodes)
            return MixedEquations(
                ConditionalModels.fitted(
                    rows,
                    of_columns,
                    graph.topological_order(of_columns),
                    columns.widths,
                    columns.n_levels,
                    columns.is_count,
                ),
                columns.nodes,
            )
        order, levels = graph.topological_order(adjacency), rows.astype(np.intp)
        return CategoricalEquations(
            ConditionalTables.fitted(levels, adjacency, order, columns.n_levels, problem.row_counts)
        )
    if functions is None:

        def rest(moments: Moments) -> FloatArray:
            equations = LinearEquations.fitted(weights, moments)
            return np.stack([equations.intercept, equations.noise_variance])

        return LinearEquations(weights, *problem.by_column(rest))
    if problem.splines is not None:
        assert isinstance(functions, FunctionsOfSplines)
        return NonlinearEquations.fitted_to_moments(functions, weights != 0, problem.splines)
    assert rows is not None  # solvers of nonlinear models declare needs_rows
    return NonlinearEquations.fitted(functions, weights != 0, rows)

"""Equations of columns that hold levels: tables of probabilities, and models of mixed columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import gammaln

from causal_dag.arrays import AdjacencyMatrix, FloatArray, IntArray
from causal_dag.conditional_models import ConditionalModels
from causal_dag.conditional_tables import ConditionalTables
from causal_dag.graph.matrices import dense
from causal_dag.structural_equations import ONLY_AS_FITTED


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

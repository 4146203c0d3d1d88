"""Models of the columns of a mixed table given their parents: linear, Poisson or logistic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.regression import SMALLEST_VARIANCE_SHARE

# numpy draws Poisson counts up to a rate of about exp(43); below the lower limit, rates would be 0.
LOG_RATES = (-700.0, 40.0)


def design_columns(column: FloatArray, width: int, *, is_count: bool = False) -> FloatArray:
    """Return the columns by which a column enters linear models, shape (n, width).

    Numbers, two levels and ordered levels enter as they are, and counts as log(1 + count). Of more
    levels without an order, codes 0 to ``width``, every level but the first has an indicator.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.conditional_models import design_columns
    >>> design_columns(np.array([0.0, 1.0, 2.0]), 2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    if width == 1:
        return (np.log1p(column) if is_count else column)[:, None]
    indicators: FloatArray = (column[:, None] == np.arange(1.0, width + 1)).astype(np.float64)
    return indicators


@dataclass(frozen=True, eq=False)
class ConditionalModel:
    """A linear regression of a number, a Poisson one of a count, or a logistic one of levels.

    Parameters
    ----------
    parents : ndarray of int, shape (k,)
        The parents, ascending.
    coefficients : ndarray of shape (p, r)
        Coefficients of the parents' design columns: one column for a number or a count, one per
        level.
    intercept : ndarray of shape (r,)
        Intercepts.
    variance : float
        Variance that the linear regression leaves; NaN for counts and levels.
    is_count : bool
        Whether the linear predictor is the logarithm of a count's rate.
    """

    parents: IntArray
    coefficients: FloatArray
    intercept: FloatArray
    variance: float
    is_count: bool = False

    @classmethod
    def of_number(cls, design: FloatArray, target: FloatArray, parents: IntArray) -> Self:
        """Return the least-squares regression of a number."""
        mean = design.mean(axis=0)
        slopes = np.linalg.lstsq(design - mean, target - target.mean(), rcond=None)[0]
        residual = target - target.mean() - (design - mean) @ slopes
        intercept = np.array([target.mean() - mean @ slopes])
        variance = max(residual.var(), SMALLEST_VARIANCE_SHARE * target.var())
        return cls(parents, slopes[:, None], intercept, float(variance))

    @classmethod
    def of_count(cls, design: FloatArray, target: FloatArray, parents: IntArray) -> Self:
        """Return the Poisson regression of a count, with the penalty of ``of_levels``."""
        if parents.size == 0:
            rate = np.log([target.mean()])
            return cls(parents, np.empty((0, 1)), rate, np.nan, is_count=True)
        from sklearn.linear_model import PoissonRegressor

        mean, scale = design.mean(axis=0), design.std(axis=0)
        fit = PoissonRegressor(alpha=1 / target.size, solver="newton-cholesky", tol=1e-8)
        fit.fit((design - mean) / scale, target)
        slopes = fit.coef_ / scale
        intercept = np.array([fit.intercept_ - mean @ slopes])
        return cls(parents, slopes[:, None], intercept, np.nan, is_count=True)

    @classmethod
    def of_levels(
        cls, design: FloatArray, codes: IntArray, parents: IntArray, n_levels: int
    ) -> Self:
        """Return the logistic regression of levels; all of them occur.

        Half the squared coefficients of standardized columns are added to the negative
        log-likelihood, so that levels which the parents separate perfectly keep finite ones.
        """
        if parents.size == 0:
            shares = np.bincount(codes, minlength=n_levels) / codes.size
            return cls(parents, np.empty((0, n_levels)), np.log(shares), np.nan)
        from sklearn.linear_model import LogisticRegression

        mean, scale = design.mean(axis=0), design.std(axis=0)
        fit = LogisticRegression(solver="newton-cholesky", tol=1e-8)
        fit.fit((design - mean) / scale, codes)
        slopes, intercept = fit.coef_.T / scale[:, None], fit.intercept_
        if n_levels == 2:
            slopes = np.column_stack([np.zeros_like(slopes), slopes])
            intercept = np.append(0.0, intercept)
        return cls(parents, slopes, intercept - mean @ slopes, np.nan)


@dataclass(frozen=True, eq=False)
class ConditionalModels:
    """The models of all columns of a DAG.

    Parameters
    ----------
    models : sequence of ConditionalModel
        One per column.
    widths : ndarray of int, shape (d,)
        Number of design columns of every column.
    n_levels : ndarray of int, shape (d,)
        Number of levels of every column, 0 for numbers.
    order : ndarray of int, shape (d,)
        A topological order.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.conditional_models import ConditionalModels
    >>> rows = np.column_stack([np.arange(6.0), np.arange(6.0) > 2])  # a number and two levels
    >>> graph = np.array([[False, True], [False, False]])
    >>> widths, n_levels, order = np.array([1, 1]), np.array([0, 2]), np.array([0, 1])
    >>> no_counts = np.zeros(2, dtype=bool)
    >>> models = ConditionalModels.fitted(rows, graph, order, widths, n_levels, no_counts)
    >>> models.given(rows, 1).argmax(axis=1).tolist()
    [0, 0, 0, 1, 1, 1]
    """

    models: Sequence[ConditionalModel]
    widths: IntArray
    n_levels: IntArray
    order: IntArray

    @classmethod
    def fitted(
        cls,
        rows: FloatArray,
        adjacency: BoolArray,
        order: IntArray,
        widths: IntArray,
        n_levels: IntArray,
        is_count: BoolArray,
    ) -> Self:
        """Return the models of a graph, estimated from rows of numbers and codes."""
        models = []
        for node, (mask, levels) in enumerate(zip(adjacency.T, n_levels.tolist(), strict=True)):
            parents = np.flatnonzero(mask)
            design, target = _design(rows, parents, widths, is_count), rows[:, node]
            if levels:
                codes = target.astype(np.intp)
                models.append(ConditionalModel.of_levels(design, codes, parents, levels))
            else:
                of_node = (
                    ConditionalModel.of_count if is_count[node] else ConditionalModel.of_number
                )
                models.append(of_node(design, target, parents))
        return cls(tuple(models), widths, n_levels, order)

    @property
    def adjacency(self) -> BoolArray:
        """The graph, shape (d, d)."""
        adjacency = np.zeros((self.order.size, self.order.size), dtype=bool)
        for node, model in enumerate(self.models):
            adjacency[model.parents, node] = True
        return adjacency

    @property
    def is_count(self) -> BoolArray:
        """Columns of counts, shape (d,)."""
        return np.array([model.is_count for model in self.models])

    def given(self, rows: FloatArray, node: int) -> FloatArray:
        """Return the mean of a number or count, (n, 1), or log probabilities of levels, (n, r)."""
        model = self.models[node]
        design = _design(rows, model.parents, self.widths, self.is_count)
        predictor: FloatArray = design @ model.coefficients + model.intercept
        if model.is_count:
            return np.exp(np.clip(predictor, *LOG_RATES))
        if self.n_levels[node] == 0:
            return predictor
        predictor -= predictor.max(axis=1, keepdims=True)
        predictor -= np.log(np.exp(predictor).sum(axis=1, keepdims=True))
        return predictor


def _design(
    rows: FloatArray, parents: IntArray, widths: IntArray, is_count: BoolArray
) -> FloatArray:
    """Return the design columns of all parents, shape (n, p)."""
    parts = [
        design_columns(rows[:, i], int(widths[i]), is_count=bool(is_count[i])) for i in parents
    ]
    return np.hstack([np.empty((len(rows), 0)), *parts])

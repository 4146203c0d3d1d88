"""Regressions for binary values and counts, fitted by Newton's method.

Both distributions are one-parameter exponential families; with their canonical links the
log-likelihood is concave in the coefficients.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.column_values import refuse_non_binary, refuse_non_counts

# Keeps slopes finite if parents separate the outcomes; otherwise too small to have an effect.
RIDGE = 1e-6
# Added in proportion to each curvature: keeps matrices regular if one row dominates all others.
RELATIVE_RIDGE = 1e-12
MOST_NEWTON_STEPS = 200
LARGEST_EXPONENT = 700.0
# A column is determined by those of the model if less than this fraction of its curvature is left.
COLLINEARITY_TOLERANCE = 1e-8


class Expansion(NamedTuple):
    """A log-likelihood at a linear predictor η, with its first two derivatives."""

    log_likelihood: float
    slope: FloatArray
    curvature: FloatArray


class Family(Protocol):
    """A one-parameter exponential family with its canonical link."""

    def refuse_other_values(self, values: FloatArray, column: str) -> None:
        """Raise ``ValueError`` for values outside the support of the family."""

    def link(self, mean: float) -> float:
        """Return the linear predictor of a mean."""

    def expand(self, predictor: FloatArray, values: FloatArray) -> Expansion:
        """Return the log-likelihood, and its slope and curvature in every η, both shape (n,)."""

    def log_base_measure(self, values: FloatArray) -> float:
        """Return the part of the log-likelihood that does not depend on η."""


class Bernoulli:
    """Values 0 and 1; η = log odds, log-likelihood yη − log(1 + exp η)."""

    def refuse_other_values(self, values: FloatArray, column: str) -> None:
        """Raise ``ValueError`` unless all values are 0 or 1."""
        refuse_non_binary(values, column)

    def link(self, mean: float) -> float:
        """Return the log odds."""
        return float(np.log(mean / (1 - mean)))

    def expand(self, predictor: FloatArray, values: FloatArray) -> Expansion:
        """Expand the log-likelihood, using only exponentials of −``|η|``, which cannot overflow."""
        decay = np.exp(-np.abs(predictor))
        log_likelihood = values @ predictor - np.maximum(predictor, 0).sum() - np.log1p(decay).sum()
        mean = np.where(predictor >= 0, 1.0, decay) / (1 + decay)
        return Expansion(float(log_likelihood), values - mean, decay / (1 + decay) ** 2)

    def log_base_measure(self, values: FloatArray) -> float:
        """Return 0."""
        return 0.0


class PoissonCounts:
    """Values 0, 1, 2, …; η = log rate, log-likelihood yη − exp η − log y!."""

    def refuse_other_values(self, values: FloatArray, column: str) -> None:
        """Raise ``ValueError`` unless all values are counts."""
        refuse_non_counts(values, column)

    def link(self, mean: float) -> float:
        """Return the log rate."""
        return float(np.log(mean))

    def expand(self, predictor: FloatArray, values: FloatArray) -> Expansion:
        """Expand the log-likelihood; −inf if a rate exceeds the range of float64."""
        if predictor.max() > LARGEST_EXPONENT:
            return Expansion(-np.inf, values, values)
        rate = np.exp(predictor)
        return Expansion(float(values @ predictor - rate.sum()), values - rate, rate)

    def log_base_measure(self, values: FloatArray) -> float:
        """Return −Σ log y!."""
        from scipy.special import gammaln

        return -float(gammaln(values + 1).sum())


@dataclass(frozen=True)
class PenalizedLikelihood:
    """Penalized log-likelihood, minus ½ RIDGE ‖slopes‖², of one variable given others.

    Parameters
    ----------
    family : Family
        Distribution of the variable.
    design : ndarray of shape (k + 1, n)
        Row 0 holds ones, the others standardized parents.
    values : ndarray of shape (n,)
        Values of the variable, not all equal.
    """

    family: Family
    design: FloatArray
    values: FloatArray

    def maximum(self) -> tuple[FloatArray, Expansion]:
        """Return intercept and slopes, shape (k + 1,), by Newton's method with step halving.

        The second result is the expansion of the log-likelihood at the maximum.
        """
        coefficients = np.zeros(self.design.shape[0])
        coefficients[0] = self.family.link(float(self.values.mean()))
        here = self._expand(coefficients)
        for _ in range(MOST_NEWTON_STEPS if coefficients.size > 1 else 0):
            gradient = self.design @ here.slope - _ridge(coefficients)
            across = (self.design * here.curvature) @ self.design.T
            step = np.asarray(np.linalg.solve(with_ridge(across), gradient), dtype=np.float64)
            decrement = float(gradient @ step)
            if decrement <= 1e-8:
                # This close to the maximum, the full step squares the error to below rounding.
                return coefficients + step, self._expand(coefficients + step)
            moved = self._backtracked(coefficients, here, step, decrement)
            if moved is None:
                break
            coefficients, here = moved
        return coefficients, here

    def _backtracked(
        self, coefficients: FloatArray, here: Expansion, step: FloatArray, decrement: float
    ) -> tuple[FloatArray, Expansion] | None:
        """Halve the step until the increase suffices (Armijo); return None if it never does."""
        before = here.log_likelihood - coefficients @ _ridge(coefficients) / 2
        length = 1.0
        while length > 1e-12:
            trial = coefficients + length * step
            there = self._expand(trial)
            after = there.log_likelihood - trial @ _ridge(trial) / 2
            if after >= before + 1e-4 * length * decrement:
                return trial, there
            length /= 2
        return None

    def _expand(self, coefficients: FloatArray) -> Expansion:
        return self.family.expand(coefficients @ self.design, self.values)


def toggle_statistics(
    design: FloatArray, chosen: IntArray, coefficients: FloatArray, at_maximum: Expansion
) -> FloatArray:
    """Return score statistics of the columns outside a model, Wald statistics of those inside.

    Both approximate twice the difference of the log-likelihoods with and without the column (Rao
    1948; Wald 1943). The score statistic is g² / (curvature left after regressing out the model's
    columns), and computing all of them takes one matrix product.

    Parameters
    ----------
    design : ndarray of shape (d + 1, n)
        Row 0 holds ones, the others standardized columns.
    chosen : ndarray of int, shape (k + 1,)
        Rows of the model.
    coefficients : ndarray of shape (k + 1,)
        Coefficients of the model at its maximum.
    at_maximum : Expansion
        Expansion of the log-likelihood at the maximum.

    Returns
    -------
    ndarray of shape (d + 1,)
    """
    across = design @ (design[chosen] * at_maximum.curvature).T
    inverse = np.linalg.inv(with_ridge(across[chosen]))
    total = np.square(design) @ at_maximum.curvature + RIDGE
    left = total - np.einsum("ij,ij->i", across @ inverse, across)
    least = COLLINEARITY_TOLERANCE * total
    # Columns determined by those of the model could only contribute rounding error.
    gradient = np.where(left > least, design @ at_maximum.slope, 0.0)
    statistics: FloatArray = gradient**2 / np.maximum(left, least)
    statistics[chosen] = coefficients**2 / np.diagonal(inverse)
    return statistics


def with_ridge(information: FloatArray) -> FloatArray:
    """Return the information of the penalized likelihood, regularized in the intercept as well."""
    regular: FloatArray = information + np.diag(RIDGE + RELATIVE_RIDGE * np.diagonal(information))
    return regular


def _ridge(coefficients: FloatArray) -> FloatArray:
    """Return RIDGE times the slopes, and 0 for the intercept."""
    ridge: FloatArray = RIDGE * coefficients
    ridge[0] = 0.0
    return ridge

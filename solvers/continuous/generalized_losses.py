"""Losses of generalized linear models: logistic for columns of 0 and 1, Poisson for counts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, logsumexp

from causal_dag.arrays import FloatArray
from causal_dag.column_values import refuse_non_binary, refuse_non_counts
from causal_dag.problem import Problem
from causal_dag.solvers.continuous.scores import Score

MOST_NEWTON_STEPS = 100


# Largest difference between a column's share of ones and the mean of its fitted chances.
SHARE_TOLERANCE = 1e-12


@dataclass(frozen=True)
class LogisticLoss:
    """Mean of Σ_j log(1 + e^m) − x m with m = XW, for columns of 0 and 1 (Zheng et al. 2018).

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.
    fit_intercept : bool
        Whether m = XW + b, with the b that minimizes the loss at W. Where the derivative in b is 0,
        the gradient in W has the same form.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.generalized_losses import LogisticLoss
    >>> value, _ = LogisticLoss(np.array([[1.0], [0.0]])).value_and_grad(np.zeros((1, 1)))
    >>> bool(np.isclose(value, np.log(2)))
    True
    """

    rows: FloatArray
    fit_intercept: bool = False

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient Xᵀ(σ(m) − X) / n, shape (d, d)."""
        log_odds = self.rows @ W
        if self.fit_intercept:
            log_odds += _best_intercepts(log_odds, self.rows.mean(axis=0))
        loss = np.logaddexp(0.0, log_odds).sum() - np.vdot(self.rows, log_odds)
        gradient = self.rows.T @ (expit(log_odds) - self.rows)
        return float(loss) / len(self.rows), gradient / len(self.rows)


def _best_intercepts(log_odds: FloatArray, share: FloatArray) -> FloatArray:
    """Return the b for which every column's mean of σ(m + b) is its share of ones.

    Newton's steps, replaced by bisection where they leave the interval that contains b.
    """
    center = logit(share)
    low, high = center - log_odds.max(axis=0), center - log_odds.min(axis=0)
    intercept: FloatArray = center - log_odds.mean(axis=0)
    for _ in range(MOST_NEWTON_STEPS):
        chance = expit(log_odds + intercept)
        excess = chance.mean(axis=0) - share
        if np.abs(excess).max() <= SHARE_TOLERANCE:
            break
        low, high = np.where(excess < 0, intercept, low), np.where(excess > 0, intercept, high)
        slope = (chance * (1.0 - chance)).mean(axis=0)
        step = intercept - excess / np.maximum(slope, np.finfo(np.float64).tiny)
        intercept = np.where((low < step) & (step < high), step, 0.5 * (low + high))
    return intercept


@dataclass(frozen=True)
class PoissonLoss:
    """Mean of Σ_j e^m − x m with m = XW, for counts (Zheng et al. 2018).

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.
    fit_intercept : bool
        Whether m = XW + b, with the b that minimizes the loss at W. Where the derivative in b is 0,
        the gradient in W has the same form.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.generalized_losses import PoissonLoss
    >>> PoissonLoss(np.array([[3.0], [1.0]])).value_and_grad(np.zeros((1, 1)))
    (1.0, array([[-3.]]))
    """

    rows: FloatArray
    fit_intercept: bool = False

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient Xᵀ(e^m − X) / n, shape (d, d).

        If a rate overflows, the score is infinite and the gradient is set to 0.
        """
        log_rate = self.rows @ W
        if self.fit_intercept:
            log_rate += np.log(self.rows.sum(axis=0)) - logsumexp(log_rate, axis=0)
        with np.errstate(over="ignore"):
            rate = np.exp(log_rate)
            loss = float(rate.sum() - np.vdot(self.rows, log_rate)) / len(self.rows)
        if not np.isfinite(loss):
            return np.inf, np.zeros_like(W)
        return loss, self.rows.T @ (rate - self.rows) / len(self.rows)


#: The losses of generalized linear models, by name: the kind of values in their columns, the check
#: of a column, and the score. Without intercepts, as published, they predict even odds (logistic)
#: or a rate of 1 (Poisson) for a row of zeros.
GENERALIZED_LOSSES: dict[
    str, tuple[str, Callable[[FloatArray, str], None], type[LogisticLoss | PoissonLoss]]
] = {
    "logistic": ("binary", refuse_non_binary, LogisticLoss),
    "poisson": ("count", refuse_non_counts, PoissonLoss),
}


#: The kind of values in the columns of each loss, by name.
COLUMN_VALUES = {name: values for name, (values, _, _) in GENERALIZED_LOSSES.items()}


def generalized_score(loss: str, problem: Problem, *, fit_intercept: bool = False) -> Score:
    """Return the score of a problem's rows under a loss.

    Parameters
    ----------
    loss : str
        A name of ``GENERALIZED_LOSSES``.
    problem : Problem
        The data, with rows.
    fit_intercept : bool
        Whether every column has an intercept.

    Raises
    ------
    ValueError
        If a column contains values that the loss does not support.
    """
    rows = problem.rows
    assert rows is not None  # the solver declares that it needs rows
    _, refuse, score = GENERALIZED_LOSSES[loss]
    for j, values in enumerate(rows.T):
        refuse(values, problem.moments.name_of(j))
    return score(rows, fit_intercept)

"""Scores of columns that are not Gaussian: the mean log loss of generalised linear models.

As in the published method there are no intercepts, so a row of zeros is predicted by an even chance
(logistic) or a rate of one (Poisson).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from causal_dag.arrays import FloatArray
from causal_dag.column_values import refuse_non_binary, refuse_non_counts
from causal_dag.problem import Problem

#: What the columns of a loss hold, by its name.
COLUMN_VALUES = {"logistic": "binary", "poisson": "count"}


def generalized_score(loss: str, problem: Problem) -> "LogisticLoss | PoissonLoss":
    """Return the score of a problem's rows under a loss of this name.

    Raises
    ------
    ValueError
        If a column holds other values than the loss is made for.
    """
    rows = problem.rows
    assert rows is not None  # the solver declares that it needs rows
    refuse = {"logistic": refuse_non_binary, "poisson": refuse_non_counts}[loss]
    for j, values in enumerate(rows.T):
        refuse(values, problem.moments.name_of(j))
    return LogisticLoss(rows) if loss == "logistic" else PoissonLoss(rows)


@dataclass(frozen=True)
class LogisticLoss:
    """Mean of Σ_j log(1 + e^m) − x m with m = XW, for columns of 0 and 1 (Zheng et al. 2018).

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.generalized_scores import LogisticLoss
    >>> value, _ = LogisticLoss(np.array([[1.0], [0.0]])).value_and_grad(np.zeros((1, 1)))
    >>> bool(np.isclose(value, np.log(2)))
    True
    """

    rows: FloatArray

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient Xᵀ(σ(m) − X) / n, shape (d, d)."""
        log_odds = self.rows @ W
        loss = np.logaddexp(0.0, log_odds).sum() - np.vdot(self.rows, log_odds)
        gradient = self.rows.T @ (expit(log_odds) - self.rows)
        return float(loss) / len(self.rows), gradient / len(self.rows)


@dataclass(frozen=True)
class PoissonLoss:
    """Mean of Σ_j e^m − x m with m = XW, for counts (Zheng et al. 2018).

    Parameters
    ----------
    rows : ndarray of shape (n, d)
        The data.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.solvers.continuous.generalized_scores import PoissonLoss
    >>> PoissonLoss(np.array([[3.0], [1.0]])).value_and_grad(np.zeros((1, 1)))
    (1.0, array([[-3.]]))
    """

    rows: FloatArray

    def value_and_grad(self, W: FloatArray) -> tuple[float, FloatArray]:
        """Return the score and its gradient Xᵀ(e^m − X) / n, shape (d, d).

        Where a rate overflows, the score is infinite and the gradient is given as 0.
        """
        log_rate = self.rows @ W
        with np.errstate(over="ignore"):
            rate = np.exp(log_rate)
            loss = float(rate.sum() - np.vdot(self.rows, log_rate)) / len(self.rows)
        if not np.isfinite(loss):
            return np.inf, np.zeros_like(W)
        return loss, self.rows.T @ (rate - self.rows) / len(self.rows)

"""SortNRegress: variables sorted by a marginal statistic, then sparse regression."""

from typing import ClassVar, Literal

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import ColumnScale, Identified, Search
from causal_dag.moments import Moments
from causal_dag.problem import Problem, Solution, Status
from causal_dag.registry import register_solver
from causal_dag.solvers.order.search.linear_extensions import linear_extension


class SortNRegress(DAGEstimator):
    """Baseline that sorts variables by variance or R², and regresses each on its predecessors.

    If it performs well, the causal order can be read off the scales of the columns
    (``"variance"``) [1]_, or from how well each variable is predicted by all others (``"r2"``,
    which does not depend on units) [2]_; a method that does no better has learned nothing beyond
    that. Each variable is regressed on all its predecessors by the adaptive lasso, with the penalty
    chosen by the Bayesian information criterion.

    Parameters
    ----------
    criterion : {"variance", "r2"}
        Statistic to sort by, in ascending order.
    prior_knowledge : PriorKnowledge
        Edges known to be present or absent. The order respects required edges, which are not
        penalized.
    time_budget : float
        Seconds after which the remaining variables are given no parents.

    Raises
    ------
    ValueError
        In ``fit``: if a column is a linear combination of others, n <= d, or a parameter is out of
        range.

    References
    ----------
    .. [1] Reisach, Seiler and Weichwald, "Beware of the simulated DAG! Causal discovery benchmarks
       may be easy to game", NeurIPS 2021.
    .. [2] Reisach, Tami, Seiler, Chambaz and Weichwald, "A scale-invariant sorting criterion to
       find a causal order in additive noise models", NeurIPS 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import SortNRegress
    >>> generator = np.random.default_rng(0)
    >>> cause = generator.normal(size=500)
    >>> effect = 2 * cause + generator.normal(size=500)
    >>> SortNRegress().fit(np.column_stack([effect, cause])).adjacency_.tolist()
    [[False, False], [True, False]]
    """

    needs_full_rank: ClassVar[bool] = True
    identifies: ClassVar[Identified] = "directions"
    search: ClassVar[Search] = "baseline"

    criterion: Literal["variance", "r2"] = "variance"

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Raw for variances, which depend on the units of the columns; any for R²."""
        return "raw" if self.criterion == "variance" else "any"

    def solve(self, problem: Problem) -> Solution:
        """Sort and regress; the objective is the least-squares loss."""
        scores = _CRITERIA[self.criterion](problem.moments)
        order = linear_extension(problem.constraints.precedence, scores)
        weights, loss = _regress_along(order, problem)
        return Solution(
            weights,
            loss,
            problem.monitor.stop_reason() or Status.CONVERGED,
            n_iter=len(problem.monitor.records),
            trace=tuple(problem.monitor.records),
            order=order,
        )


def _variances(moments: Moments) -> FloatArray:
    return moments.variance


def _r2_on_all_others(moments: Moments) -> FloatArray:
    precision = np.linalg.inv(moments.standardized().covariance)
    r2: FloatArray = 1.0 - 1.0 / np.diagonal(precision)
    return r2


_CRITERIA = {"variance": _variances, "r2": _r2_on_all_others}


def _regress_along(order: IntArray, problem: Problem) -> tuple[FloatArray, float]:
    """Regress the variables in order until stopped; return weights and least-squares loss."""
    from causal_dag.solvers.order.adaptive_lasso import adaptive_lasso_bic

    moments, constraints, monitor = problem.moments, problem.constraints, problem.monitor
    correlation, scale = moments.standardized().covariance, np.sqrt(moments.variance)
    weights = np.zeros_like(correlation)
    unexplained = moments.variance
    for position, child in enumerate(order):
        required = np.flatnonzero(constraints.required[:, child])
        allowed = order[:position][constraints.allowed[order[:position], child]]
        coefficients = adaptive_lasso_bic(
            correlation,
            child,
            np.setdiff1d(allowed, required),
            required,
            moments.n_samples,
            constraints.max_parents,
        )
        weights[:, child] = coefficients * scale[child] / scale
        residual = (np.arange(order.size) == child) - coefficients
        unexplained[child] = moments.variance[child] * (residual @ correlation @ residual)
        loss = 0.5 * float(unexplained.sum())
        monitor.record_stage(loss, score=loss, non_zeros=int(np.count_nonzero(weights)))
        if monitor.stop_reason() is not None:
            break
    return weights, loss


register_solver("sortnregress-var", SortNRegress, criterion="variance")
register_solver("sortnregress-r2", SortNRegress, criterion="r2")

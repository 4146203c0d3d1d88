"""Globally optimal graphs under a criterion, and when computing them is cheap."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.graph import reachability
from causal_dag.moments import Moments
from causal_dag.problem import Monitor, Problem, Solution, StageRecord, Status
from causal_dag.regression import parent_prices
from causal_dag.solvers.order.criteria.criterion import Criterion
from causal_dag.solvers.order.criteria.gaussian import EqualVarianceBIC
from causal_dag.solvers.order.criteria.least_squares import LeastSquares
from causal_dag.solvers.order.scores.gaussian_node_scores import (
    EqualVarianceGaussian,
    GaussianNodeScore,
    set_sizes,
    unexplained_shares,
)
from causal_dag.solvers.order.scores.limited_parents import LimitedParents
from causal_dag.solvers.order.scores.local_score import LocalScore
from causal_dag.solvers.order.search.linear_extensions import canonical_ranks, linear_extension
from causal_dag.solvers.order.search.subset_programme import (
    best_parent_sets,
    least_concave_cost,
    local_scores,
    members,
    with_constraints,
)

# Two sums of local scores that should be equal may differ by rounding, relative to the terms.
ROUNDING = 1e-10
# Breaks ties: large compared with rounding error, small compared with differences of scores.
TIE = 1e-9
# Columns up to which computing the table of all local scores and searching it takes about 50 ms.
FEW_COLUMNS = 13
# If an eigenvalue of the correlations is below this, the smallest noise variances are rounding
# error, and so are differences of their logarithms.
LEAST_EIGENVALUE = 1e-8


@dataclass(frozen=True)
class Optimum:
    """The optimal graph among those consistent with the prior knowledge.

    Parameters
    ----------
    solution : Solution
        The graph; the objective is its score.
    rounding : float
        Largest difference by which equal scores may differ when computed in different ways.
    """

    solution: Solution
    rounding: float

    @property
    def least_loss(self) -> float:
        """The largest score that counts as optimal."""
        return self.solution.objective + self.rounding


def optimum_among_few(problem: Problem, criterion: Criterion) -> Optimum | None:
    """Return the optimal graph if computing it takes no longer than a search; otherwise None.

    That is the case for at most thirteen columns and criteria that are sums of local scores which
    can be computed for all sets of parents at once, that is, Gaussian ones. The result is also None
    if perfect fits are possible, since the optimal graph is then one of these.

    Parameters
    ----------
    problem : Problem
        Moments and constraints; its monitor is not used.
    criterion : Criterion
        Criterion to minimize.
    """
    moments = problem.moments
    d = moments.n_features
    if d > FEW_COLUMNS or moments.n_samples < 2 * d:
        return None
    correlation = moments.standardized().covariance
    if np.linalg.eigvalsh(correlation)[0] < LEAST_EIGENVALUE:
        return None
    if not scores_like(criterion, EqualVarianceBIC) and not isinstance(
        node_score_of(problem, criterion), GaussianNodeScore
    ):
        return None
    solution = exact_solution(replace(problem, monitor=Monitor()), criterion)
    if solution is None:
        return None
    scale = abs(solution.objective)
    if not scores_like(criterion, LeastSquares):
        # A sum of logarithms, which may cancel.
        scale += moments.n_samples * d
    return Optimum(solution, ROUNDING * scale)


def exact_solution(problem: Problem, criterion: Criterion) -> Solution | None:
    """Return the optimal graph; the monitor may end the search before optimality is established.

    None if the criterion is not a sum of local scores that are defined for any set of parents.

    Parameters
    ----------
    problem : Problem
        Moments, rows if the criterion needs them, constraints and monitor.
    criterion : Criterion
        A sum of local scores, or the criterion for equal noise variances.
    """
    if scores_like(criterion, EqualVarianceBIC):
        return _equal_variances(problem, criterion)
    node_score = node_score_of(problem, criterion)
    return None if node_score is None else _sum_of_local_scores(problem, node_score)


def scores_like(criterion: Criterion, kind: type[Criterion]) -> bool:
    """Return whether a criterion is an instance of a class that scores orders as the class does.

    A subclass that overrides ``order_score`` is a different criterion.
    """
    return isinstance(criterion, kind) and type(criterion).order_score is kind.order_score


def node_score_of(problem: Problem, criterion: Criterion) -> LocalScore | None:
    """Return a criterion's local score, without a limit on parents; None if it has none."""
    if scores_like(criterion, LeastSquares):
        return EqualVarianceGaussian(
            problem.moments, precision=1 / (2 * problem.moments.n_samples), penalty=0.0
        )
    node_score: LocalScore | None = getattr(criterion.order_score(problem), "node_score", None)
    return node_score.node_score if isinstance(node_score, LimitedParents) else node_score


def _equal_variances(problem: Problem, criterion: Any) -> Solution:
    moments, d = problem.moments, problem.moments.n_features
    total = moments.variance.sum()
    prices = parent_prices(moments, criterion.penalty, criterion.gamma)

    def cost(sums: FloatArray) -> float:
        # Because of rounding, a bound on the sum of residual variances can be 0.
        share, price = max(sums[0], np.finfo(np.float64).tiny), sums[1]
        log_variance = np.log(share) + np.log(total / d)
        return float(moments.n_samples * d * log_variance + price)

    # The local scores are residual variances, as fractions of the total variance.
    shares = EqualVarianceGaussian(moments, precision=1 / (moments.n_samples * total), penalty=0.0)
    price_of_set = np.concatenate([[0.0], prices.cumsum()])[set_sizes(d)]
    tables = (
        with_constraints(shares.table(), problem.constraints),
        with_constraints(np.tile(price_of_set, (d, 1)), problem.constraints),
    )
    status: Status | None = None
    for best in least_concave_cost(tables, cost):
        _record(problem, cost(best.sums), best.parents)
        status = problem.monitor.stop_reason()
        if status is not None:
            break
    return _solution(problem, shares, best.parents, cost(best.sums), status or Status.OPTIMAL)


def _sum_of_local_scores(problem: Problem, node_score: LocalScore) -> Solution:
    monitor = problem.monitor
    if isinstance(node_score, GaussianNodeScore):
        table, is_whole = with_constraints(node_score.table(), problem.constraints), True
    else:
        table, is_whole = local_scores(
            node_score, problem.constraints, lambda: monitor.stop_reason() is not None
        )
    parents = _best_of_equals(table, problem.moments)
    objective = float(table[np.arange(parents.size), parents].sum())
    stopped = None if is_whole else monitor.stop_reason()
    _record(problem, objective, parents)
    return _solution(problem, node_score, parents, objective, stopped or Status.OPTIMAL)


def _best_of_equals(table: FloatArray, moments: Moments) -> IntArray:
    """Return, among the graphs with the lowest score, the one whose log noise variances vary least.

    Equivalent graphs have equal sums of log variances, so the sum of squared distances from any
    fixed number measures how much they vary.
    """
    log_share = np.log(unexplained_shares(moments.standardized().covariance))
    log_variance = np.log(moments.variance)
    spread = (log_share + (log_variance - log_variance.mean())[:, None]) ** 2
    largest = np.abs(table[np.isfinite(table)]).max()
    nodes = np.arange(moments.n_features)
    best = best_parent_sets(table)
    preferred = best_parent_sets(table + TIE * largest / max(spread.max(), 1.0) * spread)
    scores, preferred_scores = table[nodes, best], table[nodes, preferred]
    is_equal = preferred_scores.sum() - scores.sum() <= ROUNDING * np.abs(scores).sum()
    return preferred if is_equal else best


def _solution(
    problem: Problem, node_score: LocalScore, parents: IntArray, objective: float, status: Status
) -> Solution:
    moments, d = problem.moments, problem.moments.n_features
    adjacency = members(parents, d)
    weights = np.column_stack([node_score.given(j, adjacency[:, j]).weights for j in range(d)])
    order = linear_extension(reachability(adjacency), canonical_ranks(moments.covariance))
    return Solution(
        weights,
        objective,
        status,
        n_iter=len(problem.monitor.records),
        trace=tuple(problem.monitor.records),
        order=order,
    )


def _record(problem: Problem, objective: float, parents: IntArray) -> None:
    monitor = problem.monitor
    monitor.record(
        StageRecord(
            stage=len(monitor.records),
            objective=objective,
            score=objective,
            non_zeros=int(members(parents, parents.size).sum()),
            seconds=monitor.seconds,
        )
    )

"""ExactDAG: the best of all graphs, for up to fifteen columns."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.graph import reachability
from causal_dag.identification import Search
from causal_dag.moments import Moments
from causal_dag.problem import Problem, Solution, StageRecord, Status
from causal_dag.registry import register_solver
from causal_dag.regression import residual_variances
from causal_dag.solvers.order.criteria.criterion import Criterion
from causal_dag.solvers.order.criteria.gaussian import EqualVarianceBIC
from causal_dag.solvers.order.criteria.least_squares import LeastSquares
from causal_dag.solvers.order.criterion_estimator import CriterionEstimator
from causal_dag.solvers.order.determined_columns import warn_of_determined_column
from causal_dag.solvers.order.scores.gaussian_node_scores import (
    GaussianNodeScore,
    PooledGaussian,
    edge_price,
    set_sizes,
    unexplained_shares,
)
from causal_dag.solvers.order.scores.local_score import LocalScore
from causal_dag.solvers.order.search.linear_extensions import canonical_ranks, linear_extension
from causal_dag.solvers.order.search.subset_programme import (
    best_parent_sets,
    least_concave_cost,
    local_scores,
    members,
    with_constraints,
)
from causal_dag.wording import quoted

# Two sums of local scores that should be equal may differ by rounding, relative to the terms.
ROUNDING = 1e-10
# Large enough beside rounding, and small enough beside differences of scores, to break ties.
TIE = 1e-9


class ExactDAG(CriterionEstimator):
    """The best of all directed acyclic graphs by a score, for at most 15 columns.

    Dynamic programming over sets of columns [1]_: no other graph that agrees with the prior
    knowledge has a lower score. What this says of causes depends on the score:

    - ``"bic"`` is Gaussian and the same for all graphs of an equivalence class: only the class
      (``cpdag_``) is identified. Of its graphs, the one whose log noise variances vary least is
      returned, so that the answer does not depend on the columns' order.
    - ``"bic-ev"`` and ``"least-squares"`` assume that all noise variances are equal. Where they
      are, directions are identified as well [2]_; on standardized columns they mean little.
      ``"least-squares"`` has no price on edges: its graph is complete, up to the threshold.

    With hardly more rows than columns, graphs with perfect fits win by any of them.

    Parameters
    ----------
    criterion : {"bic", "bic-ev", "least-squares"} or criterion
        What the graph minimizes: the sum of n log σ²_j plus the price of the edges; n d log of the
        mean σ² plus the price of the edges, minimized over the vertices of the convex hull of what
        graphs can attain [3]_; or half the sum of σ²_j. Or any criterion of order search that adds
        up local scores, whose ``given`` is then asked for every node and set of parents: d 2^(d−1)
        fits.
    time_budget : float
        Seconds after which the best graph so far is kept; then it need not be the best of all.
    callback : callable
        Called with a ``StageRecord`` after every program (one, or one per vertex for ``"bic-ev"``);
        a true value stops the solver.

    Raises
    ------
    ValueError
        In ``fit``: if there are more than 15 columns, the criterion is unknown or no sum of local
        scores, or a parameter is out of range.

    Warns
    -----
    UserWarning
        If a column is determined by its parents, or there are no more rows than columns.

    References
    ----------
    .. [1] Silander and Myllymäki, "A simple approach for finding the globally optimal Bayesian
       network structure", UAI 2006.
    .. [2] Peters and Bühlmann, "Identifiability of Gaussian structural equation models with equal
       error variances", Biometrika 101 (2014).
    .. [3] Eisner and Severance, "Mathematical techniques for efficient record segmentation in large
       shared databases", Journal of the ACM 23 (1976).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import ExactDAG
    >>> generator = np.random.default_rng(0)
    >>> first, second, noise = generator.normal(size=(3, 500))
    >>> X = np.column_stack([first, first + second + noise, second])
    >>> ExactDAG().fit(X).adjacency_.astype(int)  # a collider: the class has this graph only
    array([[0, 1, 0],
           [0, 0, 0],
           [0, 1, 0]])
    """

    search: ClassVar[Search] = "exact"
    #: Time and memory double with each.
    most_columns: ClassVar[int] = 15

    @property
    def needs_full_rank(self) -> bool:  # type: ignore[override]
        """Whether the criterion needs a covariance of full rank."""
        criterion = self.resolved_criterion()
        return criterion.needs_full_rank and not isinstance(criterion, LeastSquares)

    def solve(self, problem: Problem) -> Solution:
        """Return the best graph; the objective is its score."""
        self._refuse_many_columns(problem.moments.n_features)
        criterion = self.resolved_criterion()
        if isinstance(criterion, EqualVarianceBIC):
            solution = _equal_variances(problem, criterion)
        else:
            solution = _sum_of_local_scores(problem, self._node_score(problem, criterion))
        if self.column_values != "real":
            # Log odds and log rates leave no linear residuals.
            return replace(solution, noise_scale=None)
        variances = residual_variances(problem.moments.covariance, solution.weights)
        warn_of_determined_column("ExactDAG", problem, variances)
        return replace(solution, noise_scale=np.sqrt(variances))

    def _node_score(self, problem: Problem, criterion: Criterion) -> LocalScore:
        if isinstance(criterion, LeastSquares):
            n = problem.moments.n_samples
            return PooledGaussian(problem.moments, precision=1 / (2 * n), penalty=0.0)
        score = criterion.order_score(problem)
        node_score: LocalScore | None = getattr(score, "node_score", None)
        if node_score is None:
            raise ValueError(
                f"criterion={quoted(self.criterion)} is not a sum of local scores that can be "
                "asked for any set of parents, which ExactDAG needs; choose another one, for "
                "example 'bic', or search orders with TOPO"
            )
        return node_score

    def _refuse_many_columns(self, n_features: int) -> None:
        if n_features > self.most_columns:
            raise ValueError(
                f"n_features={n_features}: ExactDAG goes through all sets of columns, which is "
                f"possible for {self.most_columns}; drop columns, or search orders with topo-bic"
            )


def _equal_variances(problem: Problem, criterion: EqualVarianceBIC) -> Solution:
    moments, d = problem.moments, problem.moments.n_features
    total = moments.variance.sum()
    price = edge_price(moments, criterion.penalty, criterion.gamma)

    def cost(sums: FloatArray) -> float:
        # Rounding can leave a bound on the sum of residual variances at 0.
        share, n_edges = max(sums[0], np.finfo(np.float64).tiny), sums[1]
        log_variance = np.log(share) + np.log(total / d)
        return float(moments.n_samples * d * log_variance + price * n_edges)

    # Its local scores are residual variances, as shares of the total.
    shares = PooledGaussian(moments, precision=1 / (moments.n_samples * total), penalty=0.0)
    n_edges = np.tile(set_sizes(d).astype(np.float64), (d, 1))
    tables = (
        with_constraints(shares.table(), problem.constraints),
        with_constraints(n_edges, problem.constraints),
    )
    status: Status | None = None
    for best in least_concave_cost(tables, cost):
        _record(problem, cost(best.sums), best.parents)
        status = problem.monitor.stop_reason()
        if status is not None:
            break
    return _solution(problem, shares, best.parents, cost(best.sums), status or Status.CONVERGED)


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
    return _solution(problem, node_score, parents, objective, stopped or Status.CONVERGED)


def _best_of_equals(table: FloatArray, moments: Moments) -> IntArray:
    """Return, of the graphs with the least score, that whose log noise variances vary least.

    Equivalent graphs have equal sums of log variances; so the sum of their squared distances from
    any number tells how much they vary.
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


register_solver("exact", ExactDAG)

"""Globally optimal graphs under a criterion, and when computing them is cheap."""

from dataclasses import replace
from typing import Any

import numpy as np

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.graph import reachability
from causal_dag.moments import Moments
from causal_dag.problem import LOGGER, Monitor, Problem, Solution, Status
from causal_dag.regression import least_squares_weights, parent_prices
from causal_dag.solvers.order.criteria.criterion import Criterion
from causal_dag.solvers.order.criteria.gaussian import BIC, EqualVarianceBIC
from causal_dag.solvers.order.criteria.least_squares import LeastSquares
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import (
    SETS_A_CALL,
    EqualVarianceGaussian,
    GaussianNodeScore,
    Look,
    do_not_look,
    set_sizes,
    unexplained_shares,
)
from causal_dag.solvers.order.scores.limited_parents import LimitedParents
from causal_dag.solvers.order.scores.local_score import LocalScore
from causal_dag.solvers.order.search.insertions import insertion_search
from causal_dag.solvers.order.search.iterated_local_search import OrderSearcher, Searcher
from causal_dag.solvers.order.search.linear_extensions import (
    canonical_ranks,
    linear_extension,
    starting_order,
)
from causal_dag.solvers.order.search.subset_programme import (
    ParetoPoint,
    best_parent_sets,
    compiled_scores,
    least_concave_cost,
    local_scores,
    members,
    with_constraints,
)

# Two sums of local scores that should be equal may differ by rounding, relative to the terms.
ROUNDING = 1e-10
# Weight of the tie-break between graphs whose log variances vary equally.
TIE_BREAK = 0.01
# Gaussian local scores of 22 columns, and the best graph, take some 10 s and 1.8 GB.
MOST_COLUMNS = 22
# What a search takes: seconds per d² 2^d, for the table and for every program, and bytes per d 2^d.
SECONDS_PER_STEP, BYTES_PER_SCORE = 1e-9, 18
# Programs that the criterion of equal variances usually needs.
USUAL_PROGRAMMES = 8
SECONDS_PER_MESSAGE = 1.0
# Columns up to which computing the best of all graphs takes no longer than a search with restarts:
# 30 ms, or 150 ms with equal variances.
FEW_COLUMNS = 15
# Steps of a kernel that scores all sets of parents: 50 ms.
MOST_STEPS = 1_000_000
# If an eigenvalue of the correlations is below this, the smallest noise variances are rounding
# error, and so are differences of their logarithms.
LEAST_EIGENVALUE = 1e-8


def optimum_among_few(problem: Problem, criterion: Criterion) -> Solution | None:
    """Return the optimal graph if computing it takes no longer than a search; otherwise None.

    That is the case for at most fifteen columns and criteria that are sums of local scores which
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
    if d > FEW_COLUMNS:
        return None
    if hasattr(criterion, "node_score") or problem.experiments is not None:
        if scores_like(criterion, EqualVarianceBIC):
            local: Any = criterion.order_score(problem)
            node_score = local.columns
        else:
            node_score = node_score_of(problem, criterion)
        is_quick = hasattr(node_score, "work") and d * 2 ** (d - 1) * node_score.work <= MOST_STEPS
        return exact_solution(replace(problem, monitor=Monitor()), criterion) if is_quick else None
    # Gaussian scores are made of moments; those of rows may take long to set up.
    if criterion.needs_rows or moments.n_samples < 2 * d:
        return None
    correlation = moments.standardized().covariance
    if np.linalg.eigvalsh(correlation)[0] < LEAST_EIGENVALUE:
        return None
    if not scores_like(criterion, EqualVarianceBIC) and not isinstance(
        node_score_of(problem, criterion), GaussianNodeScore
    ):
        return None
    # Which of equivalent graphs is returned must not depend on units.
    is_unit_free = scores_like(criterion, BIC)
    like_columns = moments.standardized() if is_unit_free else moments
    solution = exact_solution(replace(problem, moments=like_columns, monitor=Monitor()), criterion)
    if solution is None:
        return None
    if solution.status is not Status.OPTIMAL:
        raise KeyboardInterrupt  # the only reason to stop that this monitor knows
    explained = moments.variance[problem.constraints.explained]
    units = moments.n_samples * np.log(explained).sum() if is_unit_free else 0.0
    return replace(
        solution,
        weights=least_squares_weights(moments.covariance, solution.weights != 0),
        objective=float(solution.objective + units),
    )


def exact_solution(problem: Problem, criterion: Criterion) -> Solution | None:
    """Return the optimal graph, or a good one if the monitor or Ctrl-C ends the search early.

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
    if node_score is None:
        return None
    if hasattr(node_score, "compiled"):
        return _compiled(problem, node_score)
    if isinstance(node_score, GaussianNodeScore):
        return _gaussian(problem, criterion, node_score)
    return _fitted(problem, node_score)


def scores_like(criterion: Criterion, kind: type[Criterion]) -> bool:
    """Return whether a criterion is an instance of a class that scores orders as the class does.

    A subclass that overrides ``order_score`` is a different criterion.
    """
    return isinstance(criterion, kind) and type(criterion).order_score is kind.order_score


def node_score_of(problem: Problem, criterion: Criterion) -> LocalScore | None:
    """Return a criterion's local score, without a limit on parents; None if it has none."""
    if scores_like(criterion, LeastSquares) and problem.experiments is None:
        return EqualVarianceGaussian(
            problem.moments, precision=1 / (2 * problem.moments.n_samples), penalty=0.0
        )
    if hasattr(criterion, "node_score"):
        compiled: LocalScore = criterion.node_score(problem)
        return compiled
    node_score: LocalScore | None = getattr(criterion.order_score(problem), "node_score", None)
    return node_score.node_score if isinstance(node_score, LimitedParents) else node_score


def _equal_variances(problem: Problem, criterion: Any) -> Solution:
    moments, d = problem.moments, problem.moments.n_features
    has_term = problem.constraints.explained
    total, n_terms = moments.variance[has_term].sum(), int(has_term.sum())
    n_residuals = moments.n_samples * n_terms
    prices = parent_prices(moments, criterion.penalty, criterion.gamma)
    own_rows: Any = None
    if problem.experiments is not None:
        n_residuals = problem.experiments.n_own[has_term].sum()
        score = criterion.score_of_experiments(problem, problem.experiments)
        noise_variance = n_residuals * total / n_terms
        own_rows = replace(score.columns.without_prices(), noise_variance=noise_variance)

    def cost(sums: FloatArray) -> float:
        # Because of rounding, a bound on the sum of residual variances can be 0.
        share, price = max(sums[0], np.finfo(np.float64).tiny), sums[1]
        log_variance = np.log(share) + np.log(total / n_terms)
        return float(n_residuals * log_variance + price)

    # The local scores are residual variances, as fractions of the total variance.
    shares = EqualVarianceGaussian(moments, precision=1 / (moments.n_samples * total), penalty=0.0)
    price_of_set = np.concatenate([[0.0], prices.cumsum()])[set_sizes(d)]
    price_of_sets = np.broadcast_to(price_of_set, (d, 1 << d))
    best: ParetoPoint | None = None
    try:
        look = _Look(problem.monitor, d, USUAL_PROGRAMMES)
        if own_rows is None:
            explained = unexplained_shares(moments.standardized().covariance, look)
            table = with_constraints(shares.table(explained), problem.constraints)
        else:
            table, _ = _compiled_table(problem, own_rows)
        for best in least_concave_cost((table, price_of_sets), cost, look):
            _record(problem, cost(best.sums), int(members(best.parents, d).sum()))
            look()
    except (_StoppedError, KeyboardInterrupt) as reason:
        if best is None:
            return _locally_optimal(problem, criterion, reason)
        if isinstance(reason, KeyboardInterrupt):
            problem.monitor.interrupt()
    assert best is not None
    status = problem.monitor.stop_reason() or Status.OPTIMAL
    return _solution(problem, own_rows or shares, best.parents, cost(best.sums), status)


def _gaussian(problem: Problem, criterion: Criterion, node_score: GaussianNodeScore) -> Solution:
    moments = problem.moments
    look = _Look(problem.monitor, moments.n_features, n_programmes=1)
    try:
        shares = unexplained_shares(moments.standardized().covariance, look)
        spread = _spread(shares, moments)
        table = with_constraints(node_score.table(shares), problem.constraints)
        parents, objective = _best_of_equals(table, spread, look)
    except (_StoppedError, KeyboardInterrupt) as reason:
        return _locally_optimal(problem, criterion, reason)
    _record(problem, objective, int(members(parents, parents.size).sum()))
    return _solution(problem, node_score, parents, objective, Status.OPTIMAL)


def _fitted(problem: Problem, node_score: LocalScore) -> Solution:
    monitor, moments = problem.monitor, problem.moments
    table, is_whole = local_scores(
        node_score, problem.constraints, lambda: monitor.stop_reason() is not None
    )
    table[~problem.constraints.explained, 0] = 0.0
    spread = _spread(unexplained_shares(moments.standardized().covariance), moments)
    parents, objective = _best_of_equals(table, spread)
    stopped = None if is_whole else monitor.stop_reason()
    _record(problem, objective, int(members(parents, parents.size).sum()))
    return _solution(problem, node_score, parents, objective, stopped or Status.OPTIMAL)


def _compiled(problem: Problem, node_score: Any) -> Solution:
    """Return the best graph for a local score that has a kernel."""
    monitor = problem.monitor
    table, is_whole = _compiled_table(problem, node_score)
    # Equivalent graphs differ in which edges lead to a column that costs more without parents.
    ranks = np.argsort(np.argsort(table[:, 0], kind="stable"))
    against = members(np.arange(table.shape[1]), ranks.size).T @ ranks
    spread = against - set_sizes(ranks.size) * ranks[:, None] + float(ranks.size**2)
    parents, objective = _best_of_equals(table, spread)
    stopped = None if is_whole else monitor.stop_reason()
    _record(problem, objective, int(members(parents, parents.size).sum()))
    return _solution(problem, node_score, parents, objective, stopped or Status.OPTIMAL)


def _compiled_table(problem: Problem, node_score: Any) -> tuple[FloatArray, bool]:
    """Return the scores of all sets of parents, shape (d, 2^d), and whether there was time."""
    monitor, constraints = problem.monitor, problem.constraints
    most = max(node_score.most_parents, int(constraints.required.sum(axis=0).max()))
    if constraints.max_parents is None or most < constraints.max_parents:
        constraints = replace(constraints, max_parents=most)
    table, is_whole = compiled_scores(
        node_score, constraints, lambda: monitor.stop_reason() is not None
    )
    table[~constraints.explained, 0] = 0.0
    return table, is_whole


def _spread(shares: FloatArray, moments: Moments) -> FloatArray:
    """Return how much the log noise variances vary; as a sum of local scores, shape (d, 2^d).

    Equivalent graphs have equal sums of log variances, so the sum of squared distances from any
    fixed number measures it. This sum is the same for both directions of an edge between two
    standardized columns without other neighbors. A small multiple of a weighted sum breaks such
    ties; the weight of a column does not depend on its position in the table.
    """
    log_variance = np.log(moments.variance)
    weight = canonical_ranks(moments.standardized().covariance) / log_variance.size
    spread = np.log(shares)
    tie_break = TIE_BREAK * weight[:, None] * spread
    spread += (log_variance - log_variance.mean())[:, None]
    spread *= spread
    spread += tie_break
    return spread


def _best_of_equals(
    table: FloatArray, spread: FloatArray, look: Look = do_not_look
) -> tuple[IntArray, float]:
    """Return the graph of least spread among those with the lowest score, and its score.

    A multiple of the spread is added to the scores, such that the sum cannot outweigh rounding
    error. Both tables are overwritten.
    """
    lowest = table.min(axis=1)
    size = np.abs(lowest[np.isfinite(lowest)]).sum()
    spread *= ROUNDING * size / max(spread.max(axis=1).sum(), 1.0)
    table += spread
    parents = best_parent_sets(table, look)
    nodes = np.arange(parents.size)
    return parents, float((table[nodes, parents] - spread[nodes, parents]).sum())


def _locally_optimal(problem: Problem, criterion: Criterion, reason: BaseException) -> Solution:
    """Return the result of one local search; ``reason`` is what stopped the exact search."""
    monitor = problem.monitor
    if isinstance(reason, KeyboardInterrupt):
        monitor.interrupt()
    unhurried, first = replace(problem, monitor=Monitor()), starting_order(problem, "cholesky")
    own_search = getattr(criterion, "insertion_searcher", lambda *_: None)
    searcher: Searcher | None = own_search(unhurried, first, None, ROUNDING)
    if searcher is None:
        # The score of orders of least squares is not used, since it needs full rank.
        node_score, constraints = node_score_of(problem, criterion), problem.constraints
        assert node_score is not None
        score = DecomposableScore(node_score, constraints)
        searcher = OrderSearcher(
            lambda order: insertion_search(score, order, ROUNDING),
            first,
            constraints.precedence,
            score,
        )
    *_, found = searcher.start()
    _record(problem, found.loss, found.n_edges)
    status, trace = monitor.stop_reason() or Status.CONVERGED, tuple(monitor.records)
    return Solution(searcher.weights(found), found.loss, status, 1, trace, found.order)


class _StoppedError(Exception):
    """Raised when the monitor has a reason to stop."""


class _Look:
    """Checks the monitor between the parts of a search, and logs the progress."""

    def __init__(self, monitor: Monitor, d: int, n_programmes: int) -> None:
        n_calls = -(-(1 << d) // SETS_A_CALL)
        self.monitor, self.n_looks, self.logged = monitor, 0, monitor.seconds
        self.n_parts = n_calls + n_programmes * (d + n_calls)
        seconds = SECONDS_PER_STEP * (1 + n_programmes) * d**2 * 2**d
        if d > FEW_COLUMNS:
            LOGGER.info(
                "exact search of %d columns: about %.0f s and %.1f GB",
                d, np.ceil(seconds), BYTES_PER_SCORE * d * 2**d / 1e9,
            )  # fmt: skip

    def __call__(self) -> None:
        """Raise ``_StoppedError`` if the monitor has a reason to stop."""
        self.n_looks += 1
        if self.monitor.stop_reason() is not None:
            raise _StoppedError
        seconds = self.monitor.seconds
        if seconds - self.logged > SECONDS_PER_MESSAGE:
            self.logged = seconds
            expected = seconds * max(1.0, self.n_parts / self.n_looks)
            LOGGER.info("exact search: %.0f of about %.0f s", seconds, expected)


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


def _record(problem: Problem, objective: float, n_edges: int) -> None:
    problem.monitor.record_stage(objective, score=objective, non_zeros=n_edges)

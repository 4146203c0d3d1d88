"""ExactDAG: the globally optimal graph, for up to 22 columns."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from causal_dag.graph.matrices import dense
from causal_dag.identification import Search
from causal_dag.problem import Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.regression import residual_variances
from causal_dag.solvers.order.criteria.criterion import with_functions
from causal_dag.solvers.order.criteria.gaussian import BIC, EqualVarianceBIC
from causal_dag.solvers.order.criteria.least_squares import LeastSquares
from causal_dag.solvers.order.criterion_estimator import CriterionEstimator
from causal_dag.solvers.order.determined_columns import (
    warn_of_determined_column,
    warn_of_total_dependence,
)
from causal_dag.solvers.order.exact_search import MOST_COLUMNS, exact_solution, scores_like
from causal_dag.wording import quoted

# Criteria whose local scores follow from the covariance for all sets of parents at once.
GAUSSIAN = (BIC, EqualVarianceBIC, LeastSquares)
# Under other criteria, every local score is a separate fit.
MOST_COLUMNS_WITH_FITS = 15


class ExactDAG(CriterionEstimator):
    """Directed acyclic graph with the globally lowest score, for at most 22 columns.

    Dynamic programming over sets of columns [1]_ guarantees that no other graph consistent with the
    prior knowledge has a lower score. How far it identifies causes depends on the score:

    - ``"bic"`` is Gaussian and the same for all graphs of a Markov equivalence class, so only the
      class (``cpdag_``) is identified. Among its graphs, the one whose log noise variances vary
      least is returned, which makes the result independent of the order of the columns.
    - ``"bic-ev"`` and ``"least-squares"`` assume that all noise variances are equal. If they are,
      directions are identified as well [2]_; on standardized columns directions mean little.
      ``"least-squares"`` does not penalize edges: its graph is complete, up to the threshold.

    Time and memory double with each column: ``"bic"`` takes 0.1 s and 0.3 GB for 15 columns, 2 s
    and 0.6 GB for 20, and 10 s and 1.8 GB for 22; ``"bic-ev"`` takes five to ten times as long. The
    logger ``causal_dag`` reports the expected time of a search and its progress at level INFO.

    ``fit`` takes ``targets``, the columns that were intervened on in each row, for at most 15
    columns; only ``"bic"`` knows interventions that are not hard.

    If there are hardly more rows than columns, graphs that fit perfectly have the lowest score
    under each of these criteria.

    Parameters
    ----------
    criterion : {"bic", "bic-ev", "least-squares"} or criterion
        Score to minimize: the sum of n log σ²_j plus the price of the edges; n d times the log of
        the mean σ² plus the price of the edges, minimized over the vertices of the convex hull of
        the attainable values [3]_; or half the sum of σ²_j. Any other criterion of order search
        that is a sum of local scores is also accepted, for at most 15 columns; its ``given`` is
        called for every node and set of parents, which takes d 2^(d−1) fits.
    time_budget : float
        Seconds after which the best graph so far is returned, which need not be optimal: before the
        first dynamic program ends, it is that of a local search. Ctrl-C does the same.
    callback : callable
        Called with a ``StageRecord`` after each dynamic program (one, or one per vertex for
        ``"bic-ev"``); a true value stops the solver.

    Raises
    ------
    ValueError
        In ``fit``: if there are too many columns, the criterion is unknown or is not a sum of local
        scores, or a parameter is out of range.

    Warns
    -----
    UserWarning
        If a column is determined by its parents, or there are at most as many rows as columns.

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

    @property
    def most_columns(self) -> int:  # type: ignore[override]
        """Time and memory double with each additional column."""
        criterion = self.resolved_criterion()
        is_gaussian = any(scores_like(criterion, kind) for kind in GAUSSIAN)
        return MOST_COLUMNS if is_gaussian else MOST_COLUMNS_WITH_FITS

    @property
    def needs_full_rank(self) -> bool:  # type: ignore[override]
        """Whether the criterion needs a covariance of full rank."""
        criterion = self.resolved_criterion()
        return criterion.needs_full_rank and not scores_like(criterion, LeastSquares)

    def solve(self, problem: Problem) -> Solution:
        """Return the optimal graph; the objective is its score."""
        self._refuse_many_columns(problem)
        solution = exact_solution(problem, self.resolved_criterion())
        if solution is None:
            raise ValueError(
                f"criterion={quoted(self.criterion)} is not a sum of local scores that can be "
                "computed for any set of parents, which ExactDAG needs; choose another criterion, "
                "for example 'bic', or search orders with TOPO"
            )
        solution = with_functions(solution, self.resolved_criterion(), problem)
        if self.column_values == "mixed":
            warn_of_total_dependence(problem, dense(solution.weights))
        if self.column_values != "real" or solution.functions is not None:
            # Log odds, log rates and curves leave no linear residuals.
            return replace(solution, noise_scale=None)
        variances = problem.by_column(
            lambda of: residual_variances(of.covariance, solution.weights)
        )
        warn_of_determined_column(problem, variances)
        return replace(solution, noise_scale=np.sqrt(variances))

    def _refuse_many_columns(self, problem: Problem) -> None:
        most, n_features = self.most_columns, problem.moments.n_features
        if problem.experiments is not None:
            most = min(most, MOST_COLUMNS_WITH_FITS)
        if n_features > most:
            raise ValueError(
                f"n_features={n_features}: ExactDAG enumerates all sets of columns, which is "
                f"feasible for at most {most}; drop columns, or search orders with topo-bic"
            )


register_solver("exact", ExactDAG)

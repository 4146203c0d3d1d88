"""GES: greedy search over Markov equivalence classes."""

from typing import Any, ClassVar, Literal

import numpy as np

from causal_dag.identification import Search
from causal_dag.parameters import NonNegative
from causal_dag.problem import Problem, Solution, Status
from causal_dag.registry import register_solver
from causal_dag.regression import (
    SMALLEST_VARIANCE_SHARE,
    least_squares_weights,
    parent_prices,
    residual_variances,
)
from causal_dag.solvers.order.criteria.gaussian import BIC
from causal_dag.solvers.order.criterion_estimator import CriterionEstimator
from causal_dag.solvers.order.determined_columns import warn_of_determined_column
from causal_dag.solvers.order.exact_search import scores_like
from causal_dag.solvers.order.search.equivalence_search import EquivalenceSearch
from causal_dag.solvers.order.search.likelihood_search import GaussianTerms
from causal_dag.wording import quoted


class GES(CriterionEstimator):
    """Greedy search over Markov equivalence classes, for the Gaussian BIC.

    The search goes from one class of DAGs to the next by inserting, deleting or reversing an edge
    of some DAG in it, as long as that lowers the score. Since its states are classes, the search
    never has to decide directions that the data leave open.

    With enough rows of a linear Gaussian model that is faithful to its graph, inserting and
    deleting edges finds the true class [1]_. With fewer rows, GES may end in a local optimum, which
    tends to have too many edges. XGES [2]_ prefers deletions, and tries to remove each edge in
    turn. It usually ends with a lower score, close to that of ``topo-bic``; comparing the two
    checks both.

    With the ``targets`` of hard interventions, states are interventional classes [3]_, and every
    column is scored in the rows in which it is not a target. Operators are those of classes without
    interventions, so undirected edges are not turned in a step of their own, and nothing promises
    that inserting and deleting edges finds the true class.

    Only the class, ``cpdag_``, is identified: **edges that are undirected there have a direction
    in** ``weights_`` **that the data did not decide.** The result does not depend on units or
    chance.

    Parameters
    ----------
    variant : {"xges", "ges"}
        ``"ges"`` inserts edges until no insertion lowers the score, then deletes, then reverses,
        and begins again. ``"xges"`` takes the best deletion that lowers the score, else the best
        reversal, else the best insertion. At the optimum each edge is deleted in turn, and may not
        be inserted again until the search has ended; the result is kept if its score is lower.
    criterion : {"bic"} or BIC
        Score to minimize, n log σ² per node plus the price of the edges: a sum of local scores that
        is the same for all graphs of a class.
    init : array of shape (d, d), graph, or fitted estimator
        Weights or graph to start from, by default the empty graph. The result never has a higher
        score.
    tol : float
        Decrease of the score that counts as an improvement, as a share of n d.
    prior_knowledge : PriorKnowledge
        Known and forbidden edges, respected by every graph of the search. Only without prior
        knowledge do the operators lead to every class; with it, the search may miss improvements
        that a search over orders finds.
    time_budget : float
        Seconds after which the best graph so far is kept, as on Ctrl-C.
    callback : callable
        Called with a ``StageRecord`` after every phase of ``"ges"``; for ``"xges"``, after the
        first search and after every attempt to remove an edge. A true value stops the search.

    Raises
    ------
    ValueError
        In ``fit``: if the criterion is not ``"bic"``, ``init`` is an order, or a parameter is out
        of range.

    Warns
    -----
    UserWarning
        If a column is determined by its parents, since the likelihood is then unbounded; or if
        there are not more rows than columns.

    Notes
    -----
    The operators, their validity and their gains follow Chickering [1]_; the phase that reverses
    edges follows Hauser and Bühlmann [3]_. At most 1024 sets of pairwise adjacent neighbors are
    tried per node, which includes all of them for up to ten neighbors.

    References
    ----------
    .. [1] Chickering, "Optimal structure identification with greedy search", JMLR 3 (2002).
    .. [2] Nazaret and Blei, "Extremely greedy equivalence search", UAI 2024, arXiv 2502.19551.
    .. [3] Hauser and Bühlmann, "Characterization and greedy learning of interventional Markov
       equivalence classes of directed acyclic graphs", JMLR 13 (2012).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import GES
    >>> generator = np.random.default_rng(0)
    >>> rain, sprinkler, noise = generator.normal(size=(3, 500))
    >>> wet = 2 * rain + sprinkler + noise
    >>> GES().fit(np.column_stack([wet, rain, sprinkler])).cpdag_.astype(int)
    array([[0, 0, 0],
           [1, 0, 0],
           [1, 0, 0]])
    """

    search: ClassVar[Search] = "classes"

    variant: Literal["xges", "ges"] = "xges"
    init: Any = None
    tol: NonNegative = 1e-9

    def solve(self, problem: Problem) -> Solution:
        """Search the classes; the objective is the score of the best class."""
        criterion: Any = self.resolved_criterion()
        if not scores_like(criterion, BIC):
            raise ValueError(
                f"criterion={quoted(self.criterion)}: GES needs a sum of local scores that is the "
                "same for all graphs of a Markov equivalence class; choose 'bic', or search orders "
                "with TOPO(criterion=...)"
            )
        if problem.initial.order is not None and problem.initial.weights is None:
            raise ValueError(
                "init is an order, and GES starts from a graph; pass weights or a fitted "
                "estimator, or search orders with TOPO(init=...)"
            )
        moments = problem.moments
        if problem.experiments is not None:
            problem.experiments.refuse_unless_hard("GES")
            local_scores = criterion.score_of_experiments(problem.experiments)
        prices = parent_prices(moments, criterion.penalty, criterion.gamma)
        terms = GaussianTerms(float(moments.n_samples), 0.0, prices)
        search = EquivalenceSearch(problem, terms, self.tol)
        adjacency = search.run(is_extreme=self.variant == "xges")
        weights = problem.by_column(lambda of: least_squares_weights(of.covariance, adjacency))
        variances = problem.by_column(lambda of: residual_variances(of.covariance, weights))
        warn_of_determined_column(problem, variances)
        positive = np.maximum(variances, SMALLEST_VARIANCE_SHARE * moments.variance)
        explained = np.flatnonzero(problem.constraints.explained)
        objective = terms.score(positive[explained], adjacency.sum(axis=0))
        if problem.experiments is not None:
            values = [local_scores.given(j, adjacency[:, j]).value for j in explained.tolist()]
            objective = float(sum(values))
        return Solution(
            weights,
            objective,
            problem.monitor.stop_reason() or Status.CONVERGED,
            n_iter=search.n_operators,
            trace=tuple(problem.monitor.records),
            noise_scale=np.sqrt(variances),
        )


register_solver("ges", GES, variant="ges")
register_solver("xges", GES)

"""TOPO: search over topological orders, with the inner problem solved for each."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from joblib import effective_n_jobs

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.estimator import DAGEstimator
from causal_dag.graph.matrices import dense
from causal_dag.identification import AssumedNoise, ColumnScale, Search
from causal_dag.parameters import (
    Either,
    NonNegative,
    Number,
    NumberOfJobs,
    PositiveInteger,
    Seed,
    Word,
)
from causal_dag.problem import Monitor, Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.regression import residual_variances
from causal_dag.selection.criterion import Criterion as SelectionCriterion
from causal_dag.selection.path import LAMBDAS, path_parameter
from causal_dag.selection.selecting_estimator import (
    SELECTION_CRITERION,
    THRESHOLDS,
    CriterionName,
    SelectedSolution,
    SelectingEstimator,
)
from causal_dag.solvers.order.bound import check_bound_is_possible, optimality_gap
from causal_dag.solvers.order.criteria.criterion import with_functions
from causal_dag.solvers.order.criterion_estimator import CriterionEstimator, NamedCriterion
from causal_dag.solvers.order.determined_columns import (
    warn_of_determined_column,
    warn_of_total_dependence,
)
from causal_dag.solvers.order.direction_evidence import undecided_edges
from causal_dag.solvers.order.exact_search import optimum_among_few
from causal_dag.solvers.order.scores.order_score import OrderScore
from causal_dag.solvers.order.search.iterated_local_search import (
    LocalSearch,
    OrderSearcher,
    Searcher,
    iterated_local_search,
)
from causal_dag.solvers.order.search.linear_extensions import StartName, starting_order
from causal_dag.solvers.order.search.named_moves import (
    MoveName,
    local_search,
)
from causal_dag.wording import quoted

# For criteria whose regressions are iterative.
MOST_COLUMNS_GENERALIZED = 50
# With n_restarts="auto": restarts that return to the best score, and restarts altogether. On easy
# tables almost every restart returns; on hard ones few do.
ENOUGH_RETURNS = 30
RESTARTS_PER_COLUMN, MOST_RESTARTS = 4, 200
# At every price of a path.
RESTARTS_PER_PRICE = 20
# From the graph of data that resemble these.
RESTARTS_IF_WARM = 10


class TOPO(CriterionEstimator):
    """Order search: min over topological orders of the best score given the order.

    The outer search moves from order to order, to one that no move improves; for each order the
    inner problem, weights or parents given the nodes before, is solved. Perturbing the best order
    and searching again (``n_restarts``) leaves local optima.

    With at most fifteen columns and a Gaussian criterion (``"bic"``, ``"bic-ev"``,
    ``"least-squares"``), there are no restarts: the best of all graphs is computed by dynamic
    programming [6]_ in some hundredths of a second, as in ``ExactDAG``. It does not depend on the
    order of the columns or, under ``"bic"``, on their units, unless swapping columns leaves the
    correlations as they are, as it always does with two, and an edge between them is undirected in
    ``cpdag_``. ``status_`` is "no graph has a better score". With fewer than two rows per column or
    with collinear columns, where graphs with perfect fits would win, this is left out.

    With the criteria ``"bic"``, ``"bic-ev"`` and ``"least-squares"``, ``fit`` takes ``targets``,
    the columns that were intervened on in each row. A column is then scored in the rows in which
    its equation holds, see ``intervention`` and ``means``. All graphs are compared for about twelve
    columns and fewer.

    What the graph means depends on the criterion:

    - ``"bic"`` (registry ``topo-bic``) assumes linear Gaussian relations and nothing of the noise
      variances or units. It identifies the Markov equivalence class ``cpdag_``; **edges that are
      undirected there have a direction in** ``weights_`` **that the data did not decide.**
    - ``"bic-ev"`` (``topo-bic-ev``), ``"least-squares"`` (``topo-ls``), ``"lasso"``,
      ``"colide-ev"`` assume **equal noise variances** and depend on the units of the columns:
      never standardize them. Where the assumption holds, all directions are identified.
    - ``"colide-nv"`` depends on units too; without its ℓ1 term it says nothing about models of
      unequal noise variances.
    - ``"non-gaussian"`` (``topo-nongaussian``): linear relations with noise of any distribution,
      which identifies directions unless it is Gaussian; ``edges_`` says for each edge whether it
      does.
    - ``"curves"`` (``topo-curves``): sums of smooth functions of single parents. Where they are
      curved they identify directions, and ``edges_`` says for each edge whether they do.
    - ``"curves-ev"`` (``topo-curves-ev``): the same sums with **equal noise variances**, in the
      units of the columns, which direct edges with straight relations too.
    - ``"logistic"`` (``topo-logistic``) and ``"poisson"`` model binary columns and counts. Weights
      are then log odds ratios or log rate ratios; ``predict``, ``score``, ``sample`` and
      ``noise_variance_``, which take weights for linear, mean something with ``refit=True`` only.
    - ``"bdeu"`` (``topo-bdeu``), ``"categorical-bic"``, ``"k2"`` and ``"fnml"`` count the levels of
      categories: text, booleans, categoricals or codes, with ``kinds`` for what is not detected.
      They identify the class. Weights are strengths of dependence between 0 and 1, with a sign
      where the levels of both columns are ordered; the model is in ``probability_tables_``. With
      up to some eight columns the best of all graphs is computed.

    - ``"mixed"`` (``topo-mixed``) takes numbers and levels side by side. It scores the indicators
      of unordered levels and the codes of ordered ones like numbers, and identifies the class.
      Weights are strengths, between two numbers the partial correlation. The model of a number is
      linear, of a declared count Poisson, of levels logistic. Several columns can be one node
      (``groups``). With ``"mixed-cuts"``, best with a penalty of 3, two levels and ordered ones
      are cuts of a latent Gaussian.

    Parameters
    ----------
    criterion : str or Criterion
        What the order minimizes: a name from above, or an object such as ``BIC(penalty=1.0)``,
        ``RegressorScore(estimator)`` or ``ConvexScore(nonnegative=True)``.
    lambda1 : float
        ℓ1 weight, for ``"lasso"``, ``"colide-ev"`` and ``"colide-nv"``.
    moves : {"insertion", "swap", "swap-ratio", "block"}
        ``"insertion"``: every variable to its best position. ``"swap"``: pairs of variables chosen
        by the gradient of the acyclicity function, as published; ``"swap-ratio"``: by the ratio of
        the score's slope to that gradient, as in its successor. ``"block"``: insertions, and
        blocks of neighbours.
    improvement : {"best", "first"}
        Whether the best or the first improving move is made.
    start : {"cholesky", "eqvar", "random"}
        First order, where ``init`` gives none: pivoted Cholesky of the correlations, least
        predictable variable first; the top-down order of equal-variance models; or a random one.
    n_restarts : int or "auto"
        Local searches after the first; none if the best of all graphs is computed. With ``"auto"``
        they end once 30 have returned to the best score so far, at the latest after four per column
        or 200. ``"bic"`` draws a graph that is Markov equivalent to the best one and an order that
        it agrees with, and puts some nodes at random places; ``"bic-ev"`` does the same to the best
        graph itself. Half of these restarts begin at another penalty per edge. The changes of a
        restart that improve the score are kept, and the others undone [7]_. Other criteria swap a
        few random pairs of variables in the best order.
    n_jobs : int
        Threads that run restarts side by side, -1 for one per core. The first search takes one. The
        answer is the same, bit by bit, for any number.
    bound : bool
        Whether to compute ``gap_``: by how much, at most, the score of the best DAG is lower than
        ``objective_``. Only for the criterion ``"bic"`` and at most 62 columns. Up to 22 columns it
        is exact, and takes up to 10 s and 1.8 GB; beyond, it comes from a loose lower bound that
        takes between a second and a minute, and is infinite if columns are collinear.
    init : array of shape (d, d), sequence of d columns, or fitted estimator
        Weights, order or estimator to start from. The criteria ``"bic"`` and ``"bic-ev"`` start
        from the graph, and never end with a worse score than it has.
    max_iter : int
        Most passes over all variables in one local search.
    tol : float
        Relative decrease of the score that counts as an improvement.
    random_state : int, Generator or None
        Source of a random start and of the perturbations; None draws others at every fit.
    weight_threshold : float
        Weights of at most this absolute value are set to 0. The criterion ``"least-squares"`` gives
        a complete graph without it.
    time_budget : float
        Seconds after which the best order so far is kept. Ctrl-C does the same once there is one;
        before, it raises ``KeyboardInterrupt``.
    callback : callable
        Called with a ``StageRecord`` after every pass of the first local search and after every
        restart; a true value stops the search.

    Raises
    ------
    ValueError
        In ``fit``: if the criterion cannot be used on the data (for example least squares with a
        column that is a linear combination of others), or a parameter is out of range.

    Warns
    -----
    UserWarning
        If a column is determined by its parents: the likelihood is then unbounded. If there are no
        more rows than columns.

    Notes
    -----
    The bi-level formulation, its KKT points, and swaps chosen by the gradient of h are TOPO's
    [1]_, their ranking by the ratio is its successor's [2]_. Re-insertion of single variables with
    parents that are grown and shrunk from those before, and iterated local search, are FLOP's [3]_
    and BOSS's [4]_. The top-down order that solves the same problem greedily is Chen, Drton and
    Wang's [5]_. New here are their union; rows of the swept correlation matrix that price any
    change of a parent in O(1); restarts from random members of the equivalence class, which look
    again only at what has changed, and whose improvements are kept part by part; the other scores;
    ``kkt_report`` and ``polish``.

    References
    ----------
    .. [1] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277.
    .. [2] Deng, Bello, Aragam and Ravikumar, AISTATS 2025 (2-LSopt).
    .. [3] Wienöbst, Henckel and Weichwald, "Embracing Discrete Search: A Reasonable Approach to
       Causal Structure Learning", ICLR 2026, arXiv 2510.04970.
    .. [4] Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score
       Search and Grow-Shrink Trees", NeurIPS 2023.
    .. [5] Chen, Drton and Wang, "On causal discovery with an equal-variance assumption",
       Biometrika 106 (2019).
    .. [6] Silander and Myllymäki, "A simple approach for finding the globally optimal Bayesian
       network structure", UAI 2006.
    .. [7] Whitley, Hains and Howe, "Tunneling between optima: partition crossover for the traveling
       salesman problem", GECCO 2009.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> generator = np.random.default_rng(0)
    >>> rain, sprinkler, noise = generator.normal(size=(3, 500))
    >>> wet = 2 * rain + sprinkler + noise
    >>> model = TOPO().fit(np.column_stack([wet, rain, sprinkler]))
    >>> model.adjacency_.astype(int)
    array([[0, 0, 0],
           [1, 0, 0],
           [1, 0, 0]])
    """

    search: ClassVar[Search] = "orders"

    criterion: NamedCriterion = "bic"
    lambda1: NonNegative = 0.05
    moves: MoveName = "insertion"
    improvement: Literal["best", "first"] = "best"
    start: StartName = "cholesky"
    n_restarts: Annotated[
        int | Literal["auto"], Either(Number(low=0, integer=True), Word("auto"))
    ] = "auto"
    n_jobs: NumberOfJobs = 1
    bound: bool = False
    init: Any = None
    max_iter: PositiveInteger = 1000
    tol: NonNegative = 1e-9
    random_state: Seed = 0

    @property
    def most_columns(self) -> int | None:  # type: ignore[override]
        """Regressions on columns of 0 and 1 or counts take long for more."""
        is_iterative = self.column_values in ("binary", "count")
        return MOST_COLUMNS_GENERALIZED if is_iterative else None

    def warm_started(self, fitted: DAGEstimator) -> Self:
        """Return a copy that starts from a fit's graph, and restarts only a few times."""
        model = super().warm_started(fitted)
        if model.n_restarts == "auto":
            model.n_restarts = RESTARTS_IF_WARM
        return model

    def solve(self, problem: Problem) -> Solution:
        """Search the orders; the objective is the best one's score."""
        criterion = self.resolved_criterion()
        if self.bound:
            check_bound_is_possible(criterion, problem)
        searchers = self._searchers(problem)
        optimum = optimum_among_few(problem, criterion)
        result = iterated_local_search(
            searchers,
            n_restarts=self._most_restarts(problem) if optimum is None else 0,
            enough_returns=ENOUGH_RETURNS if self.n_restarts == "auto" else math.inf,
            max_passes=self.max_iter,
            tolerance=self.tol,
            monitor=problem.monitor,
            generator=problem.random_generator,
        )
        weights = searchers[0].weights(result.best)
        solution = Solution(
            weights, result.loss, result.status, n_iter=result.n_passes, order=result.order
        )
        if optimum is not None and problem.monitor.stop_reason() is None:
            solution = _replaced_by(optimum, solution, problem.monitor)
        solution = with_functions(solution, criterion, problem)
        least_evidence = getattr(criterion, "least_evidence", None)
        if least_evidence is not None:
            undecided = undecided_edges(
                searchers[0],
                # A required edge stays if its weight is exactly 0.
                (dense(solution.weights) != 0) | dense(problem.constraints.required),
                solution.objective,
                least_evidence,
                problem,
            )
            solution = replace(solution, undecided=undecided)
        noise_scale = self._noise_scale(problem, solution)
        if noise_scale is not None:
            warn_of_determined_column(problem, noise_scale**2)
        if self.column_values == "mixed":
            warn_of_total_dependence(problem, dense(solution.weights))
        if self.bound:
            self.gap_ = optimality_gap(problem, criterion, solution)
        trace = tuple(problem.monitor.records)
        return replace(solution, trace=trace, noise_scale=noise_scale)

    def _noise_scale(self, problem: Problem, solution: Solution) -> FloatArray | None:
        """Return None where weights are not those of linear relations."""
        if self.column_values != "real" or solution.functions is not None:
            return None
        variances: FloatArray = problem.by_column(
            lambda of: residual_variances(of.covariance, solution.weights)
        )
        return np.sqrt(variances)

    def _most_restarts(self, problem: Problem) -> int:
        if self.n_restarts != "auto":
            return self.n_restarts
        return min(RESTARTS_PER_COLUMN * problem.moments.n_features, MOST_RESTARTS)

    def _searchers(self, problem: Problem) -> list[Searcher]:
        """One a thread: they keep what they have computed to themselves."""
        criterion = self.resolved_criterion()
        first = starting_order(problem, self.start)
        n_threads = min(effective_n_jobs(self.n_jobs), max(1, self._most_restarts(problem)))
        own_search = getattr(criterion, "insertion_searcher", None)
        if own_search is not None and (self.moves, self.improvement) == ("insertion", "best"):
            parents = _initial_graph(problem, first)
            searchers = [own_search(problem, first, parents, self.tol) for _ in range(n_threads)]
            if searchers[0] is not None:
                return searchers
        precedence = problem.constraints.precedence
        scores = [criterion.order_score(problem) for _ in range(n_threads)]
        return [
            OrderSearcher(self._local_search(score), first, precedence, score) for score in scores
        ]

    def _local_search(self, score: OrderScore) -> LocalSearch:
        search = local_search(self.moves, self.improvement)
        return lambda order: search(score, order, self.tol)


def _replaced_by(optimum: Solution, found: Solution, monitor: Monitor) -> Solution:
    """Return the best of all graphs, even if the graph found has the same score.

    Which of the best graphs is returned does not depend on the order of the columns or on chance.
    """
    monitor.record_stage(
        optimum.objective,
        score=optimum.objective,
        non_zeros=int(np.count_nonzero(optimum.weights)),
    )
    return replace(optimum, n_iter=found.n_iter)


def _initial_graph(problem: Problem, order: IntArray) -> BoolArray | None:
    """Return the user's graph as far as it runs along the order; None where there is none."""
    if problem.initial.weights is None:
        return None
    position = np.argsort(order)
    along = position[:, None] < position
    weights, constraints = problem.initial.weights, problem.constraints
    return constraints.within_limit((weights != 0) & along & constraints.allowed, np.abs(weights))


class TOPOCV(SelectingEstimator):
    """TOPO whose ``penalty`` per edge is chosen on a path of penalties.

    The search begins at the largest penalty, and at each lower one continues from the previous
    graph. A criterion chooses among the graphs of the path, by default BIC with a penalty that
    depends on the number of columns (``"auto"``). Here λ is this penalty: ``lambdas`` are in
    units of log n, by default from 6 to 0.6, and ``lambda1_`` is the chosen penalty, also
    available as ``penalty_``. Graphs are not thresholded unless ``thresholds`` are given.

    Parameters
    ----------
    solver : TOPO
        Unfitted search with other settings, for example another ``criterion`` with a penalty
        per edge; by default ``TOPO(n_restarts=20)``, that is, 20 restarts at every penalty.

    Notes
    -----
    The local optima differ between penalties, so a path finds graphs with lower scores than the
    same number of restarts at a single penalty. Since each search begins at the previous graph,
    fitting ``best_estimator_`` again can result in a different graph.

    See Also
    --------
    TOPO : The search, and the assumptions it rests on.

    Examples
    --------
    >>> from causal_dag import TOPOCV
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 8, graph="er", edges_per_node=1, random_state=0)
    >>> model = TOPOCV().fit(X)
    >>> [(round(point.lambda1, 1), point.n_edges) for point in model.path_][::3]
    [(6.0, 8), (2.2, 8), (0.8, 9)]
    >>> model.lambda1_ == model.penalty_, int(TOPOCV(n_edges=8).fit(X).adjacency_.sum())
    (True, 8)
    """

    solver_class = TOPO
    warm_start: ClassVar[bool] = True

    lambdas: Annotated[int | Sequence[float], LAMBDAS] = 8
    thresholds: Annotated[float | Sequence[float], THRESHOLDS] | None = 0.0
    criterion: Annotated[CriterionName | SelectionCriterion, SELECTION_CRITERION] = "auto"
    solver: TOPO | None = None

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """The assumption of the search about noise variances, also made by the criterion."""
        return self.unfitted_solver().assumed_noise

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """The scale of the columns that the search is meant for."""
        return self.unfitted_solver().column_scale

    def solve(self, problem: Problem) -> SelectedSolution:
        """Return the graph at the chosen price, with the path that it was chosen from."""
        solution = super().solve(problem)
        if solution.noise_scale is not None:
            warn_of_determined_column(problem, solution.noise_scale**2)
        return solution

    @property
    def penalty_(self) -> float:
        """The chosen penalty per edge, in units of log n."""
        return self.lambda1_

    def unfitted_solver(self) -> DAGEstimator:
        """Return a new search, which has a penalty per edge."""
        if self.solver is None:
            return TOPO(n_restarts=RESTARTS_PER_PRICE)
        solver = super().unfitted_solver()
        if path_parameter(solver) != "penalty" or solver.column_values != "real":
            raise ValueError(
                f"solver={quoted(solver)} has no penalty per edge that a path can vary; pass "
                "TOPO with the criterion named 'bic' or 'bic-ev'"
            )
        if getattr(solver, "bound", False):
            raise ValueError(
                "solver=TOPO(bound=True): a bound holds for one penalty, not for a path; "
                "leave bound out there, and fit TOPO(penalty=model.penalty_, init=model, "
                "bound=True) afterwards"
            )
        return solver


register_solver("topo-bic", TOPO, criterion="bic")
register_solver("topo-bic-cv", TOPOCV)
register_solver("topo-bic-ev", TOPO, criterion="bic-ev", start="eqvar")
register_solver(
    "topo-ls",
    TOPO,
    criterion="least-squares",
    start="random",
    n_restarts=50,
    weight_threshold=0.3,
)
register_solver("topo-bdeu", TOPO, criterion="bdeu", n_restarts=20)
register_solver("topo-mixed", TOPO, criterion="mixed", penalty=1.5, n_restarts=10)
register_solver("topo-nongaussian", TOPO, criterion="non-gaussian", n_restarts=40)
register_solver("topo-curves", TOPO, criterion="curves", n_restarts=10)
register_solver("topo-curves-ev", TOPO, criterion="curves-ev", n_restarts=10)
register_solver("topo-logistic", TOPO, criterion="logistic", n_restarts=10)

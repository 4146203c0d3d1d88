"""TOPO: search over topological orders, with the inner problem solved exactly for each."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import numpy as np

from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.regression import residual_variances
from causal_dag.solvers.order.least_squares import (
    ConstrainedLeastSquares,
    DenseLeastSquares,
    OrderScore,
)
from causal_dag.solvers.order.linear_extensions import perturbed_order, starting_order
from causal_dag.solvers.order.moves import candidate_swap_search, insertion_search
from causal_dag.solvers.order.search import iterated_local_search
from causal_dag.solvers.registry import register_solver
from causal_dag.validation import check_choice, check_number

_LOCAL_SEARCHES = {"insertion": insertion_search, "swap": candidate_swap_search}


class TOPO(DAGEstimator):
    """Order search: min over topological orders of the least-squares loss given the order.

    For a given order the best weights are regressions of every variable on all before it, and the
    loss is half the sum of the residual variances. The outer search moves from order to order, to
    one that no move improves; perturbing the best order and searching again (``n_restarts``)
    leaves local optima.

    Where all noise variances are equal, the best order is a causal one, and the weights above the
    threshold are its graph. The dense least-squares loss **assumes** that: its orders depend on
    the units of the columns, and say nothing about models with unequal noise variances, where a
    likelihood with a price on edges is needed. Do not use it on standardised columns.

    Parameters
    ----------
    criterion : {"least-squares"}
        What the order minimises.
    moves : {"insertion", "swap"}
        ``"insertion"``: every variable to its best position, all d² insertions priced in O(d²) and
        a step to the neighbouring position made in O(d). ``"swap"``: pairs of variables chosen by
        the gradient of the acyclicity function, as published.
    n_restarts : int
        Local searches after the first, each from the best order with 1 + round(ln d) random pairs
        of variables swapped.
    init : array of shape (d, d), sequence of d columns, or fitted estimator, optional
        Weights, order or estimator to start from; by default a random order.
    max_iter : int
        Most passes over all variables in one local search.
    tol : float
        Relative decrease of the loss that counts as an improvement.
    random_state : int, Generator or None
        Source of the random start and of the perturbations.
    weight_threshold : float
        Weights of at most this absolute value are set to 0; without it the graph is complete.
    prior_knowledge : PriorKnowledge, optional
        Edges known to be there or not; they hold in every order that is visited.
    refit : bool
        Estimate the kept edges anew by least squares.
    time_budget : float, optional
        Seconds after which the best order so far is kept.
    callback : callable, optional
        Called with a ``StageRecord`` after every pass; a true value stops the search.
    verbose : bool
        Print every record.

    Raises
    ------
    ValueError
        In ``fit``: if a column is a linear combination of others, n <= d, or a parameter is out of
        range.

    Notes
    -----
    The bi-level formulation, its KKT points, and swaps chosen by the gradient of h are TOPO's
    [1]_. Re-insertion of single variables and iterated local search are FLOP's [2]_ and BOSS's
    [3]_. The top-down order that solves the same problem greedily is Chen, Drton and Wang's [4]_.

    References
    ----------
    .. [1] Deng, Bello, Aragam and Ravikumar, "Optimizing NOTEARS Objectives via Topological
       Swaps", ICML 2023, arXiv 2305.17277.
    .. [2] "Embracing Discrete Search: A Reasonable Approach to Causal Structure Learning",
       ICLR 2026, arXiv 2510.04970.
    .. [3] Andrews et al., "Fast Scalable and Accurate Discovery of DAGs Using the Best Order Score
       Search and Grow-Shrink Trees", NeurIPS 2023.
    .. [4] Chen, Drton and Wang, "On causal discovery with an equal-variance assumption",
       Biometrika 106 (2019).

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag import TOPO
    >>> generator = np.random.default_rng(0)
    >>> cause = generator.normal(size=500)
    >>> effect = 2 * cause + generator.normal(size=500)
    >>> TOPO(random_state=0).fit(np.column_stack([effect, cause])).order_.tolist()
    [1, 0]
    """

    needs_full_rank: ClassVar[bool] = True

    def __init__(
        self,
        *,
        criterion: str = "least-squares",
        moves: str = "insertion",
        n_restarts: int = 50,
        init: Any = None,
        max_iter: int = 1000,
        tol: float = 1e-9,
        random_state: int | np.random.Generator | None = None,
        weight_threshold: float = 0.3,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = False,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        self.criterion = criterion
        self.moves = moves
        self.n_restarts = n_restarts
        self.init = init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.weight_threshold = weight_threshold
        self.prior_knowledge = prior_knowledge
        self.refit = refit
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    def solve(self, problem: Problem) -> Solution:
        """Search the orders; the objective is the least-squares loss of the best one."""
        self._check_parameters()
        score = _least_squares(problem)
        result = iterated_local_search(
            partial(_LOCAL_SEARCHES[self.moves], score, tolerance=self.tol),
            starting_order(problem),
            partial(
                perturbed_order,
                precedence=problem.constraints.precedence,
                generator=problem.random_generator,
            ),
            n_restarts=self.n_restarts,
            max_passes=self.max_iter,
            tolerance=self.tol,
            monitor=problem.monitor,
        )
        weights = score.weights(result.order)
        return Solution(
            weights,
            result.loss,
            result.status,
            n_iter=result.n_passes,
            trace=tuple(problem.monitor.records),
            order=result.order,
            noise_scale=np.sqrt(residual_variances(problem.moments.covariance, weights)),
        )

    def _check_parameters(self) -> None:
        check_choice("criterion", self.criterion, ["least-squares"])
        check_choice("moves", self.moves, list(_LOCAL_SEARCHES))
        check_number("n_restarts", self.n_restarts, low=0, integer=True)
        check_number("max_iter", self.max_iter, low=1, integer=True)
        check_number("tol", self.tol, low=0)


def _least_squares(problem: Problem) -> OrderScore:
    if problem.constraints.is_trivial:
        return DenseLeastSquares(problem.moments)
    return ConstrainedLeastSquares(problem.moments, problem.constraints)


register_solver("topo-ls", TOPO, criterion="least-squares")

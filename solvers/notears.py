"""NOTEARS: least squares × ℓ1 × trace of the exponential × augmented Lagrangian."""

from collections.abc import Callable
from typing import Any

from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.solvers.continuous.acyclicity import TraceExponential
from causal_dag.solvers.continuous.model import LinearModel
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares
from causal_dag.solvers.continuous.starting_point import starting_weights
from causal_dag.solvers.registry import register_solver
from causal_dag.validation import check_number


class NOTEARS(DAGEstimator):
    """Continuous optimisation over weights, with a smooth function that is zero on DAGs.

    Minimises ½ tr((I − W)ᵀ C (I − W)) + λ‖W‖₁ subject to tr exp(W∘W) = d [1]_. Works on the
    covariance C, so its time does not depend on the number of rows. The answer depends on the
    units of the columns; it is meant for noise of equal variance.

    Parameters
    ----------
    lambda1 : float, default 0.1
        Weight of the ℓ1 penalty, in squared units of the data.
    weight_threshold : float, default 0.3
        Weights up to this size count as no edge.
    max_iter : int, default 100
        Largest number of dual steps.
    tol : float, default 1e-6
        Relative decrease of the augmented Lagrangian at which an inner minimisation ends.
    h_tol : float, default 1e-8
        Acyclicity at which the solver stops.
    rho_max : float, default 1e16
        Limit of the augmented Lagrangian's penalty parameter.
    init : array, sequence or fitted estimator, optional
        Weights to start from, or an order, from whose regressions the solver starts.
    prior_knowledge : PriorKnowledge, optional
        Forbidden and required edges, tiers, roots and leaves.
    refit : bool, default False
        Re-estimate the kept edges by least squares.
    polish : str or estimator, optional
        Order search that goes on from the graph found here: a registry name such as ``"topo-bic"``,
        or an estimator such as ``TOPO(n_restarts=10)``. Its objective, weights and
        ``weight_threshold`` then hold, unless it finds nothing as good as that graph.
    time_budget : float, optional
        Seconds after which the solver stops with what it has.
    callback : callable, optional
        Called with the record of every dual step; returning true stops the solver.
    verbose : bool, default False
        Print every record.

    References
    ----------
    .. [1] Zheng, Aragam, Ravikumar and Xing, DAGs with NO TEARS: continuous optimization for
       structure learning, NeurIPS 2018, arXiv:1803.01422.

    Examples
    --------
    >>> from causal_dag import NOTEARS
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    >>> model = NOTEARS().fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    """

    def __init__(
        self,
        *,
        lambda1: float = 0.1,
        weight_threshold: float = 0.3,
        max_iter: int = 100,
        tol: float = 1e-6,
        h_tol: float = 1e-8,
        rho_max: float = 1e16,
        init: Any = None,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = False,
        polish: str | DAGEstimator | None = None,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        self.lambda1 = lambda1
        self.weight_threshold = weight_threshold
        self.max_iter = max_iter
        self.tol = tol
        self.h_tol = h_tol
        self.rho_max = rho_max
        self.init = init
        self.prior_knowledge = prior_knowledge
        self.refit = refit
        self.polish = polish
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    def solve(self, problem: Problem) -> Solution:
        """Return the minimiser, with entries of forbidden edges exactly 0."""
        from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian

        check_number("lambda1", self.lambda1, low=0)
        scheme = AugmentedLagrangian(self.max_iter, self.h_tol, self.rho_max, self.tol)
        acyclicity = TraceExponential()
        model = LinearModel(
            LeastSquares(problem.moments.covariance),
            L1(self.lambda1),
            acyclicity,
            problem.constraints.allowed,
        )
        start = model.parameters(starting_weights(problem, acyclicity))
        return scheme.minimize(model, start, problem.monitor)


register_solver("notears", NOTEARS)

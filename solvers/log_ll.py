"""LogLL: Gaussian log-likelihood × quasi-MCP × trace of the exponential × augmented Lagrangian."""

from collections.abc import Callable
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import ColumnScale
from causal_dag.parameters import Number, Rules
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity import TraceExponential
from causal_dag.solvers.continuous.likelihood_scores import UnequalVarianceLikelihood
from causal_dag.solvers.continuous.model import LinearModel
from causal_dag.solvers.continuous.penalties import QuasiMCP, checked_penalty_weights
from causal_dag.solvers.continuous.scheme_rules import AUGMENTED_LAGRANGIAN
from causal_dag.solvers.continuous.starting_point import starting_weights


class LogLL(DAGEstimator):
    """Gaussian log-likelihood with a penalty that counts edges rather than shrinking them.

    Minimises ½ Σ_j log r_j + Σ p(W_ij) subject to tr exp(W∘W) = d [1]_, where r_j is the residual
    variance of j and p the quasi-MCP penalty: ``λ(|w| − w²/2δ)`` up to ``|w|`` = δ and λδ/2 beyond.
    The minimiser is a sparsest graph among those that fit the data equally well; of its edges only
    the equivalence class is identified, see ``cpdag_``. The likelihood does not depend on the units
    of the columns; λ, δ and ``weight_threshold`` do, and are meant for columns of similar scale.

    The score has many local minima, and the descent from 0 often ends in a poor one. Orders are
    searched better one by one: ``polish="topo-bic"`` goes on from here.

    Parameters
    ----------
    lambda1 : float, default 0.2
        Slope λ of the penalty at 0.
    delta : float, default 0.2
        Size δ from which a weight costs no more.
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
    nonnegative : bool, default False
        Allow no negative weights.
    penalty_weights : array of shape (d, d), optional
        Factor on ``lambda1`` for every edge, at least 0; 1 where not given.
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
    .. [1] Deng, Bello, Ravikumar and Aragam, Markov equivalence and consistency in differentiable
       structure learning, NeurIPS 2024, arXiv:2410.06163.

    Examples
    --------
    >>> from causal_dag import LogLL
    >>> from causal_dag.metrics import cpdag_distance
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    >>> cpdag_distance(sem.weights, LogLL().fit(X))
    0
    """

    column_scale: ClassVar[ColumnScale] = "standardized"

    parameter_rules: ClassVar[Rules] = {
        **AUGMENTED_LAGRANGIAN,
        "delta": Number(low=0, strict=True),
    }

    def __init__(
        self,
        *,
        lambda1: float = 0.2,
        delta: float = 0.2,
        weight_threshold: float = 0.3,
        max_iter: int = 100,
        tol: float = 1e-6,
        h_tol: float = 1e-8,
        rho_max: float = 1e16,
        nonnegative: bool = False,
        penalty_weights: ArrayLike | None = None,
        init: Any = None,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = False,
        polish: str | DAGEstimator | None = None,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        self.lambda1 = lambda1
        self.delta = delta
        self.weight_threshold = weight_threshold
        self.max_iter = max_iter
        self.tol = tol
        self.h_tol = h_tol
        self.rho_max = rho_max
        self.nonnegative = nonnegative
        self.penalty_weights = penalty_weights
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

        scheme = AugmentedLagrangian(self.max_iter, self.h_tol, self.rho_max, self.tol)
        acyclicity = TraceExponential()
        weights = checked_penalty_weights(self.penalty_weights, problem.moments.n_features)
        model = LinearModel(
            UnequalVarianceLikelihood(problem.moments.covariance),
            QuasiMCP(self.lambda1, self.delta, weights),
            acyclicity,
            problem.constraints.allowed,
            self.nonnegative,
        )
        start = model.parameters(starting_weights(problem, acyclicity))
        return scheme.minimize(model, start, problem.monitor)


register_solver("logll", LogLL)

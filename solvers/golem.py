"""GOLEM: Gaussian likelihood × ℓ1 × trace of the exponential × soft constraint."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import Choice, Number, Rules
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity import TraceExponential
from causal_dag.solvers.continuous.differentiable import Differentiable, WeightedSum
from causal_dag.solvers.continuous.likelihood_scores import (
    EqualVarianceLikelihood,
    JacobianLogDeterminant,
    UnequalVarianceLikelihood,
)
from causal_dag.solvers.continuous.penalties import L1, checked_penalty_weights
from causal_dag.solvers.continuous.scheme_rules import SOFT_CONSTRAINT
from causal_dag.solvers.continuous.soft_constraint import SoftConstraint
from causal_dag.solvers.continuous.starting_point import starting_weights

SCORES: dict[str, Callable[[FloatArray], Differentiable]] = {
    "equal": EqualVarianceLikelihood,
    "unequal": UnequalVarianceLikelihood,
}


class GOLEM(DAGEstimator):
    """Gaussian likelihood with acyclicity as a soft constraint.

    Minimises likelihood(W) − log|det(I − W)| + λ1‖W‖₁ + λ2 (tr exp(W∘W) − d) without constraints
    [1]_, where the likelihood is (d/2) log Σ_j r_j (``noise="equal"``) or ½ Σ_j log r_j
    (``"unequal"``) of the residual variances r_j. Unequal variances start from the solution for
    equal ones, without which the method ends in poor minima; as with every Gaussian model of
    unequal variances, only the equivalence class is identified. The likelihood of equal variances
    depends on the units of the columns.

    Parameters
    ----------
    noise : {"equal", "unequal"}, default "equal"
        Whether all variables share a noise variance.
    lambda1 : float, default 0.02
        Weight λ1 of the ℓ1 penalty. The published one for unequal variances is 0.002, as in the
        registry name ``golem-nv``.
    lambda1_start : float, default 0.02
        With unequal variances, λ1 of the descent for equal ones from whose end they start. There is
        no such descent where ``init`` is given.
    lambda2 : float, default 5.0
        Weight λ2 of the acyclicity function.
    weight_threshold : float, default 0.3
        Weights up to this size count as no edge.
    max_iter : int, default 100000
        Largest number of steps; with unequal variances of each of the two descents.
    learning_rate : float, default 1e-3
        Adam's step size.
    checkpoint : int, default 5000
        Steps between two looks at the objective and the clock, and between two records.
    tol : float, default 1e-6
        A descent ends when the objective changes by no more than this share between two looks. The
        published program always takes all steps; 0 does so too.
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
        Called with the record of every look; returning true stops the solver.
    verbose : bool, default False
        Print every record.

    References
    ----------
    .. [1] Ng, Ghassami and Zhang, On the role of sparsity and DAG constraints for learning linear
       DAGs, NeurIPS 2020, arXiv:2006.10201.

    Examples
    --------
    >>> from causal_dag import GOLEM
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    >>> model = GOLEM().fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    """

    parameter_rules: ClassVar[Rules] = {
        **SOFT_CONSTRAINT,
        "noise": Choice(tuple(SCORES)),
        "lambda1_start": Number(low=0),
        "lambda2": Number(low=0, strict=True),
    }

    def __init__(
        self,
        *,
        noise: Literal["equal", "unequal"] = "equal",
        lambda1: float = 0.02,
        lambda1_start: float = 0.02,
        lambda2: float = 5.0,
        weight_threshold: float = 0.3,
        max_iter: int = 100_000,
        learning_rate: float = 1e-3,
        checkpoint: int = 5000,
        tol: float = 1e-6,
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
        self.noise = noise
        self.lambda1 = lambda1
        self.lambda1_start = lambda1_start
        self.lambda2 = lambda2
        self.weight_threshold = weight_threshold
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.checkpoint = checkpoint
        self.tol = tol
        self.nonnegative = nonnegative
        self.penalty_weights = penalty_weights
        self.init = init
        self.prior_knowledge = prior_knowledge
        self.refit = refit
        self.polish = polish
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    @property
    def identifies(self) -> Identified:  # type: ignore[override]
        """With equal noise variances all directions, otherwise the class."""
        return "directions" if self.noise == "equal" else "class"

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Whether noise variances are taken to be equal."""
        return self.noise

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Equal noise variances are equal in the units given."""
        return "raw" if self.noise == "equal" else "standardized"

    def solve(self, problem: Problem) -> Solution:
        """Return the end of the descent, with entries of forbidden edges exactly 0."""
        start = starting_weights(problem, TraceExponential())
        if self.noise == "equal" or problem.initial.is_given:
            return self._descend(self.noise, self.lambda1, problem, start)
        first = self._descend("equal", self.lambda1_start, problem, start)
        if problem.monitor.stop_reason() is not None:
            return first
        second = self._descend("unequal", self.lambda1, problem, first.weights)
        return replace(second, n_iter=first.n_iter + second.n_iter)

    def _descend(self, noise: str, lambda1: float, problem: Problem, start: FloatArray) -> Solution:
        scheme = SoftConstraint(self.max_iter, self.learning_rate, self.checkpoint, self.tol)
        weights = checked_penalty_weights(self.penalty_weights, problem.moments.n_features)
        likelihood = SCORES[noise](problem.moments.covariance)
        return scheme.minimize(
            WeightedSum((likelihood, JacobianLogDeterminant()), (1.0, 1.0)),
            L1(lambda1, weights),
            self.lambda2,
            free=problem.constraints.allowed,
            start=start,
            smallest_weight=0.0 if self.nonnegative else -np.inf,
            monitor=problem.monitor,
        )


register_solver("golem-ev", GOLEM, noise="equal")
register_solver("golem-nv", GOLEM, noise="unequal", lambda1=0.002)

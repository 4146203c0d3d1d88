"""GOLEM: a Gaussian likelihood with an ℓ1 penalty and a soft acyclicity constraint."""

from dataclasses import replace
from typing import Literal

from causal_dag.arrays import FloatArray
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import NonNegative, Positive, PositiveInteger
from causal_dag.problem import Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.continuous_estimator import ContinuousEstimator, LearningRate
from causal_dag.solvers.continuous.models import LinearModel, starting_weights
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import (
    EqualVarianceLikelihood,
    JacobianLogDeterminant,
    Score,
    ScoreSum,
    UnequalVarianceLikelihood,
)
from causal_dag.solvers.continuous.soft_constraint import SoftConstraint


class GOLEM(ContinuousEstimator):
    """Gaussian likelihood with acyclicity as a soft constraint.

    Minimizes likelihood(W) − log|det(I − W)| + λ1‖W‖₁ + λ2 (tr exp(W∘W) − d) without constraints
    [1]_, where the likelihood is (d/2) log Σ_j r_j (``noise="equal"``) or ½ Σ_j log r_j
    (``"unequal"``) of the residual variances r_j. The fit with unequal variances starts from the
    solution for equal variances, because it otherwise ends in poor minima; as in every Gaussian
    model with unequal variances, only the equivalence class is identified. The likelihood with
    equal variances depends on the units of the columns.

    Parameters
    ----------
    noise : {"equal", "unequal"}
        Whether all variables share a noise variance.
    lambda1 : float
        Weight λ1 of the ℓ1 penalty. The published value for unequal variances is 0.002, which the
        registry name ``golem-nv`` uses.
    lambda1_start : float
        With unequal variances, λ1 of the preceding descent with equal variances. That descent is
        skipped if ``init`` is given.
    lambda2 : float
        Weight λ2 of the acyclicity function.
    max_iter : int
        Maximum number of steps; with unequal variances, in each of the two descents.
    learning_rate : float
        Adam's step size.
    checkpoint : int
        Number of steps between checks of the objective and the clock, and between records.
    tol : float
        A descent ends when the relative change of the objective between two checks is at most this.
        The published program always takes all steps, as does 0.

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

    noise: Literal["equal", "unequal"] = "equal"
    lambda1: NonNegative = 0.02
    lambda1_start: NonNegative = 0.02
    lambda2: Positive = 5.0
    max_iter: PositiveInteger = 100_000
    learning_rate: LearningRate = 1e-3
    checkpoint: PositiveInteger = 5000
    tol: NonNegative = 1e-6

    @property
    def identifies(self) -> Identified:  # type: ignore[override]
        """All directions with equal noise variances, otherwise the class."""
        return "directions" if self.noise == "equal" else "class"

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Whether noise variances are assumed to be equal."""
        return self.noise

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Raw for equal noise variances, which depend on the units of the columns."""
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
        covariance, constraints = problem.moments.covariance, problem.constraints
        likelihood: Score = (
            EqualVarianceLikelihood(covariance, constraints.explained)
            if noise == "equal"
            else UnequalVarianceLikelihood(covariance)
        )
        model = LinearModel(
            ScoreSum((likelihood, JacobianLogDeterminant())),
            L1(lambda1, self.edge_penalties(problem)),
            constraints.allowed,
            self.nonnegative,
        )
        return scheme.minimize(
            model, TraceExponential(), self.lambda2, model.parameters(start), problem.monitor
        )


register_solver("golem-ev", GOLEM, noise="equal")
register_solver("golem-nv", GOLEM, noise="unequal", lambda1=0.002)

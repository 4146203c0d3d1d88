"""LogLL: a Gaussian log-likelihood with a quasi-MCP penalty and an augmented Lagrangian."""

from typing import ClassVar

from causal_dag.identification import ColumnScale
from causal_dag.parameters import NonNegative, Positive, PositiveInteger
from causal_dag.problem import Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity.exponential import TraceExponential
from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian
from causal_dag.solvers.continuous.continuous_estimator import ContinuousEstimator, LargestPenalty
from causal_dag.solvers.continuous.models import LinearModel, starting_weights
from causal_dag.solvers.continuous.penalties import QuasiMCP
from causal_dag.solvers.continuous.scores import UnequalVarianceLikelihood


class LogLL(ContinuousEstimator):
    """Gaussian log-likelihood with a penalty that counts edges instead of shrinking weights.

    Minimizes ½ Σ_j log r_j + Σ p(W_ij) subject to tr exp(W∘W) = d [1]_, where r_j is the residual
    variance of j and p the quasi-MCP penalty: ``λ(|w| − w²/2δ)`` up to ``|w|`` = δ and λδ/2 beyond.
    The minimizer is a sparsest graph among those that fit the data equally well; only its Markov
    equivalence class is identified, see ``cpdag_``. The likelihood does not depend on the units
    of the columns; λ, δ and ``weight_threshold`` do, and suit columns of similar scale.

    The score has many local minima, and the descent from 0 often ends in a poor one. A discrete
    search over orders does better: ``polish="topo-bic"`` runs one from the result.

    Parameters
    ----------
    lambda1 : float
        Slope λ of the penalty at 0.
    delta : float
        Absolute weight δ beyond which the penalty is constant.
    max_iter : int
        Maximum number of dual steps.
    tol : float
        Relative decrease of the augmented Lagrangian at which an inner minimization ends.

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

    lambda1: NonNegative = 0.2
    delta: Positive = 0.2
    max_iter: PositiveInteger = 100
    tol: NonNegative = 1e-6
    h_tol: NonNegative = 1e-8
    rho_max: LargestPenalty = 1e16

    def solve(self, problem: Problem) -> Solution:
        """Return the minimizer, with entries of forbidden edges exactly 0."""
        scheme = AugmentedLagrangian(self.max_iter, self.h_tol, self.rho_max, self.tol)
        acyclicity = TraceExponential()
        model = LinearModel(
            UnequalVarianceLikelihood(problem.moments.covariance),
            QuasiMCP(self.lambda1, self.delta, self.edge_penalties(problem)),
            problem.constraints.allowed,
            self.nonnegative,
        )
        start = model.parameters(starting_weights(problem, acyclicity))
        return scheme.minimize(model, acyclicity, start, problem.monitor)


register_solver("logll", LogLL)

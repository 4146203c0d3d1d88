"""DAGMA: a loss with an ℓ1 penalty, the log-determinant and a central path."""

from typing import Any, Literal

from causal_dag.parameters import NonNegative, PositiveInteger, Seed
from causal_dag.problem import Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.selection.selecting_estimator import SelectingEstimator
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.central_path import CentralPath
from causal_dag.solvers.continuous.continuous_estimator import LearningRate, PathNumbers, Size
from causal_dag.solvers.continuous.generalized_losses import generalized_score
from causal_dag.solvers.continuous.loss_estimator import LossEstimator
from causal_dag.solvers.continuous.models import LinearModel, starting_weights
from causal_dag.solvers.continuous.network_models import NetworkModel, gaussian_likelihood
from causal_dag.solvers.continuous.nonlinear_models import refuse_linear_options
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares, Score

LINEAR_DEFAULTS: dict[str, Any] = {
    "lambda1": 0.05,
    "mu": (1.0, 0.1, 0.01, 0.001),
    "s": (1.0, 0.9, 0.8, 0.7),
    "warm_up_iter": 20000,
    "max_iter": 70000,
    "learning_rate": 3e-4,
}
NETWORK_DEFAULTS: dict[str, Any] = {
    "lambda1": 0.02,
    "mu": (1e-1, 1e-2, 1e-3, 1e-4),
    "s": (1.0, 1.0, 1.0, 1.0),
    "warm_up_iter": 50000,
    "max_iter": 80000,
    "learning_rate": 2e-4,
}


class DAGMA(LossEstimator):
    """Least squares with a log-determinant acyclicity function, along a central path.

    Minimizes ½ Σ_j (residual variance of j) + λ‖W‖₁ over DAGs along the central path of
    h_s(W) = d log s − log det(sI − W∘W) [1]_. Directions are identified if all noise variances are
    equal in the given units; λ is in squared units of the data. On standardized columns little of
    the true graph is recovered. CoLiDE follows the same path and estimates the noise scales.

    With ``nonlinear="mlp"``, every variable is a neural network of the others, the score is the
    Gaussian log-likelihood d/2 log Σ_j (residual variance of j), and W∘W is replaced by A, where
    A_ij is the sum of squares of the weights that connect i to the network of j. This requires
    rows, and takes time proportional to their number. ``weights_`` holds the strengths √A, and
    ``predict``, ``score`` and ``sample`` use the networks.

    Parameters
    ----------
    loss : {"l2", "logistic"}
        Loss to minimize: least squares, or the logistic loss for columns of 0 and 1, whose weights
        are log odds. There are no intercepts.
    lambda1 : float
        Weight of the ℓ1 penalty, in squared units of the data; by default 0.05, and 0.02 for
        networks, whose log-likelihood has no units.
    mu : sequence of float
        Decreasing weights of the score, one per stage of the path; by default
        (1.0, 0.1, 0.01, 0.001), and (0.1, 0.01, 0.001, 0.0001) for networks.
    s : sequence of float
        Parameter of the log-determinant in each stage; by default (1.0, 0.9, 0.8, 0.7), and 1
        throughout for networks.
    warm_up_iter : int
        Maximum number of steps in each stage except the last; by default 20000, and 50000 for
        networks.
    max_iter : int
        Maximum number of steps in the last stage; by default 70000, and 80000 for networks.
    learning_rate : float
        Step size; by default 3e-4, and 2e-4 for networks. Larger steps are faster but end in worse
        local minima.
    nonlinear : {None, "mlp"}
        Linear relations, or a network with one hidden layer of sigmoid units for every variable.
    lambda2 : float
        For networks, the ridge parameter: the factor on half the sum of squared weights.
    hidden_units : int
        For networks, the number of units in each hidden layer.
    random_state : int, Generator or None
        Source of the networks' initial weights; None draws new ones at every fit. The linear model
        is deterministic.

    Notes
    -----
    The linear schedule and λ are those of the paper; the authors' package uses λ = 0.03 and a
    fifth stage. For networks they are those of the authors' package.
    Self-loops are treated as in ``CoLiDE``.

    References
    ----------
    .. [1] Bello, Aragam and Ravikumar, "DAGMA: Learning DAGs via M-matrices and a Log-Determinant
       Acyclicity Characterization", NeurIPS 2022, arXiv 2209.08037.

    Examples
    --------
    >>> from causal_dag import DAGMA
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    >>> model = DAGMA().fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    """

    loss: Literal["l2", "logistic"] = "l2"
    lambda1: NonNegative | None = None
    mu: PathNumbers | None = None
    s: PathNumbers | None = None
    warm_up_iter: PositiveInteger | None = None
    max_iter: PositiveInteger | None = None
    learning_rate: LearningRate | None = None
    checkpoint: PositiveInteger = 1000
    tol: NonNegative = 1e-6
    l1_step: Literal["subgradient", "proximal"] = "subgradient"
    nonlinear: Literal["mlp"] | None = None
    lambda2: NonNegative = 0.005
    hidden_units: Size = 10
    random_state: Seed = 0

    @property
    def leaves_out_given(self) -> bool:  # type: ignore[override]
        """The score of networks pools the residual variances of all columns."""
        return self.nonlinear is None

    def solve(self, problem: Problem) -> Solution:
        """Return the end of the path, with entries of forbidden edges exactly 0."""
        if self.nonlinear is not None:
            return self._solve_mlp(problem)
        lambda1, path = self._penalty_and_path(LINEAR_DEFAULTS)
        model = LinearModel(
            self._score(problem),
            self._penalty(lambda1, problem),
            problem.constraints.allowed,
            self.nonnegative,
        )
        acyclicity = LogDeterminant(path.s[0])
        start = model.parameters(starting_weights(problem, acyclicity))
        return path.minimize(model, acyclicity, start, problem.monitor, self.weight_threshold)

    def _score(self, problem: Problem) -> Score:
        if self.loss == "l2":
            return LeastSquares.of(problem)
        return generalized_score(self.loss, problem)

    def _penalty(self, lambda1: float, problem: Problem) -> L1:
        return L1(lambda1, self.edge_penalties(problem), proximal=self.l1_step == "proximal")

    def _solve_mlp(self, problem: Problem) -> Solution:
        refuse_linear_options(self)
        lambda1, path = self._penalty_and_path(NETWORK_DEFAULTS)
        assert problem.rows is not None  # promised by needs_rows
        model = NetworkModel(
            problem.rows,
            problem.constraints.allowed,
            self.hidden_units,
            lambda1,
            self.lambda2,
            gaussian_likelihood,
        )
        # As published, start from the empty graph, which lies in every domain.
        start = model.start(0.0, problem.random_generator)
        return path.minimize(model, LogDeterminant(path.s[0]), start, problem.monitor)

    def _penalty_and_path(self, defaults: dict[str, Any]) -> tuple[float, CentralPath]:
        """Return λ1 and the path, with defaults for parameters that the user did not set."""
        own = {name: getattr(self, name) for name in defaults}
        chosen = defaults | {name: value for name, value in own.items() if value is not None}
        lambda1 = chosen.pop("lambda1")
        return lambda1, CentralPath(**chosen, checkpoint=self.checkpoint, tol=self.tol)


class DAGMACV(SelectingEstimator):
    """DAGMA whose λ and threshold are chosen by a criterion.

    The path and the choice are made by ``causal_dag.selection``. Graphs are refitted and compared
    by their Gaussian likelihood with equal noise variances, which is what the solver assumes. All
    attributes of a fitted estimator are those of the chosen graph.

    See Also
    --------
    DAGMA : The solver, and the assumptions it rests on.

    Examples
    --------
    >>> from causal_dag import DAGMACV
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = DAGMACV(lambdas=5).fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    >>> len(model.path_), model.best_estimator_.lambda1 == model.lambda1_
    (5, True)
    """

    solver_class = DAGMA


register_solver("dagma", DAGMA)
register_solver("dagma-cv", DAGMACV)

"""DAGMA: a loss × ℓ1 × log-determinant × central path."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import Choice, Number, Optional, Rules
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity import LogDeterminant
from causal_dag.solvers.continuous.generalized_scores import COLUMN_VALUES, generalized_score
from causal_dag.solvers.continuous.model import LinearModel
from causal_dag.solvers.continuous.network_model import NetworkModel, gaussian_likelihood
from causal_dag.solvers.continuous.nonlinear_options import (
    MOST_COLUMNS_NONLINEAR,
    refuse_linear_options,
)
from causal_dag.solvers.continuous.penalties import L1, checked_penalty_weights
from causal_dag.solvers.continuous.scheme_rules import CENTRAL_PATH
from causal_dag.solvers.continuous.scores import UnitScaleScore
from causal_dag.solvers.continuous.starting_point import starting_weights

if TYPE_CHECKING:
    from causal_dag.solvers.continuous.central_path import CentralPath


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


class DAGMA(DAGEstimator):
    """Least squares with an acyclicity function that is a log-determinant, on a central path.

    Minimises ½ Σ_j (residual variance of j) + λ‖W‖₁ over DAGs along the central path of
    h_s(W) = d log s − log det(sI − W∘W) [1]_. Directions are identified where all noise variances
    are equal, in the units given; λ is in squared units of the data. Standardised columns leave
    little of the truth. CoLiDE walks the same path with noise scales that adapt.

    With ``nonlinear="mlp"``, every variable is a network of the others, the score is the Gaussian
    log-likelihood d/2 log Σ_j (residual variance of j), and A takes the place of W∘W, where A_ij
    sums the squares of the weights by which the network of j sees i. This needs rows, and time in
    proportion to their number. ``weights_`` holds the strengths √A, and ``predict``, ``score`` and
    ``sample`` use the networks.

    Parameters
    ----------
    loss : {"l2", "logistic"}, default "l2"
        What is minimised: least squares, or the logistic loss for columns of 0 and 1, whose weights
        are log odds, without intercepts.
    lambda1 : float, optional
        Weight of the ℓ1 penalty, in squared units of the data; by default 0.05, and 0.02 for
        networks, whose log-likelihood has no units.
    weight_threshold : float, default 0.3
        Weights up to this size count as no edge.
    mu : sequence of float, optional
        Weight of the score in every stage of the path, falling; by default (1.0, 0.1, 0.01, 0.001),
        and (0.1, 0.01, 0.001, 0.0001) for networks.
    s : sequence of float, optional
        Parameter of the log-determinant in every stage; by default (1.0, 0.9, 0.8, 0.7), and 1
        throughout for networks.
    warm_up_iter : int, optional
        Largest number of steps in every stage but the last; by default 20000, networks 50000.
    max_iter : int, optional
        Largest number of steps in the last stage; by default 70000, networks 80000.
    learning_rate : float, optional
        Step size; by default 3e-4, networks 2e-4. Larger steps are faster and end in worse local
        minima.
    checkpoint : int, default 1000
        Steps between two looks at the objective and the clock.
    tol : float, default 1e-6
        A stage ends when the objective changes by no more than this share between two looks.
    l1_step : {"subgradient", "proximal"}, default "subgradient"
        How a step lowers the ℓ1 norm: along its subgradient, as published, which leaves small
        weights; or by shrinking, which leaves exact zeros.
    nonnegative : bool, default False
        Allow no negative weights.
    penalty_weights : array of shape (d, d), optional
        Factor on ``lambda1`` for every edge, at least 0; 1 where not given.
    nonlinear : {None, "mlp"}
        Linear relations, or a network with one hidden layer of sigmoid units for every variable.
    lambda2 : float, default 0.005
        For networks, weight of half the squared weights.
    hidden_units : int, default 10
        For networks, units in every hidden layer.
    random_state : int, Generator or None, default 0
        Source of the networks' first weights, None for new ones at every fit; the linear model
        leaves nothing to chance.
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
        Called with the record of every stage; returning true stops the solver.
    verbose : bool, default False
        Print every record.

    Notes
    -----
    The linear schedule and λ are those of the paper; the authors' package has λ = 0.03 and a fifth
    stage. For networks they are those of the authors' package.
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

    parameter_rules: ClassVar[Rules] = {
        **{name: Optional(rule) for name, rule in CENTRAL_PATH.items()},
        "checkpoint": CENTRAL_PATH["checkpoint"],
        "loss": Choice(("l2", "logistic")),
        "lambda1": Optional(Number(low=0)),
        "l1_step": Choice(("subgradient", "proximal")),
        "nonlinear": Optional(Choice(("mlp",))),
        "lambda2": Number(low=0),
        "hidden_units": Number(low=1, high=10_000, integer=True),
    }

    def __init__(
        self,
        *,
        loss: Literal["l2", "logistic"] = "l2",
        lambda1: float | None = None,
        weight_threshold: float = 0.3,
        mu: Sequence[float] | None = None,
        s: Sequence[float] | None = None,
        warm_up_iter: int | None = None,
        max_iter: int | None = None,
        learning_rate: float | None = None,
        checkpoint: int = 1000,
        tol: float = 1e-6,
        l1_step: Literal["subgradient", "proximal"] = "subgradient",
        nonnegative: bool = False,
        penalty_weights: ArrayLike | None = None,
        nonlinear: Literal["mlp"] | None = None,
        lambda2: float = 0.005,
        hidden_units: int = 10,
        random_state: int | np.random.Generator | None = 0,
        init: Any = None,
        prior_knowledge: PriorKnowledge | None = None,
        refit: bool = False,
        polish: str | DAGEstimator | None = None,
        time_budget: float | None = None,
        callback: Callable[[StageRecord], object] | None = None,
        verbose: bool = False,
    ) -> None:
        self.loss = loss
        self.lambda1 = lambda1
        self.weight_threshold = weight_threshold
        self.mu = mu
        self.s = s
        self.warm_up_iter = warm_up_iter
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.checkpoint = checkpoint
        self.tol = tol
        self.l1_step = l1_step
        self.nonnegative = nonnegative
        self.penalty_weights = penalty_weights
        self.nonlinear = nonlinear
        self.lambda2 = lambda2
        self.hidden_units = hidden_units
        self.random_state = random_state
        self.init = init
        self.prior_knowledge = prior_knowledge
        self.refit = refit
        self.polish = polish
        self.time_budget = time_budget
        self.callback = callback
        self.verbose = verbose

    @property
    def needs_rows(self) -> bool:  # type: ignore[override]
        """Whether the loss or the model looks at rows."""
        return self.loss != "l2" or self.nonlinear is not None

    @property
    def column_values(self) -> str:  # type: ignore[override]
        """What the loss takes a column to hold."""
        return COLUMN_VALUES.get(self.loss, "real")

    @property
    def identifies(self) -> Identified:  # type: ignore[override]
        """All directions, by equal noise variances; of logistic models, the class.

        With one parent, log odds fit as well either way: only the class is safe to read.
        """
        return "class" if self.loss == "logistic" else "directions"

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Equal variances, by both losses for real numbers."""
        return "unequal" if self.loss == "logistic" else "equal"

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Equal noise variances are equal in the units given; networks suit unit scales."""
        if self.nonlinear is not None:
            return "standardized"
        return "any" if self.loss == "logistic" else "raw"

    @property
    def most_columns(self) -> int | None:  # type: ignore[override]
        """Networks take very long for more."""
        return None if self.nonlinear is None else MOST_COLUMNS_NONLINEAR

    def solve(self, problem: Problem) -> Solution:
        """Return the end of the path, with entries of forbidden edges exactly 0."""
        if self.nonlinear is not None:
            return self._solve_mlp(problem)
        return self._solve_l2(problem) if self.loss == "l2" else self._solve_logistic(problem)

    def _solve_l2(self, problem: Problem) -> Solution:
        lambda1, path = self._penalty_and_path(LINEAR_DEFAULTS)
        solution = path.minimize(
            UnitScaleScore(problem.moments.covariance),
            self._penalty(lambda1, problem),
            free=problem.constraints.allowed,
            start=starting_weights(problem, LogDeterminant(path.s[0])),
            smallest_weight=0.0 if self.nonnegative else -np.inf,
            weight_threshold=self.weight_threshold,
            monitor=problem.monitor,
        )
        # The scale is held, not estimated.
        return replace(solution, noise_scale=None)

    def _solve_logistic(self, problem: Problem) -> Solution:
        from causal_dag.solvers.continuous.model_path import follow_path

        if self.l1_step != "subgradient":
            raise ValueError(f"l1_step={self.l1_step!r} needs loss='l2'; leave it out")
        lambda1, path = self._penalty_and_path(LINEAR_DEFAULTS)
        model = LinearModel(
            generalized_score("logistic", problem),
            self._penalty(lambda1, problem),
            LogDeterminant(path.s[0]),
            problem.constraints.allowed,
            self.nonnegative,
        )
        start = model.parameters(starting_weights(problem, model.h))
        return follow_path(
            path, lambda s: replace(model, h=LogDeterminant(s)), start, problem.monitor
        )

    def _penalty(self, lambda1: float, problem: Problem) -> L1:
        weights = checked_penalty_weights(self.penalty_weights, problem.moments.n_features)
        return L1(lambda1, weights, proximal=self.l1_step == "proximal")

    def _solve_mlp(self, problem: Problem) -> Solution:
        from causal_dag.solvers.continuous.model_path import follow_path

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
            LogDeterminant(path.s[0]),
        )
        # As published: from no edge at all, which is within every domain.
        start = model.start(0.0, problem.random_generator)
        return follow_path(
            path, lambda s: replace(model, h=LogDeterminant(s)), start, problem.monitor
        )

    def _penalty_and_path(self, defaults: dict[str, Any]) -> tuple[float, "CentralPath"]:
        """Return λ1 and the path, with defaults for what the user left open."""
        from causal_dag.solvers.continuous.central_path import CentralPath

        own = {name: getattr(self, name) for name in defaults}
        chosen = defaults | {name: value for name, value in own.items() if value is not None}
        lambda1 = chosen.pop("lambda1")
        return lambda1, CentralPath(**chosen, checkpoint=self.checkpoint, tol=self.tol)


register_solver("dagma", DAGMA)

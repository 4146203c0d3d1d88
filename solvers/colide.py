"""CoLiDE: concomitant score × ℓ1 × log-determinant × central path."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import Choice, Number, Rules
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity import LogDeterminant
from causal_dag.solvers.continuous.penalties import L1, checked_penalty_weights
from causal_dag.solvers.continuous.scheme_rules import CENTRAL_PATH
from causal_dag.solvers.continuous.scores import ConcomitantScore
from causal_dag.solvers.continuous.starting_point import starting_weights


class CoLiDE(DAGEstimator):
    """Concomitant linear DAG estimation: weights and noise scales together.

    Minimises ½ Σ_j [(residual variance of j) / σ_j + σ_j] + λ‖W‖₁ over DAGs along a central path
    [1]_, with one σ for all variables (``noise="equal"``) or one each (``noise="unequal"``).
    Because σ adapts to the data, λ is in units of the data, not in squared units, and needs less
    tuning than in NOTEARS. The answer still depends on the units of the columns. With unequal
    noise variances the score alone does not identify the graph; only the ℓ1 term does.

    Parameters
    ----------
    noise : {"equal", "unequal"}, default "equal"
        Whether all variables share a noise scale.
    lambda1 : float, default 0.05
        Weight of the ℓ1 penalty, in units of the data.
    weight_threshold : float, default 0.3
        Weights up to this size count as no edge.
    mu : sequence of float, default (1.0, 0.1, 0.01, 0.001)
        Weight of the score in every stage of the path, falling.
    s : sequence of float, default (1.0, 0.9, 0.8, 0.7)
        Parameter of the log-determinant in every stage.
    warm_up_iter : int, default 20000
        Largest number of steps in every stage but the last.
    max_iter : int, default 70000
        Largest number of steps in the last stage.
    learning_rate : float, default 3e-4
        Step size. Larger steps are faster and end in worse local minima.
    checkpoint : int, default 1000
        Steps between two looks at the objective and the clock.
    tol : float, default 1e-6
        A stage ends when the objective changes by no more than this share between two looks.
    scale_floor : float, default 1e-6
        Lower bound of every noise scale, as a share of its start: the standard deviation of the
        variable, with equal noise the smallest one. The paper has 1e-2, which binds where a
        variable's standard deviation is over a hundred times that of its noise, as it can be deep
        in a graph; the authors' program has none.
    l1_step : {"subgradient", "proximal"}, default "subgradient"
        How a step lowers the ℓ1 norm: along its subgradient, as published, which leaves small
        weights; or by shrinking, which leaves exact zeros.
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
        Called with the record of every stage; returning true stops the solver.
    verbose : bool, default False
        Print every record.

    Notes
    -----
    As in the authors' program, self-loops are penalised by the log-determinant only and are part of
    the path. What remains of them at its end is removed, together with all weights that are no
    larger. Where that concerns weights above ``weight_threshold``, which happens when the columns'
    units differ much, ``status_`` says so.

    References
    ----------
    .. [1] Saboksayr, Mateos and Tepper, CoLiDE: concomitant linear DAG estimation, ICLR 2024,
       arXiv:2310.02895.

    Examples
    --------
    >>> from causal_dag import CoLiDE
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    >>> model = CoLiDE(noise="equal").fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    """

    identifies: ClassVar[Identified] = "directions"

    parameter_rules: ClassVar[Rules] = {
        **CENTRAL_PATH,
        "noise": Choice(("equal", "unequal")),
        "scale_floor": Number(low=0, high=1, strict=True),
        "l1_step": Choice(("subgradient", "proximal")),
    }

    def __init__(
        self,
        *,
        noise: Literal["equal", "unequal"] = "equal",
        lambda1: float = 0.05,
        weight_threshold: float = 0.3,
        mu: Sequence[float] = (1.0, 0.1, 0.01, 0.001),
        s: Sequence[float] = (1.0, 0.9, 0.8, 0.7),
        warm_up_iter: int = 20000,
        max_iter: int = 70000,
        learning_rate: float = 3e-4,
        checkpoint: int = 1000,
        tol: float = 1e-6,
        scale_floor: float = 1e-6,
        l1_step: Literal["subgradient", "proximal"] = "subgradient",
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
        self.weight_threshold = weight_threshold
        self.mu = mu
        self.s = s
        self.warm_up_iter = warm_up_iter
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.checkpoint = checkpoint
        self.tol = tol
        self.scale_floor = scale_floor
        self.l1_step = l1_step
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
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Whether noise variances are taken to be equal."""
        return self.noise

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Equal noise variances are equal in the units given."""
        return "raw" if self.noise == "equal" else "standardized"

    def solve(self, problem: Problem) -> Solution:
        """Return the end of the path, with entries of forbidden edges exactly 0."""
        from causal_dag.solvers.continuous.central_path import CentralPath

        d = problem.moments.n_features
        group = np.zeros(d, dtype=np.intp) if self.noise == "equal" else np.arange(d)
        path = CentralPath(
            self.mu,
            self.s,
            self.warm_up_iter,
            self.max_iter,
            self.learning_rate,
            self.checkpoint,
            self.tol,
        )
        return path.minimize(
            ConcomitantScore(problem.moments.covariance, group, self.scale_floor),
            self._penalty(problem.moments.n_features),
            free=problem.constraints.allowed,
            start=starting_weights(problem, LogDeterminant(self.s[0])),
            smallest_weight=0.0 if self.nonnegative else -np.inf,
            weight_threshold=self.weight_threshold,
            monitor=problem.monitor,
        )

    def _penalty(self, d: int) -> L1:
        weights = checked_penalty_weights(self.penalty_weights, d)
        return L1(self.lambda1, weights, proximal=self.l1_step == "proximal")


register_solver("colide-ev", CoLiDE, noise="equal")
register_solver("colide-nv", CoLiDE, noise="unequal")

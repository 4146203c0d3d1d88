"""CoLiDE: concomitant scale estimation with an ℓ1 penalty, along a central path."""

from typing import Annotated, ClassVar, Literal

import numpy as np

from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import NonNegative, Number, PositiveInteger
from causal_dag.problem import Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.selection.selecting_estimator import SelectingEstimator
from causal_dag.solvers.continuous.acyclicity.log_determinant import LogDeterminant
from causal_dag.solvers.continuous.central_path import CentralPath
from causal_dag.solvers.continuous.continuous_estimator import (
    ContinuousEstimator,
    LearningRate,
    PathNumbers,
)
from causal_dag.solvers.continuous.models import LinearModel, starting_weights
from causal_dag.solvers.continuous.own_covariances import OwnCovariances
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import ConcomitantScore


class CoLiDE(ContinuousEstimator):
    """Concomitant linear DAG estimation, which estimates weights and noise scales jointly.

    Minimizes ½ Σ_j [(residual variance of j) / σ_j + σ_j] + λ‖W‖₁ over DAGs along a central path
    [1]_, with one σ for all variables (``noise="equal"``) or one per variable
    (``noise="unequal"``). Because σ adapts to the data, λ is in units of the data, not in squared
    units, and needs less tuning than in NOTEARS. The result still depends on the units of the
    columns. With unequal noise variances the score alone does not identify the graph; only the ℓ1
    term does.

    Parameters
    ----------
    noise : {"equal", "unequal"}
        Whether all variables share a noise scale.
    lambda1 : float
        Weight of the ℓ1 penalty, in units of the data.
    max_iter : int
        Maximum number of steps in the last stage.
    scale_floor : float
        Lower bound on every noise scale, as a fraction of its starting value: the standard
        deviation of the variable, or with equal noise the smallest of them. The paper uses 1e-2,
        which is active if a variable's standard deviation is over a hundred times that of its
        noise, as can happen deep in a graph; the authors' program has no lower bound.

    Notes
    -----
    As in the authors' program, self-loops are penalized only by the log-determinant and may be
    non-zero along the path. Any that remain at its end are removed, together with all weights that
    are no larger. If that affects weights above ``weight_threshold``, which happens when the units
    of the columns differ greatly, ``status_`` reports it.

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
    accepts_targets: ClassVar[bool] = True

    noise: Literal["equal", "unequal"] = "equal"
    lambda1: NonNegative = 0.05
    mu: PathNumbers = (1.0, 0.1, 0.01, 0.001)
    s: PathNumbers = (1.0, 0.9, 0.8, 0.7)
    warm_up_iter: PositiveInteger = 20000
    max_iter: PositiveInteger = 70000
    learning_rate: LearningRate = 3e-4
    checkpoint: PositiveInteger = 1000
    tol: NonNegative = 1e-6
    scale_floor: Annotated[float, Number(low=0, high=1, strict=True)] = 1e-6
    l1_step: Literal["subgradient", "proximal"] = "subgradient"

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Whether noise variances are assumed to be equal."""
        return self.noise

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Raw for equal noise variances, which depend on the units of the columns."""
        return "raw" if self.noise == "equal" else "standardized"

    def solve(self, problem: Problem) -> Solution:
        """Return the end of the path, with entries of forbidden edges exactly 0."""
        d = problem.moments.n_features
        group = np.zeros(d, dtype=np.intp) if self.noise == "equal" else np.arange(d)
        if self.noise == "equal" and problem.constraints.given is not None:
            # A group of its own adds a constant to the score.
            group = problem.constraints.given.astype(np.intp)
        own = None if problem.experiments is None else OwnCovariances.of(problem.experiments)
        path = CentralPath(
            self.mu,
            self.s,
            self.warm_up_iter,
            self.max_iter,
            self.learning_rate,
            self.checkpoint,
            self.tol,
        )
        model = LinearModel(
            ConcomitantScore(problem.moments.covariance, group, self.scale_floor, own),
            L1(self.lambda1, self.edge_penalties(problem), proximal=self.l1_step == "proximal"),
            problem.constraints.allowed,
            self.nonnegative,
        )
        acyclicity = LogDeterminant(self.s[0])
        start = model.parameters(starting_weights(problem, acyclicity))
        return path.minimize(model, acyclicity, start, problem.monitor, self.weight_threshold)


class CoLiDECV(SelectingEstimator):
    """CoLiDE whose λ and threshold are chosen by a criterion.

    The path and the choice are made by ``causal_dag.selection``. Graphs are refitted and compared
    by their Gaussian likelihood with equal or unequal noise variances, according to ``noise``. All
    attributes of a fitted estimator are those of the chosen graph.

    Parameters
    ----------
    noise : {"equal", "unequal"}
        Whether all variables share a noise scale, in the solver and in the likelihood.

    See Also
    --------
    CoLiDE : The solver, and the assumptions it rests on.

    Examples
    --------
    >>> from causal_dag import CoLiDECV
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = CoLiDECV(lambdas=5).fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    >>> len(model.path_), model.best_estimator_.lambda1 == model.lambda1_
    (5, True)
    """

    solver_class = CoLiDE

    noise: Literal["equal", "unequal"] = "equal"
    solver: CoLiDE | None = None

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Whether the likelihood of graphs assumes equal or unequal noise variances."""
        return self.noise

    def unfitted_solver(self) -> DAGEstimator:
        """Return a solver with this estimator's ``noise``."""
        solver: DAGEstimator = super().unfitted_solver().set_params(noise=self.noise)
        return solver


register_solver("colide-ev", CoLiDE, noise="equal")
register_solver("colide-nv", CoLiDE, noise="unequal")
register_solver("colide-ev-cv", CoLiDECV)
register_solver("colide-nv-cv", CoLiDECV, noise="unequal")

"""NOTEARS: a loss × ℓ1 × trace of the exponential × augmented Lagrangian."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from causal_dag.arrays import FloatArray
from causal_dag.constraints import PriorKnowledge
from causal_dag.estimator import DAGEstimator
from causal_dag.identification import AssumedNoise, ColumnScale, Identified
from causal_dag.parameters import Choice, Flag, Number, Optional, Rules
from causal_dag.problem import Problem, Solution, StageRecord
from causal_dag.registry import register_solver
from causal_dag.solvers.continuous.acyclicity import ACYCLICITY, AcyclicityName, TraceExponential
from causal_dag.solvers.continuous.basis_model import BasisModel
from causal_dag.solvers.continuous.differentiable import Differentiable
from causal_dag.solvers.continuous.generalized_scores import COLUMN_VALUES, generalized_score
from causal_dag.solvers.continuous.model import LinearModel, Model
from causal_dag.solvers.continuous.network_model import NetworkModel, least_squares
from causal_dag.solvers.continuous.nonlinear_options import (
    MOST_COLUMNS_NONLINEAR,
    refuse_linear_options,
)
from causal_dag.solvers.continuous.penalties import L1, checked_penalty_weights
from causal_dag.solvers.continuous.scheme_rules import AUGMENTED_LAGRANGIAN
from causal_dag.solvers.continuous.scores import LeastSquares
from causal_dag.solvers.continuous.starting_point import starting_weights


class NOTEARS(DAGEstimator):
    """Continuous optimisation over weights, with a smooth function that is zero on DAGs.

    Minimises loss(W) + λ‖W‖₁ subject to tr exp(W∘W) = d [1]_. Least squares,
    ½ tr((I − W)ᵀ C (I − W)), works on the covariance C, so its time does not depend on the number
    of rows; its answer depends on the units of the columns, and it is meant for noise of equal
    variance. The logistic loss is for columns of 0 and 1, the Poisson loss for counts; their
    weights are log odds and log rates, without intercepts.

    With ``nonlinear``, every variable is a function of the others, a network or a sum of sines, and
    what must be acyclic is A, where A_ij sums the squares of the parameters through which the
    function of j sees i [4]_. This needs rows, and time that for ``"mlp"`` is proportional to their
    number. ``weights_`` holds the strengths √A, and ``predict``, ``score`` and ``sample`` use the
    functions.

    Parameters
    ----------
    loss : {"l2", "logistic", "poisson"}, default "l2"
        What is minimised.
    lambda1 : float, optional
        Weight of the ℓ1 penalty, in units of the loss; by default 0.1, and 0.01 with ``nonlinear``.
    acyclicity : {"exponential", "polynomial", "power-series"}, default "exponential"
        What is zero on DAGs only: tr exp(W∘W) − d [1]_, tr (I + W∘W/d)^d − d [2]_, or the trace of
        Σ (W∘W)^k for k = 1, …, d [3]_.
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
    local_search : bool, default True
        With the loss ``"l2"`` and linear relations, go on from the graph found: insert variables
        at better places in its order until none lowers the same objective [5]_, which takes a few
        percent of the time. Where the augmented Lagrangian ends is a matter of rounding; from
        there the search descends to a local minimum over graphs. False ends as published.
    penalty_weights : array of shape (d, d), optional
        Factor on ``lambda1`` for every edge, at least 0; 1 where not given.
    nonlinear : {None, "mlp", "sobolev"}
        Linear relations; or a network with one hidden layer of sigmoid units for every variable; or
        sums of sines of single parents, which repeat outside about ±2 and suit columns of about
        unit standard deviation.
    lambda2 : float, default 0.01
        With ``nonlinear``, weight of half the squared parameters (biases excepted).
    hidden_units : int, default 10
        With ``"mlp"``, units in every hidden layer.
    n_basis : int, default 10
        With ``"sobolev"``, sines of every parent.
    random_state : int, Generator or None, default 0
        Source of the networks' first parameters, None for new ones at every fit; the other models
        leave nothing to chance.
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
    .. [2] Yu, Chen, Gao and Yu, DAG-GNN: DAG structure learning with graph neural networks, ICML
       2019, arXiv:1904.10098.
    .. [3] Zhang, Ng, Gong, Liu, Abbasnejad, Gong, Zhang and Shi, Truncated matrix power iteration
       for differentiable DAG learning, NeurIPS 2022, arXiv:2208.14571.
    .. [4] Zheng, Dan, Aragam, Ravikumar and Xing, Learning sparse nonparametric DAGs,
       AISTATS 2020, arXiv:1909.13189.
    .. [5] Deng, Bello, Aragam and Ravikumar, Optimizing NOTEARS objectives via topological swaps,
       ICML 2023, arXiv:2305.17277.

    Examples
    --------
    >>> from causal_dag import NOTEARS
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=0)
    >>> model = NOTEARS().fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True

    A dependence without correlation:

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=300)
    >>> X = np.column_stack([x, 2 * x**2 + 0.5 * rng.normal(size=300)])
    >>> NOTEARS().fit(X).adjacency_.any()
    np.False_
    >>> NOTEARS(nonlinear="mlp", random_state=0).fit(X).adjacency_.tolist()
    [[False, True], [False, False]]
    """

    parameter_rules: ClassVar[Rules] = {
        **AUGMENTED_LAGRANGIAN,
        "loss": Choice(("l2", *COLUMN_VALUES)),
        "lambda1": Optional(Number(low=0)),
        "acyclicity": Choice(tuple(ACYCLICITY)),
        "local_search": Flag(),
        "nonlinear": Optional(Choice(("mlp", "sobolev"))),
        "lambda2": Number(low=0),
        "hidden_units": Number(low=1, high=10_000, integer=True),
        "n_basis": Number(low=1, high=10_000, integer=True),
    }

    def __init__(
        self,
        *,
        loss: Literal["l2", "logistic", "poisson"] = "l2",
        lambda1: float | None = None,
        acyclicity: AcyclicityName = "exponential",
        weight_threshold: float = 0.3,
        max_iter: int = 100,
        tol: float = 1e-6,
        h_tol: float = 1e-8,
        rho_max: float = 1e16,
        nonnegative: bool = False,
        local_search: bool = True,
        penalty_weights: ArrayLike | None = None,
        nonlinear: Literal["mlp", "sobolev"] | None = None,
        lambda2: float = 0.01,
        hidden_units: int = 10,
        n_basis: int = 10,
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
        self.acyclicity = acyclicity
        self.weight_threshold = weight_threshold
        self.max_iter = max_iter
        self.tol = tol
        self.h_tol = h_tol
        self.rho_max = rho_max
        self.nonnegative = nonnegative
        self.local_search = local_search
        self.penalty_weights = penalty_weights
        self.nonlinear = nonlinear
        self.lambda2 = lambda2
        self.hidden_units = hidden_units
        self.n_basis = n_basis
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
        """All directions, by equal variances or by Poisson noise; of logistic models, the class.

        With one parent, log odds fit as well either way: only the class is safe to read.
        """
        return "class" if self.loss == "logistic" else "directions"

    @property
    def assumed_noise(self) -> AssumedNoise:  # type: ignore[override]
        """Equal variances, by the loss for real numbers."""
        return "equal" if self.loss == "l2" else "unequal"

    @property
    def column_scale(self) -> ColumnScale:  # type: ignore[override]
        """Equal noise variances are equal in the units given; networks suit unit scales."""
        if self.nonlinear is not None:
            return "standardized"
        return "raw" if self.loss == "l2" else "any"

    @property
    def most_columns(self) -> int | None:  # type: ignore[override]
        """Networks take very long for more."""
        return None if self.nonlinear is None else MOST_COLUMNS_NONLINEAR

    def solve(self, problem: Problem) -> Solution:
        """Return the minimiser, with entries of forbidden edges exactly 0."""
        from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian

        scheme = AugmentedLagrangian(self.max_iter, self.h_tol, self.rho_max, self.tol)
        linear = self.nonlinear is None
        model, start = self._linear_model(problem) if linear else self._nonlinear_model(problem)
        solution = scheme.minimize(model, start, problem.monitor)
        is_graph = problem.monitor.records[-1].h <= self.h_tol
        is_stopped = problem.monitor.stop_reason() is not None
        if self.needs_rows or not self.local_search or is_stopped or not is_graph:
            return solution
        return self._descend(problem, solution)

    def _descend(self, problem: Problem, solution: Solution) -> Solution:
        from causal_dag.solvers.order.lasso_descent import descend_along_orders

        l1_weights = self._penalty(problem).l1_weights(problem.moments.n_features)
        return descend_along_orders(problem, solution, l1_weights, self.nonnegative)

    def _penalty(self, problem: Problem) -> L1:
        lambda1 = 0.1 if self.lambda1 is None else self.lambda1
        weights = checked_penalty_weights(self.penalty_weights, problem.moments.n_features)
        return L1(lambda1, weights)

    def _linear_model(self, problem: Problem) -> tuple[Model, FloatArray]:
        """Return model and start."""
        acyclicity = ACYCLICITY[self.acyclicity]()
        model = LinearModel(
            self._score(problem),
            self._penalty(problem),
            acyclicity,
            problem.constraints.allowed,
            self.nonnegative,
        )
        return model, model.parameters(starting_weights(problem, acyclicity))

    def _nonlinear_model(self, problem: Problem) -> tuple[Model, FloatArray]:
        """Return model and start, with the authors' constants."""
        refuse_linear_options(self)
        lambda1 = 0.01 if self.lambda1 is None else self.lambda1
        rows, free, h = problem.rows, problem.constraints.allowed, TraceExponential()
        assert rows is not None  # promised by needs_rows
        if self.nonlinear == "sobolev":
            sums = BasisModel.from_rows(rows, free, self.n_basis, lambda1, self.lambda2, h)
            return sums, sums.start()
        networks = NetworkModel(
            rows, free, self.hidden_units, lambda1, self.lambda2, least_squares, h
        )
        size = 1.0 / np.sqrt(rows.shape[1])
        return networks, networks.start(size, problem.random_generator)

    def _score(self, problem: Problem) -> Differentiable:
        if self.loss == "l2":
            return LeastSquares(problem.moments.covariance)
        return generalized_score(self.loss, problem)


register_solver("notears", NOTEARS)
register_solver("notears-logistic", NOTEARS, loss="logistic")
register_solver("notears-poisson", NOTEARS, loss="poisson")

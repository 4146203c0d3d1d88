"""NOTEARS: a loss with an ℓ1 penalty, the trace of the exponential and an augmented Lagrangian."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.parameters import Choice, NonNegative, PositiveInteger, Seed
from causal_dag.problem import Problem, Solution
from causal_dag.registry import register_solver
from causal_dag.selection.selecting_estimator import SelectingEstimator
from causal_dag.solvers.continuous.acyclicity import acyclicity_functions
from causal_dag.solvers.continuous.augmented_lagrangian import AugmentedLagrangian
from causal_dag.solvers.continuous.continuous_estimator import LargestPenalty, Size
from causal_dag.solvers.continuous.generalized_losses import generalized_score
from causal_dag.solvers.continuous.loss_estimator import LossEstimator
from causal_dag.solvers.continuous.models import LinearModel, Model, starting_weights
from causal_dag.solvers.continuous.network_models import NetworkModel, least_squares
from causal_dag.solvers.continuous.nonlinear_models import BasisModel, refuse_linear_options
from causal_dag.solvers.continuous.parts import Acyclicity
from causal_dag.solvers.continuous.penalties import L1
from causal_dag.solvers.continuous.scores import LeastSquares, Score

# Defaults by loss. Those of "l2" are published; the others were chosen on 20 variables, 1000 rows.
LAMBDA1 = {"l2": 0.1, "logistic": 0.025, "poisson": 0.2}
WEIGHT_THRESHOLD = {"l2": 0.3, "logistic": 0.3, "poisson": 0.02}


class NOTEARS(LossEstimator):
    """Continuous optimization over weights, with a smooth function that is zero on DAGs.

    Minimizes loss(W) + λ‖W‖₁ subject to tr exp(W∘W) = d [1]_. Least squares,
    ½ tr((I − W)ᵀ C (I − W)), needs only the covariance C, so its running time does not depend on
    the number of rows; the result depends on the units of the columns, and the noise variances are
    assumed to be equal. The logistic loss is for columns of 0 and 1, the Poisson loss for counts;
    their weights are log odds and log rates per unit of the cause.

    As published, these two losses have no intercepts, so that edges serve to reproduce the means of
    the columns. With the settings for least squares in addition (λ = 0.1, weights up to 0.3
    removed), almost no edge is left: a log rate per count is rarely above 0.3. The defaults
    therefore differ by loss, and ``fit_intercept=True`` adds intercepts.

    With ``nonlinear``, every variable is a function of the others, a neural network or a sum of
    sines, and the matrix constrained to be acyclic is A, where A_ij is the sum of squares of the
    parameters through which the function of j depends on i [4]_. This requires rows, and for
    ``"mlp"`` takes time proportional to their number. ``weights_`` holds the strengths √A, and
    ``predict``, ``score`` and ``sample`` use the functions.

    Parameters
    ----------
    loss : {"l2", "logistic", "poisson"}
        Loss to minimize.
    lambda1 : float
        Weight of the ℓ1 penalty, in units of the loss; by default 0.1 for ``"l2"``, 0.025 for
        ``"logistic"``, 0.2 for ``"poisson"``, and 0.01 with ``nonlinear``.
    weight_threshold : float
        Weights up to this size count as no edge; by default 0.3, and 0.02 for ``"poisson"``, which
        suits counts of about 3. Larger counts have smaller weights.
    fit_intercept : bool
        For the losses ``"logistic"`` and ``"poisson"``: whether every column has an intercept,
        which is not penalized; False as published. ``"l2"`` centers the columns in either case.
    acyclicity : {"exponential", "polynomial", "power-series"}
        Function that is zero only on DAGs: tr exp(W∘W) − d [1]_, tr (I + W∘W/d)^d − d [2]_, or the
        trace of Σ (W∘W)^k for k = 1, …, d [3]_.
    max_iter : int
        Maximum number of dual steps.
    tol : float
        Relative decrease of the augmented Lagrangian at which an inner minimization ends.
    local_search : bool
        With the loss ``"l2"`` and linear relations, refine the graph found: move variables to
        better positions in its order until no move lowers the same objective [5]_, which takes a
        few percent of the time. The point where the augmented Lagrangian ends depends on rounding;
        the search continues from there to a local minimum over graphs. False stops as published;
        so does a fit with ``targets``.
    nonlinear : {None, "mlp", "sobolev"}
        Linear relations; or a network with one hidden layer of sigmoid units for every variable; or
        sums of sines of single parents, which are periodic outside about ±2 and suit columns with a
        standard deviation of about 1.
    lambda2 : float
        With ``nonlinear``, factor on half the sum of squared parameters, excluding biases.
    hidden_units : int
        With ``"mlp"``, the number of units in each hidden layer.
    n_basis : int
        With ``"sobolev"``, the number of sines per parent.
    random_state : int, Generator or None
        Source of the networks' initial parameters; None draws new ones at every fit. The other
        models are deterministic.

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

    loss: Literal["l2", "logistic", "poisson"] = "l2"
    lambda1: NonNegative | None = None
    weight_threshold: NonNegative | None = None  # type: ignore[assignment]
    fit_intercept: bool = True
    acyclicity: Annotated[str, Choice(tuple(acyclicity_functions()))] = "exponential"
    max_iter: PositiveInteger = 100
    tol: NonNegative = 1e-6
    h_tol: NonNegative = 1e-8
    rho_max: LargestPenalty = 1e16
    local_search: bool = True
    nonlinear: Literal["mlp", "sobolev"] | None = None
    lambda2: NonNegative = 0.01
    hidden_units: Size = 10
    n_basis: Size = 10
    random_state: Seed = 0

    def solve(self, problem: Problem) -> Solution:
        """Return the minimizer, with entries of forbidden edges exactly 0."""
        scheme = AugmentedLagrangian(self.max_iter, self.h_tol, self.rho_max, self.tol)
        linear = self.nonlinear is None
        model, start = self._linear_model(problem) if linear else self._nonlinear_model(problem)
        solution = scheme.minimize(model, self._acyclicity(), start, problem.monitor)
        is_graph = problem.monitor.records[-1].h <= self.h_tol
        is_stopped = problem.monitor.stop_reason() is not None
        can_refine = not self.needs_rows and problem.experiments is None
        if can_refine and self.local_search and is_graph and not is_stopped:
            solution = self._descend(problem, solution)
        by_loss, given = WEIGHT_THRESHOLD[self.loss], self.weight_threshold
        return replace(solution, weight_threshold=by_loss if given is None else given)

    def _descend(self, problem: Problem, solution: Solution) -> Solution:
        from causal_dag.solvers.order.lasso_descent import descend_along_orders

        l1_weights = self._penalty(problem).l1_weights(problem.moments.n_features)
        return descend_along_orders(problem, solution, l1_weights, self.nonnegative)

    def _penalty(self, problem: Problem) -> L1:
        lambda1 = LAMBDA1[self.loss] if self.lambda1 is None else self.lambda1
        return L1(lambda1, self.edge_penalties(problem))

    def _linear_model(self, problem: Problem) -> tuple[Model, FloatArray]:
        """Return the model and its starting point."""
        model = LinearModel(
            self._score(problem),
            self._penalty(problem),
            problem.constraints.allowed,
            self.nonnegative,
        )
        return model, model.parameters(starting_weights(problem, self._acyclicity()))

    def _nonlinear_model(self, problem: Problem) -> tuple[Model, FloatArray]:
        """Return the model and its starting point, with the authors' constants."""
        refuse_linear_options(self)
        lambda1 = 0.01 if self.lambda1 is None else self.lambda1
        rows, free = problem.rows, problem.constraints.allowed
        assert rows is not None  # promised by needs_rows
        if self.nonlinear == "sobolev":
            sums = BasisModel.from_rows(rows, free, self.n_basis, lambda1, self.lambda2)
            return sums, sums.start()
        networks = NetworkModel(rows, free, self.hidden_units, lambda1, self.lambda2, least_squares)
        size = 1.0 / np.sqrt(rows.shape[1])
        return networks, networks.start(size, problem.random_generator)

    def _acyclicity(self) -> Acyclicity:
        return acyclicity_functions()[self.acyclicity]()

    def _score(self, problem: Problem) -> Score:
        if self.loss == "l2":
            return LeastSquares.of(problem)
        return generalized_score(self.loss, problem, fit_intercept=self.fit_intercept)


class NOTEARSCV(SelectingEstimator):
    """NOTEARS whose λ and threshold are chosen by a criterion.

    The path and the choice are made by ``causal_dag.selection``. Graphs are refitted and compared
    by their Gaussian likelihood with equal noise variances, which is what the solver assumes. All
    attributes of a fitted estimator are those of the chosen graph.

    See Also
    --------
    NOTEARS : The solver, and the assumptions it rests on.

    Examples
    --------
    >>> from causal_dag import NOTEARSCV
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = NOTEARSCV(lambdas=5).fit(X)
    >>> bool((model.adjacency_ == (sem.weights != 0)).all())
    True
    >>> len(model.path_), model.best_estimator_.lambda1 == model.lambda1_
    (5, True)
    """

    solver_class = NOTEARS


register_solver("notears", NOTEARS)
register_solver("notears-logistic", NOTEARS, loss="logistic")
register_solver("notears-poisson", NOTEARS, loss="poisson")
register_solver("notears-cv", NOTEARSCV)

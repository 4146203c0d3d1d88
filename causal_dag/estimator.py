"""The scikit-learn face that every solver inherits."""

import importlib
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from causal_dag import graph
from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.atomic_files import FilePath
from causal_dag.atomic_fit import take_over_fit, unfitted_copy
from causal_dag.blas_threads import one_blas_thread
from causal_dag.columns import Columns, column_names
from causal_dag.constraints import Constraints, PriorKnowledge
from causal_dag.fit_findings import (
    refuse_non_finite,
    warn_of_codes,
    warn_of_cut_edges,
    warn_of_few_rows,
    warn_of_no_edge,
    warn_of_status,
)
from causal_dag.identification import Identified, deciders, edge_table, warn_of_open_effects
from causal_dag.initial_point import resolve_initial_point
from causal_dag.interventions import Interventions, intervened_columns
from causal_dag.moments import Moments
from causal_dag.parameters import (
    Flag,
    Function,
    Instance,
    Jobs,
    Matrix,
    Number,
    Optional,
    RandomState,
    Rules,
    WithData,
    checked_parameters,
)
from causal_dag.polishing import polish_solution, refuse_unusable_data, resolve_polisher
from causal_dag.problem import LOGGER, Monitor, Problem, Solution, StageRecord, Status
from causal_dag.regression import least_squares_weights, nonnegative_weights
from causal_dag.structural_equations import LinearEquations, fitted_equations
from causal_dag.tables import finite_rows, named_rows, names_like_fitted, usable_rows
from causal_dag.validation import (
    check_number,
    refuse_constant_moments,
    refuse_rank_deficiency,
)

if TYPE_CHECKING:
    from pandas import DataFrame

# Share of a column's variance below which a residual variance counts as 0 in log-likelihoods.
SMALLEST_VARIANCE_SHARE = 1e-12


class DAGEstimator(BaseEstimator):
    """Base class of all solvers: everything around the method itself.

    A subclass lists its hyper-parameters in ``__init__`` and implements ``solve``. Validation,
    moments, prior knowledge, projection to a DAG, fitted attributes, prediction, scoring and
    sampling are done here, the same way for every solver.

    Attributes
    ----------
    weights_ : ndarray of shape (d, d)
        ``weights_[i, j]`` is the direct effect of variable i on variable j; 0 means no edge. The
        non-zero pattern is acyclic, whatever the data. In nonlinear models it is the strength
        of the dependence, never negative, which no unit change stands for.
    adjacency_ : ndarray of bool, shape (d, d)
        Edges of the graph.
    raw_weights_ : ndarray of shape (d, d)
        What the solver returned, before threshold and projection; with ``polish``, what the
        polishing search returned.
    unpolished_weights_ : ndarray of shape (d, d) or None
        With ``polish``, what ``weights_`` is without it.
    order_ : ndarray of int, shape (d,)
        A topological order of the graph.
    cpdag_ : ndarray of bool, shape (d, d)
        What data and prior knowledge decide, whatever the solver assumes: the graph's Markov
        equivalence class, directed as far as prior knowledge and Meek's rules go (an MPDAG). An
        undirected edge has both directions set. A limit on the number of parents directs nothing
        here, though it can exclude graphs of the class.
    edges_ : DataFrame
        One row per edge, the largest standardized weight first, with the columns ``cause``,
        ``effect``, ``weight``, ``standardized`` (in standard deviations of the fitted data; NaN in
        nonlinear models) and ``decided_by``, which says what decided the direction:
        ``"data"`` (it is the same in the whole equivalence class), ``"knowledge"`` (the edge is
        required, or its direction follows from prior knowledge), ``"assumption"`` (the solver's
        own, such as equal noise variances) or ``"open"``: nothing, and the graph shows one of
        several that fit alike.
    identified_ : {"class", "directions"}
        What the fit identifies; ``identifies`` of the solver, or of the polishing search.
    constraints_ : Constraints
        Prior knowledge as it was in the fit.
    intercept_ : ndarray of shape (d,)
        Intercepts, in the units of the data.
    noise_variance_ : ndarray of shape (d,)
        Variance of each variable given its parents, in squared units of the data.
    noise_scale_ : ndarray of shape (d,) or None
        The solver's own estimate of the noise's standard deviations, where it makes one.
    objective_ : float
        Value at ``raw_weights_`` of the solver's objective; with ``polish``, of the polishing
        search's, unless the solver's own graph was kept.
    n_iter_ : int
        Iterations used.
    converged_ : bool
        Whether the solver met its own criterion.
    status_ : str
        How the solver ended, in words.
    trace_ : tuple of StageRecord
        One record a stage.
    projection_ : Projection
        What threshold and projection to a DAG removed.
    weight_threshold_ : float
        The threshold that was applied: ``weight_threshold``, or that of the polishing search.
    n_features_in_ : int
        Number of columns d.
    feature_names_in_ : ndarray of str
        Column names, where the data had some.
    """

    #: ``solve`` looks at rows, not only at their moments.
    needs_rows: ClassVar[bool] = False
    #: ``solve`` needs a covariance of full rank.
    needs_full_rank: ClassVar[bool] = False
    #: What is identified: the Markov equivalence ``"class"``, or all ``"directions"``, by an
    #: assumption. One that does not say so claims the class alone.
    identifies: ClassVar[Identified] = "class"
    #: What columns hold: ``"real"`` numbers, ``"binary"`` ones (0 and 1), or a ``"count"`` each.
    column_values: ClassVar[str] = "real"
    #: Whether comparisons of all solvers include it.
    is_compared: ClassVar[bool] = True

    #: What each parameter must be. A subclass declares its own beside its constructor.
    parameter_rules: ClassVar[Rules] = {
        "lambda1": Number(low=0),
        "weight_threshold": Number(low=0),
        "max_iter": Number(low=1, integer=True),
        "tol": Number(low=0),
        "nonnegative": Flag(),
        "penalty_weights": Optional(Matrix()),
        "init": WithData("resolve_initial_point"),
        "prior_knowledge": Optional(
            Instance(PriorKnowledge, "PriorKnowledge(forbidden=[(cause, effect)], ...)")
        ),
        "refit": Flag(),
        "polish": WithData("resolve_polisher"),
        "random_state": RandomState(),
        "n_jobs": Jobs(),
        "time_budget": Optional(Number(low=0, strict=True)),
        "callback": Optional(Function()),
        "verbose": Flag(),
    }

    weight_threshold: float
    prior_knowledge: PriorKnowledge | None
    refit: bool
    time_budget: float | None
    callback: Callable[[StageRecord], object] | None
    verbose: bool

    @abstractmethod
    def solve(self, problem: Problem) -> Solution:
        """Return the solution of a problem; a pure function of it and the hyper-parameters."""

    def fit(self, X: Any, y: object = None) -> Self:
        """Estimate the graph from rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            One row a sample, one column a variable. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data cannot be used; the message names the column and the remedy.
        """
        model = self.checked_copy()
        rows = usable_rows(X)
        names = column_names(X)
        validate_data(model, named_rows(rows, names), reset=True, skip_check_array=True)
        with one_blas_thread():
            model._fit(Moments.from_rows(rows, names), rows)
        return take_over_fit(self, model)

    def fit_moments(self, moments: Moments) -> Self:
        """Estimate the graph from moments, for example those of a table too large for memory.

        Parameters
        ----------
        moments : Moments
            Number of rows, mean and covariance.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the solver needs rows, or a column is constant.
        """
        model = self.checked_copy()
        if model.needs_rows:
            raise ValueError(
                f"{type(self).__name__} looks at rows, not only at their moments; use fit(X)"
            )
        refuse_constant_moments(moments)
        model.n_features_in_ = moments.n_features
        if moments.feature_names is not None:
            model.feature_names_in_ = np.array(moments.feature_names, dtype=object)
        with one_blas_thread():
            model._fit(moments, None)
        return take_over_fit(self, model)

    def checked_copy(self) -> Self:
        """Return an unfitted copy of the estimator whose parameters are checked and converted.

        Raises
        ------
        ValueError
            If a parameter is out of range; the message begins with its name and value.
        """
        return unfitted_copy(self, checked_parameters(type(self), self.get_params(deep=False)))

    def predict(self, X: Any) -> FloatArray:
        """Predict every variable from its parents.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Rows, with the columns seen in ``fit``.

        Returns
        -------
        ndarray of shape (n, d)
            X W + intercept, or the learnt functions of nonlinear models; a root's prediction is
            its mean.
        """
        rows = self._rows_like_fitted(X)
        return self._equations_.predict(rows)

    def score(self, X: Any, y: object = None) -> float:
        """Return the mean Gaussian log-likelihood per row; higher is better.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Rows, with the columns seen in ``fit``.
        y : None
            Ignored.
        """
        residual = self._rows_like_fitted(X) - self.predict(X)
        variance = self._likelihood_variance_
        deviance = np.log(2 * np.pi * variance) + residual**2 / variance
        return float(-0.5 * deviance.sum(axis=1).mean())

    def sample(
        self,
        n_samples: int,
        *,
        do: Interventions | None = None,
        random_state: int | np.random.Generator | None = 0,
    ) -> FloatArray:
        """Draw rows from the fitted model, with Gaussian noise.

        Parameters
        ----------
        n_samples : int
            Number of rows.
        do : mapping from column (name or number) to a value or array of shape (n_samples,)
            Interventions: the column is set, whatever its parents are.
        random_state : int, Generator or None, default 0
            Source of randomness, None for a new one at every call; global state is not touched.

        Returns
        -------
        ndarray of shape (n_samples, d)
        """
        check_is_fitted(self)
        n_samples = check_number("n_samples", n_samples, low=1, integer=True)
        generator = np.random.default_rng(random_state)
        noise = generator.standard_normal((n_samples, self.n_features_in_))
        noise = noise * np.sqrt(self.noise_variance_)
        columns = intervened_columns(do, self._columns(), n_samples)
        return self._equations_.propagate(noise, columns)

    def total_effects(self) -> FloatArray:
        """Return the effect of a unit change in i on j along all directed paths, shape (d, d).

        Raises
        ------
        ValueError
            If the model is nonlinear: its effects are no single numbers.

        Warns
        -----
        OpenEffectWarning
            If some effects depend on edges whose direction neither the data, nor prior knowledge,
            nor an assumption of the solver has decided; pairs are named.
        """
        check_is_fitted(self)
        effects = self._equations_.total_effects()
        if self.identified_ == "class":
            warn_of_open_effects(self.cpdag_, self._labels)
        return effects

    def save(self, path: FilePath) -> None:
        """Write the fitted model to a JSON file; ``causal_dag.load_model`` reads it.

        Parameters
        ----------
        path : path
            Ends in ``.json``. Written whole or not at all.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the model is not fitted.
        ValueError
            If a parameter is an object that JSON cannot hold, or the ending is another one.
        """
        save_model = importlib.import_module("causal_dag.saved_models").save_model
        save_model(self, path)

    @property
    def cpdag_(self) -> BoolArray:
        """The graph's equivalence class, directed as far as prior knowledge goes."""
        check_is_fitted(self)
        known = self.constraints_
        return graph.mpdag(self.adjacency_, forbidden=known.forbidden, required=known.required)

    @property
    def edges_(self) -> "DataFrame":
        """The edges, and what decided their directions."""
        check_is_fitted(self)
        decided_by = deciders(self.adjacency_, self.constraints_, self.identified_)
        scale = self._standard_deviation_
        standardized = self.weights_ * scale[:, None] / scale
        if not isinstance(self._equations_, LinearEquations):
            standardized = np.full_like(standardized, np.nan)
        return edge_table(self.weights_, standardized, decided_by, self._labels)

    @property
    def _labels(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        return [f"x{i}" for i in range(self.n_features_in_)] if names is None else list(names)

    def _fit(self, moments: Moments, rows: FloatArray | None) -> None:
        """Fit this very object; ``fit`` lets a copy do so, and keeps what comes of it."""
        polisher = resolve_polisher(getattr(self, "polish", None))
        if self.needs_full_rank:
            refuse_rank_deficiency(moments, type(self).__name__)
        if polisher is not None:
            refuse_unusable_data(polisher, moments, rows)
        problem = self._problem(moments, rows)
        # What overflows on the way is either undone by the solver or refused at its end.
        with np.errstate(all="ignore"):
            solution = self.solve(problem)
        self._warn_of_data(moments, rows)
        refuse_non_finite(self, solution, moments)
        self._store_graph(solution, self.weight_threshold, problem)
        self.identified_ = self.identifies
        self.unpolished_weights_ = None
        if polisher is not None:
            self.unpolished_weights_ = self.weights_
            solution, is_polished = polish_solution(
                polisher, problem, solution, self.weights_, self.order_, rows
            )
            if is_polished:
                refuse_non_finite(self, solution, moments)
                self._store_graph(solution, polisher.weight_threshold, problem)
                self.identified_ = polisher.identifies
        self._store_solution(solution)
        self._warn_of_answer(solution, problem)
        LOGGER.info(
            "%s: %s; objective %g, %d edges, %.3f s",
            type(self).__name__, self.status_, self.objective_, self.adjacency_.sum(),
            problem.monitor.seconds,
        )  # fmt: skip

    def _problem(self, moments: Moments, rows: FloatArray | None) -> Problem:
        constraints = self._constraints(moments)
        return Problem(
            moments,
            constraints,
            Monitor(self.callback, self.time_budget, self.verbose),
            resolve_initial_point(getattr(self, "init", None), moments.feature_names, constraints),
            # Sums over rows depend on memory layout and alignment in their last bits.
            np.array(rows, order="C") if self.needs_rows else None,
            # Without the parameter nothing is left to chance, not even in polishing.
            np.random.default_rng(getattr(self, "random_state", 0)),
        )

    def _constraints(self, moments: Moments) -> Constraints:
        if self.prior_knowledge is None:
            return Constraints.none(moments.n_features)
        return self.prior_knowledge.resolve(moments.n_features, moments.feature_names)

    def _store_solution(self, solution: Solution) -> None:
        self.raw_weights_ = solution.weights
        self.noise_scale_ = solution.noise_scale
        self.objective_ = float(solution.objective)
        self.n_iter_ = max(1, int(solution.n_iter))
        self.status_ = str(solution.status)
        self.converged_ = solution.status is Status.CONVERGED
        self.trace_ = solution.trace

    def _store_graph(self, solution: Solution, threshold: float, problem: Problem) -> None:
        moments, constraints = problem.moments, problem.constraints
        self.constraints_ = constraints
        self._standard_deviation_ = np.sqrt(moments.variance)
        self.weight_threshold_ = threshold
        self.projection_ = graph.project_to_dag(
            solution.weights,
            threshold,
            forbidden=constraints.forbidden,
            required=constraints.required,
            max_parents=constraints.max_parents,
        )
        self.weights_ = self._final_weights(
            self.projection_.weights, problem, is_linear=solution.functions is None
        )
        self.adjacency_ = self.weights_ != 0
        self._equations_ = fitted_equations(
            self.weights_, solution.functions, moments, problem.rows
        )
        order = solution.order
        self.order_ = graph.topological_order(self.adjacency_) if order is None else order
        self.intercept_ = self._equations_.intercept
        self.noise_variance_ = self._equations_.noise_variance
        self._likelihood_variance_ = np.maximum(
            self.noise_variance_, SMALLEST_VARIANCE_SHARE * moments.variance
        )

    def _final_weights(
        self, weights: FloatArray, problem: Problem, *, is_linear: bool
    ) -> FloatArray:
        required = problem.constraints.required
        adjacency = (weights != 0) | required
        if is_linear:
            is_nonnegative = getattr(self, "nonnegative", False)
            regress = nonnegative_weights if is_nonnegative else least_squares_weights
            fitted = regress(problem.moments.covariance, adjacency)
            # A polishing search knows no bounds.
            refit = self.refit or (is_nonnegative and (weights < 0).any())
            weights = fitted if refit else np.where(required & (weights == 0), fitted, weights)
            if is_nonnegative:
                adjacency = (weights > 0) | required
        # 0 means "no edge", so an edge that must stay is never exactly 0.
        return np.where(adjacency & (weights == 0), np.finfo(np.float64).tiny, weights)

    def _warn_of_data(self, moments: Moments, rows: FloatArray | None) -> None:
        """Warn of what makes the data say little; baselines, which ask nothing, do not."""
        warn_of_few_rows(type(self).__name__, moments)
        if rows is not None and self.column_values == "real":
            warn_of_codes(type(self).__name__, rows, moments)

    def _warn_of_answer(self, solution: Solution, problem: Problem) -> None:
        solver = type(self).__name__
        warn_of_status(solver, solution.status)
        warn_of_cut_edges(solver, self.projection_)
        if not self.adjacency_.any():
            parameters, threshold = self.get_params(deep=False), self.weight_threshold_
            constraints, moments = problem.constraints, problem.moments
            warn_of_no_edge(solver, parameters, solution, constraints, moments, threshold)

    def _rows_like_fitted(self, X: Any) -> FloatArray:
        check_is_fitted(self)
        rows = finite_rows(X)
        names = names_like_fitted(X, getattr(self, "feature_names_in_", None))
        validate_data(self, named_rows(rows, names), reset=False, skip_check_array=True)
        return rows

    def _columns(self) -> Columns:
        names = getattr(self, "feature_names_in_", None)
        return Columns(self.n_features_in_, None if names is None else tuple(names))

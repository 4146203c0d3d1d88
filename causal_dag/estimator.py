"""The scikit-learn face that every solver inherits."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from sklearn.utils.metaestimators import available_if

from causal_dag.arrays import FloatArray, IntArray, WeightMatrix
from causal_dag.blas_threads import one_blas_thread
from causal_dag.constraints import Constraints, PriorKnowledge
from causal_dag.declared_parameters import DeclaredParameters, checked_parameters
from causal_dag.experiments import Experiments, experiments_of
from causal_dag.fit_warnings import recorded
from causal_dag.fitted_equations import fitted_equations
from causal_dag.fitting.atomic_fit import recognized_interrupts, take_over_fit, unfitted_copy
from causal_dag.fitting.clustered_rows import counted_by_groups
from causal_dag.fitting.findings import (
    refuse_non_finite,
    warn_of_codes,
    warn_of_cut_edges,
    warn_of_few_rows,
    warn_of_no_edge,
    warn_of_status,
)
from causal_dag.fitting.fitted_dag import FittedDAG
from causal_dag.fitting.initial_point import resolve_initial_point
from causal_dag.fitting.missing_values import DataOfFit, data_of_fit, weighted_table
from causal_dag.fitting.polishing import polish_solution, refuse_unusable_data, resolve_polisher
from causal_dag.graph import project_to_dag, topological_order
from causal_dag.graph.matrices import edges_of, matrix_like, usual_form
from causal_dag.identification import AssumedNoise, ColumnScale, Identified, Search
from causal_dag.incomplete.missing_cells import MissingPolicy
from causal_dag.moments import Moments, require_moments
from causal_dag.parameters import Instance, NonNegative, Positive
from causal_dag.problem import LOGGER, Monitor, Problem, Solution, StageRecord
from causal_dag.registry import available_solvers, make_solver
from causal_dag.regression import (
    SMALLEST_VARIANCE_SHARE,
    least_squares_weights,
    nonnegative_weights,
)
from causal_dag.spline_moments import SplineMoments
from causal_dag.tables.column_kinds import ColumnKinds
from causal_dag.validation import refuse_constant_moments, refuse_rank_deficiency

_PRIOR_KNOWLEDGE = Instance(PriorKnowledge, "PriorKnowledge(forbidden=[(cause, effect)], ...)")


def _adds_rows(estimator: "DAGEstimator") -> bool:
    """Return whether moments of batches can be merged: moments from incomplete rows cannot."""
    return not estimator.needs_rows and estimator.missing == "refuse"


class DAGEstimator(DeclaredParameters, FittedDAG):
    """Base class of all solvers: everything around the method itself.

    A subclass lists its hyper-parameters as annotated attributes with their defaults, and
    implements ``solve``. Validation, moments, prior knowledge, projection to a DAG, fitted
    attributes, prediction, scoring and sampling are the same for every solver; ``FittedDAG`` lists
    the fitted attributes.

    Parameters
    ----------
    weight_threshold : float
        Weights of at most this absolute value are set to 0, that is, not counted as edges.
    prior_knowledge : PriorKnowledge
        Forbidden and required edges, tiers, roots and leaves, and a limit on parents.
    missing : {"refuse", "drop", "em"}
        What ``fit`` does with missing or infinite cells: raise an error; leave out their rows,
        which is right if cells are missing completely at random; or estimate moments from
        incomplete rows by expectation-maximization (``Moments.from_incomplete_rows``), which is
        right for Gaussian data if whether a cell is missing depends only on seen cells of its row.
        Solvers that need rows refuse ``"em"``.
    refit : bool
        Re-estimate the weights of the edges by least squares.
    polish : str or estimator
        Order search that goes on from the graph found here: a registry name such as ``"topo-bic"``,
        or an estimator such as ``TOPO(n_restarts=10)``. Its objective, weights and
        ``weight_threshold`` then hold, unless it finds nothing as good as that graph.
    time_budget : float
        Seconds after which the solver stops with the best answer so far.
    callback : callable
        Called with every ``StageRecord`` of the trace; returning true stops the solver.
    verbose : bool
        Print every record.
    """

    #: ``solve`` needs rows, not only their moments.
    needs_rows: ClassVar[bool] = False
    #: ``solve`` needs a covariance of full rank.
    needs_full_rank: ClassVar[bool] = False
    #: What is identified: the Markov equivalence ``"class"``, or all ``"directions"``, by an
    #: assumption. The class is the default.
    identifies: ClassVar[Identified] = "class"
    #: What columns hold: ``"real"`` numbers, ``"binary"`` ones (0 and 1), a ``"count"`` each, a
    #: ``"category"`` each, or ``"mixed"``: numbers and levels.
    column_values: ClassVar[str] = "real"
    #: The noise that its directions rest on: ``"unequal"`` variances if on none.
    assumed_noise: ClassVar[AssumedNoise] = "unequal"
    #: The scale of the columns it is meant for; ``"any"`` if the answer does not depend on units.
    column_scale: ClassVar[ColumnScale] = "any"
    #: How it looks for the best graph.
    search: ClassVar[Search] = "local"
    #: With more columns it refuses, or takes very long; None without a limit.
    most_columns: ClassVar[int | None] = None
    #: Whether given columns have no term in its score, or one that is the same for all graphs.
    leaves_out_given: ClassVar[bool] = True
    #: Whether rows with interventions can be told from observations.
    accepts_targets: ClassVar[bool] = False
    #: Whether ``solve``, which needs rows, uses how often each occurs.
    counts_rows: ClassVar[bool] = False
    #: Whether ``solve``, which needs rows, takes moments of splines in their place.
    takes_splines: ClassVar[bool] = False
    #: Whether comparisons of all solvers include it.
    is_compared: ClassVar[bool] = True
    #: Whether edges are learned from the rows, rather than given.
    selects_edges: ClassVar[bool] = True

    weight_threshold: NonNegative = 0.0
    prior_knowledge: Annotated[PriorKnowledge, _PRIOR_KNOWLEDGE] | None = None
    missing: MissingPolicy = "refuse"
    refit: bool = False
    polish: str | FittedDAG | None = None
    time_budget: Positive | None = None
    callback: Callable[[StageRecord], object] | None = None
    verbose: bool = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = self._allows_gaps
        return tags

    @abstractmethod
    def solve(self, problem: Problem) -> Solution:
        """Return the solution of a problem; a pure function of it and the hyper-parameters."""

    def fit(
        self,
        X: Any,
        y: object = None,
        *,
        targets: Any = None,
        groups: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Estimate the graph from rows.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            One row per sample, one column per variable. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.
        targets : sequence of length n, optional
            What was intervened on in every row: None, NaN or ``""`` (nothing), a column (name or
            number), or several (a list, or a string such as ``"a;b"``). By default all rows are
            observations.
        groups : sequence of length n, optional
            Labels of rows that belong together, for example those of one person. Penalties and the
            precision of effects are then those of the effective number of independent rows,
            ``moments_.n_samples``, which is the smaller, the more alike the rows of a group are. So
            fewer edges are found by chance; a penalty that does not depend on the number of rows,
            such as ``lambda1``, stays as it is. Only for solvers that need only moments. Not to be
            confused with the parameter ``groups`` of some solvers: columns that form one node.
        sample_weight : array-like of shape (n,), optional
            How often each row occurs, a whole number (frequency weights): the fit is that to a
            table in which every row is repeated as often. Solvers that need moments only, and
            those for categories, do not build that table; others do.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data cannot be used; the message names the column and the remedy. If rows have
            targets or groups, and the solver cannot use them, or groups beside targets or weights.
        """
        model = self.checked_copy()
        with one_blas_thread(), recognized_interrupts(), recorded() as messages:
            X, targets, weights = weighted_table(model, X, targets, sample_weight)
            data = data_of_fit(model, X, weights)
            if data.missing_cells is not None:
                model.missing_cells_ = data.missing_cells
            if groups is not None:
                if targets is not None or sample_weight is not None:
                    other = "targets" if targets is not None else "sample_weight"
                    raise ValueError(f"{other} and groups cannot be combined; leave one out")
                polisher = resolve_polisher(model.polish)
                model._n_grouped_rows_ = data.moments.n_samples
                data = counted_by_groups(data, groups, [model, *filter(None, [polisher])])
            experiments = model._experiments(targets, data)
            model._fit(data.moments, data.rows, data.kinds, experiments, data.row_counts)
        model.warnings_ = tuple(messages)
        return take_over_fit(self, model)

    def fit_moments(
        self, moments: Moments | SplineMoments | Sequence[Moments], *, targets: Any = None
    ) -> Self:
        """Estimate the graph from moments, for example those of a table too large for memory.

        Parameters
        ----------
        moments : Moments, SplineMoments, or sequence of Moments
            Number of rows, mean and covariance; with ``targets``, those of each table. For curves,
            such as those of ``topo-curves``, moments of splines.
        targets : sequence, optional
            What was intervened on in every table, one entry per table, written as for ``fit``.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the solver needs rows, or a column is constant. If tables have targets, and the
            solver cannot use them.
        """
        model = self.checked_copy()
        splines = moments if isinstance(moments, SplineMoments) else None
        if splines is not None and targets is None:
            moments = splines.of_columns
        if model.needs_rows and not (splines and model.takes_splines):
            other = " or SplineMoments.from_batches" if model.takes_splines else ""
            raise ValueError(
                f"{type(self).__name__} needs rows, not only their moments; use fit(X){other}"
            )
        tables: Any = [moments] if targets is None else list(moments)  # type: ignore[arg-type]
        for table in tables:
            require_moments(table)
        total = reduce(Moments.merge, tables)
        refuse_constant_moments(total)
        with one_blas_thread(), recognized_interrupts(), recorded() as messages:
            experiments = None if targets is None else model._experiments(targets, tables)
            model._fit(total, None, None, experiments, splines=splines)
        model.warnings_ = tuple(messages)
        return take_over_fit(self, model)

    @available_if(_adds_rows)
    def partial_fit(self, X: Any, y: object = None, *, sample_weight: Any = None) -> Self:
        """Add rows to those of earlier calls, or of ``fit``, and fit to all of them.

        Only of solvers that need moments only, and refuse missing cells: moments are merged, and no
        row is kept. The answer is that of ``fit`` to all rows at once, however they are divided
        into batches; therefore every call searches from the start. ``Moments.from_batches`` and
        ``fit_moments`` take many batches with one search.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Complete rows. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.
        sample_weight : array-like of shape (n,), optional
            How often each row occurs, a whole number.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If rows are incomplete, a column is constant in all rows so far, or the estimator was
            fitted to rows with targets or to more columns than moments are kept for.
        """
        if not hasattr(self, "weights_"):
            return self.fit_moments(Moments.from_rows(X, sample_weight=sample_weight))
        if self.moments_ is None or self.targets_:
            raise ValueError(
                f"{type(self).__name__} was fitted to rows with targets, or to too many columns to "
                "keep their moments; pass all rows to fit"
            )
        rows, names = self._rows_like_fitted(X), self.moments_.feature_names
        added = Moments.from_rows(rows, names, sample_weight=sample_weight)
        return self.fit_moments(self.moments_.merge(added))

    def checked_copy(self) -> Self:
        """Return an unfitted copy of the estimator whose parameters are checked and converted.

        Raises
        ------
        ValueError
            If a parameter is out of range; the message begins with its name and value.
        """
        parameters = checked_parameters(type(self), self.get_params(deep=False))
        resolve_polisher(parameters.get("polish"))
        return unfitted_copy(self, parameters)

    def _fit(
        self,
        moments: Moments,
        rows: FloatArray | None,
        kinds: ColumnKinds | None = None,
        experiments: Experiments | None = None,
        row_counts: IntArray | None = None,
        splines: SplineMoments | None = None,
    ) -> None:
        """Fit this object; ``fit`` calls it on a copy and takes over the fitted attributes."""
        self._remember_columns(moments)
        if kinds is not None:
            self.column_kinds_ = kinds
        polisher = resolve_polisher(self.polish)
        if self.refit and (kinds is not None or getattr(self, "nonlinear", None) is not None):
            raise ValueError(
                "refit=True estimates linear weights, and these relations are not linear; leave it "
                "out"
            )
        if self.needs_full_rank:
            refuse_rank_deficiency(moments, type(self).__name__)
        if polisher is not None:
            refuse_unusable_data(polisher, moments, rows)
        problem = replace(
            self._problem(moments, rows),
            columns=kinds,
            experiments=experiments,
            row_counts=row_counts,
            splines=splines,
        )
        # Overflows on the way are undone by the solver, or its result is refused below.
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

    def _remember_columns(self, moments: Moments) -> None:
        self.n_features_in_ = moments.n_features
        if moments.feature_names is not None:
            self.feature_names_in_ = np.array(moments.feature_names, dtype=object)

    def warm_started(self, fitted: "DAGEstimator") -> Self:
        """Return a checked copy for data that resemble those of a fit, and start from its graph.

        Solvers without the parameter ``init`` start as always.

        Parameters
        ----------
        fitted : DAGEstimator
            Fitted.
        """
        model = self.checked_copy()
        if hasattr(model, "init"):
            model.init = fitted
        return model

    def fitted_with(self, solution: Solution, problem: Problem) -> Self:
        """Fit this estimator to a solution that is known already, and return it.

        Parameters
        ----------
        solution : Solution
            What ``solve`` would return.
        problem : Problem
            What was solved.
        """
        self._remember_columns(problem.moments)
        self._store_graph(solution, self.weight_threshold, problem)
        self._store_solution(solution)
        self.identified_ = self.identifies
        self.unpolished_weights_ = None
        return self

    def _experiments(self, targets: Any, data: DataOfFit | Sequence[Moments]) -> Experiments | None:
        settings = {"kind": "intervention", "means": "means"}
        given: Any = {key: getattr(self, of) for key, of in settings.items() if hasattr(self, of)}
        if isinstance(data, DataOfFit):
            targets, names = data.used_targets(targets), data.moments.feature_names
            if targets is None or data.rows is None:
                return None
            experiments = experiments_of(targets, data.rows, names, **given)
        else:
            experiments = experiments_of(targets, data, data[0].feature_names, **given)
        for solver in (self, resolve_polisher(self.polish)):
            if experiments is not None and solver is not None:
                solver.refuse_targets()
        return experiments

    def refuse_targets(self) -> None:
        """Raise ``ValueError`` if the solver treats all rows as observations."""
        if not self.accepts_targets:
            others = [name for name in available_solvers() if make_solver(name).accepts_targets]
            raise ValueError(
                f"targets: {type(self).__name__} with these parameters treats all rows as "
                "observations; fit only rows without targets, or use a solver that tells them "
                f"apart: {', '.join(others)}"
            )

    def _problem(self, moments: Moments, rows: FloatArray | None) -> Problem:
        constraints = self._constraints(moments)
        return Problem(
            moments,
            constraints,
            Monitor(self.callback, self.time_budget, self.verbose),
            resolve_initial_point(getattr(self, "init", None), moments.feature_names, constraints),
            # Sums over rows depend on memory layout and alignment in their last bits.
            np.array(rows, order="C") if self.needs_rows and rows is not None else None,
            # Without the parameter nothing is left to chance, not even in polishing.
            np.random.default_rng(getattr(self, "random_state", 0)),
        )

    def _constraints(self, moments: Moments) -> Constraints:
        if self.prior_knowledge is None:
            return Constraints.none(moments.n_features)
        known = self.prior_knowledge.resolve(moments.n_features, moments.feature_names)
        if known.given is not None and not self.leaves_out_given:
            raise ValueError(
                f"prior_knowledge: {type(self).__name__} cannot leave given columns out of its "
                "score; use another solver, such as topo-bic, or topo-bic-ev for equal variances"
            )
        return known

    def _store_solution(self, solution: Solution) -> None:
        self.raw_weights_ = usual_form(solution.weights)
        self.noise_scale_ = solution.noise_scale
        self.objective_ = float(solution.objective)
        self.n_iter_ = max(1, int(solution.n_iter))
        self.status_ = str(solution.status)
        self.converged_ = solution.status.is_converged
        self.trace_ = solution.trace

    def _store_graph(self, solution: Solution, threshold: float, problem: Problem) -> None:
        moments, constraints = problem.moments, problem.constraints
        self.constraints_ = constraints
        self._standard_deviation_ = np.sqrt(moments.variance)
        chosen = solution.weight_threshold
        self.weight_threshold_ = threshold = threshold if chosen is None else chosen
        self.projection_ = project_to_dag(
            usual_form(solution.weights),
            threshold,
            forbidden=constraints.forbidden,
            required=constraints.required,
            max_parents=constraints.max_parents,
        )
        self.weights_ = self._final_weights(
            self.projection_.weights,
            problem,
            is_linear=solution.functions is None and problem.columns is None,
        )
        self.adjacency_ = self.weights_ != 0
        self.undecided_ = solution.undecided
        self.targets_ = () if problem.experiments is None else problem.experiments.targets
        self.moments_ = problem.observed_moments
        self._equations_ = fitted_equations(
            self.weights_, solution.functions, problem, column_values=self.column_values
        )
        order = solution.order
        self.order_ = topological_order(self.adjacency_) if order is None else order
        self.intercept_ = self._equations_.intercept
        self.noise_variance_ = self._equations_.noise_variance
        self._likelihood_variance_ = np.fmax(
            self.noise_variance_, SMALLEST_VARIANCE_SHARE * moments.variance
        )

    def _final_weights(
        self, weights: WeightMatrix, problem: Problem, *, is_linear: bool
    ) -> WeightMatrix:
        causes, effects = edges_of(problem.constraints.required)
        required = matrix_like(weights, causes, effects)
        adjacency = (weights != 0) + required
        if is_linear:
            is_nonnegative = getattr(self, "nonnegative", False)
            regress = nonnegative_weights if is_nonnegative else least_squares_weights
            is_missing = required > (weights != 0)
            # A polishing search does not know the bound.
            if self.refit or (is_nonnegative and (weights < 0).sum()):
                weights = problem.by_column(lambda of: regress(of.covariance, adjacency))
            elif is_missing.sum():
                concerned = adjacency * (is_missing.sum(axis=0) > 0)
                fitted = problem.by_column(lambda of: regress(of.covariance, concerned))
                weights = weights + fitted * is_missing
            if is_nonnegative:
                adjacency = (weights > 0) + required
        # 0 means "no edge", so an edge that must stay is never exactly 0.
        zeros = edges_of(adjacency > (weights != 0))
        return weights + matrix_like(weights, *zeros, np.finfo(np.float64).tiny)

    def _warn_of_data(self, moments: Moments, rows: FloatArray | None) -> None:
        """Warn of data that determine the graph poorly; baselines use no data and do not warn."""
        warn_of_few_rows(type(self).__name__, moments)
        if rows is not None and self.column_values == "real":
            warn_of_codes(type(self).__name__, rows, moments)

    def _warn_of_answer(self, solution: Solution, problem: Problem) -> None:
        solver = type(self).__name__
        warn_of_status(solver, solution.status)
        warn_of_cut_edges(solver, self.projection_)
        if not self.adjacency_.sum() and problem.columns is None:
            parameters, threshold = self.get_params(deep=False), self.weight_threshold_
            constraints, moments = problem.constraints, problem.moments
            warn_of_no_edge(solver, parameters, solution, constraints, moments, threshold)

"""Attributes of fitted estimators, and the methods that use them: prediction, scores, samples."""

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from causal_dag.arrays import AdjacencyMatrix, BoolArray, FloatArray, IntArray, WeightMatrix
from causal_dag.column_values import READ_LABELS
from causal_dag.constraints import Constraints
from causal_dag.files.atomic_files import FilePath
from causal_dag.fitting.causal_effects import CausalEffects
from causal_dag.fitting.fit_remarks import remarks, verdict
from causal_dag.fitting.named_output import NamedOutput
from causal_dag.fitting.presentation import Presentation, one_line
from causal_dag.fitting.simulation import Simulation
from causal_dag.graph import Projection
from causal_dag.identification import (
    Identified,
    decided_directions,
    deciders,
    edge_table,
    warn_of_open_effects,
)
from causal_dag.incomplete.missing_cells import MissingCells
from causal_dag.level_equations import CategoricalEquations, MixedEquations
from causal_dag.moments import Moments
from causal_dag.problem import StageRecord
from causal_dag.saving.models import save_model
from causal_dag.structural_equations import LinearEquations, StructuralEquations
from causal_dag.tables.column_kinds import ColumnKinds, frame_and_gaps, table_columns
from causal_dag.tables.columns import Columns, written_names
from causal_dag.tables.rows import finite_rows, incomplete_rows, named_rows, names_like_fitted
from causal_dag.wording import counted

if TYPE_CHECKING:
    from pandas import DataFrame

    class BaseEstimator:
        """What type checkers know of scikit-learn's class, which has no types of its own.

        With a base class of which nothing is known, they would take any parameter for right.
        """

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            """Return the parameters."""

        def set_params(self, **params: Any) -> Self:
            """Set parameters."""
else:
    from sklearn.base import BaseEstimator


def _reads_labels(model: Any) -> bool:
    return model.column_values in READ_LABELS


class FittedDAG(CausalEffects, Simulation, Presentation, NamedOutput, BaseEstimator):
    """The fitted side of an estimator: its attributes and the methods that use them.

    With more than 2,000 columns, matrices over pairs of columns are ``scipy.sparse.csr_array``,
    otherwise ndarray; ``weights_.toarray()`` makes an ndarray of one.

    Attributes
    ----------
    weights_ : ndarray or csr_array of shape (d, d)
        ``weights_[i, j]`` is the direct effect of variable i on variable j; 0 means no edge. The
        non-zero pattern is acyclic for any data. In nonlinear models it is the strength of the
        dependence, which is never negative and is not an effect per unit.
    adjacency_ : ndarray or csr_array of bool, shape (d, d)
        Edges of the graph.
    raw_weights_ : ndarray or csr_array of shape (d, d)
        What the solver returned, before threshold and projection; with ``polish``, what the
        polishing search returned.
    unpolished_weights_ : ndarray or csr_array of shape (d, d), or None
        With ``polish``, what ``weights_`` is without it.
    order_ : ndarray of int, shape (d,)
        A topological order of the graph.
    cpdag_ : ndarray or csr_array of bool, shape (d, d)
        What data and prior knowledge decide without the solver's assumptions: the graph's Markov
        equivalence class (with ``targets``, the interventional one), directed as far as prior
        knowledge and Meek's rules go (an MPDAG). An
        undirected edge has both directions set. A limit on the number of parents directs nothing
        here, though it can exclude graphs of the class.
    edges_ : DataFrame
        One row per edge, the largest standardized weight first, with the columns ``cause``,
        ``effect``, ``weight``, ``standardized`` (in standard deviations of the fitted data; NaN in
        nonlinear models) and ``decided_by``, which says what decided the direction:
        ``"data"`` (it is the same in the whole equivalence class), ``"targets"`` (interventions
        decided it: exactly one end was a target, or it follows), ``"knowledge"`` (the edge is
        required, or its direction follows from prior knowledge), ``"assumption"`` (the solver's
        own, such as equal noise variances) or ``"open"``: nothing, and the graph shows one of
        several that fit alike.
    identified_ : {"class", "directions"}
        What the fit identifies; ``identifies`` of the solver, or of the polishing search.
    undecided_ : ndarray of bool, shape (d, d), or None
        From solvers that test whether their assumption decides directions: edges whose direction
        it does not decide. These count as open.
    constraints_ : Constraints
        Prior knowledge as it was in the fit.
    targets_ : tuple of tuple of int
        The different sets of columns that were intervened on, ``()`` among them if some rows are
        observations; empty without ``targets``.
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
        One record per stage.
    projection_ : Projection
        What threshold and projection to a DAG removed.
    weight_threshold_ : float
        The threshold that was applied: ``weight_threshold``, or that of the polishing search.
    column_kinds_ : ColumnKinds
        Of a model of categories: what the columns hold (``column_kinds_.description()``).
    probability_tables_ : dict of DataFrame
        Of a model of categories: by column name, a frame with one row per combination of the
        parents' levels that occurred, and the probabilities of the column's levels: posterior means
        under a Dirichlet prior worth one row, which all cells share equally.
    moments_ : Moments or None
        Moments that effects are estimated from: those of the rows without targets. None if there
        are none, and with more than 2,000 columns.
    warnings_ : tuple of str
        The warnings of the fit.
    missing_cells_ : MissingCells
        What was missing in the table, how often every two columns were seen together, and what
        was done; where ``missing`` is not ``"refuse"``.
    n_features_in_ : int
        Number of columns d. With ``groups``, of nodes.
    feature_names_in_ : ndarray of str
        Column names, where the data had some. With ``groups``, names of the nodes.
    """

    weights_: WeightMatrix
    adjacency_: AdjacencyMatrix
    raw_weights_: WeightMatrix
    unpolished_weights_: WeightMatrix | None
    order_: IntArray
    identified_: Identified
    undecided_: BoolArray | None
    constraints_: Constraints
    targets_: tuple[tuple[int, ...], ...]
    intercept_: FloatArray
    noise_variance_: FloatArray
    noise_scale_: FloatArray | None
    objective_: float
    n_iter_: int
    converged_: bool
    status_: str
    trace_: tuple[StageRecord, ...]
    projection_: Projection
    weight_threshold_: float
    moments_: Moments | None
    missing_cells_: MissingCells
    n_features_in_: int

    # Rows that ``groups`` let count as fewer, the number of rows of ``moments_``.
    _n_grouped_rows_: int
    _equations_: StructuralEquations
    _standard_deviation_: FloatArray
    _likelihood_variance_: FloatArray

    def predict(self, X: Any) -> Any:
        """Predict every variable from its parents.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Rows, with the columns seen in ``fit``. Cells may be missing if ``missing`` of the
            estimator is not ``"refuse"``.

        Returns
        -------
        ndarray or data frame of shape (n, d)
            X W + intercept, or the learnt functions of nonlinear models; a root's prediction is
            its mean. NaN where a parent's cell is missing. Of categories, the most probable labels;
            a frame, unless all are numbers. ``set_output`` chooses another container.
        """
        rows = self._rows_like_fitted(X, may_have_gaps=self._allows_gaps)
        is_missing = np.isnan(rows)
        if not is_missing.any():
            predicted = self._decoded(self._equations_.predict(rows), are_means=True)
            return self._named(predicted, X)
        predicted = self._equations_.predict(np.where(is_missing, 0.0, rows))
        return self._named(np.where(is_missing @ self.adjacency_, np.nan, predicted), X)

    @available_if(_reads_labels)
    def predict_proba(self, X: Any) -> Any:
        """Return the probabilities of all levels of every column of levels, given its parents.

        Only of models of categories and of mixed tables.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Rows, with the columns seen in ``fit``.

        Returns
        -------
        data frame of shape (n, number of all levels)
            Columns are pairs of a variable and a level; numbers have none. An array, where all
            labels are numbers.
        """
        import pandas as pd

        rows = self._rows_like_fitted(X)
        assert isinstance(self._equations_, CategoricalEquations | MixedEquations)
        assert self._kinds is not None
        probabilities = self._equations_.probabilities(rows)
        if self._kinds.are_numeric:
            return probabilities
        pairs = [
            (name, level)
            for name, kind in zip(self._kinds.written_names, self._kinds.columns, strict=True)
            for level in kind.levels
        ]
        return pd.DataFrame(probabilities, columns=pd.MultiIndex.from_tuples(pairs))

    @property
    def probability_tables_(self) -> "dict[str, DataFrame]":
        """Tables of conditional probabilities of a model of categories."""
        import pandas as pd

        kinds = self._kinds
        if kinds is None or not isinstance(self._equations_, CategoricalEquations):
            raise AttributeError(f"{type(self).__name__} has tables of categories only")
        frames = {}
        for node, table in enumerate(self._equations_.functions.tables):
            columns = pd.Index(kinds.columns[node].levels, dtype=object, name=self._labels[node])
            frame = pd.DataFrame(table.probabilities, columns=columns)
            if table.parents.size:
                labels = [
                    np.array(kinds.columns[parent].levels, dtype=object)[codes]
                    for parent, codes in zip(table.parents, table.configurations.T, strict=True)
                ]
                names = [self._labels[parent] for parent in table.parents]
                frame.index = pd.MultiIndex.from_arrays(labels, names=names)
            frames[self._labels[node]] = frame
        return frames

    def score(self, X: Any, y: object = None) -> float:
        """Return the mean log-likelihood per row, Gaussian unless of categories; higher is better.

        It is conditional on the given columns, if prior knowledge names some. All rows count as
        observations, also of a model that was fitted with ``targets``: leave out rows in which
        something was intervened on.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Rows, with the columns seen in ``fit``. Incomplete ones are left out if ``missing`` of
            the estimator is not ``"refuse"``.
        y : None
            Ignored.
        """
        return float(self._log_likelihoods(X).mean())

    def _log_likelihoods(self, X: Any) -> FloatArray:
        """Return the log-likelihood of every row, of complete ones if there are gaps."""
        rows = self._complete_rows(X) if self._allows_gaps else self._rows_like_fitted(X)
        by_column = self._equations_.log_likelihood(rows, self._likelihood_variance_)
        by_row: FloatArray = by_column[:, self.constraints_.explained].sum(axis=1)
        return by_row

    def total_effects(self) -> FloatArray:
        """Return the effect of a unit change in i on j along all directed paths, shape (d, d).

        The matrix is an ndarray for any number of columns.

        Raises
        ------
        ValueError
            If the model is nonlinear, because its effects are not single numbers.

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
        save_model(self, path)

    @property
    def cpdag_(self) -> AdjacencyMatrix:
        """The graph's equivalence class, directed as far as targets and prior knowledge go."""
        check_is_fitted(self)
        return decided_directions(self.adjacency_, self.constraints_, self.targets_)

    @property
    def edges_(self) -> "DataFrame":
        """The edges, and what decided their directions."""
        check_is_fitted(self)
        decided_by = deciders(
            self.adjacency_,
            self.constraints_,
            self.identified_,
            self.targets_,
            self.undecided_,
        )
        is_linear = isinstance(self._equations_, LinearEquations)
        scale = self._standard_deviation_ if is_linear else None
        return edge_table(self.weights_, scale, decided_by, self._labels)

    def _overview(self) -> list[str]:
        moments = getattr(self, "moments_", None)
        which = " without targets" if self.targets_ else ""
        n_grouped = getattr(self, "_n_grouped_rows_", None)
        counts = f"{counted(n_grouped, 'row')} in groups, which count as " if n_grouped else ""
        rows = f"{counts}{counted(moments.n_samples, 'row')}{which}, " if moments else ""
        variables = counted(self.n_features_in_, "variable")
        return [one_line(self), f"{rows}{variables}: {verdict(self)}"]

    def _remarks(self) -> list[str]:
        return remarks(self)

    @property
    def _allows_gaps(self) -> bool:
        return getattr(self, "missing", "refuse") != "refuse"

    @property
    def _labels(self) -> tuple[str, ...]:
        return written_names(getattr(self, "feature_names_in_", None), self.n_features_in_)

    def _rows_like_fitted(self, X: Any, *, may_have_gaps: bool = False) -> FloatArray:
        check_is_fitted(self)
        kinds, like_fitted = self._kinds, self
        if kinds:
            rows = np.zeros((1, len(table_columns(X))))
            if kinds.node_of is not None:
                like_fitted = copy.copy(self)
                like_fitted.n_features_in_ = len(kinds.columns)
                vars(like_fitted)["feature_names_in_"] = kinds.names
        else:
            rows = incomplete_rows(X) if may_have_gaps else finite_rows(X)
        names = names_like_fitted(X, getattr(like_fitted, "feature_names_in_", None))
        validate_data(like_fitted, named_rows(rows, names), reset=False, skip_check_array=True)
        return kinds.encode(X) if kinds else rows

    def _complete_rows(self, X: Any) -> FloatArray:
        """Return the rows without missing cells, of which the likelihood is known."""
        if self._kinds is not None:
            frame, gaps = frame_and_gaps(X)
            rows = frame[~gaps.any(axis=1)]
        else:
            rows = self._rows_like_fitted(X, may_have_gaps=True)
            rows = rows[~np.isnan(rows).any(axis=1)]
        if not len(rows):
            raise ValueError("score: every row has a missing cell; pass some complete rows")
        return rows if self._kinds is None else self._rows_like_fitted(rows)

    @property
    def _kinds(self) -> ColumnKinds | None:
        """What the columns hold, of a model of categories."""
        return getattr(self, "column_kinds_", None)

    def _decoded(self, rows: FloatArray, *, are_means: bool = False) -> Any:
        return rows if self._kinds is None else self._kinds.decode(rows, are_means=are_means)

    def _coded(self, do: Any) -> Any:
        """Return interventions with codes in place of labels."""
        if self._kinds is None or not isinstance(do, Mapping):
            return do
        columns = self._columns()
        codes = {key: self._kinds.codes_of(columns.position(key, "do"), do[key]) for key in do}
        return {key: values[0] if values.size == 1 else values for key, values in codes.items()}

    def _columns(self) -> Columns:
        if self._kinds is not None:
            return Columns(len(self._kinds.columns), self._kinds.names)
        names = getattr(self, "feature_names_in_", None)
        return Columns(self.n_features_in_, None if names is None else tuple(names))

"""Attributes of fitted estimators, and the methods that use them: prediction, scores, samples."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

from causal_dag.arrays import AdjacencyMatrix, FloatArray, IntArray, WeightMatrix
from causal_dag.constraints import Constraints
from causal_dag.files.atomic_files import FilePath
from causal_dag.graph import Projection, mpdag
from causal_dag.graph.interventions import Interventions, intervened_columns
from causal_dag.identification import Identified, deciders, edge_table, warn_of_open_effects
from causal_dag.parameters import RandomState
from causal_dag.problem import StageRecord
from causal_dag.saving.models import save_model
from causal_dag.structural_equations import LinearEquations, StructuralEquations
from causal_dag.tables.columns import Columns, written_names
from causal_dag.tables.rows import finite_rows, named_rows, names_like_fitted
from causal_dag.validation import check_number

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


class FittedDAG(BaseEstimator):
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
        One record per stage.
    projection_ : Projection
        What threshold and projection to a DAG removed.
    weight_threshold_ : float
        The threshold that was applied: ``weight_threshold``, or that of the polishing search.
    n_features_in_ : int
        Number of columns d.
    feature_names_in_ : ndarray of str
        Column names, where the data had some.
    """

    weights_: WeightMatrix
    adjacency_: AdjacencyMatrix
    raw_weights_: WeightMatrix
    unpolished_weights_: WeightMatrix | None
    order_: IntArray
    identified_: Identified
    constraints_: Constraints
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
    n_features_in_: int

    _equations_: StructuralEquations
    _standard_deviation_: FloatArray
    _likelihood_variance_: FloatArray

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
            Interventions: the column is set, regardless of its parents.
        random_state : int, Generator or None, default 0
            Source of randomness, None for a new one at every call; global state is not touched.

        Returns
        -------
        ndarray of shape (n_samples, d)
        """
        check_is_fitted(self)
        n_samples = check_number("n_samples", n_samples, low=1, integer=True)
        generator = np.random.default_rng(RandomState().check("random_state", random_state))
        noise = generator.standard_normal((n_samples, self.n_features_in_))
        noise = noise * np.sqrt(self.noise_variance_)
        columns = intervened_columns(do, self._columns(), n_samples)
        return self._equations_.propagate(noise, columns)

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
        """The graph's equivalence class, directed as far as prior knowledge goes."""
        check_is_fitted(self)
        known = self.constraints_
        return mpdag(self.adjacency_, forbidden=known.forbidden, required=known.required)

    @property
    def edges_(self) -> "DataFrame":
        """The edges, and what decided their directions."""
        check_is_fitted(self)
        decided_by = deciders(self.adjacency_, self.constraints_, self.identified_)
        is_linear = isinstance(self._equations_, LinearEquations)
        scale = self._standard_deviation_ if is_linear else None
        return edge_table(self.weights_, scale, decided_by, self._labels)

    @property
    def _labels(self) -> tuple[str, ...]:
        return written_names(getattr(self, "feature_names_in_", None), self.n_features_in_)

    def _rows_like_fitted(self, X: Any) -> FloatArray:
        check_is_fitted(self)
        rows = finite_rows(X)
        names = names_like_fitted(X, getattr(self, "feature_names_in_", None))
        validate_data(self, named_rows(rows, names), reset=False, skip_check_array=True)
        return rows

    def _columns(self) -> Columns:
        names = getattr(self, "feature_names_in_", None)
        return Columns(self.n_features_in_, None if names is None else tuple(names))

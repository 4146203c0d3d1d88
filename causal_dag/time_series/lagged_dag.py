"""Graphs of time series, by any solver: columns of earlier rows are causes that are given."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted, validate_data

from causal_dag.arrays import BoolArray
from causal_dag.constraints import PriorKnowledge
from causal_dag.declared_parameters import DeclaredParameters, checked_parameters
from causal_dag.estimator import DAGEstimator
from causal_dag.files.atomic_files import FilePath
from causal_dag.fitting.atomic_fit import take_over_fit, unfitted_copy
from causal_dag.fitting.fit_remarks import verdict
from causal_dag.fitting.fitted_dag import BaseEstimator
from causal_dag.fitting.named_output import NamedOutput
from causal_dag.fitting.presentation import Presentation
from causal_dag.graph import total_effects
from causal_dag.graph.lagged import spectral_radius
from causal_dag.graph.matrices import dense
from causal_dag.moments import Moments
from causal_dag.parameters import Either, Number, Numbers
from causal_dag.registry import make_solver
from causal_dag.regression import (
    SMALLEST_VARIANCE_SHARE,
    least_squares_weights,
    residual_variances,
)
from causal_dag.saving.models import FURTHER_MODELS, model_of_document, save_model
from causal_dag.saving.values import loaded_value, saved_value
from causal_dag.structural_equations import LinearEquations
from causal_dag.tables.columns import Columns
from causal_dag.tables.rows import named_rows, names_like_fitted
from causal_dag.time_series.lagged_simulation import LaggedSimulation
from causal_dag.time_series.series import Series, lagged_names, read_series
from causal_dag.validation import check_number
from causal_dag.wording import counted, quoted

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

_NUMBER = Number(low=1, integer=True)
_LAGS = Either(_NUMBER, Numbers(_NUMBER))
ROUNDING = 1e-9


class LaggedDAG(DeclaredParameters, LaggedSimulation, Presentation, NamedOutput, BaseEstimator):
    """Graph of a time series: effects within a row, and effects of earlier rows.

    The model is x_t = c + x_t W + Σ_k x_(t−k) W_k + e_t, a structural vector autoregression [1]_
    with sparse weights and an acyclic W. A solver is fitted to one table in which every row also
    holds the rows before it. These lagged columns are *given*: they have no causes, no edges among
    them, and no term in the score. Weights within the row and of earlier rows are estimated
    together, equal noise variances are those of the current row alone, and time directs every
    lagged edge.

    Parameters
    ----------
    estimator : DAGEstimator
        Solver of linear models, by default ``TOPO()``. Its ``prior_knowledge`` can name earlier
        values, as in ``PriorKnowledge(forbidden=[("rain[t-1]", "sales")])``; columns without names
        are called ``x0``, ``x1``, and so on. A root has no causes in earlier rows either.
    n_lags : int or sequence of int
        How many earlier rows act on a row. Among several numbers, the one with the lowest BIC is
        chosen: each graph is fitted to the rows that all of them can use, its weights are estimated
        by least squares, and its criterion is Σ_j n log σ²_j + log n · (number of edges).

    Attributes
    ----------
    weights_ : ndarray of shape (d, d)
        ``weights_[i, j]`` is the direct effect of variable i on variable j in the same row; a DAG.
    lagged_weights_ : ndarray of shape (n_lags, d, d)
        ``lagged_weights_[k - 1, i, j]`` is the direct effect of variable i, k rows earlier, on j.
    adjacency_, lagged_adjacency_ : ndarray of bool
        Where the weights are not 0.
    cpdag_ : ndarray of bool, shape (d, d)
        What is decided of the edges within a row, given that earlier rows come before: an
        undirected edge has both directions set.
    edges_ : DataFrame
        One row per edge: ``cause``, ``effect``, ``lag``, ``weight``, ``standardized`` and
        ``decided_by``, as in ``DAGEstimator``. Where time decides, it is ``"knowledge"``.
    order_ : ndarray of int, shape (d,)
        A topological order of the variables within a row.
    intercept_, noise_variance_ : ndarray of shape (d,)
        Intercepts, and variances of the noise.
    n_lags_ : int
        The number of lags, as chosen if there was a choice.
    lag_scores_ : dict of int to float
        The BIC of every number of lags, if there was a choice; otherwise empty.
    estimator_ : DAGEstimator
        The solver, fitted to the table with lagged columns ``name[t-k]``.
    n_samples_ : int
        Rows with all rows before them, which were fitted.
    n_features_in_ : int
        Number of variables d.
    feature_names_in_ : ndarray of str
        Names of the variables, where the data had some.

    Notes
    -----
    Rows are at equal distances of time, and effects are the same at all times. To leave out a gap,
    pass the series before and after it as two. Solvers whose scores cannot leave given columns out
    raise an error that names others.

    References
    ----------
    .. [1] Hyvärinen, Zhang, Shimizu and Hoyer, "Estimation of a structural vector autoregression
       model using non-Gaussianity", JMLR 11 (2010).

    Examples
    --------
    >>> from causal_dag import LaggedDAG
    >>> from causal_dag.synthetic import make_time_series
    >>> X, process = make_time_series(500, 4, n_lags=2, random_state=2)
    >>> model = LaggedDAG(n_lags=2).fit(X)
    >>> bool((model.lagged_adjacency_ == (process.lagged_weights != 0)).all())
    True
    """

    estimator: Any = field(default=None, kw_only=False)
    n_lags: Annotated[int | Sequence[int], _LAGS] = field(default=1, kw_only=False)

    def fit(self, X: Any, y: object = None) -> Self:
        """Estimate the graph from one or several series.

        Parameters
        ----------
        X : array-like or data frame of shape (T, d), or a list of them
            Series of the same variables, earliest row first; a list may hold series of different
            lengths. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the data cannot be used, a series is too short for the lags, or the solver is not one
            of linear models; the message names the column or series, and the remedy.
        """
        model = unfitted_copy(self, checked_parameters(type(self), self.get_params(deep=False)))
        model._fit(read_series(X))
        return take_over_fit(self, model)

    def _fit(self, series: Series) -> None:
        candidates = (self.n_lags,) if isinstance(self.n_lags, int) else sorted(set(self.n_lags))
        series.require_rows(max(candidates), least=2)
        self.n_features_in_ = series.n_features
        if series.names is not None:
            self.feature_names_in_ = np.array(series.names, dtype=object)
        tried = candidates if len(candidates) > 1 else ()
        self.lag_scores_ = {k: self._bic(series, k, max(candidates)) for k in tried}
        self.n_lags_ = _fewest_of_best(self.lag_scores_) if self.lag_scores_ else candidates[0]
        self.estimator_ = self._fitted(series, self.n_lags_, self.n_lags_)
        self.n_samples_ = sum(len(part) - self.n_lags_ for part in series.parts)
        self._read_solver()

    def _read_solver(self) -> None:
        """Set the attributes that follow from the fitted solver and the numbers of columns."""
        fitted, d = self.estimator_, self.n_features_in_
        weights = dense(fitted.weights_)[:, :d]
        self.weights_, lagged = weights[:d], weights[d:]
        self.lagged_weights_ = lagged.reshape(self.n_lags_, d, d)
        self.order_ = fitted.order_[fitted.order_ < d]
        self.adjacency_, self.lagged_adjacency_ = self.weights_ != 0, self.lagged_weights_ != 0
        self.intercept_ = fitted.intercept_[:d]
        self.noise_variance_ = fitted.noise_variance_[:d]

    def save(self, path: FilePath) -> None:
        """Write the fitted model to a JSON file; ``causal_dag.load_model`` reads it.

        The file is that of ``estimator_``, with what else this model needs under ``"lagged"``.

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

        Examples
        --------
        >>> import pathlib, tempfile
        >>> from causal_dag import LaggedDAG, load_model
        >>> from causal_dag.synthetic import make_time_series
        >>> X, process = make_time_series(100, 3, random_state=0)
        >>> model = LaggedDAG().fit(X)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "model.json")
        ...     model.save(path)
        ...     loaded = load_model(path)
        >>> bool((loaded.predict(X) == model.predict(X)).all())
        True
        """
        check_is_fitted(self)
        own = {
            "parameters": self.get_params(deep=False),
            "has_names": hasattr(self, "feature_names_in_"),
            "n_features": self.n_features_in_,
            "n_samples": self.n_samples_,
            "lag_scores": self.lag_scores_,
        }
        save_model(self.estimator_, path, lagged=saved_value(own))

    def _fitted(self, series: Series, n_lags: int, skipped: int) -> DAGEstimator:
        """Return the solver, fitted to the table with so many lags."""
        if self.estimator is None:
            solver: Any = make_solver("topo-bic")
        else:
            solver = clone(self.estimator, safe=False)
        if not isinstance(solver, DAGEstimator):
            raise ValueError(
                f"estimator={quoted(self.estimator)} is not a solver; write an estimator such as "
                "TOPO(), or None for it"
            )
        known = solver.prior_knowledge or PriorKnowledge()
        earlier = lagged_names(series.labels, n_lags)[series.n_features :]
        solver.set_params(prior_knowledge=replace(known, given=(*known.given, *earlier)))
        solver.fit(series.lagged_table(n_lags, skipped))
        if not isinstance(solver._equations_, LinearEquations):
            raise ValueError(
                f"estimator={quoted(self.estimator)} is not a solver of linear models; use another "
                "one, such as TOPO()"
            )
        return solver

    def _bic(self, series: Series, n_lags: int, skipped: int) -> float:
        """Return Σ_j n log σ²_j + log n · (number of edges), with least-squares weights."""
        fitted = self._fitted(series, n_lags, skipped)
        moments = Moments.from_rows(series.lagged_table(n_lags, skipped))
        adjacency, n = fitted.adjacency_, moments.n_samples
        weights = least_squares_weights(moments.covariance, adjacency)
        smallest = SMALLEST_VARIANCE_SHARE * moments.variance
        variances = np.maximum(residual_variances(moments.covariance, weights), smallest)
        fit = n * np.log(variances[fitted.constraints_.explained]).sum()
        return float(fit + np.log(n) * adjacency.sum())

    def predict(self, X: Any) -> Any:
        """Predict every row from the rows before it, one step ahead.

        Parameters
        ----------
        X : array-like or data frame of shape (T, d), or a list of them
            Series with the columns seen in ``fit``.

        Returns
        -------
        ndarray of shape (T - L, d), or a list of them
            Predictions of the rows from number L = ``n_lags_`` on.
        """
        check_is_fitted(self)
        series = self._series_like_fitted(X)
        reach = np.eye(self.n_features_in_) + total_effects(self.weights_)
        lagged = self.lagged_weights_.reshape(-1, self.n_features_in_)
        predicted = []
        for part, given in zip(series.parts, [X] if series.is_one else X, strict=True):
            n = len(part) - self.n_lags_
            past = [part[self.n_lags_ - k :][:n] for k in range(1, self.n_lags_ + 1)]
            rows = (np.hstack(past) @ lagged + self.intercept_) @ reach
            predicted.append(self._named(rows, given))
        return predicted[0] if series.is_one else predicted

    def score(self, X: Any, y: object = None) -> float:
        """Return the mean Gaussian log-likelihood of a row given the rows before it.

        Parameters
        ----------
        X : array-like or data frame of shape (T, d), or a list of them
            Series with the columns seen in ``fit``.
        y : None
            Ignored.
        """
        check_is_fitted(self)
        return self.estimator_.score(self._series_like_fitted(X).lagged_table(self.n_lags_))

    def plot(self, **options: Any) -> "Figure":
        """Draw the graph with one node per variable, and lags written on the edges.

        Parameters
        ----------
        **options
            Of :func:`causal_dag.plotting.plot_summary_graph`: ``names`` and ``ax``.

        Returns
        -------
        matplotlib.figure.Figure

        See Also
        --------
        causal_dag.plotting.plot_unrolled_graph : One column of nodes per row of time.
        """
        from causal_dag.plotting import plot_summary_graph

        check_is_fitted(self)
        return plot_summary_graph(self, **options)

    def _overview(self) -> list[str]:
        radius = spectral_radius(self.weights_, self.lagged_weights_)
        is_stationary = "stationary" if radius < 1 else "not stationary"
        return [
            f"{type(self.estimator_).__name__} with {counted(self.n_lags_, 'lag')}: "
            f"{self.n_samples_} rows, {counted(self.n_features_in_, 'variable')}",
            verdict(self.estimator_, "time or prior knowledge"),
            f"spectral radius {radius:.3f} ({is_stationary})",
        ]

    def _remarks(self) -> list[str]:
        scores = ", ".join(f"{k}: {score:.1f}" for k, score in self.lag_scores_.items())
        status = f"status: {self.estimator_.status_}"
        return [status, f"BIC by number of lags: {scores}"] if scores else [status]

    @property
    def cpdag_(self) -> BoolArray:
        """What is decided of the edges within a row."""
        check_is_fitted(self)
        return np.asarray(
            dense(self.estimator_.cpdag_)[: self.n_features_in_, : self.n_features_in_]
        )

    @property
    def edges_(self) -> "DataFrame":
        """The edges, and what decided their directions."""
        check_is_fitted(self)
        names = self.estimator_._labels
        d = self.n_features_in_
        of = {name: (names[place % d], place // d) for place, name in enumerate(names)}
        frame = self.estimator_.edges_
        causes = [of[cause] for cause in frame["cause"]]
        frame["cause"] = np.array([name for name, _ in causes], dtype=object)
        frame.insert(2, "lag", np.array([lag for _, lag in causes], dtype=np.intp))
        return frame

    def _series_like_fitted(self, X: Any, least: int = 1) -> Series:
        series = read_series(X)
        table = series.parts[0] if series.names is None else X if series.is_one else X[0]
        names = names_like_fitted(table, getattr(self, "feature_names_in_", None))
        for part in series.parts:
            validate_data(self, named_rows(part, names), reset=False, skip_check_array=True)
        series.require_rows(self.n_lags_ - 1 + least)
        fitted = self._columns.names
        return replace(series, names=None if fitted is None else tuple(fitted))

    @property
    def _columns(self) -> Columns:
        names = getattr(self, "feature_names_in_", None)
        return Columns(self.n_features_in_, None if names is None else tuple(names))


def _lagged_model(document: Mapping[str, Any]) -> LaggedDAG:
    """Return the model that ``LaggedDAG.save`` has written."""
    solver = model_of_document(document)
    try:
        own = loaded_value(document["lagged"])
        model = LaggedDAG(**checked_parameters(LaggedDAG, own["parameters"]))
        d, n = (check_number(k, own[k], low=1, integer=True) for k in ("n_features", "n_samples"))
        model.n_features_in_, model.n_samples_ = d, n
        model.lag_scores_ = {int(k): float(score) for k, score in own["lag_scores"].items()}
        labels = tuple(solver._labels)
        model.n_lags_, model.estimator_ = len(labels) // d - 1, solver
        if model.n_lags_ < 1 or lagged_names(labels[:d], model.n_lags_) != labels:
            raise ValueError(f"n_features={d} are not those of the solver's columns")
        if own["has_names"]:
            model.feature_names_in_ = np.array(labels[:d], dtype=object)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"lagged is not a model of time series ({error})") from error
    model._read_solver()
    return model


FURTHER_MODELS["lagged"] = _lagged_model


def _fewest_of_best(scores: dict[int, float]) -> int:
    """Return the number of lags with the lowest score; of scores equal up to rounding, the first.

    A larger number often gives the same graph.
    """
    lowest = min(scores.values())
    return next(k for k, score in scores.items() if score <= lowest + ROUNDING * abs(lowest))

"""The estimator that chooses among estimators, by held-out likelihood or by stability."""

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import BoolArray, FloatArray, IntArray
from causal_dag.certainty.bootstrap_dag import BootstrapDAG, unfitted_solver
from causal_dag.certainty.stability import graph_stability
from causal_dag.declared_parameters import DeclaredParameters, checked_parameters
from causal_dag.estimator import DAGEstimator
from causal_dag.files.atomic_files import FilePath
from causal_dag.fitting.atomic_fit import take_over_fit, unfitted_copy
from causal_dag.fitting.clustered_rows import numbered_groups
from causal_dag.fitting.fitted_dag import FittedDAG
from causal_dag.identification import Assumption
from causal_dag.parameters import Number, NumberOfJobs, Seed
from causal_dag.registry import make_solver
from causal_dag.selection.resampling_criteria import Folds
from causal_dag.tables.row_weights import table_with_rows
from causal_dag.wording import quoted

if TYPE_CHECKING:
    from pandas import DataFrame

ChoiceCriterion = Literal["likelihood", "stability"]


class DAGSelector(DeclaredParameters, FittedDAG):
    """Fits several estimators, and chooses one by held-out likelihood or by stability.

    All fitted attributes and methods of the chosen model are those of this estimator too, so that
    metrics, plots and exports accept it.

    Parameters
    ----------
    estimators : sequence or mapping
        Estimators, or names of the registry such as ``"topo-bic"``; a mapping gives each a name of
        its own.
    criterion : {"likelihood", "stability"}
        ``"likelihood"``: the largest mean log-likelihood of rows that a fit has not seen, by
        cross-validation with ``score``. ``"stability"``: the largest agreement of the graphs of
        random halves of the rows, corrected for chance
        (``causal_dag.certainty.graph_stability``).
    cv : int or splitter
        Folds of rows in random order, the same for all estimators; or an object with ``split(X)``.
        Of ``"likelihood"``.
    one_standard_error : bool
        Choose the estimator with the fewest edges whose held-out likelihood is within one standard
        error of the best, and not the best itself (Breiman et al. 1984 [1]_). The standard error is
        that of the difference between the two over the folds, because rows that are improbable are
        so under all models.
    n_resamples : int
        Halves of the rows. Of ``"stability"``.
    n_jobs : int
        Processes that fit side by side, -1 for one per core; the answer is the same for any number.
    random_state : int, Generator or None
        Source of folds and halves; None draws new ones at every fit.

    Attributes
    ----------
    best_estimator_ : DAGEstimator
        The chosen estimator, fitted to all rows.
    best_name_ : str
        Its name.
    scores_ : dict of ndarray
        The scores of the folds by name; of ``"stability"``, one.
    results_ : DataFrame
        One row per estimator, the best first: ``score`` (of the criterion), of ``"likelihood"``
        ``standard_error``, ``gap`` to the best score and ``gap_standard_error``, and ``n_edges`` of
        the fit to all rows.

    Notes
    -----
    Held-out likelihood judges the distribution, not the directions. Markov equivalent graphs with
    refitted Gaussian weights or tables of categories have the same likelihood, so that differences
    between them are due to chance and say nothing about causes. It forgives surplus edges, whose
    weights are small, and so prefers graphs that are denser than those of BIC. A solver with an ℓ1
    penalty is judged with its shrunken weights, unless it has ``refit=True``. Gaussian likelihoods
    do not see non-Gaussian noise. Stability says that a method is consistent with itself, not that
    it is right: one that returns the same graph whatever the rows are is perfectly stable.

    References
    ----------
    .. [1] Breiman, Friedman, Olshen and Stone, "Classification and regression trees", Wadsworth
       (1984), section 3.4.3.

    Examples
    --------
    >>> from causal_dag import DAGSelector
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(200, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = DAGSelector(["empty", "eqvar"]).fit(X)
    >>> model.best_name_, bool(((model.weights_ != 0) == (sem.weights != 0)).all())
    ('eqvar', True)
    """

    estimators: Any = field(kw_only=False)
    criterion: ChoiceCriterion = "likelihood"
    cv: Annotated[Any, Folds()] = 5
    one_standard_error: bool = False
    n_resamples: Annotated[int, Number(low=2, integer=True)] = 20
    n_jobs: NumberOfJobs = None
    random_state: Seed = 0

    best_estimator_: DAGEstimator
    best_name_: str
    scores_: dict[str, FloatArray]
    _n_edges_: dict[str, int]

    def fit(self, X: Any, y: object = None, *, groups: Any = None) -> Self:
        """Fit all estimators, and choose one.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            One row per sample, one column per variable. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.
        groups : sequence of length n, optional
            Labels of rows that belong together, which folds and halves never separate.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If an estimator is unknown or refuses the data, or likelihoods are not comparable: one
            of them takes a column for a number, and another for levels or counts, or they have
            different given columns.
        """
        model = unfitted_copy(self, checked_parameters(type(self), self.get_params(deep=False)))
        candidates = named_candidates(model.estimators)
        X = table_with_rows(X)
        seed = int(np.random.default_rng(model.random_state).integers(2**31))
        labels = None if groups is None else numbered_groups(groups, len(X))
        if model.criterion == "likelihood":
            judge = functools.partial(model._held_out, X, model._folds(len(X), labels, seed))
        else:
            judge = functools.partial(model._resampled, X, labels, seed)
        fitted: dict[str, DAGEstimator] = {}
        model.scores_ = {}
        for name, solver in candidates.items():
            with _errors_of(name):
                fitted[name], model.scores_[name] = judge(solver)
        if model.criterion == "likelihood":
            _refuse_different_likelihoods(fitted)
        model._n_edges_ = {name: int(found.adjacency_.sum()) for name, found in fitted.items()}
        name = model._choice()
        chosen, parameters = fitted[name], fitted[name].get_params(deep=False)
        taken = {key: value for key, value in vars(chosen).items() if key not in parameters}
        model.__dict__ |= taken | {"best_estimator_": chosen, "best_name_": name}
        return take_over_fit(self, model)

    def _held_out(self, X: Any, folds: Any, solver: DAGEstimator) -> tuple[Any, FloatArray]:
        """Return the fit to all rows, and the scores of the folds."""
        options = {"cv": folds, "n_jobs": self.n_jobs, "error_score": "raise"}
        return clone(solver).fit(X), cross_val_score(solver, X, **options)

    def _resampled(
        self, X: Any, groups: Any, seed: int, solver: DAGEstimator
    ) -> tuple[Any, FloatArray]:
        """Return the fit to all rows, and the stability, NaN where it is not defined."""
        settings: Any = {"n_resamples": self.n_resamples, "n_jobs": self.n_jobs}
        # Halves that start from one and the same graph would agree too often.
        halves = BootstrapDAG(solver, warm_start=False, random_state=seed, **settings)
        resampled = halves.fit(X, groups=groups)
        return resampled.estimator_, np.array([graph_stability(resampled.distribution_)])

    def _folds(self, n_samples: int, groups: IntArray | None, seed: int) -> list[Any]:
        splitter: Any = self.cv
        if not hasattr(splitter, "split"):
            whole = KFold(self.cv, shuffle=True, random_state=seed)
            splitter = whole if groups is None else GroupKFold(self.cv)
        labels = () if groups is None else (None, groups)
        return list(splitter.split(np.zeros((n_samples, 1)), *labels))

    def _choice(self) -> str:
        results = self.results_
        if self.criterion == "likelihood" and self.one_standard_error:
            results = results[results["gap"] <= results["gap_standard_error"]]
            results = results.sort_values("n_edges", kind="stable")
        return str(results.index[0])

    @property
    def results_(self) -> "DataFrame":
        """One row per estimator, the best first."""
        from pandas import DataFrame

        check_is_fitted(self, "scores_")
        scores = DataFrame(self.scores_)
        results = DataFrame({"score": scores.mean()})
        if self.criterion == "likelihood":
            gaps = scores[[results["score"].idxmax()]].to_numpy() - scores
            results["standard_error"] = scores.sem()
            results["gap"], results["gap_standard_error"] = gaps.mean(), gaps.sem()
        results["n_edges"] = self._n_edges_
        return results.sort_values(["score", "n_edges"], ascending=[False, True], kind="stable")

    @property
    def column_values(self) -> str:
        """What columns hold, according to the chosen estimator."""
        return self.best_estimator_.column_values

    @property
    def _own_assumption(self) -> Assumption | None:
        return self.best_estimator_._own_assumption

    @property
    def _allows_gaps(self) -> bool:
        return self.best_estimator_._allows_gaps

    def save(self, path: FilePath) -> None:
        """Write the chosen model to a JSON file, which ``causal_dag.load_model`` reads.

        Parameters
        ----------
        path : path
            Ends in ``.json``. Written whole or not at all.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If nothing was chosen yet.
        ValueError
            If a parameter is an object that JSON cannot hold, or the ending is another one.
        """
        check_is_fitted(self)
        self.best_estimator_.save(path)


def named_candidates(estimators: Any) -> dict[str, DAGEstimator]:
    """Return unfitted estimators by name: that of the registry, or what the estimator prints.

    Raises
    ------
    ValueError
        If there is none, one is not an estimator, or a name is not a string or occurs twice.

    Examples
    --------
    >>> from causal_dag import TOPO
    >>> from causal_dag.comparison.dag_selector import named_candidates
    >>> list(named_candidates(["eqvar", TOPO(penalty=4)]))
    ['eqvar', 'TOPO(penalty=4)']
    """
    if isinstance(estimators, Mapping):
        items = list(estimators.items())
    elif isinstance(estimators, Sequence) and not isinstance(estimators, str):
        items = [(found if isinstance(found, str) else repr(found), found) for found in estimators]
    else:
        items = []
    if not items:
        raise ValueError(
            f"estimators={quoted(estimators)} names nothing to choose from; write a list such as "
            "['topo-bic', 'direct-lingam'], or a mapping from names to estimators"
        )
    candidates: dict[str, DAGEstimator] = {}
    for name, found in items:
        if not isinstance(name, str):
            raise ValueError(f"estimators: the name {quoted(name)} is not a string; write one")
        if name in candidates:
            raise ValueError(f"estimators has {quoted(name)} twice; pass a mapping to name each")
        with _errors_of(name):
            candidates[name] = (
                make_solver(found) if isinstance(found, str) else unfitted_solver(found)
            )
    return candidates


@contextlib.contextmanager
def _errors_of(name: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ValueError(f"estimator {quoted(name)}: {error}") from error


def _refuse_different_likelihoods(fitted: Mapping[str, DAGEstimator]) -> None:
    """Raise ``ValueError`` unless all are densities, or probabilities, of the same columns."""
    first, *others = fitted
    for name in others:
        if not np.array_equal(_discrete_columns(fitted[name]), _discrete_columns(fitted[first])):
            raise ValueError(
                f"{quoted(first)} and {quoted(name)} take columns for different kinds, and the "
                "density of a number cannot be compared with the probability of a level or count; "
                "compare estimators of one kind, or use criterion='stability'"
            )
        one, other = (fitted[key].constraints_.explained for key in (first, name))
        if not np.array_equal(one, other):
            raise ValueError(
                f"{quoted(first)} and {quoted(name)} have different given columns, so that their "
                "likelihoods are those of different columns; give all the same"
            )


def _discrete_columns(model: DAGEstimator) -> BoolArray:
    """Return which columns have probabilities, and not densities, in the likelihood."""
    kinds = model._kinds
    if kinds is None:
        return np.zeros(model.n_features_in_, dtype=bool)
    return np.asarray((np.array(kinds.n_levels) > 0) | kinds.is_count)

"""The certainty of a graph, from fits to resamples of the rows."""

import time
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.certainty.distribution_mixin import GraphDistributionMixin
from causal_dag.certainty.graph_distribution import GraphDistribution
from causal_dag.certainty.resampled_fits import ResampledFits
from causal_dag.certainty.resampling import Resampler, Resampling
from causal_dag.certainty.saved_distributions import register_distribution
from causal_dag.certainty.stability import Shape, false_edge_bound
from causal_dag.declared_parameters import DeclaredParameters, checked_parameters
from causal_dag.estimator import DAGEstimator
from causal_dag.experiments import target_entries
from causal_dag.fit_warnings import warn
from causal_dag.fitting.atomic_fit import take_over_fit, unfitted_copy
from causal_dag.fitting.clustered_rows import numbered_groups
from causal_dag.fitting.fitted_dag import BaseEstimator
from causal_dag.fitting.missing_values import DataOfFit, data_of_fit
from causal_dag.parameters import NumberOfJobs, Positive, PositiveInteger, Seed
from causal_dag.problem import Status
from causal_dag.registry import make_solver
from causal_dag.tables.rows import incomplete_rows
from causal_dag.wording import counted, quoted


class BootstrapDAG(GraphDistributionMixin, DeclaredParameters, BaseEstimator):
    """Probabilities of edges, directions and paths, by fitting a solver to resamples of the rows.

    By default a resample is a random half of the rows. A bootstrap sample, which repeats rows, has
    the sampling error of the table and that of the drawing, so that a solver finds about twice as
    many chance edges in it; halves without repetition do not have this fault. They come in pairs
    that have no row in common, as ``stability_bound`` requires.

    Parameters
    ----------
    estimator : DAGEstimator
        The solver, by default ``TOPO()``. Its prior knowledge holds in every resample.
    n_resamples : int
        How many resamples to fit.
    resampling : {"half", "bootstrap"}
        Half of the rows without replacement; or as many rows as there are, with replacement, whose
        moments count as those of half as many rows, which corrects the number of chance edges. The
        latter is available only for solvers that need only moments.
    warm_start : bool
        Start the fits to resamples from the graph of all rows, where the solver can, and let
        ``TOPO`` restart only 10 times. If false, resamples are fitted in the same way as all rows.
    n_jobs : int
        Number of processes that fit in parallel; -1 for one per core. Results are bitwise
        identical for any number.
    random_state : int, Generator or None
        Source of the resamples and of the solver's own randomness on each; None draws different
        ones in every fit.
    time_budget : float
        Seconds after which no further resample is fitted.
    callback : callable
        Called with the number of finished resamples and ``n_resamples``; returning true stops.

    Attributes
    ----------
    edge_probability_ : ndarray of shape (d, d)
        Share of resamples with the edge i → j. Where a resample leaves the direction of an edge
        open, it counts half in either direction.
    adjacency_probability_ : ndarray of shape (d, d)
        Share of resamples with an edge between i and j, of either direction; symmetric.
    direction_probability_ : ndarray of shape (d, d)
        Probability of i → j given an edge between the two; NaN where there never is one.
    ancestor_probability_ : ndarray of shape (d, d)
        Share of resamples with a directed path from i to j; where only some of the graphs that fit
        alike have one, the resample counts half.
    consensus_ : ndarray of bool, shape (d, d)
        A DAG of the edges that more than half of the resamples have, with the directions that most
        of them agree on.
    typical_graphs_ : list of TypicalGraph
        At most three graphs that stand for all, with their shares.
    distribution_ : GraphDistribution
        The graphs of the resamples.
    estimator_ : DAGEstimator
        The solver, fitted to all rows.
    n_resamples_ : int
        Number of resamples that were fitted: fewer than ``n_resamples`` after Ctrl-C or
        ``time_budget``.
    n_features_in_ : int
        Number of variables d.
    feature_names_in_ : ndarray of str
        Names of the variables, where the data had some.

    Warns
    -----
    UserWarning
        If Ctrl-C, the time budget or the callback ended the fit early. Ctrl-C before the first
        resample raises ``KeyboardInterrupt``.

    See Also
    --------
    causal_dag.certainty.compare_groups : Which edges differ between two groups of rows.

    Examples
    --------
    >>> from causal_dag import BootstrapDAG
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 4, graph="er", edges_per_node=1, random_state=0)
    >>> model = BootstrapDAG(n_resamples=20).fit(X)
    >>> true_pairs = (sem.weights != 0) | (sem.weights.T != 0)
    >>> bool((model.adjacency_probability_[true_pairs] > 0.9).all())
    True
    """

    document_key: ClassVar[str] = "bootstrap"

    estimator: Any = field(default=None, kw_only=False)
    n_resamples: PositiveInteger = 200
    resampling: Resampling = "half"
    warm_start: bool = True
    n_jobs: NumberOfJobs = 1
    random_state: Seed = 0
    time_budget: Positive | None = None
    callback: Callable[[int, int], object] | None = None

    def fit(self, X: Any, y: object = None, *, targets: Any = None, groups: Any = None) -> Self:
        """Fit the solver to all rows, and to resamples of them.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            One row per sample, one column per variable. Not changed.
        y : None
            Ignored; there for scikit-learn's conventions.
        targets : sequence of length n, optional
            What was intervened on in every row, as the solver's ``fit`` takes it. Every half has
            about half of the rows with the same targets.
        groups : sequence of length n, optional
            Labels of rows that belong together, for example those of one person: a resample has
            all rows of a group or none. Without it, rows count as independent.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the solver refuses the data or a resample of them; if groups do not fit the rows.
        """
        model = unfitted_copy(self, checked_parameters(type(self), self.get_params(deep=False)))
        model._fit(X, targets, groups)
        return take_over_fit(self, model)

    def _fit(self, X: Any, targets: Any, groups: Any) -> None:
        started = time.time()
        solver = unfitted_solver(self.estimator)
        self.estimator_ = fitted = clone(solver).fit(X, targets=targets)
        if fitted.status_ == Status.INTERRUPTED:
            raise KeyboardInterrupt
        self.n_features_in_ = fitted.n_features_in_
        names = getattr(fitted, "feature_names_in_", None)
        if names is not None:
            self.feature_names_in_ = names
        solver = solver.warm_started(fitted) if self.warm_start else solver.checked_copy()
        # What shows the progress of one fit is not for hundreds of them.
        solver.callback, solver.verbose = None, False
        fits = self._resampled_fits(solver, X, targets, groups)
        deadline = np.inf if self.time_budget is None else started + self.time_budget
        graphs: list[BoolArray] = []
        for graph in fits.graphs(self.n_resamples, self.n_jobs, deadline):
            graphs.append(graph)
            if self.callback is not None and self.callback(len(graphs), self.n_resamples):
                break
        if not graphs:
            raise KeyboardInterrupt
        self.n_resamples_ = len(graphs)
        if self.n_resamples_ < self.n_resamples:
            warn(
                f"BootstrapDAG stopped after {self.n_resamples_} of "
                f"{counted(self.n_resamples, 'resample')}; probabilities are shares of these"
            )
        self.distribution_ = GraphDistribution(graphs, names=names)

    def _resampled_fits(
        self, solver: DAGEstimator, X: Any, targets: Any, groups: Any
    ) -> ResampledFits:
        data = data_of_fit(solver, X)
        incomplete = incomplete_rows(X) if data.rows is None else None
        n_samples = len(X) if data.is_used is None else data.is_used.size
        group_of = numbered_groups(groups, n_samples)
        if data.is_used is not None:
            _, group_of = np.unique(group_of[data.is_used], return_inverse=True)
            incomplete = None if incomplete is None else incomplete[data.is_used]
        used = data.used_targets(targets)
        entries = None if used is None else target_entries(used, group_of.size)
        if self.resampling == "bootstrap":
            _refuse_rows(solver, data, entries)
        entropy = int(np.random.default_rng(self.random_state).integers(2**63))
        resampler = Resampler(group_of, _strata(group_of, entries), self.resampling, entropy)
        return ResampledFits(solver, data, incomplete, entries, resampler)

    def stability_bound(self, threshold: float, *, shape: Shape = "any") -> float:
        """Return a bound on the expected number of false edges among the stable ones.

        Stable are edges, regardless of direction, whose ``adjacency_probability_`` is above the
        threshold. False are pairs that a half-sample joins less often than the average pair: q / p,
        if it joins q of p pairs. Pairs that prior knowledge joins or separates do not count.

        Parameters
        ----------
        threshold : float
            Above 0.5.
        shape : {"any", "unimodal"}
            ``"any"``: q² / ((2 · threshold − 1) p). ``"unimodal"``: the sharper bound for unimodal
            distributions of the number of pairs of halves that agree on an edge.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            If the resamples are not halves, or the threshold is not between 0.5 and 1.

        See Also
        --------
        causal_dag.certainty.false_edge_bound : The formulas, with their sources.
        """
        check_is_fitted(self)
        if self.resampling != "half":
            raise ValueError(
                f"resampling={quoted(self.resampling)}: the bound is one for halves; fit with "
                "resampling='half'"
            )
        known = self.estimator_.constraints_
        separated, required = known.forbidden & known.forbidden.T, known.required | known.required.T
        is_candidate = np.triu(~(separated | required), 1)
        n_selected = float(self.adjacency_probability_[is_candidate].sum())
        n_pairs = int(is_candidate.sum())
        return false_edge_bound(n_selected, n_pairs, self.n_resamples_, threshold, shape)

    def _what_was_drawn(self) -> str:
        return f"{self.n_resamples_} of {counted(self.n_resamples, 'resample')}"


register_distribution(BootstrapDAG, estimator_=DAGEstimator, n_resamples_=int)


def unfitted_solver(estimator: Any) -> DAGEstimator:
    """Return a clone of the solver, ``TOPO()`` for None; raise ``ValueError`` if it is none.

    Examples
    --------
    >>> from causal_dag.certainty.bootstrap_dag import unfitted_solver
    >>> unfitted_solver(None)
    TOPO()
    """
    solver = make_solver("topo-bic") if estimator is None else clone(estimator, safe=False)
    if not isinstance(solver, DAGEstimator):
        raise ValueError(
            f"estimator={quoted(estimator)} is not a solver of a table of rows; pass an estimator, "
            "such as TOPO() or causal_dag.solvers.make_solver('topo-bic'), or None for TOPO()"
        )
    return solver


def _refuse_rows(solver: DAGEstimator, data: DataOfFit, targets: list[Any] | None) -> None:
    """Raise ``ValueError`` if more than moments is used, whose number of rows can be corrected."""
    if solver.needs_rows or data.kinds is not None or targets is not None:
        used = "targets" if targets is not None else type(solver).__name__
        raise ValueError(
            f"resampling='bootstrap' cannot correct the number of rows for {used}, and would find "
            "too many chance edges; use resampling='half'"
        )


def _strata(group_of: IntArray, targets: list[Any] | None) -> IntArray:
    """Return the stratum of every group: the targets of its first row."""
    _, first = np.unique(group_of, return_index=True)
    numbers: dict[str, int] = {}
    written = [""] * first.size if targets is None else [repr(targets[row]) for row in first]
    found = [numbers.setdefault(entry, len(numbers)) for entry in written]
    return np.array(found, dtype=np.intp)

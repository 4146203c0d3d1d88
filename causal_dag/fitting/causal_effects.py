"""Questions about causes that every fitted estimator answers."""

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import FloatArray, IntArray
from causal_dag.blas_threads import one_blas_thread
from causal_dag.effects.edge_inference import (
    FAMILIES,
    Correction,
    CovarianceOfEstimates,
    RowRegressions,
    SelectedEdgesWarning,
    inference_table,
)
from causal_dag.effects.effect import Effect
from causal_dag.effects.graph_class import GraphClass
from causal_dag.effects.possible_effects import effects_on, possible_effect
from causal_dag.fit_warnings import warn
from causal_dag.fitting.clustered_rows import numbered_groups
from causal_dag.fitting.polishing import resolve_polisher
from causal_dag.graph.matrices import MOST_NODES_OF_DENSE
from causal_dag.identification import Assumption, assumption_of, decided_directions
from causal_dag.moments import Moments
from causal_dag.structural_equations import LinearEquations
from causal_dag.validation import check_choice, check_number
from causal_dag.wording import listed, quoted

if TYPE_CHECKING:
    from pandas import DataFrame

# Largest difference of correlations and standardized means of the same rows, by rounding.
SAME_ROWS = 1e-8


class CausalEffects:
    """The methods of fitted estimators that answer what one column does to another.

    Effects are computed over all graphs that fit alike, the class that ``cpdag_`` stands for.
    """

    def effect(
        self: Any,
        cause: Any,
        outcome: int | str,
        assume: Assumption | None = None,
        *,
        level: float = 0.95,
    ) -> Effect:
        """Return the possible effects of a column, or of several, on another.

        The data leave the directions of some edges open; all graphs of the class ``cpdag_`` fit
        alike, and the effect can be another in each. All distinct possible effects are returned,
        each estimated by a regression of the outcome on the cause and the optimal adjustment set.

        Parameters
        ----------
        cause : str, int or list of them
            The column that is set. Of several, each effect is that of a unit change while the
            others are held at fixed values.
        outcome : str or int
            The column that responds.
        assume : {"equal-variances", "non-gaussian", "curves", "poisson", "sortability"}, optional
            The solver's own assumption, if the directions that it decided are to be taken for
            granted. By default, effects do not rest on it.
        level : float
            Confidence level of the intervals, which hold if the class is right: that the graph was
            estimated from the same rows is not accounted for.

        Returns
        -------
        Effect

        Raises
        ------
        ValueError
            If a column is unknown, relations are not linear, the solver does not make the
            assumption, regressors are collinear, or too many graphs would have to be compared.

        Examples
        --------
        >>> from causal_dag import TOPO
        >>> from causal_dag.synthetic import make_linear_sem
        >>> X, sem = make_linear_sem(1000, 5, graph="er", edges_per_node=1, random_state=2)
        >>> model = TOPO().fit(X)
        >>> model.effect(0, 4).is_identified
        True
        """
        moments = self._moments_for_effects()
        columns, level = self._columns(), _checked_level(level)
        several = cause if isinstance(cause, list | tuple | np.ndarray) else [cause]
        causes = columns.distinct_positions(several, "cause")
        target = columns.position(outcome, "outcome")
        if not causes:
            raise ValueError("cause=[]: name at least one column")
        if target in causes:
            raise ValueError(
                f"column {columns.label(target)} is cause and outcome; name another outcome"
            )
        graphs = self._graph_class(assume)
        with one_blas_thread():
            return possible_effect(graphs, moments, causes, target, level)

    def effects(
        self: Any, on: int | str, assume: Assumption | None = None, *, level: float = 0.95
    ) -> "DataFrame":
        """Return the possible effects of all other columns on one.

        Parameters
        ----------
        on : str or int
            The column that responds.
        assume, level : object
            As for ``effect``.

        Returns
        -------
        DataFrame
            One row per other column, the largest standardized effect first. ``cause``; ``lowest``
            and ``highest`` possible effect of a unit change; ``interval_low`` and
            ``interval_high``, the ends of ``interval``; ``standardized_lowest`` and
            ``standardized_highest``, the effects in standard deviations; ``is_identified``,
            ``adjustment_set`` and ``open_edges`` as in ``Effect``.

        Raises
        ------
        ValueError
            As for ``effect``.
        """
        moments = self._moments_for_effects()
        target = self._columns().position(on, "on")
        graphs, level = self._graph_class(assume), _checked_level(level)
        with one_blas_thread():
            return effects_on(graphs, moments, target, level)

    def edge_table(
        self: Any,
        X: Any = None,
        level: float = 0.95,
        covariance: CovarianceOfEstimates = "classical",
        *,
        groups: Any = None,
        correction: Correction = "fdr_by",
    ) -> "DataFrame":
        """Return estimates, standard errors, intervals and tests of the edges.

        Every column is regressed, with an intercept, on its parents in the graph: by least
        squares, or by the logistic or Poisson regressions of a solver for columns of 0 and 1 or of
        counts. Penalties and limits on weights play no part here, so that ``estimate`` may differ
        from ``weights_``.

        Parameters
        ----------
        X : array-like or data frame of shape (n, d), optional
            Rows, with the columns seen in ``fit``; best those of a part of the data that was kept
            out of ``fit``, because intervals do not account for the edges having been selected on
            the same rows. Incomplete rows are left out if ``missing`` of the estimator is not
            ``"refuse"``. By default, least squares from ``moments_``.
        level : float
            Confidence level of the intervals.
        covariance : {"classical", "robust", "cluster"}
            Standard errors for equal noise variances in all rows, for unequal ones (HC3; HC0 of
            logistic and Poisson regressions), or for rows that depend on each other within groups.
            All but the first need ``X``.
        groups : array-like of shape (n,), optional
            With ``"cluster"``, labels of the groups of rows that belong together.
        correction : {"fdr_by", "fdr_bh", "holm", "bonferroni"}
            How p-values are adjusted for the number of edges: false discovery rates of Benjamini
            and Yekutieli (under any dependence between tests) or of Benjamini and Hochberg, or
            family-wise error rates.

        Returns
        -------
        DataFrame
            One row per edge, in the order of ``edges_``: ``cause``; ``effect``; ``estimate``, per
            unit (log odds or log rates of logistic and Poisson regressions); ``standardized``, in
            standard deviations (log odds or log rates per standard deviation of the cause);
            ``standard_error``; ``lower`` and ``upper``, the interval; ``p_value``;
            ``p_adjusted``; ``robustness_value`` between 0 and 1, the share of the residual variance
            of both ends that an unseen common cause would have to account for to bring the
            estimate to 0 (Cinelli and Hazlett 2020; NaN of logistic and Poisson regressions);
            ``decided_by`` as in ``edges_``.

        Raises
        ------
        ValueError
            If relations have no single weight per edge, rows are needed or too few, parents are
            collinear, or ``groups`` do not fit.

        Warns
        -----
        SelectedEdgesWarning
            If the rows are those that the graph was learned from.

        Examples
        --------
        >>> from causal_dag import TOPO
        >>> from causal_dag.synthetic import make_linear_sem
        >>> X, _ = make_linear_sem(1000, 5, edges_per_node=1, random_state=2)
        >>> table = TOPO().fit(X[:500]).edge_table(X[500:])
        >>> bool((table["lower"] < table["estimate"]).all())
        True
        """
        check_is_fitted(self)
        level = _checked_level(level)
        check_choice("covariance", covariance, ["classical", "robust", "cluster"])
        check_choice("correction", correction, ["fdr_by", "fdr_bh", "holm", "bonferroni"])
        if (groups is not None) != (covariance == "cluster"):
            raise ValueError(
                "groups are the clusters of covariance='cluster'; pass both or neither"
            )
        if not isinstance(self._equations_, LinearEquations):
            raise ValueError(
                f"{type(self).__name__}: relations have no single weight per edge, so that there "
                "is nothing to test edge by edge; BootstrapDAG tells how certain edges are"
            )
        if X is None and (covariance != "classical" or self.column_values in FAMILIES):
            raise ValueError(
                f"X=None: covariance={covariance!r} of columns taken as {self.column_values} is "
                "estimated from rows; pass X"
            )
        data: Moments | RowRegressions
        if X is None:
            data = moments = self._moments_for_effects()
        else:
            rows, clusters = self._rows_and_groups(X, groups)
            moments = Moments.from_finite_rows(rows, None)
            data = RowRegressions(rows, self.column_values, covariance, clusters)
        if self.selects_edges and _are_alike(moments, getattr(self, "moments_", None)):
            warn(
                "the edges were selected on the same rows, which the intervals and p-values "
                "ignore and so are too certain; split the rows: fit on one half, and pass the "
                "other as X",
                SelectedEdgesWarning,
            )
        with one_blas_thread():
            return inference_table(self.edges_, self._labels, data, level, correction)

    def _rows_and_groups(self: Any, X: Any, groups: Any) -> tuple[FloatArray, IntArray | None]:
        """Return the complete rows, and numbers of the groups that they belong to."""
        rows = self._rows_like_fitted(X, may_have_gaps=self._allows_gaps)
        complete = ~np.isnan(rows).any(axis=1)
        if groups is None:
            return rows[complete], None
        numbers = numbered_groups(groups, len(rows))[complete]
        return rows[complete], numbered_groups(numbers, numbers.size)

    def _moments_for_effects(self: Any) -> Moments:
        check_is_fitted(self)
        if not isinstance(self._equations_, LinearEquations) or self.column_values != "real":
            raise ValueError(
                f"{type(self).__name__}: relations are not linear between numbers, so that an "
                "effect is not a single number per unit; compare means under two interventions: "
                "interventional_mean({column: a}) and interventional_mean({column: b}), or on the "
                "command line --do column=a and --do column=b"
            )
        moments = getattr(self, "moments_", None)
        if isinstance(moments, Moments):
            return moments
        if self.n_features_in_ > MOST_NODES_OF_DENSE:
            raise ValueError(
                f"effects are estimated for up to {MOST_NODES_OF_DENSE} columns, and the model has "
                f"{self.n_features_in_}; fit the columns that matter"
            )
        if self.targets_ and () not in self.targets_:
            raise ValueError(
                "targets: something was intervened on in every row, and effects are estimated from "
                "rows without targets; add some"
            )
        raise ValueError(
            "the model was saved by an earlier version, without the covariances that effects are "
            "estimated from; fit it again"
        )

    def _graph_class(self: Any, assume: str | None) -> GraphClass:
        """Return the graphs that fit alike, given the solver's assumption or free of it."""
        if assume is not None:
            self._require_assumption(assume)
        directions = self.cpdag_ if assume is None else self._assumed_directions()
        graphs: GraphClass = self._graphs_with(directions, assume)
        return graphs

    def _graphs_with(self: Any, partly_directed: Any, assume: str | None) -> GraphClass:
        return GraphClass(
            partly_directed,
            self.adjacency_,
            self._labels,
            ~self.constraints_.explained,
            assume,
            self.constraints_.max_parents,
        )

    def _assumed_directions(self: Any) -> Any:
        """Return the MPDAG with the directions that the solver's assumption decided."""
        assumed = self.adjacency_
        if self.undecided_ is not None:
            assumed = assumed > self.undecided_
        return decided_directions(self.adjacency_, self.constraints_, self.targets_, assumed)

    @property
    def _own_assumption(self: Any) -> Assumption | None:
        """The assumption that decided directions in the fit."""
        if self.identified_ == "class":
            return None
        polisher = resolve_polisher(self.polish)
        is_of_polisher = polisher is not None and polisher.identifies == "directions"
        return assumption_of(polisher if is_of_polisher else self)

    def _require_assumption(self: Any, assume: Any) -> None:
        own = self._own_assumption
        if assume == own:
            return
        if assume not in get_args(Assumption):
            raise ValueError(
                f"assume={quoted(assume)} is not an assumption of a solver; these are "
                f"{listed(get_args(Assumption))}"
            )
        makes = "makes no assumption that decides directions" if own is None else f"assumes {own!r}"
        raise ValueError(
            f"assume={assume!r}: {type(self).__name__} as it was fitted {makes}; "
            + ("omit assume" if own is None else f"omit assume, or pass {own!r}")
            + ", or fit a solver that makes this assumption"
        )


def _checked_level(level: Any) -> float:
    number = float(check_number("level", level, low=0, high=1, strict=True))
    if (1 + number) / 2 == 1:
        raise ValueError(
            f"level={number!r}: an interval that is certain has no ends; use 0.95, for example"
        )
    return number


def _are_alike(moments: Moments, learned_from: Moments | None) -> bool:
    """Whether moments are those that a graph was learned from, up to rounding."""
    if learned_from is None:
        return False
    scale = np.sqrt(learned_from.variance)
    difference = (moments.covariance - learned_from.covariance) / scale / scale[:, None]
    shift = (moments.mean - learned_from.mean) / scale
    return bool(max(np.abs(difference).max(), np.abs(shift).max()) < SAME_ROWS)

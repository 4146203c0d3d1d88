"""Questions about causes that every fitted estimator answers."""

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.blas_threads import one_blas_thread
from causal_dag.effects.effect import Effect
from causal_dag.effects.graph_class import GraphClass
from causal_dag.effects.possible_effects import effects_on, possible_effect
from causal_dag.fitting.polishing import resolve_polisher
from causal_dag.graph.matrices import MOST_NODES_OF_DENSE
from causal_dag.identification import Assumption, assumption_of, decided_directions
from causal_dag.moments import Moments
from causal_dag.structural_equations import LinearEquations
from causal_dag.validation import check_number
from causal_dag.wording import listed, quoted

if TYPE_CHECKING:
    from pandas import DataFrame


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

    def _moments_for_effects(self: Any) -> Moments:
        check_is_fitted(self)
        if not isinstance(self._equations_, LinearEquations) or self.column_values != "real":
            raise ValueError(
                f"{type(self).__name__}: relations are not linear between numbers, so that an "
                "effect is not a single number per unit; compare means under two interventions: "
                "interventional_mean({column: a}) and interventional_mean({column: b})"
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

    def _require_assumption(self: Any, assume: Any) -> None:
        polisher = resolve_polisher(self.polish)
        is_of_polisher = polisher is not None and polisher.identifies == "directions"
        own = None
        if self.identified_ == "directions":
            own = assumption_of(polisher if is_of_polisher else self)
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
    if number == 1:
        raise ValueError(
            "level=1.0: an interval that is certain has no ends; use 0.95, for example"
        )
    return number

"""What fitted models simulate: samples, means under interventions, counterfactual rows."""

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from causal_dag.arrays import FloatArray
from causal_dag.effects.graph_class import GraphClass
from causal_dag.effects.intervention_means import means_of_rows, range_of_means
from causal_dag.graph.interventions import (
    Interventions,
    intervened_columns,
    refuse_parts_of_nodes,
    require_given_values,
)
from causal_dag.identification import Assumption
from causal_dag.parameters import RandomState
from causal_dag.structural_equations import (
    LinearEquations,
    NonlinearEquations,
    StructuralEquations,
)
from causal_dag.validation import check_number

if TYPE_CHECKING:
    from pandas import DataFrame

# Most graphs of a class that are simulated.
MOST_MEMBERS = 100
# Rows from which means are computed in models that are not linear.
N_ROWS = 20_000

#: Values by number of the column.
Values = dict[int, FloatArray]


class Simulation:
    """The methods of fitted estimators that simulate, in every graph that fits alike."""

    def sample(
        self: Any,
        n_samples: int,
        *,
        do: Interventions | None = None,
        random_state: int | np.random.Generator | None = 0,
        shift: Interventions | None = None,
        member: int | None = None,
    ) -> Any:
        """Draw rows from the fitted model, with Gaussian noise unless of categories.

        What follows from an intervention depends on the causes of the column. Where edges between
        them are ``"open"`` in ``edges_``, several graphs fit alike, and rows of each are drawn.

        Parameters
        ----------
        n_samples : int
            Number of rows.
        do : mapping from column (name or number) to a value or array of shape (n_samples,)
            Interventions: the column is set, regardless of its parents. A value is a number, or
            the label of a category.
        random_state : int, Generator or None, default 0
            Source of randomness, None for a new one at every call; global state is not touched.
        shift : mapping from column (name or number) to a number or array of shape (n_samples,)
            Interventions: the number is added to what parents and noise give.
        member : int, optional
            Draw from one of several graphs only; 0 is the fitted graph.

        Returns
        -------
        ndarray or data frame of shape (n_samples, d), or list of them
            A frame of labels of categories, unless all are numbers. A list, the fitted graph's rows
            first and with the same noise in all, if open edges leave several possibilities and
            ``member`` is not given.

        Raises
        ------
        ValueError
            If a column is unknown, a value cannot be used, ``do`` leaves out a given column, or
            the equations of the other possible graphs are not known.

        Examples
        --------
        >>> from causal_dag import TOPO
        >>> from causal_dag.synthetic import make_linear_sem
        >>> X, sem = make_linear_sem(500, 2, graph="er", edges_per_node=0.5, random_state=0)
        >>> model = TOPO().fit(X)  # 0 — 1: the direction is open
        >>> [rows.shape for rows in model.sample(10, do={0: 1.0})]
        [(10, 2), (10, 2)]
        >>> model.sample(10, do={0: 1.0}, member=0).shape
        (10, 2)
        """
        check_is_fitted(self)
        n_samples = check_number("n_samples", n_samples, low=1, integer=True)
        generator = np.random.default_rng(RandomState().check("random_state", random_state))
        values = self._interventions(do, shift, n_samples)
        is_class = self.identified_ == "class"
        directions = self.cpdag_ if is_class else self._assumed_directions()
        graphs = self._graphs_with(directions, None)
        members = self._possible_equations(graphs, *values, member)
        drawn = []
        for equations in members:
            # The same noise in all, and a generator that has moved on afterwards.
            own = generator if equations is members[-1] else copy.deepcopy(generator)
            drawn.append(self._named(self._decoded(equations.sample(n_samples, own, *values))))
        return drawn[0] if len(drawn) == 1 else drawn

    def interventional_mean(
        self: Any,
        do: Interventions | None = None,
        *,
        shift: Interventions | None = None,
        assume: Assumption | None = None,
        member: int | None = None,
        random_state: int | np.random.Generator | None = 0,
    ) -> "DataFrame":
        """Return the mean of every column under interventions, over all graphs that fit alike.

        Parameters
        ----------
        do, shift : mapping
            As for ``sample``; values are numbers or labels.
        assume : str, optional
            As for ``effect``: take the directions for granted that the solver's assumption decided.
        member : int, optional
            The mean in one of several graphs only; 0 is the fitted graph.
        random_state : int, Generator or None, default 0
            As for ``sample``; linear models draw nothing.

        Returns
        -------
        DataFrame
            Columns ``lowest`` and ``highest``, which are equal where the mean is identified. One
            row per column; of columns of levels one per level, with its probability. Exact for
            linear models, from 20,000 simulated rows for others.

        Raises
        ------
        ValueError
            As for ``sample``.
        """
        check_is_fitted(self)
        graphs = self._graph_class(assume)
        is_linear = isinstance(self._equations_, LinearEquations)
        n_samples = 1 if is_linear else N_ROWS
        seed = RandomState().check("random_state", random_state)
        do_values, shift_values = self._interventions(do, shift, n_samples)
        generator, means = np.random.default_rng(seed), []
        for equations in self._possible_equations(graphs, do_values, shift_values, member):
            if is_linear:
                noise = np.zeros((1, self.n_features_in_))
                for node, size in shift_values.items():
                    noise[:, node] = size
                rows = equations.propagate(noise, do_values)
            else:
                own = copy.deepcopy(generator)
                rows = equations.sample(n_samples, own, do_values, shift_values)
            means.append(means_of_rows(rows, self._kinds))
        labels = self._labels if self._kinds is None else self._kinds.written_names
        return range_of_means(means, labels, self._kinds)

    def counterfactual(
        self: Any,
        X: Any,
        do: Interventions,
        *,
        assume: Assumption | None = None,
        member: int | None = None,
    ) -> Any:
        """Return the rows as they would have been, had some columns been set to other values.

        Noise is what is left of a row after the equations; with the same noise, columns are set and
        their effects follow (Pearl 2009, "Causality", section 7.1).

        Parameters
        ----------
        X : array-like or data frame of shape (n, d)
            Rows, with the columns seen in ``fit``.
        do : mapping from column (name or number) to a number or array of shape (n,)
            What would have been set.
        assume : str, optional
            As for ``effect``: take the directions for granted that the solver's assumption decided.
        member : int, optional
            As for ``sample``.

        Returns
        -------
        ndarray of shape (n, d), or list of them
            A list, the fitted graph's rows first, if open edges leave several possibilities and
            ``member`` is not given.

        Raises
        ------
        ValueError
            As for ``sample``; and of columns of levels, whose noise rows do not determine.
        """
        rows = self._rows_like_fitted(X)
        if not isinstance(self._equations_, LinearEquations | NonlinearEquations):
            raise ValueError(
                "counterfactuals of levels and counts are not determined, because rows do not show "
                "their noise; compare interventional_mean under two interventions"
            )
        do_values, _ = self._interventions(do, None, len(rows))
        found = [
            self._named(equations.propagate(rows - equations.predict(rows), do_values), X)
            for equations in self._possible_equations(
                self._graph_class(assume), do_values, {}, member
            )
        ]
        return found[0] if len(found) == 1 else found

    def _interventions(self: Any, do: Any, shift: Any, n_samples: int) -> tuple[Values, Values]:
        """Return what columns are set to, and what is added to others."""
        columns = self._columns()
        set_values = intervened_columns(self._coded(do), columns, n_samples)
        explained, shifted = self.constraints_.explained, {}
        if self._kinds is not None:
            refuse_parts_of_nodes(set_values, self._kinds.nodes, columns)
            explained = explained[self._kinds.nodes]
        require_given_values(set_values, explained, columns)
        if shift is not None:
            shifted = intervened_columns(shift, columns, n_samples, "shift")
        for column in shifted:
            if column in set_values:
                raise ValueError(
                    f"column {columns.label(column)} is in do and in shift; keep it in one"
                )
            kind = None if self._kinds is None else self._kinds.columns[column].kind
            if kind not in (None, "number"):
                raise ValueError(
                    f"shift: column {columns.label(column)} does not hold numbers with noise that "
                    "something can be added to; set it with do"
                )
        return set_values, shifted

    def _possible_equations(
        self: Any, graphs: GraphClass, do: Values, shift: Values, member: int | None
    ) -> list[StructuralEquations]:
        """Return the equations of all graphs that differ in the columns' causes, or of one."""
        nodes = np.arange(self.n_features_in_) if self._kinds is None else self._kinds.nodes
        are_set = sorted({int(nodes[column]) for column in do})
        concerned = sorted({*are_set, *(int(nodes[column]) for column in shift)})
        members = graphs.deciding_distribution(concerned, are_set, MOST_MEMBERS)
        numbers = list(range(len(members)))
        if member is not None:
            number = check_number("member", member, low=0, high=len(members) - 1, integer=True)
            numbers = [int(number)]
        possible = [self._equations_]
        try:
            others = [self._equations_in(members[number]) for number in numbers if number]
        except ValueError as error:
            raise ValueError(
                f"edges leave open what causes the columns intervened on, and {error}: state "
                "directions in prior_knowledge (--root, --forbid), pass assume= (--assume) where "
                "the solver makes an assumption, or, for the fitted graph, member=0"
            ) from None
        return possible + others if 0 in numbers else others

    def _equations_in(self: Any, adjacency: Any) -> StructuralEquations:
        if isinstance(self._equations_, LinearEquations) and self.column_values != "real":
            raise ValueError("the equations of columns without real numbers cannot be turned round")
        equations: StructuralEquations = self._equations_.in_graph(adjacency)
        return equations

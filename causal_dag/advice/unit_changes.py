"""Which edges of an answer survive when the columns are measured in other units."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.estimator import DAGEstimator
from causal_dag.fit_warnings import held_back
from causal_dag.graph import cpdag
from causal_dag.graph.matrices import dense
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.parameters import Number, Numbers, RandomState
from causal_dag.scaling import scaled
from causal_dag.selection.parallel import in_batches
from causal_dag.tables.columns import column_names
from causal_dag.tables.rows import usable_rows
from causal_dag.validation import check_number
from causal_dag.wording import quoted


@dataclass(frozen=True)
class EdgeSurvival:
    """How often an edge is found, over all units.

    Parameters
    ----------
    source, target : str
        The edge.
    directed : float
        Share of the fits that have it, between 0 and 1.
    either : float
        Share of the fits that have it in one direction or the other.
    in_given_units, in_standardized_units : bool
        Whether the fits on the columns as they are, and on standardized ones, have it.
    weight : float or None
        Its weight in the given units; None if it is not in that graph.
    """

    source: str
    target: str
    directed: float
    either: float
    in_given_units: bool
    in_standardized_units: bool
    weight: float | None


@dataclass(frozen=True)
class UnitChangeAudit:
    """The graphs that a solver finds in one table, in many units.

    Parameters
    ----------
    solver : str
        The estimator, as it was given.
    n_changes : int
        Random changes of units; with the given and the standardized columns, two more fits.
    factors : (float, float)
        Range of the factors by which columns were multiplied.
    n_refused : int
        Fits that the solver refused; they count as having no edge.
    n_classes : int
        Different Markov equivalence classes among the graphs.
    is_unit_free : bool
        Whether all fits have the same edges in the same directions. Of a solver that does not look
        at units, edges that the equivalence class leaves undirected may still turn round, by
        rounding; then ``n_classes`` is 1.
    edges : tuple of EdgeSurvival
        Every edge that some fit has, the most frequent first.
    given : NamedGraph
        The graph in the given units.
    """

    solver: str
    n_changes: int
    factors: tuple[float, float]
    n_refused: int
    n_classes: int
    is_unit_free: bool
    edges: tuple[EdgeSurvival, ...]
    given: NamedGraph = field(repr=False, compare=False)

    @property
    def n_fits(self) -> int:
        """Number of fits, those that were refused included."""
        return self.n_changes + 2

    def survivors(self) -> NamedGraph:
        """Return the graph, in the given units, of the edges that every fit has."""
        kept = np.zeros(self.given.adjacency.shape, dtype=bool)
        place = {label: node for node, label in enumerate(self.given.labels)}
        for edge in self.edges:
            if edge.directed == 1.0:
                kept[place[edge.source], place[edge.target]] = True
        return NamedGraph(dense(self.given.weights) * kept, self.given.labels)

    def to_frame(self) -> Any:
        """Return a pandas data frame with a row for every edge that some fit has."""
        import pandas as pd

        names = list(EdgeSurvival.__dataclass_fields__)
        rows = [[getattr(edge, name) for name in names] for edge in self.edges]
        return pd.DataFrame(rows, columns=pd.Index(names))


def unit_change_audit(
    estimator: DAGEstimator,
    X: Any,
    *,
    n_changes: int = 20,
    factors: tuple[float, float] = (0.1, 10.0),
    random_state: int | None = 0,
    n_jobs: int | None = 1,
) -> UnitChangeAudit:
    """Refit under random changes of units, and count how often each edge is found.

    Every change multiplies each column by a factor of its own, drawn log-uniformly. The columns as
    they are and standardized ones are fitted too. A solver without a ``random_state`` of its own
    gets the same one in all fits, so that nothing but the units differs.

    Parameters
    ----------
    estimator : DAGEstimator
        An unfitted solver; it is cloned.
    X : array-like or data frame of shape (n, d)
        Finite numbers.
    n_changes : int
        Number of random changes, at least 1.
    factors : (float, float)
        Smallest and largest factor, positive.
    random_state : int or None
        Seed of the factors and of the solver; None draws others each time.
    n_jobs : int or None
        Processes; -1 for one per core. The result does not depend on it.

    Returns
    -------
    UnitChangeAudit

    Raises
    ------
    ValueError
        If the data cannot be used, the solver takes no real numbers or knows something
        beforehand in units (``init``), or it refuses the columns as they are.

    Examples
    --------
    >>> from causal_dag.advice import unit_change_audit
    >>> from causal_dag.solvers import make_solver
    >>> from causal_dag.synthetic import make_linear_sem
    >>> X, sem = make_linear_sem(500, 5, edges_per_node=1, random_state=0)
    >>> unit_change_audit(make_solver("topo-bic"), X, n_changes=3).n_classes
    1
    >>> unit_change_audit(make_solver("topo-bic-ev"), X, n_changes=3).n_classes > 1
    True
    """
    n_changes = check_number("n_changes", n_changes, low=1, integer=True)
    low, high = _range(factors)
    random_state = RandomState().check("random_state", random_state)
    names = column_names(X)
    rows = usable_rows(X)
    solver = _prepared(estimator, random_state)
    tables = _in_other_units(rows, n_changes, (low, high), random_state)
    fits = list(in_batches(_fit, ((solver, table, names) for table in tables), n_jobs))
    if isinstance(fits[0], str):
        raise ValueError(fits[0])
    graphs = [np.zeros_like(fits[0]) if isinstance(fit, str) else fit for fit in fits]
    # A weight is in units of effect over cause; fits[0] is in the given ones.
    given = NamedGraph(graphs[0], names)
    adjacencies = np.array([weights != 0 for weights in graphs])
    return UnitChangeAudit(
        repr(estimator),
        n_changes,
        (low, high),
        sum(isinstance(fit, str) for fit in fits),
        len({cpdag(adjacency).tobytes() for adjacency in adjacencies}),
        bool((adjacencies == adjacencies[0]).all()),
        _edges(given, adjacencies),
        given,
    )


def _range(factors: tuple[float, float]) -> tuple[float, float]:
    bounds = Numbers(Number(low=0, strict=True)).check("factors", factors)
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        raise ValueError(f"factors={quoted(factors)} must be two numbers, the smaller one first")
    return bounds[0], bounds[1]


def _prepared(estimator: DAGEstimator, random_state: int | None) -> DAGEstimator:
    if not isinstance(estimator, DAGEstimator):
        raise TypeError(f"estimator={quoted(estimator)} is not a solver; pass one such as CoLiDE()")
    if estimator.column_values != "real":
        raise ValueError(
            f"{type(estimator).__name__} takes columns of kind {estimator.column_values!r}, which "
            "have no units; choose a solver of real numbers"
        )
    copy: DAGEstimator = clone(estimator)
    parameters = copy.get_params()
    if parameters.get("init") is not None:
        raise ValueError("init= is a graph in the given units; leave it out of a unit-change audit")
    if parameters.get("random_state", random_state) is None:
        copy.set_params(random_state=random_state)
    return copy


def _in_other_units(
    rows: FloatArray, n_changes: int, factors: tuple[float, float], random_state: int | None
) -> Iterator[FloatArray]:
    """Yield the rows in the given units, standardized, then in random units."""
    yield rows
    yield scaled(rows, "standardized")
    low, high = np.log(factors)
    generator = np.random.default_rng(random_state)
    for logarithms in generator.uniform(low, high, size=(n_changes, rows.shape[1])):
        yield rows * np.exp(logarithms)


def _fit(solver: DAGEstimator, rows: FloatArray, names: tuple[str, ...] | None) -> FloatArray | str:
    """Return the weights in these units, or why the solver refused them."""
    import pandas as pd

    table = rows if names is None else pd.DataFrame(rows, columns=pd.Index(names))
    with held_back():
        # Fits that did not converge are part of what a unit does to a solver.
        try:
            weights: FloatArray = dense(clone(solver).fit(table).weights_)
        except ValueError as error:
            return str(error)
    return weights


def _edges(given: NamedGraph, adjacencies: BoolArray) -> tuple[EdgeSurvival, ...]:
    directed = adjacencies.mean(axis=0)
    either = (adjacencies | adjacencies.transpose(0, 2, 1)).mean(axis=0)
    labels = given.labels
    edges = [
        EdgeSurvival(
            labels[i],
            labels[j],
            float(directed[i, j]),
            float(either[i, j]),
            bool(adjacencies[0, i, j]),
            bool(adjacencies[1, i, j]),
            float(given.weights[i, j]) if given.weights[i, j] else None,
        )
        for i, j in np.argwhere(adjacencies.any(axis=0)).tolist()
    ]
    return tuple(sorted(edges, key=lambda edge: (-edge.directed, -edge.either)))

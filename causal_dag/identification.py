"""What decided each edge's direction: data, interventions, knowledge, an assumption, nothing."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causal_dag.arrays import AdjacencyMatrix, BoolArray, FloatArray, WeightMatrix
from causal_dag.constraints import Constraints
from causal_dag.fit_warnings import warn
from causal_dag.graph import (
    cpdag,
    interventional_cpdag,
    mpdag,
    separated_edges,
    undecided_effects,
)
from causal_dag.graph.matrices import edge_pairs, edges_of, matrix_like, values_at
from causal_dag.wording import escaped, shortened_list

if TYPE_CHECKING:
    from pandas import DataFrame

#: What a solver identifies: the Markov equivalence class, or all directions, by an assumption.
Identified = Literal["class", "directions"]
#: The noise that a solver's directions rest on; ``"unequal"`` variances impose no assumption.
AssumedNoise = Literal["equal", "unequal", "non-Gaussian"]
#: The scale of the columns that a solver is meant for; ``"any"`` if units do not matter.
ColumnScale = Literal["any", "raw", "standardized"]
#: How a solver looks for the best graph: all graphs, orders with restarts, equivalence classes,
#: descent to a local optimum, one pass over the columns; or not at all.
Search = Literal["exact", "orders", "classes", "local", "one pass", "baseline"]
#: Assumptions by which solvers identify directions, as ``assume=`` of an effect names them.
Assumption = Literal["equal-variances", "non-gaussian", "curves", "poisson", "sortability"]
#: What holds under each of them, as in "the assumption of ...".
ASSUMPTIONS_IN_WORDS: dict[Assumption, str] = {
    "equal-variances": "equal noise variances",
    "non-gaussian": "non-Gaussian noise",
    "curves": "relations that are not linear",
    "poisson": "Poisson noise",
    "sortability": "variances or R² that grow along the order",
}

# Most pairs that a message names.
N_NAMED_PAIRS = 3


class OpenEffectWarning(UserWarning):
    """Some total effects depend on edges whose direction nothing has decided."""


def assumption_of(solver: Any) -> Assumption | None:
    """Return the assumption by which a solver identifies directions; None if it identifies none.

    Examples
    --------
    >>> from causal_dag.identification import assumption_of
    >>> from causal_dag.solvers import make_solver
    >>> names = ["eqvar", "direct-lingam", "topo-curves", "notears-poisson", "topo-bic"]
    >>> [assumption_of(make_solver(name)) for name in names]
    ['equal-variances', 'non-gaussian', 'curves', 'poisson', None]
    """
    if solver.identifies == "class":
        return None
    if solver.column_values == "count":
        return "poisson"
    if solver.assumed_noise == "non-Gaussian":
        return "non-gaussian"
    if solver.assumed_noise == "unequal":
        if solver.search in ("one pass", "baseline"):
            return "sortability"
        # Criteria of order searches that identify directions fit functions that are not linear.
        if hasattr(solver, "resolved_criterion") or getattr(solver, "nonlinear", None):
            return "curves"
    return "equal-variances"


def decided_directions(
    adjacency: AdjacencyMatrix,
    constraints: Constraints,
    targets: Iterable[Iterable[int]],
    assumed: AdjacencyMatrix | None = None,
) -> AdjacencyMatrix:
    """Return the MPDAG: what data, interventions and prior knowledge decide together.

    Parameters
    ----------
    adjacency : ndarray or csr_array of bool, shape (d, d)
        The graph, a DAG that agrees with the constraints.
    constraints : Constraints
        The prior knowledge of the fit.
    targets : iterable of iterables of int
        The sets of columns that were intervened on.
    assumed : ndarray or csr_array of bool, shape (d, d), optional
        Edges of the graph whose directions are taken for given.
    """
    required = matrix_like(adjacency, *edges_of(constraints.required))
    required = required + separated_edges(adjacency, targets)
    if assumed is not None:
        required = required + assumed
    return mpdag(adjacency, forbidden=constraints.forbidden, required=required)


def deciders(
    adjacency: AdjacencyMatrix,
    constraints: Constraints,
    identifies: Identified,
    targets: Sequence[Sequence[int]] = (),
    undecided: BoolArray | None = None,
) -> list[str]:
    """Return what decided the direction of every edge of a fitted graph.

    Parameters
    ----------
    adjacency : ndarray or csr_array of bool, shape (d, d)
        The graph, a DAG that agrees with the constraints.
    constraints : Constraints
        The prior knowledge of the fit.
    identifies : {"class", "directions"}
        What the solver identifies.
    targets : sequence of sequences of int
        The sets of columns that were intervened on.
    undecided : ndarray of bool, shape (d, d), optional
        Edges whose direction the solver's assumption did not decide.

    Returns
    -------
    list of {"data", "targets", "knowledge", "assumption", "open"}
        One per edge, in the order of ``edges_of(adjacency)``: row by row.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.constraints import Constraints
    >>> from causal_dag.identification import deciders
    >>> deciders(np.array([[False, True], [False, False]]), Constraints.none(2), "class")
    ['open']
    """
    # Nothing is known of given columns, so they count as related.
    taken = ~constraints.explained
    given = np.flatnonzero(taken)
    first, second = np.triu_indices(given.size, k=1)
    related = adjacency + matrix_like(adjacency, given[first], given[second])
    by_data, by_targets = cpdag(related), interventional_cpdag(related, targets)
    by_knowledge = decided_directions(adjacency, constraints, targets)
    causes, effects = edges_of(adjacency)
    is_open, is_left_open, is_left_at_last = (
        values_at(P, effects, causes) for P in (by_data, by_targets, by_knowledge)
    )
    is_known = values_at(constraints.required, causes, effects) | (is_left_open > is_left_at_last)
    is_known |= taken[causes]
    is_undecided = identifies == "class" if undecided is None else undecided[causes, effects]
    left_open = np.where(is_undecided, "open", "assumption")
    otherwise = np.where(is_open > is_left_open, "targets", np.where(is_open, left_open, "data"))
    decided: list[str] = np.where(is_known, "knowledge", otherwise).tolist()
    return decided


def edge_table(
    weights: WeightMatrix,
    standard_deviation: FloatArray | None,
    decided_by: Sequence[str],
    labels: Sequence[str],
) -> "DataFrame":
    """Return a frame of edges, those of the largest standardized weight first.

    Parameters
    ----------
    weights : ndarray or csr_array of shape (d, d)
        Weights in the units of the data.
    standard_deviation : ndarray of shape (d,) or None
        Of the columns; None where weights have no standardized form.
    decided_by : sequence of str
        What ``deciders`` returned.
    labels : sequence of str
        Names of the nodes.
    """
    from pandas import DataFrame

    causes, effects = edges_of(weights)
    values = values_at(weights, causes, effects)
    standardized = np.full(values.shape, np.nan)
    if standard_deviation is not None:
        standardized = values * standard_deviation[causes] / standard_deviation[effects]
    names = np.array(labels, dtype=object)
    frame = DataFrame(
        {
            "cause": names[causes],
            "effect": names[effects],
            "weight": values,
            "standardized": standardized,
            "decided_by": np.array(decided_by, dtype=object),
        }
    )
    # Strengths in nonlinear models have no standardized form.
    size = frame["standardized"].fillna(frame["weight"]).abs()
    order = np.argsort(-size.to_numpy(), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def warn_of_open_effects(partly_directed: AdjacencyMatrix, labels: Sequence[str]) -> None:
    """Warn, naming some pairs, if undirected edges of an MPDAG leave total effects open."""
    pairs = edge_pairs(undecided_effects(partly_directed))
    if not pairs:
        return
    first = [f"{escaped(labels[i])} on {escaped(labels[j])}" for i, j in pairs[:N_NAMED_PAIRS]]
    named = shortened_list(first, N_NAMED_PAIRS, len(pairs))
    warn(
        f"the data leave the direction of some edges open (undirected in cpdag_), and with it the "
        f"effect of {named}; other graphs that fit as well give other values. State what you "
        "know of the directions in prior_knowledge",
        OpenEffectWarning,
    )

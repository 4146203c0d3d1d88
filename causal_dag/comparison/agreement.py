"""On which edges solvers agree, for data whose true graph is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from causal_dag.estimator import DAGEstimator


@dataclass(frozen=True)
class EdgeAgreement:
    """How many solvers find an edge between two columns, and how many direct it.

    Parameters
    ----------
    cause, effect : str
        The columns, in the direction that more solvers decide for.
    adjacent : float
        Share of solvers with an edge between the two, in whatever direction.
    directed, reversed : float
        Share of solvers that direct it so, and the other way round. An edge whose direction a
        solver leaves open counts in neither.
    """

    cause: str
    effect: str
    adjacent: float
    directed: float
    reversed: float


@dataclass(frozen=True, eq=False)
class EdgeMarks:
    """The edges of one fitted graph.

    Parameters
    ----------
    adjacent : ndarray of bool, shape (d, d)
        Symmetric: there is an edge between the two.
    directed : ndarray of bool, shape (d, d)
        ``directed[i, j]``: the edge i -> j, and its direction was decided by data, knowledge or
        the solver's assumption.
    """

    adjacent: BoolArray
    directed: BoolArray


def edge_marks(model: "DAGEstimator") -> EdgeMarks:
    """Return the edges of a fitted estimator, with or without a direction."""
    adjacency = model.adjacency_
    is_open = (model.edges_["decided_by"] == "open").to_numpy()
    places = {name: place for place, name in enumerate(model._labels)}
    directed = adjacency.copy()
    for edge in model.edges_[is_open].itertuples():
        directed[places[edge.cause], places[edge.effect]] = False
    return EdgeMarks(adjacency | adjacency.T, directed)


def edge_agreement(graphs: Sequence[EdgeMarks], names: Sequence[str]) -> tuple[EdgeAgreement, ...]:
    """Return every pair of columns that some graph joins, those that most graphs join first.

    Parameters
    ----------
    graphs : sequence of EdgeMarks
        One per solver, over the same columns.
    names : sequence of str
        Column names.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.comparison.agreement import EdgeMarks, edge_agreement
    >>> edge = np.array([[False, True], [False, False]])
    >>> marks = [EdgeMarks(edge | edge.T, edge), EdgeMarks(edge | edge.T, edge & edge.T)]
    >>> edge_agreement(marks, ["rain", "wet"])
    (EdgeAgreement(cause='rain', effect='wet', adjacent=1.0, directed=0.5, reversed=0.0),)
    """
    if not graphs:
        return ()
    adjacent: FloatArray = np.mean([marks.adjacent for marks in graphs], axis=0)
    directed: FloatArray = np.mean([marks.directed for marks in graphs], axis=0)
    pairs = []
    for i, j in np.argwhere(np.triu(adjacent > 0, k=1)).tolist():
        i, j = (i, j) if directed[i, j] >= directed[j, i] else (j, i)
        pairs.append((i, j))
    pairs.sort(key=lambda pair: (-adjacent[pair], -directed[pair]))
    return tuple(
        EdgeAgreement(
            names[i], names[j], float(adjacent[i, j]), float(directed[i, j]), float(directed[j, i])
        )
        for i, j in pairs
    )

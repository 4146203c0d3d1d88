"""Prior knowledge of edges: what a user states, and the masks that solvers obey."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from causal_dag.arrays import BoolArray
from causal_dag.columns import Columns, quoted, require_name_or_number
from causal_dag.graph import find_cycle, reachability

Node = int | str
Edge = tuple[Node, Node]


@dataclass(frozen=True)
class PriorKnowledge:
    """What is known of the graph before looking at the data.

    Nodes are column names or column numbers. Statements hold exactly in every fitted graph.

    Parameters
    ----------
    forbidden : iterable of (cause, effect)
        Edges that must not be in the graph.
    required : iterable of (cause, effect)
        Edges that must be in the graph.
    tiers : sequence of sequences of nodes
        Layers in causal (for example temporal) order: no edge from a later into an earlier tier.
        Nodes in no tier are free.
    roots : iterable of nodes
        Nodes without parents.
    leaves : iterable of nodes
        Nodes without children.

    Raises
    ------
    TypeError
        If an edge is not a pair of names or numbers.

    Examples
    --------
    >>> from causal_dag import PriorKnowledge
    >>> knowledge = PriorKnowledge(required=[("rain", "wet")], roots=["rain"])
    >>> masks = knowledge.resolve(2, ("rain", "wet"))
    >>> masks.required[0, 1].item(), masks.forbidden[1, 0].item()
    (True, True)
    """

    forbidden: Iterable[Edge] = ()
    required: Iterable[Edge] = ()
    tiers: Sequence[Iterable[Node]] = ()
    roots: Iterable[Node] = ()
    leaves: Iterable[Node] = ()

    def __post_init__(self) -> None:
        # Iterables are read once, so that the same object can be used in many fits.
        object.__setattr__(self, "forbidden", _edges(self.forbidden, "forbidden"))
        object.__setattr__(self, "required", _edges(self.required, "required"))
        object.__setattr__(self, "tiers", tuple(_nodes(tier, "tiers") for tier in self.tiers))
        object.__setattr__(self, "roots", _nodes(self.roots, "roots"))
        object.__setattr__(self, "leaves", _nodes(self.leaves, "leaves"))

    def resolve(self, n_features: int, feature_names: Sequence[str] | None = None) -> "Constraints":
        """Turn the statements into masks over columns.

        Parameters
        ----------
        n_features : int
            Number of columns d.
        feature_names : sequence of str, optional
            Column names, needed where statements use names.

        Raises
        ------
        ValueError
            If a node is unknown, or statements contradict each other; the message names the edges.
        """
        columns = Columns(n_features, feature_names)
        forbidden, reason = _forbidden_by_statement(self, columns)
        required = np.zeros((n_features, n_features), dtype=bool)
        for i, j in _column_pairs(self.required, "required", columns):
            if i == j:
                raise ValueError(f"required edge {_edge(i, j, columns)} is a loop; remove it")
            if forbidden[i, j]:
                raise ValueError(
                    f"contradictory prior knowledge: edge {_edge(i, j, columns)} is required "
                    f"and {reason[i, j]}; remove one of the two statements"
                )
            required[i, j] = True
        cycle = find_cycle(required)
        if cycle is not None:
            path = " -> ".join(columns.label(node) for node in cycle)
            raise ValueError(
                f"contradictory prior knowledge: the required edges {path} form a cycle; "
                "remove one of them"
            )
        ahead = reachability(required)
        return Constraints(forbidden | ahead.T, required, ahead)


@dataclass(frozen=True, eq=False)
class Constraints:
    """Masks that every solver obeys exactly.

    Parameters
    ----------
    forbidden : ndarray of bool, shape (d, d)
        ``forbidden[i, j]``: the edge i -> j must not be there. Holds the diagonal, and every edge
        that would close a cycle with the required ones.
    required : ndarray of bool, shape (d, d)
        ``required[i, j]``: the edge i -> j must be there.
    precedence : ndarray of bool, shape (d, d)
        ``precedence[i, j]``: i stands before j in every topological order (transitive closure of
        the required edges).
    """

    forbidden: BoolArray
    required: BoolArray = field(repr=False)
    precedence: BoolArray = field(repr=False)

    @classmethod
    def none(cls, n_features: int) -> "Constraints":
        """Return the constraints that only exclude loops."""
        empty = np.zeros((n_features, n_features), dtype=bool)
        return cls(np.eye(n_features, dtype=bool), empty, empty)

    @classmethod
    def exactly(cls, adjacency: BoolArray) -> "Constraints":
        """Return the constraints that leave one DAG: its edges are required, all others forbidden.

        Whatever a solver minimises, its minimum is then the value of this graph.
        """
        return cls(~adjacency, adjacency, reachability(adjacency))

    @property
    def allowed(self) -> BoolArray:
        """Edges that may be there, shape (d, d)."""
        return ~self.forbidden

    @cached_property
    def is_trivial(self) -> bool:
        """Whether nothing but loops is excluded and nothing is required."""
        d = self.forbidden.shape[0]
        return bool(self.forbidden.sum() == d and not self.required.any())


def _forbidden_by_statement(
    knowledge: PriorKnowledge, columns: Columns
) -> tuple[BoolArray, dict[tuple[int, int], str]]:
    """Return the forbidden mask, and for each excluded edge the statement that excludes it."""
    d = columns.n_columns
    reason = {(i, i): "a loop" for i in range(d)}
    for i, j in _column_pairs(knowledge.forbidden, "forbidden", columns):
        reason[i, j] = "forbidden"
    for root in _columns(knowledge.roots, "roots", columns):
        why = f"{columns.label(root)} is a root"
        reason.update({(i, root): why for i in range(d) if i != root})
    for leaf in _columns(knowledge.leaves, "leaves", columns):
        why = f"{columns.label(leaf)} is a leaf"
        reason.update({(leaf, j): why for j in range(d) if j != leaf})
    tier_of: dict[int, int] = {}
    for number, tier in enumerate(knowledge.tiers):
        for node in _columns(tier, "tiers", columns):
            if tier_of.setdefault(node, number) != number:
                raise ValueError(
                    f"contradictory prior knowledge: {columns.label(node)} is in tier "
                    f"{tier_of[node]} and in tier {number}; keep it in one"
                )
    for i, tier_i in tier_of.items():
        for j, tier_j in tier_of.items():
            if tier_i > tier_j:
                reason[i, j] = f"goes from tier {tier_i} back into tier {tier_j}"
    forbidden = np.zeros((d, d), dtype=bool)
    for i, j in reason:
        forbidden[i, j] = True
    return forbidden, reason


def _columns(nodes: Iterable[Node], statement: str, columns: Columns) -> list[int]:
    return [columns.position(node, f"prior knowledge ({statement})") for node in nodes]


def _column_pairs(edges: Iterable[Edge], statement: str, columns: Columns) -> list[tuple[int, int]]:
    pairs = (_columns(edge, statement, columns) for edge in edges)
    return [(cause, effect) for cause, effect in pairs]


def _edge(i: int, j: int, columns: Columns) -> str:
    return f"{columns.label(i)} -> {columns.label(j)}"


def _edges(edges: Iterable[Edge], statement: str) -> tuple[Edge, ...]:
    result = []
    for edge in edges:
        if isinstance(edge, str) or not hasattr(edge, "__len__") or len(edge) != 2:
            raise TypeError(f"{statement}: {quoted(edge)} is not an edge; write (cause, effect)")
        cause, effect = _nodes(edge, statement)
        result.append((cause, effect))
    return tuple(result)


def _nodes(nodes: Iterable[Node], statement: str) -> tuple[Node, ...]:
    if isinstance(nodes, str):
        raise TypeError(f"{statement}: {quoted(nodes)} is a text; write a list of column names")
    if not isinstance(nodes, Iterable):
        raise TypeError(f"{statement}: {quoted(nodes)} is not a list; write [{quoted(nodes)}]")
    kept = tuple(nodes)
    for node in kept:
        require_name_or_number(node, statement)
    return kept

"""Prior knowledge of edges: what a user states, and the masks that solvers obey."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from causal_dag.arrays import BoolArray, FloatArray
from causal_dag.graph import find_cycle, reachability, strongest_parents
from causal_dag.tables.columns import Columns, require_name_or_number
from causal_dag.wording import quoted

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
    edges_within_tiers : bool
        Whether nodes of the same tier may have edges between them.
    roots : iterable of nodes
        Nodes without parents.
    leaves : iterable of nodes
        Nodes without children.
    given : iterable of nodes
        Nodes that are taken as they are, such as a dose, the season, or values of an earlier hour:
        they can be causes, but have none, and no edges among them are searched for. They take no
        part in the score, so that equal noise variances, for example, are those of the other nodes.
    max_parents : int, optional
        Most parents of every node, required ones included.

    Raises
    ------
    TypeError
        If an edge is not a pair of names or numbers.
    ValueError
        If ``max_parents`` is negative, or there are no tiers that ``edges_within_tiers`` could be
        about.

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
    edges_within_tiers: bool = True
    max_parents: int | None = None
    given: Iterable[Node] = ()

    def __post_init__(self) -> None:
        # Iterables are read once, so that the same object can be used in many fits.
        object.__setattr__(self, "forbidden", _edges(self.forbidden, "forbidden"))
        object.__setattr__(self, "required", _edges(self.required, "required"))
        object.__setattr__(self, "tiers", tuple(_nodes(tier, "tiers") for tier in self.tiers))
        object.__setattr__(self, "roots", _nodes(self.roots, "roots"))
        object.__setattr__(self, "leaves", _nodes(self.leaves, "leaves"))
        object.__setattr__(self, "given", _nodes(self.given, "given"))
        object.__setattr__(self, "max_parents", _limit(self.max_parents))
        if not isinstance(self.edges_within_tiers, bool | np.bool_):
            raise TypeError(
                f"edges_within_tiers={quoted(self.edges_within_tiers)}: write True or False"
            )
        if not self.edges_within_tiers and not self.tiers:
            raise ValueError("edges_within_tiers=False needs tiers; write tiers=[[...], [...]]")

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
        _refuse_too_many_required(required, self.max_parents, columns)
        given = np.zeros(n_features, dtype=bool)
        given[_columns(self.given, "given", columns)] = True
        if given.all():
            raise ValueError("every column is given, which leaves none to explain; omit some")
        # In a fixed order among themselves, so that a search need not move them.
        first = given[:, None] & (~given | np.triu(np.ones_like(required), k=1))
        ahead = reachability(required) | first
        return Constraints(
            forbidden | ahead.T, required, ahead, self.max_parents, given if given.any() else None
        )


@dataclass(frozen=True, eq=False)
class Constraints:
    """Masks, and a limit on parents, that every solver obeys exactly.

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
    max_parents : int, optional
        Most parents of every variable; no variable has more required ones.
    given : ndarray of bool, shape (d,), optional
        Columns that are never effects and have no term in the score; None if there are none. All
        edges into them are forbidden, and they stand before all others.
    """

    forbidden: BoolArray
    required: BoolArray = field(repr=False)
    precedence: BoolArray = field(repr=False)
    max_parents: int | None = None
    given: BoolArray | None = None

    @classmethod
    def none(cls, n_features: int) -> "Constraints":
        """Return the constraints that only exclude loops."""
        empty = np.zeros((n_features, n_features), dtype=bool)
        return cls(np.eye(n_features, dtype=bool), empty, empty)

    @classmethod
    def exactly(cls, adjacency: BoolArray, given: BoolArray | None = None) -> "Constraints":
        """Return the constraints that leave one DAG: its edges are required, all others forbidden.

        The minimum of any criterion is then its value at this graph.
        """
        return cls(~adjacency, adjacency, reachability(adjacency), given=given)

    @property
    def allowed(self) -> BoolArray:
        """Edges that may be there, shape (d, d)."""
        return ~self.forbidden

    @cached_property
    def explained(self) -> BoolArray:
        """Columns with a term in the score, shape (d,): all that are not given."""
        every = np.ones(self.forbidden.shape[0], dtype=bool)
        return every if self.given is None else ~self.given

    @cached_property
    def is_trivial(self) -> bool:
        """Whether nothing but loops is excluded and nothing is required."""
        d = self.forbidden.shape[0]
        return bool(self.forbidden.sum() == d and not self.required.any())

    def within_limit(self, edges: BoolArray, strength: FloatArray) -> BoolArray:
        """Return the edges that are left if every variable keeps its strongest parents only.

        Parameters
        ----------
        edges : ndarray of bool, shape (d, d)
            Edges to choose from; required ones are kept in any case.
        strength : ndarray of shape (d, d)
            By which parents are chosen.
        """
        return strongest_parents(edges, strength, self.required, self.max_parents)


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
    for node in _columns(knowledge.given, "given", columns):
        why = f"{columns.label(node)} is given"
        reason.update({(i, node): why for i in range(d) if i != node})
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
            elif tier_i == tier_j and i != j and not knowledge.edges_within_tiers:
                reason[i, j] = f"lies within tier {tier_i}"
    forbidden = np.zeros((d, d), dtype=bool)
    for i, j in reason:
        forbidden[i, j] = True
    return forbidden, reason


def _limit(max_parents: int | None) -> int | None:
    if max_parents is None:
        return None
    is_number = isinstance(max_parents, int | np.integer) and not isinstance(max_parents, bool)
    if not is_number or max_parents < 0:
        raise ValueError(f"max_parents={quoted(max_parents)} must be a whole number >= 0, or None")
    return int(max_parents)


def _refuse_too_many_required(
    required: BoolArray, max_parents: int | None, columns: Columns
) -> None:
    if max_parents is None:
        return
    for node in np.flatnonzero(required.sum(axis=0) > max_parents)[:1].tolist():
        causes = np.flatnonzero(required[:, node]).tolist()
        edges = ", ".join(_edge(cause, node, columns) for cause in causes)
        raise ValueError(
            f"contradictory prior knowledge: edges {edges} are required, and max_parents is "
            f"{max_parents}; raise it, or remove one of them"
        )


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
        raise TypeError(f"{statement}: {quoted(nodes)} is a string; write a list of column names")
    if not isinstance(nodes, Iterable):
        raise TypeError(f"{statement}: {quoted(nodes)} is not a list; write [{quoted(nodes)}]")
    kept = tuple(nodes)
    for node in kept:
        require_name_or_number(node, statement)
    return kept

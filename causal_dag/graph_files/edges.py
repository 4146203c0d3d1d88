"""From nodes and edges, as files list them, to names and weights."""

import math
from collections.abc import Iterable

from causal_dag.graph.matrices import matrix_of_pairs
from causal_dag.graph.named_graph import NamedGraph
from causal_dag.wording import quoted

_TRUTH_VALUES = {"true": 1.0, "false": 0.0}


def graph_of_edges(
    nodes: Iterable[str], edges: Iterable[tuple[str, str, float]], *, is_directed: bool = True
) -> NamedGraph:
    """Return a graph; nodes that only edges name come after the others.

    Parameters
    ----------
    nodes : iterable of str
        Names of nodes, those without edges among them.
    edges : iterable of (source, target, weight)
        Each pair once.
    is_directed : bool
        Otherwise every edge is set in both directions.

    Raises
    ------
    ValueError
        If an edge is listed twice, or its weight is 0 or not finite.

    Examples
    --------
    >>> from causal_dag.graph_files.edges import graph_of_edges
    >>> graph_of_edges(["c"], [("a", "b", 2.0)]).names
    ('c', 'a', 'b')
    """
    weights: dict[tuple[str, str], float] = {}
    for source, target, weight in edges:
        pairs = [(source, target)] if is_directed else [(source, target), (target, source)]
        for pair in pairs:
            if pair in weights:
                raise ValueError(f"the edge {shown_edge(*pair)} occurs twice; keep one")
            if weight == 0 or not math.isfinite(weight):
                raise ValueError(f"the edge {shown_edge(*pair)} has the weight {weight}; drop it")
            weights[pair] = weight
    names = tuple(dict.fromkeys([*nodes, *(node for edge in weights for node in edge)]))
    position = {name: column for column, name in enumerate(names)}
    ends = {(position[a], position[b]): weight for (a, b), weight in weights.items()}
    return NamedGraph(matrix_of_pairs(len(names), ends), names or None)


def shown_edge(source: str, target: str) -> str:
    """Return an edge as messages show it."""
    return f"{quoted(source)} -> {quoted(target)}"


def is_number(text: str) -> bool:
    """Whether a text is a number, or a truth value."""
    return text.strip().lower() in _TRUTH_VALUES or _is_float(text)


def number(text: str, place: str) -> float:
    """Return the number in a text; true is 1, false is 0.

    Raises
    ------
    ValueError
        If it is none, or not finite; the message begins with the place.

    Examples
    --------
    >>> from causal_dag.graph_files.edges import number
    >>> number("2.5", "line 3"), number("True", "line 4")
    (2.5, 1.0)
    """
    word = text.strip().lower()
    if word in _TRUTH_VALUES:
        return _TRUTH_VALUES[word]
    if not _is_float(text) or not math.isfinite(float(text)):
        raise ValueError(f"{place} has {quoted(text)} where a weight should be; write a number")
    return float(text)


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

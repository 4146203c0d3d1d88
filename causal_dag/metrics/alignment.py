"""Two graphs over the same nodes, in the same order."""

import warnings
from typing import Any

from causal_dag.graph.named_graph import NamedGraph, is_set_of_nodes, named_graph
from causal_dag.tables.columns import position_names
from causal_dag.wording import listed


def aligned(true: Any, estimate: Any) -> tuple[NamedGraph, NamedGraph]:
    """Read two graphs, and arrange the second like the first where both have names.

    Parameters
    ----------
    true, estimate : graph
        Anything that ``named_graph`` reads.

    Returns
    -------
    tuple of NamedGraph
        With the same nodes in the same order.

    Raises
    ------
    ValueError
        If the graphs have different nodes, or an argument is not a graph.

    Examples
    --------
    >>> from causal_dag.metrics.alignment import aligned
    >>> from causal_dag.graph.named_graph import NamedGraph
    >>> first = NamedGraph([[0, 1], [0, 0]], ("a", "b"))
    >>> second = NamedGraph([[0, 0], [1, 0]], ("b", "a"))
    >>> aligned(first, second)[1].weights.tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    first, second = named_graph(true), named_graph(estimate)
    if first.n_nodes != second.n_nodes:
        raise ValueError(
            f"the true graph has {first.n_nodes} nodes and the estimate {second.n_nodes}; "
            "give both the same variables"
        )
    if first.names is None or second.names is None:
        warn_of_guessed_order(true, first)
        warn_of_guessed_order(estimate, second)
        return first, second.arranged_like(first.names)
    missing = sorted(set(first.names) - set(second.names))
    surplus = sorted(set(second.names) - set(first.names))
    if missing or surplus:
        raise ValueError(
            f"the graphs have different nodes: only the true graph has {listed(missing)}, only "
            f"the estimate has {listed(surplus)}; rename them"
        )
    return first, second.arranged_like(first.names)


def warn_of_guessed_order(holder: Any, graph: NamedGraph) -> None:
    """Warn if the graph is a set of named nodes, whose order need not be that of any columns."""
    if is_set_of_nodes(holder) and graph.names is not None and position_names(graph.names) is None:
        warnings.warn(
            "one side has names and the other has none: the nodes are compared by position, in the "
            f"order {listed(graph.names)}; give both names, for example by passing a DataFrame",
            UserWarning,
            stacklevel=5,
        )

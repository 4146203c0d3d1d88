"""Several columns of a table as one node of a graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from causal_dag.arrays import BoolArray, IntArray
from causal_dag.tables.columns import Columns, refuse_repeated, written_names
from causal_dag.wording import quoted


def read_groups(
    groups: Mapping[str, Sequence[Any]], columns: Columns
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the node of every column, and the names of the nodes.

    Nodes come in the order of their first columns. A column in no group is a node of its own.

    Parameters
    ----------
    groups : mapping from name to sequence of columns
        Columns that are one node.
    columns : Columns
        The columns of the table.

    Raises
    ------
    ValueError
        If a column is unknown or in two groups, a group is not a list of columns or is empty, or
        two nodes have one name.

    Examples
    --------
    >>> from causal_dag.tables.column_groups import read_groups
    >>> from causal_dag.tables.columns import Columns
    >>> read_groups({"position": ["x", "y"]}, Columns(4, ("x", "speed", "y", "mass")))
    ((0, 1, 0, 2), ('position', 'speed', 'mass'))
    """
    for name, members in groups.items():
        is_list = isinstance(members, Sequence) and not isinstance(members, str | bytes)
        if not isinstance(name, str) or not is_list or not members:
            raise ValueError(
                f"groups: {quoted(name)} is {quoted(members)}; write groups={{'position': "
                "['x', 'y']}, a name and a list of columns"
            )
    positions = columns.distinct_positions([x for xs in groups.values() for x in xs], "groups")
    owners = [name for name, members in groups.items() for _ in members]
    group_of = dict(zip(positions, owners, strict=True))
    nodes: dict[tuple[str, int], int] = {}
    node_of, names = [], []
    for position, own in enumerate(written_names(columns.names, columns.n_columns)):
        group = group_of.get(position)
        key = (own, position) if group is None else (group, -1)
        if key not in nodes:
            nodes[key] = len(nodes)
            names.append(key[0])
        node_of.append(nodes[key])
    refuse_repeated(names, "node")
    return tuple(node_of), tuple(names)


def graph_of_columns(adjacency: BoolArray, nodes: IntArray) -> BoolArray:
    """Return the graph of all columns: those of a node have its parents, and earlier ones of it.

    The columns of a node given its parents may depend on each other in any way.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (d, d)
        The graph of the nodes.
    nodes : ndarray of int, shape (c,)
        The node of every column.

    Examples
    --------
    >>> import numpy as np
    >>> from causal_dag.tables.column_groups import graph_of_columns
    >>> edge = np.array([[False, True], [False, False]])
    >>> graph_of_columns(edge, np.array([0, 1, 1])).astype(int).tolist()
    [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    """
    within = np.triu(nodes[:, None] == nodes, 1)
    of_columns: BoolArray = adjacency[np.ix_(nodes, nodes)] | within
    return of_columns

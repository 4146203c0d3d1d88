"""The table of graph formats, which every module of this folder extends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from causal_dag.discovery import check_registration
from causal_dag.graph.named_graph import NamedGraph

Writer = Callable[[Any, Path], None]
Reader = Callable[[Path], NamedGraph]


class GraphFormat(NamedTuple):
    """How files with one ending are written and read; None where they cannot be."""

    write: Writer | None
    read: Reader | None


#: The formats by the ending of a file's name.
FORMATS: dict[str, GraphFormat] = {}


def register_format(*endings: str, write: Writer | None = None, read: Reader | None = None) -> None:
    """Make a file format available to ``write_graph``, ``read_graph`` and the command line.

    Parameters
    ----------
    *endings : str
        Endings of file names, lower case, with their dots.
    write : callable, optional
        From a graph (anything that ``named_graph`` accepts) and a path to a file, which is
        written whole.
    read : callable, optional
        From a path to a ``NamedGraph``; raises ``ValueError`` where the content is not a graph.

    Raises
    ------
    ValueError
        If an ending is taken by other functions, or is not lower case with a dot before it.

    Examples
    --------
    >>> from causal_dag.graph_files import graph_endings, register_format
    >>> ".graphml" in graph_endings()
    True
    """
    for ending in endings:
        check_registration("format", ending, "causal_dag.graph_files")
        if not ending.startswith(".") or ending != ending.lower():
            raise ValueError(f"the ending {ending!r} is not lower case with a dot, such as '.dot'")
        if FORMATS.setdefault(ending, GraphFormat(write, read)) != GraphFormat(write, read):
            raise ValueError(f"the ending {ending!r} is taken by another format; choose another")

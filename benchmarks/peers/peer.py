"""What is known of another package: its methods, and how to install and to call it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class PeerMethod:
    """A method of another package.

    Parameters
    ----------
    summary : str
        What it does, in one line.
    output : {"dag", "pdag"}
        A weighted graph, or a partially directed graph, in which an undirected edge has both
        entries.
    parameters : mapping
        Its defaults here: the package's own, but for what the package leaves to its users.
    """

    summary: str
    output: Literal["dag", "pdag"]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Peer:
    """Another package that learns graphs.

    Parameters
    ----------
    name : str
        What suites and the command call it.
    import_name, distribution : str
        What Python and pip call it.
    requirements : tuple of tuples of str
        What pip is asked for, step by step.
    methods : mapping of str to PeerMethod
        By the names that suites use.
    licence, url : str
        Under which terms it comes, and from where.
    adapter : Path
        The file that calls it, in its own environment.
    """

    name: str
    import_name: str
    distribution: str
    requirements: tuple[tuple[str, ...], ...]
    methods: Mapping[str, PeerMethod]
    licence: str
    url: str
    adapter: Path

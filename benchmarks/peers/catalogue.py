"""Which other packages can be compared, and what they offer: one file each in ``adapters/``."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from causal_dag.discovery import import_modules
from causal_dag.validation import check_choice

ADAPTERS = "causal_dag.benchmarks.peers.adapters"
#: What every adapter declares; ``adapters/__init__.py`` says what each holds.
DECLARED = ("DISTRIBUTION", "REQUIREMENTS", "LICENCE", "URL", "METHODS")


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
        Its defaults here: the package's own, except where the package leaves the choice to its
        users.
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
    distribution : str
        What pip calls it.
    requirements : tuple of tuples of str
        What pip is asked for, step by step.
    methods : mapping of str to PeerMethod
        By the names that suites use.
    licence, url : str
        Its licence and its home page.
    adapter : Path
        The file that calls it, in its own environment.
    """

    name: str
    distribution: str
    requirements: tuple[tuple[str, ...], ...]
    methods: Mapping[str, PeerMethod]
    licence: str
    url: str
    adapter: Path


def find_peer(name: str) -> Peer:
    """Return a peer.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists all.

    Examples
    --------
    >>> from causal_dag.benchmarks.peers.catalogue import find_peer
    >>> find_peer("causal-learn").licence
    'MIT'
    """
    check_choice("peer", name, PEERS)
    return PEERS[name]


def find_method(peer: Peer, name: str) -> PeerMethod:
    """Return a method of a peer.

    Raises
    ------
    ValueError
        If there is none of that name; the message lists all.

    Examples
    --------
    >>> from causal_dag.benchmarks.peers.catalogue import find_method, find_peer
    >>> find_method(find_peer("flopsearch"), "flop").output
    'pdag'
    """
    check_choice(f"{peer.name}: method", name, peer.methods)
    return peer.methods[name]


def declared_peer(adapter: ModuleType) -> Peer:
    """Return the peer that an adapter declares.

    Raises
    ------
    ValueError
        If a declaration is missing.
    """
    path = Path(str(adapter.__file__))
    missing = [name for name in DECLARED if not hasattr(adapter, name)]
    if missing:
        raise ValueError(f"{path} does not declare {', '.join(missing)}")
    return Peer(
        name=adapter.DISTRIBUTION,
        distribution=adapter.DISTRIBUTION,
        requirements=tuple(map(tuple, adapter.REQUIREMENTS)),
        methods={
            name: PeerMethod(method["summary"], method["output"], method.get("parameters", {}))
            for name, method in adapter.METHODS.items()
        },
        licence=adapter.LICENCE,
        url=adapter.URL,
        adapter=path,
    )


def _found() -> dict[str, Peer]:
    modules = (importlib.import_module(f"{ADAPTERS}.{name}") for name in import_modules(ADAPTERS))
    return {peer.name: peer for peer in map(declared_peer, modules)}


#: The peers by name.
PEERS: Mapping[str, Peer] = _found()

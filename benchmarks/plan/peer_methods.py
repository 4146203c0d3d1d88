"""The other packages whose methods suites may name; their catalogue is loaded when one does."""

import importlib
from collections.abc import Mapping
from typing import Any

_PACKAGE = "causal_dag.benchmarks.peers"


def peers() -> Mapping[str, Any]:
    """Return the peers by name; each has ``methods``, a mapping by name."""
    found: Mapping[str, Any] = importlib.import_module(f"{_PACKAGE}.catalogue").PEERS
    return found


def peer_version(name: str) -> str | None:
    """Return the version of a peer, or None if it is not installed."""
    installation = importlib.import_module(f"{_PACKAGE}.installation")
    version: str | None = installation.installed_version(peers()[name])
    return version

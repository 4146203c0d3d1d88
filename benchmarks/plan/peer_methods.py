"""The other packages whose methods suites may name; their catalogue is loaded when one does."""

import importlib
from collections.abc import Mapping
from typing import Any


def peers() -> Mapping[str, Any]:
    """Return the peers by name; each has ``methods``, a mapping by name."""
    found: Mapping[str, Any] = _catalogue().PEERS
    return found


def peer_version(name: str) -> str | None:
    """Return the version of a peer, or None if it is not installed."""
    version: str | None = _catalogue().installed_version(name)
    return version


def _catalogue() -> Any:
    return importlib.import_module("causal_dag.benchmarks.peers.catalogue")

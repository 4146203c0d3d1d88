"""The other packages whose methods suites may name; their catalogue is loaded when one does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causal_dag.benchmarks.peers.catalogue import Peer


def peers() -> "Mapping[str, Peer]":
    """Return the peers by name."""
    from causal_dag.benchmarks.peers.catalogue import PEERS

    return PEERS


def peer_version(name: str) -> str | None:
    """Return the version of a peer, or None if it is not installed."""
    from causal_dag.benchmarks.peers.installation import installed_version

    return installed_version(peers()[name])

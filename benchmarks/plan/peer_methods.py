"""The other packages whose methods suites may name; their catalogue is loaded when one does."""

from collections.abc import Mapping

from causal_dag.benchmarks.peers.catalogue import PEERS, Peer
from causal_dag.benchmarks.peers.installation import installed_version
from causal_dag.benchmarks.plan.cell import OURS, Method
from causal_dag.registry import registered_solvers


def peers() -> Mapping[str, Peer]:
    """Return the peers by name."""
    return PEERS


def peer_version(name: str) -> str | None:
    """Return the version of a peer, or None if it is not installed."""
    return installed_version(peers()[name])


def is_peer_method(method: Method) -> bool:
    """Whether a method belongs to another package and is not a registered solver."""
    if method.origin == OURS:
        return False
    entry = registered_solvers().get(method.name)
    package = None if entry is None else entry.package
    is_registered = package is not None and package.name == method.origin
    return not is_registered and method.origin in peers()

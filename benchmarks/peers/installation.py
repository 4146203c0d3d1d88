"""Where other packages are installed: an environment of their own, or the running one.

Quick: it reads the names of folders and a file of metadata; nothing is imported or started.
"""

import importlib.metadata
import os
import sys
from pathlib import Path

from causal_dag.benchmarks.peers.peer import Peer

FOLDER_VARIABLE = "CAUSAL_DAG_PEERS"

#: Written last into an environment: without it the installation was cut short.
COMPLETE = "installation-complete"


def peers_folder() -> Path:
    """Return the folder of the environments: ``$CAUSAL_DAG_PEERS`` or ``~/.causal-dag/peers``."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen).absolute() if chosen else Path.home() / ".causal-dag" / "peers"


def environment_folder(peer: Peer) -> Path:
    """Return where the peer's own environment is, or would be."""
    return peers_folder() / peer.name


def environment_python(folder: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def has_environment(peer: Peer) -> bool:
    """Return whether the peer has an environment of its own that was finished."""
    return (environment_folder(peer) / COMPLETE).is_file()


def interpreter(peer: Peer) -> Path | None:
    """Return the Python that can import a peer; None if it is not installed.

    Its own environment comes first, then the one that runs.
    """
    if has_environment(peer):
        python = environment_python(environment_folder(peer))
        # An environment breaks when it is moved, or when the Python it was made with goes.
        return python if python.exists() else None
    return None if _version_in(peer, sys.path) is None else Path(sys.executable)


def installed_version(peer: Peer) -> str | None:
    """Return the version of the peer that ``interpreter`` imports; None if it is not installed."""
    if not has_environment(peer):
        return _version_in(peer, sys.path)
    if interpreter(peer) is None:
        return None
    pattern = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
    return _version_in(peer, [str(folder) for folder in environment_folder(peer).glob(pattern)])


def _version_in(peer: Peer, folders: list[str]) -> str | None:
    found = importlib.metadata.distributions(name=peer.distribution, path=folders)
    return next((distribution.version for distribution in found), None)

"""Where other packages are installed: an environment of their own, or the running one.

Looking one up is quick: it reads the names of folders and a file of metadata, and neither imports
nor starts anything.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from causal_dag.benchmarks.peers.catalogue import Peer

FOLDER_VARIABLE = "CAUSAL_DAG_PEERS"
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")

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
    """Return whether the peer has an environment of its own whose installation was completed."""
    return (environment_folder(peer) / COMPLETE).is_file()


def interpreter(peer: Peer) -> Path | None:
    """Return the Python that can import a peer; None if it is not installed.

    Its own environment comes first, then the one that runs.
    """
    if has_environment(peer):
        python = environment_python(environment_folder(peer))
        # An environment breaks when it is moved, or when the Python it was made with is removed.
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


def install(peer: Peer, report: Callable[[str], object] = print) -> bool:
    """Make the environment of a peer, unless it is there.

    Parameters
    ----------
    peer : Peer
        The package.
    report : callable
        Called with a line of progress at every step.

    Returns
    -------
    bool
        False if there was nothing to do.

    Raises
    ------
    ValueError
        If pip or venv fails; nothing is left then.
    OSError
        If the folder cannot be written.
    """
    if has_environment(peer):
        return False
    folder = environment_folder(peer)
    # Left over from an installation that was killed.
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        report(f"{peer.name}: new environment in {folder}")
        _run(peer, [sys.executable, "-m", "venv", str(folder)])
        for step in peer.requirements:
            report(f"{peer.name}: pip install {' '.join(step)}")
            _run(peer, [str(environment_python(folder)), *PIP_INSTALL, *step])
        (folder / COMPLETE).touch()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return True


def remove(peer: Peer) -> bool:
    """Delete the environment of a peer.

    Returns
    -------
    bool
        False if there was none.
    """
    folder = environment_folder(peer)
    if not folder.exists():
        return False
    # The mark first: an environment that is half deleted is not taken for a complete one.
    (folder / COMPLETE).unlink(missing_ok=True)
    shutil.rmtree(folder)
    return True


def _version_in(peer: Peer, folders: list[str]) -> str | None:
    found = importlib.metadata.distributions(name=peer.distribution, path=folders)
    return next((distribution.version for distribution in found), None)


def _run(peer: Peer, command: Sequence[str]) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment
    )
    if done.returncode != 0:
        raise ValueError(f"{peer.name} cannot be installed: {_reason(done.stderr, done.stdout)}")


def _reason(stderr: str, stdout: str) -> str:
    """Return the first error that pip names, or the last line there is."""
    lines = [line.strip() for line in (stderr or stdout).splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines[-1:] or ["no reason given"])[0]

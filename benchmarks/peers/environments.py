"""Virtual environments of other packages: make one, take one away."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from causal_dag.benchmarks.peers.installation import (
    COMPLETE,
    environment_folder,
    environment_python,
    has_environment,
)
from causal_dag.benchmarks.peers.peer import Peer

PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")


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
    # What an installation that was killed has left.
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
    # Without the mark first: one that is deleted halfway is not taken for whole.
    (folder / COMPLETE).unlink(missing_ok=True)
    shutil.rmtree(folder)
    return True


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

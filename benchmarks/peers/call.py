"""One fit by another package, seen from our side."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from causal_dag.arrays import FloatArray
from causal_dag.benchmarks.peers.catalogue import Peer, find_method, find_peer
from causal_dag.benchmarks.peers.installation import installed_version, interpreter
from causal_dag.benchmarks.processes.environment import ONE_THREAD
from causal_dag.benchmarks.processes.process_tree import signal_name

FLOAT64 = np.dtype("<f8")
DRIVER = Path(__file__).with_name("driver.py")

#: One thread, no displays, no progress bars; sets of strings are iterated in the same order.
ENVIRONMENT = {
    **ONE_THREAD,
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",
    "MPLBACKEND": "Agg",
    "TQDM_DISABLE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "PYTHONSAFEPATH": "1",
}


class PeerMissing(ValueError):  # noqa: N818
    """The package is not installed; the message says how to install it."""


class PeerError(ValueError):
    """The package raised an error, or its process died; the message says which, in one line."""


@dataclass(frozen=True)
class PeerFit:
    """What another package found.

    Parameters
    ----------
    weights : ndarray of shape (d, d)
        ``weights[i, j]`` is the effect of i on j, or 1 where the package gives no weights.
    is_pdag : bool
        Whether the graph is partially directed: an undirected edge has both entries. Such a graph
        may have no consistent extension, as the answers of PC on finite samples may have none.
    wall_seconds, cpu_seconds : float
        Of the fit alone, without the package's imports.
    start_memory_mb, peak_memory_mb : float or None
        Resident size of the package's process before the fit, and its largest, in megabytes (10⁶
        bytes); None where the system does not tell.
    """

    weights: FloatArray
    is_pdag: bool
    wall_seconds: float
    cpu_seconds: float
    start_memory_mb: float | None
    peak_memory_mb: float | None


def fit_peer(
    peer_name: str,
    method_name: str,
    X: FloatArray,
    seed: int,
    parameters: Mapping[str, Any] | None = None,
    version: str | None = None,
) -> PeerFit:
    """Fit another package's method to rows, in a process of its own with one thread.

    The process belongs to the caller's process group, and ends when the caller does.

    Parameters
    ----------
    peer_name, method_name : str
        The package, and its method, as suites name them.
    X : ndarray of shape (n, d)
        The rows.
    seed : int
        Seeds Python's, numpy's and torch's generators, and the method's own where it has one.
    parameters : mapping, optional
        Those that differ from the defaults in the catalogue.
    version : str, optional
        The version that must be installed; by default any.

    Raises
    ------
    PeerMissing
        If the package is not installed, or in another version than ``version``.
    PeerError
        If it raises an error, or its process dies.
    ValueError
        If the package or the method is unknown.
    """
    peer = find_peer(peer_name)
    method = find_method(peer, method_name)
    python = interpreter(peer)
    if python is None:
        raise PeerMissing(missing_message(peer))
    installed = installed_version(peer)
    if version not in (None, installed):
        raise PeerMissing(
            f"{peer.name} {version} was planned, but {installed} is installed; run the suite again"
        )
    request = {
        "method": method_name,
        "parameters": {**method.parameters, **(parameters or {})},
        "seed": seed,
        "shape": X.shape,
    }
    answer, weights = _driver_answer([str(python), str(DRIVER), str(peer.adapter)], request, X)
    if "error" in answer:
        raise PeerError(f"{peer.name}: {answer['error']}")
    return PeerFit(weights, method.output == "pdag", **answer)


def missing_message(peer: Peer) -> str:
    """Return one line that says how to install a peer."""
    return f"{peer.name} is not installed; run 'causal-dag bench peers install {peer.name}'"


def _driver_answer(
    command: list[str], request: Mapping[str, Any], X: FloatArray
) -> tuple[dict[str, Any], FloatArray]:
    """Return the driver's answer and the weights; see ``driver.py`` for the two messages."""
    d = X.shape[1]
    size = d * d * FLOAT64.itemsize
    # The file has no name, so it disappears with the process that holds it.
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=printed,
            env=_environment(),
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                _send(process.stdin, request, X)
                # stdin stays open: the driver ends when it is closed.
                line = process.stdout.readline()
                content = process.stdout.read(size)
            except BaseException:
                process.kill()
                raise
        if not line.endswith(b"\n") or len(content) not in (0, size):
            return {"error": _cause_of_death(process.returncode, printed)}, np.empty((0, 0))
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        return answer, np.empty((0, 0))
    return answer, np.frombuffer(content, FLOAT64).reshape(d, d).copy()


def _send(stream: IO[bytes], request: Mapping[str, Any], X: FloatArray) -> None:
    try:
        stream.write(json.dumps(request, allow_nan=False).encode() + b"\n")
        stream.write(np.ascontiguousarray(X, dtype=FLOAT64).data)
        stream.flush()
    except BrokenPipeError:
        # The driver died before it had read everything; its stderr says why.
        pass


def _environment() -> dict[str, str]:
    """Return the variables of the process: ours, without those that configure our own Python."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return {**inherited, **ENVIRONMENT}


def _cause_of_death(returncode: int, printed: IO[bytes]) -> str:
    """Return why a process died, from its exit code and the end of its stderr."""
    if returncode < 0:
        reason = f"its process was ended by {signal_name(-returncode)}"
    else:
        reason = f"its process ended with exit code {returncode}"
    printed.seek(0)
    lines = printed.read().decode(errors="replace").split("\n")
    messages = [line.strip() for line in lines if line.strip()]
    return f"{reason}: {messages[-1]}" if messages else reason

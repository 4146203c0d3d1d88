"""One fit by another package, in that package's own environment: ``python driver.py ADAPTER.py``.

Standalone: it imports nothing but the standard library, numpy and the adapter, for causal-dag is
not installed where it runs. The request comes on stdin: a line of JSON, then the rows as
little-endian float64. The answer goes to stdout: a line of JSON, then the weights. Nothing is
written to disk, so nothing is left behind by a process that is killed.
"""

import importlib.util
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
FLOAT64 = np.dtype("<f8")


def main(adapter: Path) -> None:
    """Read a request, fit, answer."""
    answer_stream = _private_stdout()
    request = json.loads(sys.stdin.buffer.readline())
    rows = _read_rows(sys.stdin.buffer, request["shape"])
    answered = threading.Event()
    threading.Thread(target=_end_with_the_caller, args=(answered,), daemon=True).start()
    weights = np.empty((0, 0))
    try:
        weights, answer = _fit(adapter, request, rows)
    except (Exception, SystemExit) as error:
        text = " ".join(str(error).split())
        answer = {"error": f"{type(error).__name__}: {text}" if text else type(error).__name__}
    answered.set()
    with answer_stream:
        answer_stream.write(json.dumps(answer).encode() + b"\n" + weights.tobytes())


def _fit(
    adapter: Path, request: dict[str, Any], rows: FloatArray
) -> tuple[FloatArray, dict[str, Any]]:
    """Return the weights, and what the fit alone took; imports come first and do not count."""
    fit = _loaded(adapter).METHODS[request["method"]]["load"]()
    _seed_everything(request["seed"])
    start_memory = _memory_mb("VmRSS")
    wall, cpu = time.perf_counter(), _cpu_seconds()
    graph = fit(rows, request["parameters"], request["seed"])
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    weights = np.ascontiguousarray(graph, dtype=FLOAT64)
    d = request["shape"][1]
    if weights.shape != (d, d) or not np.isfinite(weights).all():
        raise ValueError(f"the answer is not a {d} x {d} matrix of finite numbers")
    return weights, {
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "start_memory_mb": start_memory,
        "peak_memory_mb": _memory_mb("VmHWM"),
    }


def _private_stdout() -> BinaryIO:
    """Keep stdout for the answer, and send what the package prints there to nowhere."""
    stream = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return stream


def _read_rows(stream: BinaryIO, shape: list[int]) -> FloatArray:
    n, d = shape
    # A copy that may be written to, as some packages do.
    return np.frombuffer(stream.read(n * d * FLOAT64.itemsize), FLOAT64).reshape(n, d).copy()


def _end_with_the_caller(answered: threading.Event) -> None:
    """Exit if stdin is closed too early: nobody waits for the answer any more."""
    while os.read(0, 1):
        pass
    if not answered.is_set():
        os._exit(1)


def _loaded(adapter: Path) -> Any:
    # Under a name of its own: adapters/dagma.py imports the package dagma.
    specification = importlib.util.spec_from_file_location("causal_dag_peer_adapter", adapter)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _seed_everything(seed: int) -> None:
    """Seed the generators that packages share; some take no seed of their own."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is not None:
        seed_torch: Callable[[int], object] = torch.manual_seed
        seed_torch(seed)


def _cpu_seconds() -> float:
    """Return CPU seconds of this process with all its threads, and of processes it waited for."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _memory_mb(field: str) -> float | None:
    """Return a resident size in megabytes (10**6 bytes), where Linux tells."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

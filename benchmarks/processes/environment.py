"""Where a run took place: what a reader needs in order to judge its figures, or to repeat it."""

import os
import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import causal_dag.version

PACKAGES = ("numpy", "scipy", "numba", "scikit-learn", "statsmodels", "cvxpy", "networkx", "pandas")
#: Every run uses one thread, so that seconds mean the same for all methods and on all machines.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}


@cache
def environment() -> dict[str, Any]:
    """Return versions, processor and threads of this process, as JSON values.

    Examples
    --------
    >>> from causal_dag.benchmarks.processes.environment import environment
    >>> sorted(environment())[:3]
    ['causal_dag_version', 'cores', 'cpu']
    """
    return {
        "causal_dag_version": causal_dag.version.__version__,
        "git_revision": _git_revision(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "threads": int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git_revision() -> str | None:
    """Return the revision of the checkout this package lies in, marked ``-dirty`` if changed."""
    folder = Path(causal_dag.version.__file__).resolve().parent
    if not (folder.parent / ".git").exists():
        return None
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40"]
    command += ["--exclude=*"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

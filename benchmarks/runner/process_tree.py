"""Processes that end when they have to: by limits, and with those that started them."""

import contextlib
import os
import signal
import sys

import psutil

#: ``PR_SET_PDEATHSIG`` of Linux's ``prctl``.
_PARENT_DEATH_SIGNAL = 1


def die_with_parent(parent: int) -> None:
    """Let this process be killed when process ``parent``, which started it, dies.

    Linux does that at once, whatever this process is doing. Elsewhere it has to be noticed: the
    limits of time and memory still hold there.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the request
        os._exit(1)


def signal_name(number: int) -> str:
    """Return the name of a signal; real-time ones have numbers only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def memory_mb(pid: int) -> float:
    """Return the resident size of a process; 0 if it has ended."""
    return _resident_size(pid) / 1e6


def tree_memory_mb(pid: int) -> float:
    """Return the resident size of a process and its descendants. It takes milliseconds."""
    return sum(_resident_size(process.pid) for process in _tree(pid)) / 1e6


def kill_group(pid: int) -> None:
    """Kill what is left of the process group that ``pid`` leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def kill_tree(pid: int) -> None:
    """Kill a process that leads a group, its group and its descendants, for certain."""
    descendants = _tree(pid)
    kill_group(pid)
    for process in descendants:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _resident_size(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0

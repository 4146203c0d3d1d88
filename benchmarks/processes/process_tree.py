"""Ending processes: with all their descendants, and together with the process that started them."""

import contextlib
import os
import signal
import sys
import time

import psutil

#: ``PR_SET_PDEATHSIG`` and ``PR_SET_CHILD_SUBREAPER`` of Linux's ``prctl``.
_PARENT_DEATH_SIGNAL, _CHILD_SUBREAPER = 1, 36
#: Seconds between checks whether killed processes are gone.
_CHECK_SECONDS = 0.005


def die_with_parent(parent: int) -> None:
    """Let this process be killed when process ``parent``, which started it, dies.

    Linux does that at once, whatever this process is doing. Other systems do not, but the limits
    of time and memory still hold there.
    """
    _prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the request
        os._exit(1)


def adopt_orphans() -> None:
    """Make every descendant whose parent dies a child of this process.

    So ``end_descendants`` also finds those that left their session and whose parent has ended.
    Systems other than Linux give orphans to process 1, and they are not found.
    """
    _prctl(_CHILD_SUBREAPER, 1)


def signal_name(number: int) -> str:
    """Return the name of a signal; real-time ones have numbers only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped (``SIGSTOP``) and waits for ``SIGCONT``."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False


def memory_mb(pid: int) -> float:
    """Return the resident size of a process; 0 if it has ended."""
    return _resident_size(pid) / 1e6


def memory_of_descendants_mb() -> float:
    """Return the resident memory of all descendants of this process; takes milliseconds."""
    return sum(_resident_size(process.pid) for process in _descendants(os.getpid())) / 1e6


def end_descendants(patience: float) -> None:
    """Kill all processes that this one has started, and reap them.

    Processes may start others while they are being killed, so the search goes on until nothing is
    left, or for ``patience`` seconds where the system is still clearing processes away. It reaps
    all children of this process, which must have none that other code waits for.

    Parameters
    ----------
    patience : float
        Seconds to wait for killed processes.
    """
    give_up = time.monotonic() + patience
    while not _reap_children():
        kill_descendants(os.getpid())
        if time.monotonic() > give_up:
            return
        time.sleep(_CHECK_SECONDS)


def kill_group(pid: int) -> None:
    """Kill what is left of the process group that ``pid`` leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def kill_descendants(pid: int) -> None:
    """Kill all running processes that a process has started."""
    for process in _descendants(pid):
        with contextlib.suppress(psutil.Error):
            process.kill()


def kill_tree(pid: int) -> None:
    """Kill a process that leads a group, its group and its descendants."""
    descendants = _descendants(pid)
    kill_group(pid)
    for process in descendants:
        with contextlib.suppress(psutil.Error):
            process.kill()


def kill_marked(variable: str, value: str, patience: float) -> None:
    """Kill the processes that started with this value of an environment variable.

    A process may start another while it is being killed, so the search goes on until none is left,
    or for ``patience`` seconds.

    Parameters
    ----------
    variable, value : str
        The variable and its value when the process, or the one it is a copy of, was started.
    patience : float
        Seconds to wait for killed processes.
    """
    give_up = time.monotonic() + patience
    while marked := _marked(variable, value):
        for process in marked:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if time.monotonic() > give_up:
            return
        time.sleep(_CHECK_SECONDS)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _reap_children() -> bool:
    """Reap the children that have ended; return whether none is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        return True
    return False


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children(recursive=True))
    except psutil.Error:
        return []


def _marked(variable: str, value: str) -> list[psutil.Process]:
    """Return the processes that started with this value of an environment variable."""
    found = []
    for pid in psutil.pids():
        # Some have ended, some are other users'.
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if process.environ().get(variable) == value:
                found.append(process)
    return found


def _resident_size(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0

"""One function in a process of its own, stopped when it passes a limit of time or memory."""

import contextlib
import gc
import json
import os
import selectors
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.process_tree import (
    die_with_parent,
    kill_group,
    kill_tree,
    memory_mb,
    signal_name,
    tree_memory_mb,
)
from causal_dag.benchmarks.store.outcome import Outcome, Status

#: How often a run's memory is looked at. At 4 GB/s of new pages it gets 200 MB too far.
LOOK_SECONDS = 0.05
#: Finding the processes that a run has started takes milliseconds, so it is done every few looks.
LOOKS_PER_TREE = 10
#: What is kept of a run's complaints, for the message if its process dies.
KEPT_COMPLAINT_BYTES = 4096


def run_limited(function: Callable[[], Outcome], limits: Limits) -> Outcome:
    """Call ``function`` in a forked process, and return its outcome or why there is none.

    The process is a copy of this one, so that what is loaded here need not be loaded there; this
    process must not have other threads, or children that somebody else waits for. What it prints is
    not shown.

    Parameters
    ----------
    function : callable without arguments
        Returns an ``Outcome`` of JSON values.
    limits : Limits
        Passing one kills the process and all that it started.
    """
    _reap_earlier_runs()
    answer_end, answer_start = os.pipe()
    complaint_end, complaint_start = os.pipe()
    gc.freeze()  # so that the copy's collections touch no page of ours
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _be_the_child(function, parent, answer_start, complaint_start)
    os.close(answer_start)
    os.close(complaint_start)
    with contextlib.suppress(OSError):  # the child does it too; whoever comes first
        os.setpgid(child, child)
    try:
        return _Supervision(child, limits, answer_end, complaint_end).outcome()
    finally:
        kill_group(child)
        os.close(answer_end)
        os.close(complaint_end)


def _reap_earlier_runs() -> None:
    """Take leave of processes that have ended; the latest may still be clearing its memory away."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue


def outcome_from_document(document: Mapping[str, Any]) -> Outcome:
    """Return the outcome that ``dataclasses.asdict`` made a document of."""
    return Outcome(**{**document, "status": Status(document["status"])})


def _be_the_child(
    function: Callable[[], Outcome], parent: int, answer: int, complaint: int
) -> None:
    """Run the function, write its outcome, and leave without any of the parent's cleaning up."""
    code = 1
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        die_with_parent(parent)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.dup2(complaint, 2)
        text = json.dumps(asdict(function()), allow_nan=False)
        with os.fdopen(answer, "w", encoding="utf-8") as file:
            file.write(text)
        code = 0
    except BaseException as error:  # nobody but the supervisor may see it
        os.write(2, f"{type(error).__name__}: {error}".encode(errors="replace"))
    finally:
        os._exit(code)


class _Supervision:
    """Waits for a child's answer, with an eye on the clock and on its memory."""

    def __init__(self, child: int, limits: Limits, answer: int, complaint: int) -> None:
        self._child = child
        self._limits = limits
        self._answer, self._complaint = answer, complaint
        self._texts = {answer: b"", complaint: b""}
        self._started = time.monotonic()
        self._peak_mb = 0.0
        self._n_looks = 1

    def outcome(self) -> Outcome:
        with selectors.DefaultSelector() as selector:
            for end in self._texts:
                selector.register(end, selectors.EVENT_READ)
            next_look = self._started + LOOK_SECONDS
            while self._answer in selector.get_map():
                now = time.monotonic()
                if now - self._started > self._limits.seconds:
                    return self._stopped(Status.TIME_LIMIT, f"{self._limits.seconds:g} s")
                if now >= next_look:
                    self._look()
                    next_look = now + LOOK_SECONDS
                    if self._peak_mb > self._limits.memory_mb:
                        return self._stopped(Status.MEMORY_LIMIT, f"{self._limits.memory_mb:g} MB")
                self._read(selector, max(next_look - now, 0.0))
        return self._answered()

    def _look(self) -> None:
        measured = tree_memory_mb if self._n_looks % LOOKS_PER_TREE == 0 else memory_mb
        self._peak_mb = max(self._peak_mb, measured(self._child))
        self._n_looks += 1

    def _read(self, selector: selectors.BaseSelector, seconds: float) -> None:
        for ready, _ in selector.select(seconds):
            end = ready.fd
            text = os.read(end, 65536)
            if not text:
                selector.unregister(end)
            self._texts[end] += text
        self._texts[self._complaint] = self._texts[self._complaint][-KEPT_COMPLAINT_BYTES:]

    def _stopped(self, status: Status, limit: str) -> Outcome:
        kill_tree(self._child)
        return Outcome(
            status,
            f"stopped at its limit of {limit}",
            wall_seconds=time.monotonic() - self._started,
            peak_memory_mb=self._peak_mb,
        )

    def _answered(self) -> Outcome:
        try:
            outcome = outcome_from_document(json.loads(self._texts[self._answer]))
        except ValueError:
            return self._crashed()
        # It may have been too quick to be seen.
        if (outcome.peak_memory_mb or 0.0) > self._limits.memory_mb:
            self._peak_mb = outcome.peak_memory_mb or 0.0
            return self._stopped(Status.MEMORY_LIMIT, f"{self._limits.memory_mb:g} MB")
        return outcome

    def _crashed(self) -> Outcome:
        # Its number stays taken (WNOWAIT) until all that it started has been killed by it.
        state = os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOWAIT)
        assert state is not None
        ended_itself = state.si_code == os.CLD_EXITED
        complaint = self._texts[self._complaint].decode(errors="replace").strip()
        last = " ".join(complaint.splitlines()[-1:])[:400]
        number = state.si_status
        how = f"exit code {number}" if ended_itself else f"killed by {signal_name(number)}"
        return Outcome(
            Status.CRASHED,
            f"its process died ({how}){f': {last}' if last else ''}",
            wall_seconds=time.monotonic() - self._started,
            peak_memory_mb=self._peak_mb,
        )

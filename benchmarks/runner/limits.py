"""One function in a process of its own, stopped when it passes a limit of time or memory."""

import contextlib
import gc
import json
import os
import secrets
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import asdict

from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.processes.process_tree import (
    adopt_orphans,
    die_with_parent,
    end_descendants,
    kill_group,
    memory_mb,
    memory_of_descendants_mb,
    signal_name,
)
from causal_dag.benchmarks.store.outcome import Outcome, Status, described

#: How often a run's memory is looked at. At 4 GB/s of new pages it gets 200 MB too far.
LOOK_SECONDS = 0.05
#: Finding the processes that a run has started takes milliseconds, so it is done every few looks.
LOOKS_PER_TREE = 10
#: Seconds to wait for a process to exit after its answer; it needs less.
ENDING_SECONDS = 0.001
#: Seconds to wait for killed processes: freeing 10 GB takes a second.
PATIENCE_SECONDS = 1.0
#: Most bytes kept of a run's answer (2 kB are usual), and of its stderr if its process dies.
KEPT_ANSWER_BYTES, KEPT_COMPLAINT_BYTES = 65536, 4096
#: Reads that are enough to empty a pipe, and see its end, once nobody writes to it.
READ_BYTES, LAST_READS = 65536, 4


def run_limited(function: Callable[[], Outcome], limits: Limits) -> Outcome:
    """Call ``function`` in a forked process, and return its outcome or why there is none.

    The process is a copy of this one, so that what is loaded here need not be loaded there; this
    process must not have other threads, or children that somebody else waits for. What it prints is
    not shown. When this returns, the copy and all that it has started are gone, or were killed and
    are being cleared away.

    Parameters
    ----------
    function : callable without arguments
        Returns an ``Outcome`` of JSON values.
    limits : Limits
        Passing one kills the process and all that it started.
    """
    adopt_orphans()
    end_descendants(0.0)  # those of the run before may still have been clearing their memory away
    answer_end, answer_start = os.pipe()
    complaint_end, complaint_start = os.pipe()
    # The run may write to any of its descriptors; the answer is between two of these marks.
    mark = secrets.token_bytes(16)
    gc.freeze()  # so that the copy's collections touch no page of ours
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _be_the_child(function, parent, mark, answer_start, complaint_start)
    os.close(answer_start)
    os.close(complaint_start)
    with contextlib.suppress(OSError):  # the child does it too; whoever comes first
        os.setpgid(child, child)
    try:
        return _Supervision(child, limits, mark, answer_end, complaint_end).outcome()
    finally:
        os.close(answer_end)
        os.close(complaint_end)


def _be_the_child(
    function: Callable[[], Outcome], parent: int, mark: bytes, answer: int, complaint: int
) -> None:
    """Run the function, write its outcome, and leave without any of the parent's cleaning up."""
    code = 1
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        die_with_parent(parent)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _keep_only(answer, complaint)
        own = os.getpid()
        outcome = _outcome_of(function)
        if os.getpid() == own:  # a copy that the function made of this process has nothing to say
            text = json.dumps(asdict(outcome), allow_nan=False).encode()
            with os.fdopen(answer, "wb") as file:
                file.write(mark + text + mark)
            code = 0
    except BaseException as error:  # nobody but the supervisor may see it
        os.write(2, described(error).encode(errors="replace"))
    finally:
        os._exit(code)


def _keep_only(answer: int, complaint: int) -> None:
    """Close what the copy was born with, above all the way to who started its parent."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.dup2(complaint, 2)
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor not in (0, 1, 2, answer):
            with contextlib.suppress(OSError):  # the one by which the folder was read
                os.close(descriptor)


def _outcome_of(function: Callable[[], Outcome]) -> Outcome:
    try:
        return function()
    except BaseException as error:  # KeyboardInterrupt and SystemExit: the terminal is far away
        return Outcome(Status.FAILED, described(error))


class _Supervision:
    """Waits until a child has ended, and watches its time and memory.

    That it has ended is what the system says: the child may close its ends of the pipes long
    before, and what it started may keep them open long after.
    """

    def __init__(
        self, child: int, limits: Limits, mark: bytes, answer: int, complaint: int
    ) -> None:
        self._child = child
        self._limits = limits
        self._mark = mark
        self._answer, self._complaint = answer, complaint
        self._texts = {answer: b"", complaint: b""}
        self._started = time.monotonic()
        self._peak_mb = 0.0
        self._n_looks = 1

    def outcome(self) -> Outcome:
        with selectors.DefaultSelector() as selector:
            for end in self._texts:
                os.set_blocking(end, False)
                selector.register(end, selectors.EVENT_READ)
            next_look = self._started + LOOK_SECONDS
            while (exit_code := self._exit_code()) is None:
                now = time.monotonic()
                if now - self._started > self._limits.seconds:
                    return self._stopped(Status.TIME_LIMIT, f"{self._limits.seconds:g} s")
                if now >= next_look:
                    self._look()
                    next_look = now + LOOK_SECONDS
                    if self._peak_mb > self._limits.memory_mb:
                        return self._stopped(Status.MEMORY_LIMIT, f"{self._limits.memory_mb:g} MB")
                wakes = min(next_look, self._started + self._limits.seconds)
                pause = max(wakes - now, 0.0)
                has_answered = self._answer not in selector.get_map()
                self._read(selector, min(pause, ENDING_SECONDS) if has_answered else pause)
            self._end_all()
            for _ in range(LAST_READS):
                self._read(selector, 0.0)
        return self._answered(exit_code)

    def _exit_code(self) -> int | None:
        """Return the child's exit code, a signal's with a minus, or None if it is there."""
        child, status = os.waitpid(self._child, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if child else None

    def _end_all(self) -> None:
        kill_group(self._child)
        end_descendants(PATIENCE_SECONDS)

    def _look(self) -> None:
        of_all = self._n_looks % LOOKS_PER_TREE == 0
        found = memory_of_descendants_mb() if of_all else memory_mb(self._child)
        self._peak_mb = max(self._peak_mb, found)
        self._n_looks += 1

    def _read(self, selector: selectors.BaseSelector, seconds: float) -> None:
        for key, _ in selector.select(seconds):
            end = key.fd
            text = os.read(end, READ_BYTES)
            if not text:
                selector.unregister(end)
            kept = KEPT_ANSWER_BYTES if end == self._answer else KEPT_COMPLAINT_BYTES
            self._texts[end] = (self._texts[end] + text)[-kept:]

    def _stopped(self, status: Status, limit: str) -> Outcome:
        wall_seconds = time.monotonic() - self._started
        self._end_all()
        return Outcome(
            status,
            f"stopped at its limit of {limit}",
            wall_seconds=wall_seconds,
            peak_memory_mb=self._peak_mb,
        )

    def _answered(self, exit_code: int) -> Outcome:
        try:
            _, text, _ = self._texts[self._answer].rsplit(self._mark, 2)
            outcome = Outcome.from_document(json.loads(text))
        except ValueError:
            return self._crashed(exit_code)
        # It may have been too quick to be seen.
        if (outcome.peak_memory_mb or 0.0) > self._limits.memory_mb:
            self._peak_mb = outcome.peak_memory_mb or 0.0
            return self._stopped(Status.MEMORY_LIMIT, f"{self._limits.memory_mb:g} MB")
        return outcome

    def _crashed(self, exit_code: int) -> Outcome:
        complaint = self._texts[self._complaint].decode(errors="replace").strip()
        last = " ".join(complaint.splitlines()[-1:])[:400]
        ended_itself = exit_code >= 0
        how = f"exit code {exit_code}" if ended_itself else f"killed by {signal_name(-exit_code)}"
        return Outcome(
            Status.CRASHED,
            f"its process died ({how}){f': {last}' if last else ''}",
            wall_seconds=time.monotonic() - self._started,
            peak_memory_mb=self._peak_mb,
        )

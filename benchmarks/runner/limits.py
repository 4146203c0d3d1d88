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

#: Seconds between measurements of a run's memory. At 4 GB/s of new pages it gets 200 MB too far.
MEMORY_SECONDS = 0.05
#: Finding the processes that a run has started takes milliseconds, so that their memory is measured
#: every tenth time only.
MEASUREMENTS_PER_TREE = 10
#: Seconds to wait for a process to exit after its answer; it needs less.
EXIT_SECONDS = 0.001
#: Seconds to wait for killed processes: freeing 10 GB takes a second.
KILL_SECONDS = 1.0
#: Most bytes kept of a run's answer (2 kB are usual), and of its stderr.
ANSWER_BYTES, STDERR_BYTES = 65536, 4096
#: Reads that are enough to empty a pipe, and see its end, once nobody writes to it.
READ_BYTES, LAST_READS = 65536, 4


def run_limited(function: Callable[[], Outcome], limits: Limits) -> Outcome:
    """Call ``function`` in a forked process, and return its outcome or why there is none.

    The process is a copy of this one, so that what is loaded here need not be loaded there. This
    process must not have other threads, or children that other code waits for. What the copy
    prints is not shown. When this returns, the copy and all that it has started have ended, or were
    killed and are being cleared away.

    Parameters
    ----------
    function : callable without arguments
        Returns an ``Outcome`` of JSON values.
    limits : Limits
        Passing one kills the process and all that it started.
    """
    adopt_orphans()
    end_descendants(0.0)  # killed processes of the run before may only have ended by now
    answer_end, answer_start = os.pipe()
    stderr_end, stderr_start = os.pipe()
    # The run may write to any of its descriptors, so the answer stands between two of these marks.
    mark = secrets.token_bytes(16)
    gc.freeze()  # so that the copy's collections touch no page of ours
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _run_in_child(function, parent, mark, answer_start, stderr_start)
    os.close(answer_start)
    os.close(stderr_start)
    with contextlib.suppress(OSError):  # parent and child both do it: the first one counts
        os.setpgid(child, child)
    try:
        return _Supervision(child, limits, mark, answer_end, stderr_end).outcome()
    finally:
        os.close(answer_end)
        os.close(stderr_end)


def _run_in_child(
    function: Callable[[], Outcome], parent: int, mark: bytes, answer: int, stderr: int
) -> None:
    """Run the function, write its outcome, and exit without the clean-up of the parent."""
    code = 1
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        die_with_parent(parent)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _close_inherited_descriptors(answer, stderr)
        own = os.getpid()
        outcome = _outcome_of(function)
        if os.getpid() == own:  # a copy that the function made of this process does not answer
            text = json.dumps(asdict(outcome), allow_nan=False).encode()
            with os.fdopen(answer, "wb") as file:
                file.write(mark + text + mark)
            code = 0
    except BaseException as error:  # only the supervising process reports it
        os.write(2, described(error).encode(errors="replace"))
    finally:
        os._exit(code)


def _close_inherited_descriptors(answer: int, stderr: int) -> None:
    """Close what the copy inherited, above all the pipe to the process that started its parent."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.dup2(stderr, 2)
    for descriptor in map(int, os.listdir("/dev/fd")):
        if descriptor not in (0, 1, 2, answer):
            with contextlib.suppress(OSError):  # the one by which the folder was read
                os.close(descriptor)


def _outcome_of(function: Callable[[], Outcome]) -> Outcome:
    try:
        return function()
    except BaseException as error:  # KeyboardInterrupt and SystemExit are the method's own here
        return Outcome(Status.FAILED, described(error))


class _Supervision:
    """Waits until a child has ended, and measures its time and memory meanwhile.

    Only the system tells that it has ended: the child may close its ends of the pipes long before,
    and processes that it started may keep them open long after.
    """

    def __init__(self, child: int, limits: Limits, mark: bytes, answer: int, stderr: int) -> None:
        self._child = child
        self._limits = limits
        self._mark = mark
        self._answer, self._stderr = answer, stderr
        self._received = {answer: b"", stderr: b""}
        self._started = time.monotonic()
        self._peak_mb = 0.0
        self._n_measurements = 1

    def outcome(self) -> Outcome:
        with selectors.DefaultSelector() as selector:
            for end in self._received:
                os.set_blocking(end, False)
                selector.register(end, selectors.EVENT_READ)
            next_measurement = self._started + MEMORY_SECONDS
            while (exit_code := self._exit_code()) is None:
                now = time.monotonic()
                if now - self._started > self._limits.seconds:
                    return self._stopped(Status.TIME_LIMIT, f"{self._limits.seconds:g} s")
                if now >= next_measurement:
                    self._measure_memory()
                    next_measurement = now + MEMORY_SECONDS
                    if self._peak_mb > self._limits.memory_mb:
                        return self._stopped(Status.MEMORY_LIMIT, f"{self._limits.memory_mb:g} MB")
                wakes = min(next_measurement, self._started + self._limits.seconds)
                pause = max(wakes - now, 0.0)
                has_answered = self._answer not in selector.get_map()
                self._read(selector, min(pause, EXIT_SECONDS) if has_answered else pause)
            self._end_all()
            for _ in range(LAST_READS):
                self._read(selector, 0.0)
        return self._answered(exit_code)

    def _exit_code(self) -> int | None:
        """Return the child's exit code, negative for a signal, or None if it has not ended."""
        child, status = os.waitpid(self._child, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if child else None

    def _end_all(self) -> None:
        kill_group(self._child)
        end_descendants(KILL_SECONDS)

    def _measure_memory(self) -> None:
        of_all = self._n_measurements % MEASUREMENTS_PER_TREE == 0
        found = memory_of_descendants_mb() if of_all else memory_mb(self._child)
        self._peak_mb = max(self._peak_mb, found)
        self._n_measurements += 1

    def _read(self, selector: selectors.BaseSelector, seconds: float) -> None:
        for key, _ in selector.select(seconds):
            end = key.fd
            text = os.read(end, READ_BYTES)
            if not text:
                selector.unregister(end)
            kept = ANSWER_BYTES if end == self._answer else STDERR_BYTES
            self._received[end] = (self._received[end] + text)[-kept:]

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
            _, text, _ = self._received[self._answer].rsplit(self._mark, 2)
            outcome = Outcome.from_document(json.loads(text))
        except ValueError:
            return self._crashed(exit_code)
        # It may have been used and freed between two measurements.
        if (outcome.peak_memory_mb or 0.0) > self._limits.memory_mb:
            self._peak_mb = outcome.peak_memory_mb or 0.0
            return self._stopped(Status.MEMORY_LIMIT, f"{self._limits.memory_mb:g} MB")
        return outcome

    def _crashed(self, exit_code: int) -> Outcome:
        stderr = self._received[self._stderr].decode(errors="replace").strip()
        last = " ".join(stderr.splitlines()[-1:])[:400]
        was_killed = exit_code < 0
        how = f"killed by {signal_name(-exit_code)}" if was_killed else f"exit code {exit_code}"
        return Outcome(
            Status.CRASHED,
            f"its process died ({how}){f': {last}' if last else ''}",
            wall_seconds=time.monotonic() - self._started,
            peak_memory_mb=self._peak_mb,
        )

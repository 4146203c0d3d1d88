"""A worker process, as its starter sees it: sends cells, takes answers, keeps deadlines."""

import contextlib
import json
import os
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.processes.environment import ONE_THREAD, environment
from causal_dag.benchmarks.processes.process_tree import is_stopped, kill_marked, kill_tree
from causal_dag.benchmarks.store.outcome import Outcome, Status

#: A worker's first message, and its message when a run begins.
READY, BEGUN = "ready", "begun"
#: How long a worker may take to load the package, and to load, or compile, a solver's code.
STARTING_SECONDS, LOADING_SECONDS = 120.0, 300.0
#: Seconds after a run's limit within which its worker must answer; it needs one at most.
GRACE_SECONDS = 1.5
#: Seconds between checks whether an idle worker has been stopped.
CHECK_SECONDS = 0.5
#: Seconds to wait for killed processes of a worker to be cleared away.
CLEARING_SECONDS = 1.0
#: Environment variable that marks all processes a worker has started.
_MARK = "CAUSAL_DAG_BENCHMARK_WORKER"


class WorkerDiedError(RuntimeError):
    """The worker is dead or unresponsive; its cell has no outcome."""


@dataclass(frozen=True)
class Answer:
    """What a worker reports about a cell.

    Parameters
    ----------
    outcome : Outcome
        How the run ended.
    environment : mapping
        Where it took place.
    started : str
        When, ISO 8601 in UTC.
    """

    outcome: Outcome
    environment: Mapping[str, Any]
    started: str

    @classmethod
    def crashed(cls, reason: str) -> "Answer":
        """Return the answer for a cell whose worker died over it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return cls(Outcome(Status.CRASHED, reason), environment(), now)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Answer":
        """Return the answer that a worker wrote as JSON."""
        outcome = Outcome.from_document(document["outcome"])
        return cls(outcome, document["environment"], document["started"])


class WorkerProcess:
    """A process that runs one cell after the other, each in a copy of itself.

    It has a session of its own, so that Ctrl-C in a terminal reaches the runner alone, which then
    ends its workers.

    Raises
    ------
    ValueError
        If the system cannot copy processes (Windows).

    Examples
    --------
    >>> from causal_dag.benchmarks.plan import Limits
    >>> from causal_dag.benchmarks.plan.cell import Cell, Method
    >>> from causal_dag.benchmarks.plan.data_source import DataSource
    >>> from causal_dag.benchmarks.runner.worker_process import WorkerProcess
    >>> worker = WorkerProcess()
    >>> cell = Cell(DataSource("er2", "linear"), Method("none", "empty"), seed=0)
    >>> worker.run(cell, Limits(seconds=0.001)).outcome.status
    <Status.TIME_LIMIT: 'time limit'>
    >>> worker.close()
    """

    def __init__(self) -> None:
        if not hasattr(os, "fork"):
            raise ValueError(
                "benchmarks run in copies of a process, which this system cannot make; use Linux, "
                "or the Windows Subsystem for Linux"
            )
        self._mark = secrets.token_hex(16)
        command = [sys.executable, "-m", "causal_dag.benchmarks.runner.worker", str(os.getpid())]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, **ONE_THREAD, _MARK: self._mark},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        for pipe in (self._requests, self._answers):
            os.set_blocking(pipe.fileno(), False)
        self._received = b""
        self._is_running = self._is_closed = False
        self._reason = "the worker was closed"
        self._limit_seconds = 0.0
        self._allow(STARTING_SECONDS)
        self.is_ready = False

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the worker sends something."""
        return self._answers.fileno()

    @property
    def is_alive(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    @property
    def seconds_to_check(self) -> float:
        """Seconds after which the worker has to be checked again, even if it has sent nothing."""
        left = self._seconds_left()
        return left if self._is_running else min(left, CHECK_SECONDS)

    def send(self, cell: Cell, limits: Limits) -> None:
        """Send a cell; if it is not taken, close the worker and raise ``WorkerDiedError``."""
        request = json.dumps({"cell": cell.document(), "limits": asdict(limits)}).encode() + b"\n"
        self._limit_seconds = limits.seconds
        if self.is_ready:
            self._allow(LOADING_SECONDS)
        try:
            while request:
                if not _wait(self._requests.fileno(), select.POLLOUT, self._seconds_left()):
                    raise self._lost("the worker did not take its cell in time, and was killed")
                request = request[os.write(self._requests.fileno(), request) :]
        except OSError as error:
            raise self._lost("the worker's process was killed") from error

    def take(self) -> Answer | None:
        """Return the answer if it is there, without waiting.

        Raises
        ------
        WorkerDiedError
            If it will not come: the worker has died, has been silent for too long, or has sent
            nonsense. It is closed.
        """
        if self._is_closed:
            raise WorkerDiedError(self._reason)
        lines, has_ended = self._new_lines()
        for line in lines:
            if line == READY:
                self.is_ready = True
                self._allow(LOADING_SECONDS)
            elif line == BEGUN:
                self._is_running = True
                self._allow(self._limit_seconds + GRACE_SECONDS)
            else:
                self._is_running = False
                return self._answer_in(line)
        if has_ended:
            raise self._lost("the worker's process was killed")
        if self._seconds_left() == 0.0:
            raise self._lost("the worker did not answer in time, and was killed")
        # During a run its limit decides: the run may have stopped the worker itself.
        if not self._is_running and is_stopped(self.pid):
            raise self._lost("the worker was stopped, and killed")
        return None

    def run(self, cell: Cell, limits: Limits) -> Answer:
        """Run one cell and wait for its answer; ``WorkerDiedError`` if it will not come."""
        self.send(cell, limits)
        while (answer := self.take()) is None:
            _wait(self.fileno(), select.POLLIN, self.seconds_to_check)
        return answer

    def close(self) -> None:
        """Kill the worker and whatever it runs."""
        if self._is_closed:
            return
        self._is_closed = True
        kill_tree(self._process.pid)
        self._process.wait()
        self._requests.close()
        self._answers.close()
        # A worker may die at any moment, and what it had adopted has another parent from then on.
        kill_marked(_MARK, self._mark, CLEARING_SECONDS)

    def _new_lines(self) -> tuple[list[str], bool]:
        """Return what the worker has sent since the last call, and whether it has ended."""
        has_ended = False
        with contextlib.suppress(BlockingIOError):
            while received := os.read(self.fileno(), 65536):
                self._received += received
            has_ended = True
        *lines, self._received = self._received.split(b"\n")
        return [line.decode(errors="replace") for line in lines], has_ended

    def _answer_in(self, line: str) -> Answer:
        try:
            return Answer.from_document(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._lost("the worker sent something that is not an answer") from error

    def _seconds_left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def _allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def _lost(self, reason: str) -> WorkerDiedError:
        self._reason = reason
        self.close()
        return WorkerDiedError(reason)


def _wait(descriptor: int, event: int, seconds: float) -> bool:
    """Wait until a descriptor is ready; return whether it is."""
    waiting = select.poll()
    waiting.register(descriptor, event)
    return bool(waiting.poll(1000 * seconds))

"""A worker seen from the process that started it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.environment import ONE_THREAD, environment
from causal_dag.benchmarks.runner.limits import outcome_from_document
from causal_dag.benchmarks.runner.process_tree import kill_tree
from causal_dag.benchmarks.store.outcome import Outcome, Status

#: What a worker says first.
READY = "ready"


class WorkerDiedError(RuntimeError):
    """The worker was killed; its cell has no outcome."""


@dataclass(frozen=True)
class Answer:
    """What a worker says of a cell.

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
    def of_the_dead(cls, reason: str) -> "Answer":
        """Return the answer for a cell whose worker died over it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return cls(Outcome(Status.CRASHED, reason), environment(), now)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Answer":
        """Return the answer that a worker wrote as JSON."""
        outcome = outcome_from_document(document["outcome"])
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
        command = [sys.executable, "-m", "causal_dag.benchmarks.runner.worker", str(os.getpid())]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,
        )
        self._is_ready = False

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when there is an answer."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    @property
    def is_alive(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait until it has loaded everything; ``WorkerDiedError`` if it never will have."""
        assert self._process.stdout is not None
        if not self._is_ready and self._process.stdout.readline() != f"{READY}\n".encode():
            raise WorkerDiedError("the worker's process died before it could work")
        self._is_ready = True

    def send(self, cell: Cell, limits: Limits) -> None:
        """Hand over a cell; ``WorkerDiedError`` if there is nobody to take it."""
        assert self._process.stdin is not None
        request = {"cell": cell.document(), "limits": asdict(limits)}
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, OSError) as error:
            raise WorkerDiedError("the worker's process was killed") from error

    def receive(self) -> Answer:
        """Wait for the answer; ``WorkerDiedError`` if it will not come."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise WorkerDiedError("the worker's process was killed")
        return Answer.from_document(json.loads(line))

    def run(self, cell: Cell, limits: Limits) -> Answer:
        """Run one cell and wait for its answer."""
        self.wait_until_ready()
        self.send(cell, limits)
        return self.receive()

    def close(self) -> None:
        """Kill the worker and whatever it runs."""
        kill_tree(self._process.pid)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # what was not sent has nobody to go to

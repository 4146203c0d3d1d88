"""Cells on this machine: a few warm workers, one cell each at a time."""

import contextlib
import selectors
from collections import Counter, deque
from collections.abc import Generator, Sequence

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.worker_process import Answer, WorkerDiedError, WorkerProcess
from causal_dag.benchmarks.store.outcome import Status

#: A process that dies says more of the machine than of the method, so a cell gets more than one.
ATTEMPTS = 3
#: How often a worker is started that dies before it can work.
STARTS = 3


class LocalPool:
    """Runs cells in worker processes on this machine.

    Parameters
    ----------
    n_jobs : int
        Number of workers; every run has one thread.
    """

    def __init__(self, n_jobs: int = 1) -> None:
        self._n_jobs = n_jobs

    def run(self, cells: Sequence[Cell], limits: Limits) -> Generator[tuple[Cell, Answer]]:
        """Yield every cell with its answer, in the order in which they finish."""
        with contextlib.closing(_Pool(min(self._n_jobs, len(cells)), cells, limits)) as pool:
            yield from pool.answers()


class _Pool:
    """Workers, the cells they are at, and the cells that wait. One thread waits for all."""

    def __init__(self, n_workers: int, cells: Sequence[Cell], limits: Limits) -> None:
        self._limits = limits
        self._waiting = deque(cells)
        self._deaths: Counter[str] = Counter()
        self._at_work: dict[WorkerProcess, Cell] = {}
        self._selector = selectors.DefaultSelector()
        self._n_workers = n_workers

    def answers(self) -> Generator[tuple[Cell, Answer]]:
        # All are started before the first is waited for.
        for worker in [WorkerProcess() for _ in range(self._n_workers)]:
            self._employ(worker)
        while self._at_work:
            for ready, _ in self._selector.select():
                cell, answer = self._dismiss(ready.data)
                crashed = answer.outcome.status is Status.CRASHED
                is_final = not crashed or self._is_last_attempt(cell)
                if not is_final:
                    self._waiting.append(cell)
                # Before the answer is handed out, so that nobody waits for its reader.
                self._go_on(ready.data)
                if is_final:
                    yield cell, answer

    def close(self) -> None:
        for worker in self._at_work:
            worker.close()
        self._selector.close()

    def _go_on(self, worker: WorkerProcess) -> None:
        if not self._waiting:
            worker.close()
        else:
            self._employ(worker if worker.is_alive else WorkerProcess())

    def _employ(self, worker: WorkerProcess) -> None:
        worker = _ready(worker)
        cell = self._waiting.popleft()
        self._at_work[worker] = cell
        self._selector.register(worker, selectors.EVENT_READ, worker)
        with contextlib.suppress(WorkerDiedError):  # seen when its answer is read
            worker.send(cell, self._limits)

    def _dismiss(self, worker: WorkerProcess) -> tuple[Cell, Answer]:
        """Take a worker's answer; that of a dead one is that it died."""
        self._selector.unregister(worker)
        cell = self._at_work.pop(worker)
        try:
            return cell, worker.receive()
        except WorkerDiedError as death:
            worker.close()
            return cell, Answer.of_the_dead(str(death))

    def _is_last_attempt(self, cell: Cell) -> bool:
        self._deaths[cell.key] += 1
        return self._deaths[cell.key] >= ATTEMPTS


def _ready(worker: WorkerProcess) -> WorkerProcess:
    """Return the worker when it can work; another one if it dies before."""
    for start in range(STARTS):
        try:
            worker.wait_until_ready()
            break
        except WorkerDiedError as death:
            worker.close()
            if start == STARTS - 1:
                raise ValueError(
                    f"{STARTS} worker processes died before they could work; 'python -c \"import "
                    "causal_dag.benchmarks.runner.worker\"' may say why"
                ) from death
            worker = WorkerProcess()
    return worker

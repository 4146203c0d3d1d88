"""Cells on this machine: a few warm workers, one cell each at a time."""

import contextlib
import selectors
from collections import Counter, deque
from collections.abc import Generator, Sequence

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.worker_process import Answer, WorkerDiedError, WorkerProcess
from causal_dag.benchmarks.store.outcome import Status

#: Attempts per cell, as the death of a process is more often due to the machine than to the method.
ATTEMPTS = 3
#: How many workers in a row may die before they can work.
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
    """Workers with their cells, and the cells still waiting; one thread serves them all."""

    def __init__(self, n_workers: int, cells: Sequence[Cell], limits: Limits) -> None:
        self._limits = limits
        self._waiting = deque(cells)
        self._deaths: Counter[str] = Counter()
        self._busy: dict[WorkerProcess, Cell] = {}
        self._selector = selectors.DefaultSelector()
        self._n_workers = n_workers
        self._failed_starts = 0

    def answers(self) -> Generator[tuple[Cell, Answer]]:
        for _ in range(self._n_workers):
            self._assign(WorkerProcess())
        while self._busy:
            self._selector.select(min(worker.seconds_to_check for worker in self._busy))
            for worker in list(self._busy):
                answer = _answer_of(worker)
                if answer is None:
                    continue
                cell = self._release(worker)
                is_final = self._is_final(cell, answer, worker)
                if not is_final:
                    self._waiting.append(cell)
                # Before the answer is yielded, so that the worker need not wait for its consumer.
                self._assign_next(worker)
                if is_final:
                    yield cell, answer

    def close(self) -> None:
        for worker in self._busy:
            worker.close()
        self._selector.close()

    def _assign(self, worker: WorkerProcess) -> None:
        """Give a worker, which may still be loading, a cell."""
        self._busy[worker] = cell = self._waiting.popleft()
        self._selector.register(worker, selectors.EVENT_READ)
        with contextlib.suppress(WorkerDiedError):  # seen when its answer is taken
            worker.send(cell, self._limits)

    def _release(self, worker: WorkerProcess) -> Cell:
        self._selector.unregister(worker)
        return self._busy.pop(worker)

    def _assign_next(self, worker: WorkerProcess) -> None:
        if not self._waiting:
            worker.close()
        else:
            self._assign(worker if worker.is_alive else WorkerProcess())

    def _is_final(self, cell: Cell, answer: Answer, worker: WorkerProcess) -> bool:
        """Return whether an answer is recorded, or its cell is tried again."""
        if not worker.is_ready:  # it died before it could look at the cell
            self._limit_failed_starts(answer)
            return False
        self._failed_starts = 0
        if answer.outcome.status is not Status.CRASHED:
            return True
        self._deaths[cell.key] += 1
        return self._deaths[cell.key] >= ATTEMPTS

    def _limit_failed_starts(self, answer: Answer) -> None:
        self._failed_starts += 1
        if self._failed_starts >= STARTS:
            raise ValueError(
                f"{STARTS} worker processes died before they could work "
                f"({answer.outcome.message}); 'python -c \"import "
                "causal_dag.benchmarks.runner.worker\"' may say why"
            )


def _answer_of(worker: WorkerProcess) -> Answer | None:
    """Return a worker's answer if there is one; for a dead worker, that it died."""
    try:
        return worker.take()
    except WorkerDiedError as death:
        return Answer.crashed(str(death))

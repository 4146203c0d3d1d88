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
    """Workers, the cells they are at, and the cells that wait. One thread waits for all."""

    def __init__(self, n_workers: int, cells: Sequence[Cell], limits: Limits) -> None:
        self._limits = limits
        self._waiting = deque(cells)
        self._deaths: Counter[str] = Counter()
        self._at_work: dict[WorkerProcess, Cell] = {}
        self._selector = selectors.DefaultSelector()
        self._n_workers = n_workers
        self._failed_starts = 0

    def answers(self) -> Generator[tuple[Cell, Answer]]:
        for _ in range(self._n_workers):
            self._employ(WorkerProcess())
        while self._at_work:
            self._selector.select(min(worker.patience for worker in self._at_work))
            for worker in list(self._at_work):
                answer = _answer_of(worker)
                if answer is None:
                    continue
                cell = self._dismiss(worker)
                is_final = self._is_final(cell, answer, worker)
                if not is_final:
                    self._waiting.append(cell)
                # Before the answer is handed out, so that nobody waits for its reader.
                self._go_on(worker)
                if is_final:
                    yield cell, answer

    def close(self) -> None:
        for worker in self._at_work:
            worker.close()
        self._selector.close()

    def _employ(self, worker: WorkerProcess) -> None:
        """Give a worker, which may still be loading, a cell."""
        self._at_work[worker] = cell = self._waiting.popleft()
        self._selector.register(worker, selectors.EVENT_READ)
        with contextlib.suppress(WorkerDiedError):  # seen when its answer is taken
            worker.send(cell, self._limits)

    def _dismiss(self, worker: WorkerProcess) -> Cell:
        self._selector.unregister(worker)
        return self._at_work.pop(worker)

    def _go_on(self, worker: WorkerProcess) -> None:
        if not self._waiting:
            worker.close()
        else:
            self._employ(worker if worker.is_alive else WorkerProcess())

    def _is_final(self, cell: Cell, answer: Answer, worker: WorkerProcess) -> bool:
        """Return whether an answer is recorded, or its cell is tried again."""
        if not worker.is_ready:  # it died before it could look at the cell
            self._refuse_to_start_for_ever(answer)
            return False
        self._failed_starts = 0
        if answer.outcome.status is not Status.CRASHED:
            return True
        self._deaths[cell.key] += 1
        return self._deaths[cell.key] >= ATTEMPTS

    def _refuse_to_start_for_ever(self, answer: Answer) -> None:
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
        return Answer.of_the_dead(str(death))

"""Runs a suite: carries out what is not settled yet, and stores every outcome at once."""

import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits, Suite
from causal_dag.benchmarks.runner.worker_process import Answer
from causal_dag.benchmarks.store.database import only_runner
from causal_dag.benchmarks.store.outcome import Outcome, Status
from causal_dag.benchmarks.store.store import Store, StoredRun

Progress = Callable[[Cell, Outcome, int, int], object]


class Executor(Protocol):
    """Runs cells, each in a process of its own within its limits: on this machine, or on others."""

    def run(self, cells: Sequence[Cell], limits: Limits) -> Generator[tuple[Cell, Answer]]:
        """Yield every cell with its answer as soon as there is one, in any order.

        Closing the iterator gives up what has not begun, and ends what runs on this machine; a
        run elsewhere goes on to its end or its limit.
        """
        ...


@dataclass(frozen=True)
class RunSummary:
    """What a call of ``run_suite`` did.

    Parameters
    ----------
    n_cells : int
        Runs that the suite consists of.
    n_before : int
        Those that were settled before.
    counts : mapping of Status to int
        How the others ended.
    seconds : float
        Wall time.
    """

    n_cells: int
    n_before: int
    counts: Counter[Status]
    seconds: float


def run_suite(
    suite: Suite,
    path: Path,
    executor: Executor,
    *,
    retry: bool = False,
    progress: Progress | None = None,
) -> RunSummary:
    """Carry out what a suite still lacks in the store at ``path``.

    It can be killed at any moment: what was finished is in the store, and the next call does the
    rest.

    Parameters
    ----------
    suite : Suite
        What is to be run, and its limits.
    path : Path
        The store; made where it is not there.
    executor : Executor
        What carries it out.
    retry : bool
        Run again what failed or was stopped.
    progress : callable, optional
        Called with (cell, outcome, number done now, number to do now) after every run.

    Raises
    ------
    ValueError
        If the store cannot be used, or another runner uses it.
    """
    started = time.perf_counter()
    limits, planned = suite.limits, suite.cells()
    counts: Counter[Status] = Counter()
    with Store.open(path, create=True) as store, only_runner(path):
        store.plan(suite.name, suite.description, suite.document, planned)
        cells = store.unsettled(planned, limits, retry=retry)
        with closing(executor.run(cells, limits)) as answers:
            for cell, answer in answers:
                store.record(
                    StoredRun(cell, answer.outcome, answer.started, answer.environment, limits)
                )
                counts[answer.outcome.status] += 1
                if progress is not None:
                    progress(cell, answer.outcome, counts.total(), len(cells))
    n_before = len({cell.key for cell in planned}) - len(cells)
    return RunSummary(len(planned), n_before, counts, time.perf_counter() - started)

"""Cells on other machines: on a Dask cluster, or on whatever a backend of joblib reaches."""

import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.worker_process import Answer, WorkerDiedError, WorkerProcess

#: How often a cell is tried again whose worker process died under a Dask worker that lives on.
RETRIES = 2
CONNECT_SECONDS = 20
#: Cells per job and batch of joblib: what is lost if the runner is killed, and how long a job may
#: have to wait for the others.
BATCH_PER_JOB = 4

_OF_THREAD = threading.local()


class DaskCluster:
    """Runs cells on the workers of a Dask scheduler, on which this package is installed.

    A Dask worker that dies costs nothing but time: the scheduler gives its cells to others.

    Parameters
    ----------
    address : str
        Of the scheduler, for example ``"tcp://10.0.0.1:8786"``.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def run(self, cells: Sequence[Cell], limits: Limits) -> Generator[tuple[Cell, Answer]]:
        """Yield every cell with its answer, in the order in which they finish.

        Raises
        ------
        ValueError
            If ``distributed`` is not installed, or no scheduler answers.
        """
        try:
            from distributed import Client, KilledWorker, as_completed
        except ImportError as error:
            raise ValueError(
                "--scheduler needs the package distributed; pip install 'causal-dag[cluster]'"
            ) from error
        try:
            client = Client(self._address, timeout=CONNECT_SECONDS)
        except OSError as error:
            raise ValueError(
                f"no Dask scheduler answers at {self._address}; start one with 'dask scheduler'"
            ) from error
        with client:
            # A scheduler keeps one result per key for all its clients.
            futures = {
                client.submit(
                    run_remotely,
                    cell.document(),
                    asdict(limits),
                    key=f"{cell.key}-{limits.seconds:g}-{limits.memory_mb:g}",
                    retries=RETRIES,
                ): cell
                for cell in cells
            }
            try:
                for future in as_completed(list(futures)):
                    try:
                        answer = Answer.from_document(future.result())
                    except KilledWorker as error:
                        answer = Answer.crashed(f"workers died: {error}")
                    except WorkerDiedError as error:
                        answer = Answer.crashed(str(error))
                    future.release()
                    yield futures.pop(future), answer
            finally:
                client.cancel(list(futures))


class JoblibBackend:
    """Runs cells through a joblib backend.

    Parameters
    ----------
    name : str
        A backend that joblib knows or that registers itself, for example ``"ray"``.
    n_jobs : int
        Cells at a time; -1 for as many as the backend has room for.
    """

    def __init__(self, name: str, n_jobs: int = -1) -> None:
        self._name = name
        self._n_jobs = n_jobs

    def run(self, cells: Sequence[Cell], limits: Limits) -> Generator[tuple[Cell, Answer]]:
        """Yield every cell with its answer, batch by batch: not every backend yields single ones.

        Raises
        ------
        ValueError
            If the backend's package is not installed.
        """
        from joblib import Parallel, delayed, effective_n_jobs, parallel_config

        if self._name == "ray":
            _register_ray()
        with parallel_config(backend=self._name, n_jobs=self._n_jobs), Parallel() as parallel:
            size = BATCH_PER_JOB * effective_n_jobs(self._n_jobs)
            for start in range(0, len(cells), size):
                batch = cells[start : start + size]
                jobs = [delayed(_try_remotely)(cell.document(), asdict(limits)) for cell in batch]
                yield from zip(batch, map(Answer.from_document, parallel(jobs)), strict=True)


def run_remotely(cell: Mapping[str, Any], limits: Mapping[str, float]) -> dict[str, Any]:
    """Run a cell in this thread's own worker process, which is kept for the next.

    Takes documents and returns one, on whatever machine a scheduler has chosen.

    Raises
    ------
    WorkerDiedError
        If the worker was killed, so that the scheduler may try again.
    """
    worker: WorkerProcess | None = getattr(_OF_THREAD, "worker", None)
    if worker is None or not worker.is_alive:
        worker = _OF_THREAD.worker = WorkerProcess()
    return asdict(worker.run(Cell.from_document(cell), Limits(**limits)))


def _try_remotely(cell: Mapping[str, Any], limits: Mapping[str, float]) -> dict[str, Any]:
    try:
        return run_remotely(cell, limits)
    except WorkerDiedError as error:
        return asdict(Answer.crashed(str(error)))


def _register_ray() -> None:
    try:
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise ValueError("the scheduler 'ray' needs the package ray; pip install ray") from error
    register_ray()

"""Cells on a Dask cluster."""

from collections.abc import Generator, Sequence
from dataclasses import asdict

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.remote_cell import run_remotely
from causal_dag.benchmarks.runner.worker_process import Answer, WorkerDiedError

#: How often a cell is tried again whose worker process died under a Dask worker that lives on.
RETRIES = 2
CONNECT_SECONDS = 20


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
            futures = {
                client.submit(
                    run_remotely,
                    cell.document(),
                    asdict(limits),
                    key=_key(cell, limits),
                    retries=RETRIES,
                ): cell
                for cell in cells
            }
            try:
                for future in as_completed(list(futures)):
                    try:
                        answer = Answer.from_document(future.result())
                    except KilledWorker as error:
                        answer = Answer.of_the_dead(f"workers died: {error}")
                    except WorkerDiedError as death:
                        answer = Answer.of_the_dead(str(death))
                    future.release()
                    yield futures.pop(future), answer
            finally:
                client.cancel(list(futures))


def _key(cell: Cell, limits: Limits) -> str:
    """Return the name of a task, under which a scheduler keeps one result for all clients."""
    return f"{cell.key}-{limits.seconds:g}-{limits.memory_mb:g}"

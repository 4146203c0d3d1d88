"""One cell on whatever machine a scheduler chose, by a worker kept there for the next."""

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.worker_process import WorkerProcess

_OF_THREAD = threading.local()


def run_remotely(cell: Mapping[str, Any], limits: Mapping[str, float]) -> dict[str, Any]:
    """Run a cell in this thread's own worker process; documents in, a document out.

    Raises
    ------
    WorkerDiedError
        If the worker was killed, so that the scheduler may try again.
    """
    worker: WorkerProcess | None = getattr(_OF_THREAD, "worker", None)
    if worker is None or not worker.is_alive:
        worker = _OF_THREAD.worker = WorkerProcess()
    return asdict(worker.run(Cell.from_document(cell), Limits(**limits)))

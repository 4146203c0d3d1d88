"""Cells on whatever a backend of joblib reaches, such as Ray."""

from collections.abc import Generator, Sequence
from dataclasses import asdict
from typing import Any

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.remote_cell import run_remotely
from causal_dag.benchmarks.runner.worker_process import Answer, WorkerDiedError

#: Cells a job gets at a time: what is lost if the runner is killed, and how long a job can wait.
BATCH_PER_JOB = 4


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
        limit = asdict(limits)
        with parallel_config(backend=self._name, n_jobs=self._n_jobs), Parallel() as parallel:
            size = BATCH_PER_JOB * effective_n_jobs(self._n_jobs)
            for start in range(0, len(cells), size):
                batch = cells[start : start + size]
                jobs = [delayed(_attempt)(cell.document(), limit) for cell in batch]
                yield from zip(batch, map(_answer, parallel(jobs)), strict=True)


def _attempt(cell: dict[str, Any], limits: dict[str, float]) -> dict[str, Any] | str:
    try:
        return run_remotely(cell, limits)
    except WorkerDiedError as death:
        return str(death)


def _answer(document: dict[str, Any] | str) -> Answer:
    if isinstance(document, str):
        return Answer.of_the_dead(document)
    return Answer.from_document(document)


def _register_ray() -> None:
    try:
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise ValueError("the scheduler 'ray' needs the package ray; pip install ray") from error
    register_ray()

"""What carries out cells: this machine, or others."""

from collections.abc import Generator, Sequence
from typing import Protocol

from causal_dag.benchmarks.plan.cell import Cell
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.runner.worker_process import Answer


class Executor(Protocol):
    """Runs cells, each in a process of its own within its limits."""

    def run(self, cells: Sequence[Cell], limits: Limits) -> Generator[tuple[Cell, Answer]]:
        """Yield every cell with its answer as soon as there is one, in any order.

        Closing the iterator gives up what has not begun, and ends what runs on this machine; a
        run elsewhere goes on to its end or its limit.
        """
        ...

"""A worker: loads the package once, then runs cells in copies of itself.

``python -m causal_dag.benchmarks.runner.worker`` writes ``ready``, then reads one JSON document per
line, ``{"cell": ..., "limits": ...}``. For each it writes ``begun`` when the run begins, and one
JSON document with its result: ``{"outcome": ..., "environment": ..., "started": ...}``. It ends
with its standard input, or with the process that started it.
"""

import contextlib
import json
import os
import signal
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import IO

from causal_dag.benchmarks.plan.cell import OURS, Cell, Method
from causal_dag.benchmarks.plan.data_source import DataSource
from causal_dag.benchmarks.plan.suite import Limits
from causal_dag.benchmarks.processes.environment import environment
from causal_dag.benchmarks.processes.process_tree import die_with_parent
from causal_dag.benchmarks.runner.fit import estimator_of, run_cell
from causal_dag.benchmarks.runner.limits import run_limited
from causal_dag.benchmarks.runner.worker_process import BEGUN, READY
from causal_dag.comparison.compiled_code import load_compiled_code

WARM_UP_RUNS = 20


def main() -> None:
    """Answer requests until standard input ends."""
    die_with_parent(int(sys.argv[1]))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a run may send them to any process it can reach
    requests, answers = _private_streams()
    _warm_up()
    _write_line(answers, READY)
    for line in requests:
        request = json.loads(line)
        cell = Cell.from_document(request["cell"])
        _load(cell.method)
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        where = environment()
        _write_line(answers, BEGUN)
        outcome = run_limited(partial(run_cell, cell), Limits(**request["limits"]))
        answer = {"outcome": asdict(outcome), "environment": where, "started": started}
        _write_line(answers, json.dumps(answer))


def _write_line(answers: IO[str], line: str) -> None:
    answers.write(line + "\n")
    answers.flush()


def _private_streams() -> tuple[IO[str], IO[str]]:
    """Return standard input and output, and replace them by ``/dev/null`` for the solvers."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return requests, answers


def _warm_up() -> None:
    """Repeat a small run until the interpreter has specialized its bytecode.

    Otherwise every copy of this process would do it again, and copy the pages it writes.
    """
    data = DataSource("warm-up", "linear", {"edges_per_node": 0.5}, n_samples=20, n_features=3)
    for seed in range(WARM_UP_RUNS):
        run_cell(Cell(data, Method("empty", "empty"), seed))


def _load(method: Method) -> None:
    """Load the compiled code of one of our own solvers here, for all copies.

    Another package's solver may not return: it loads its code in its own run.
    """
    if method.origin != OURS:
        return
    # Mistakes in the parameters are reported by the run.
    with contextlib.suppress(Exception):
        estimator = estimator_of(method, seed=0)
        if type(estimator).__module__.startswith("causal_dag."):
            load_compiled_code(estimator)


if __name__ == "__main__":
    main()

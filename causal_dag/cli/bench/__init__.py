"""``causal-dag bench``: suites of runs, their store, and reports on them."""

import click

from causal_dag.cli.bench.export import export
from causal_dag.cli.bench.list import list_suites
from causal_dag.cli.bench.peers import peers
from causal_dag.cli.bench.report import report
from causal_dag.cli.bench.rerun import rerun
from causal_dag.cli.bench.run import run
from causal_dag.cli.bench.show import show
from causal_dag.cli.bench.speed import speed

__all__ = ["bench"]


@click.group(short_help="Run and report benchmarks.")
def bench() -> None:
    """Compare solvers on many data sets: run suites, keep the results, report on them.

    Start with: causal-dag bench run quickstart
    """


for command in (list_suites, run, show, rerun, report, export, peers, speed):
    bench.add_command(command)

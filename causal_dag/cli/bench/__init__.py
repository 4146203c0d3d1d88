"""``causal-dag bench``: suites of runs, their store, and reports on them."""

import click

from causal_dag.cli.bench.peers import peers
from causal_dag.cli.bench.speed import speed
from causal_dag.cli.bench.stored_runs import export, report, rerun, show
from causal_dag.cli.bench.suites import list_suites, run

__all__ = ["bench"]


@click.group(short_help="Run and report benchmarks.")
def bench() -> None:
    """Compare solvers on many data sets: run suites, keep the results, report on them.

    Start with: causal-dag bench run quickstart
    """


for command in (list_suites, run, show, rerun, report, export, peers, speed):
    bench.add_command(command)

"""``causal-dag bench``: suites of runs, their store, and reports on them."""

import click

from causal_dag.cli.bench.peers import peers

__all__ = ["bench"]


@click.group(short_help="Run and report benchmarks.")
def bench() -> None:
    """Compare solvers on many data sets: run suites, keep the results, report on them."""


bench.add_command(peers)

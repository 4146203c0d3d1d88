"""The command ``causal-dag``: every sub-command is a call a user could make from Python.

Nothing heavy is imported here or at the top of the command modules, so that ``--help`` is quick.
"""

import click

from causal_dag.cli.advise import advise
from causal_dag.cli.bench import bench
from causal_dag.cli.bootstrap import bootstrap
from causal_dag.cli.check import check
from causal_dag.cli.compare import compare
from causal_dag.cli.effects import effects
from causal_dag.cli.evaluate import evaluate
from causal_dag.cli.fit import fit
from causal_dag.cli.moments import moments
from causal_dag.cli.plot import plot
from causal_dag.cli.simulate import simulate
from causal_dag.cli.solvers import solvers
from causal_dag.cli.terminal.errors import OneLineErrorGroup
from causal_dag.cli.terminal.output import print_line
from causal_dag.version import __version__

__all__ = ["main"]


@click.group(
    cls=OneLineErrorGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(__version__, prog_name="causal-dag")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def main(context: click.Context) -> None:
    """From a table of numbers to a directed acyclic graph you can trust.

    Start with: causal-dag compare --dataset sachs
    """
    if context.invoked_subcommand is None:
        print_line(context.get_help())


for command in (
    fit,
    bootstrap,
    effects,
    check,
    compare,
    simulate,
    evaluate,
    moments,
    plot,
    solvers,
    advise,
    bench,
):
    main.add_command(command)

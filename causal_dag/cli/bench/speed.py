"""``causal-dag bench speed``: side-by-side timings, one thread, after warm-up."""

import click

NAMES = (
    "continuous",
    "flop",
    "large_tables",
    "order",
    "resamples",
    "runner",
    "scaling",
    "shortcut",
    "startup",
)


@click.command(
    short_help="Side-by-side timings.",
    # All arguments after the name, including --help, are passed to the timing program.
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("name", type=click.Choice(NAMES))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def speed(name: str, arguments: tuple[str, ...]) -> None:
    """Run the timings NAME with one thread; ARGUMENTS are passed on to them.

    To see what they measure: causal-dag bench speed NAME --help
    """
    import os
    import subprocess
    import sys

    from causal_dag.benchmarks.processes.environment import ONE_THREAD
    from causal_dag.benchmarks.processes.process_tree import kill_tree

    command = [sys.executable, "-m", f"causal_dag.benchmarks.speed.{name}", *arguments]
    environment = {**os.environ, **ONE_THREAD}
    # In its own session, so that only this process handles Ctrl-C.
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            raise SystemExit(process.wait())
        except KeyboardInterrupt:
            kill_tree(process.pid)
            raise

"""Names of suites on the command line."""

from causal_dag.cli.options import misuse


def refuse_unknown_suite(suite: str) -> None:
    """Raise a usage error for what is neither the name of a suite nor a path."""
    from causal_dag.benchmarks.plan.shipped import suite_path

    with misuse():
        suite_path(suite)

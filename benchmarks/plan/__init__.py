"""From a page of TOML to cells: what is fitted to which data, with which seed."""

from causal_dag.benchmarks.plan.suite import Limits, PlannedData, PlannedMethod, Suite
from causal_dag.benchmarks.plan.suite_file import available_suites, read_suite, suite_path

__all__ = [
    "Limits",
    "PlannedData",
    "PlannedMethod",
    "Suite",
    "available_suites",
    "read_suite",
    "suite_path",
]

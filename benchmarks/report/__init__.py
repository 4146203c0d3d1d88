"""From records of runs to a page with tables and pictures."""

from causal_dag.benchmarks.report.report import report_on, write_report

__all__ = ["report_on", "write_report"]

"""Benchmarks: commands that measure solvers side by side."""

if __name__ != "causal_dag.benchmarks":
    raise ImportError(f"import this package as causal_dag.benchmarks, not as {__name__!r}")

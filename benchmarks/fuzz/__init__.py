"""Hostile inputs for every solver: ``python -m causal_dag.benchmarks.fuzz --inputs 30000``."""

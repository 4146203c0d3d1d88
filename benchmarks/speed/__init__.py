"""Side-by-side timings; each module is a command: ``python -m causal_dag.benchmarks.speed.NAME``."""

"""Processes of benchmarks: where they run, and how they end."""

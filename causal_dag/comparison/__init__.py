"""Solvers side by side on one table."""

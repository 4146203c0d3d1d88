"""Causal effects over all graphs that fit alike, with intervals, and what can be simulated."""

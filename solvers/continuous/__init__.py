"""Shared parts of the continuous family: scores, acyclicity functions and schemes."""

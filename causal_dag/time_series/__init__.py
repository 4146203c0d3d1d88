"""Graphs of time series: effects within a row, and effects of earlier rows."""

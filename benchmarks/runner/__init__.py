"""Runs cells: one process each, within limits of time and memory."""

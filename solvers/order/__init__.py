"""Shared parts of the order family: order scores, moves, search and kernels."""

"""Shared parts of the order family: search and its kernels; scores and moves in folders."""

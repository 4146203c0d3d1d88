"""A system that cannot copy processes is told so."""

import os

import pytest

from causal_dag.benchmarks.runner.worker_process import WorkerProcess


def test_without_fork_the_error_says_what_to_use(monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(ValueError, match="use Linux, or the Windows Subsystem for Linux"):
        WorkerProcess()

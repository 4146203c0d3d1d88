"""Ctrl-C ends a command with one line and exit code 130, and leaves the files as they were."""

import os
import signal
import subprocess
import sys
import types

import numpy as np
import pandas as pd
import pytest

from causal_dag.__main__ import run

# Ctrl-C in the middle of a fit, at a place that does not depend on how fast the machine is.
INTERRUPTED = """
import sys
from causal_dag import cli
from causal_dag.estimator import DAGEstimator
def interrupted(self, X, y=None, **others):
    raise KeyboardInterrupt
DAGEstimator.fit = interrupted
cli.main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name == "nt", reason="exit codes of POSIX")
def test_an_interrupted_fit_replaces_nothing(tmp_path):
    rows = np.random.default_rng(0).normal(size=(20, 3))
    pd.DataFrame(rows, columns=["a", "b", "c"]).to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "run.json").write_text("old")
    arguments = ["fit", "data.csv", "-s", "eqvar", "-o", "run.json"]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr.split() == ["error:", "interrupted"]
    assert (tmp_path / "run.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "run.json"]


def test_an_interrupted_start_ends_with_the_same_line(monkeypatch, capsys):
    for commands in (_interrupted_module(), types.SimpleNamespace(main=_interrupt)):
        monkeypatch.setitem(sys.modules, "causal_dag.cli", commands)
        with pytest.raises(SystemExit) as ended:
            run()
        assert ended.value.code == 128 + signal.SIGINT
        assert capsys.readouterr().err == "error: interrupted\n"


def _interrupted_module():
    module = types.ModuleType("causal_dag.cli")
    module.__getattr__ = _interrupt
    return module


def _interrupt(*args, **kwargs):
    raise KeyboardInterrupt

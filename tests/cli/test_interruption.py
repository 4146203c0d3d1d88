"""Ctrl-C ends a command with one line and exit code 130, and leaves the files as they were."""

import signal
import sys
import types

import numpy as np
import pandas as pd
import pytest

from causal_dag.__main__ import run
from causal_dag.cli import main
from causal_dag.estimator import DAGEstimator


def test_an_interrupted_fit_replaces_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    # In the middle of a fit, at a place that does not depend on how fast the machine is.
    monkeypatch.setattr(DAGEstimator, "fit", _interrupt)
    rows = np.random.default_rng(0).normal(size=(20, 3))
    pd.DataFrame(rows, columns=["a", "b", "c"]).to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "run.json").write_text("old")
    with pytest.raises(SystemExit) as ended:
        main(["fit", "data.csv", "-s", "eqvar", "-o", "run.json"])
    assert ended.value.code == 128 + signal.SIGINT
    assert capsys.readouterr().err.split() == ["error:", "interrupted"]
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

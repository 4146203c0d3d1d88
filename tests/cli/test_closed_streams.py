"""Commands do their work where standard streams are closed."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_fit_is_written_whatever_streams_are_closed(closed, tmp_path):
    rows = np.random.default_rng(0).normal(size=(20, 3))
    pd.DataFrame(rows, columns=["a", "b", "c"]).to_csv(tmp_path / "data.csv", index=False)
    command = f"{sys.executable} -m causal_dag fit data.csv -s empty -o run.json {closed}"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run.json").stat().st_size > 0

"""Suites to read, and other packages to name in them."""

import pytest

from causal_dag.benchmarks.peers.catalogue import PEERS
from causal_dag.benchmarks.plan import methods, read_suite

SMALL = """
seeds = 2

[[data]]
scenario = "er2-ev"
n_samples = 50
n_features = 5

[[solvers]]
name = "eqvar"
"""


@pytest.fixture
def small():
    """Text of a suite that is right."""
    return SMALL


@pytest.fixture
def folder(tmp_path):
    """A folder with a table of zeros and ones, one of counts, and graphs for them."""
    (tmp_path / "binary.csv").write_text("a,b\n0,1\n1,1\n1,0\n0,0\n")
    (tmp_path / "counts.csv").write_text("a,b\n0,3\n2,1\n1,0\n")
    (tmp_path / "real.csv").write_text("a,b\n0.5,3\n2,1\n1,0\n")
    (tmp_path / "truth.csv").write_text("source,target\nb,a\n")
    (tmp_path / "cycle.csv").write_text("source,target\na,b\nb,a\n")
    return tmp_path


@pytest.fixture
def read(folder):
    """Read a text, or bytes, as the suite ``mine.toml``."""

    def read_text(text):
        path = folder / "mine.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_suite(path)

    return read_text


@pytest.fixture
def peers(monkeypatch):
    """The catalogue, of which only lingam is installed."""
    monkeypatch.setattr(
        methods, "installed_version", lambda peer: "1.9" if peer.name == "lingam" else None
    )
    return PEERS

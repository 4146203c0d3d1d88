"""A package that is none: an adapter in a temporary folder, run by the Python of the tests."""

import textwrap
from types import MappingProxyType

import numpy as np
import pytest

from causal_dag.benchmarks.peers import catalogue
from causal_dag.benchmarks.peers.peer import Peer, PeerMethod

METHODS = {
    "dag": PeerMethod("A weighted graph", "dag", {"strength": 2.0}),
    "pdag": PeerMethod("A partially directed graph", "pdag"),
}


@pytest.fixture
def no_environments(tmp_path, monkeypatch):
    """No peer has an environment of its own."""
    folder = tmp_path / "peers"
    monkeypatch.setenv("CAUSAL_DAG_PEERS", str(folder))
    return folder


@pytest.fixture
def fake_peer(tmp_path, monkeypatch, no_environments):
    """Return a function that makes the peer "fake", whose ``fit`` has the lines given."""

    def make(lines="return np.zeros((X.shape[1],) * 2)", *, distribution="numpy", before=""):
        adapter = tmp_path / "fake.py"
        fit = "def load(method):\n    def fit(X, parameters, seed):\n"
        fit += textwrap.indent(textwrap.dedent(lines), " " * 8) + "\n    return fit\n"
        adapter.write_text(f"import os, random, sys, time\nimport numpy as np\n{before}\n{fit}")
        peer = Peer(
            "fake", "numpy", distribution, ((distribution,),), METHODS, "none", "none", adapter
        )
        monkeypatch.setattr(catalogue, "PEERS", MappingProxyType({"fake": peer}))
        return peer

    return make


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(20, 3))

"""A package that is none: an adapter in a temporary folder, run by the Python of the tests."""

import importlib.util
import textwrap
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from causal_dag.benchmarks.peers import catalogue
from causal_dag.benchmarks.peers.catalogue import declared_peer

#: Every method calls the same ``fit``, which the lines of a test are.
ADAPTER = """
import os, random, sys, time
import numpy as np

def load():
{before}
    def fit(X, parameters, seed):
{lines}
    return fit

DISTRIBUTION = {distribution!r}
REQUIREMENTS = [[DISTRIBUTION]]
LICENCE = URL = "none"
METHODS = {{
    "dag": {{
        "summary": "A weighted graph",
        "output": "dag",
        "parameters": {{"strength": 2.0}},
        "load": load,
    }},
    "pdag": {{"summary": "A partially directed graph", "output": "pdag", "load": load}},
}}
"""


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
        lines = textwrap.indent(textwrap.dedent(lines), " " * 8)
        before = textwrap.indent(before, " " * 4)
        adapter.write_text(ADAPTER.format(lines=lines, before=before, distribution=distribution))
        specification = importlib.util.spec_from_file_location("fake_adapter", adapter)
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        peer = replace(declared_peer(module), name="fake")
        monkeypatch.setattr(catalogue, "PEERS", MappingProxyType({"fake": peer}))
        return peer

    return make


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(20, 3))

"""The package has one name."""

import importlib.util
import sys

import pytest

import causal_dag.synthetic


def test_importing_it_under_another_name_says_the_right_one():
    spec = importlib.util.spec_from_file_location("synthetic", causal_dag.synthetic.__file__)
    module = importlib.util.module_from_spec(spec)
    with pytest.raises(ImportError, match=r"import this package as causal_dag\.synthetic"):
        spec.loader.exec_module(module)
    assert "synthetic" not in sys.modules


def test_every_public_name_exists():
    for name in causal_dag.synthetic.__all__:
        assert getattr(causal_dag.synthetic, name) is not None

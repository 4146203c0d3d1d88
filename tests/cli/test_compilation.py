"""A command that compiles says so, once; one that finds compiled code says nothing."""

import importlib.util
import sys

import numba
import pytest

from causal_dag import kernel_cache
from causal_dag.cli.compilation import says_when_compiling
from causal_dag.kernel_cache import MESSAGE

KERNEL = """
from causal_dag.kernel_cache import compiled

@compiled()
def double(x):
    return 2 * x

@compiled()
def triple(x):
    return 3 * x
"""


pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """Return the functions of a module with kernels, as a new process sees them."""
    monkeypatch.setattr(kernel_cache.notice, "is_said", False)
    path = tmp_path / "kernel.py"
    path.write_text(KERNEL)

    def fresh():
        spec = importlib.util.spec_from_file_location("kernel", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return fresh


@says_when_compiling
def command(module, *, quiet):
    return module.double(2) + module.triple(2)


def test_the_first_call_says_one_line_and_later_ones_none(kernel, capsys):
    assert command(kernel(), quiet=False) == 10
    assert capsys.readouterr() == ("", f"{MESSAGE}\n")
    assert command(kernel(), quiet=False) == 10
    assert capsys.readouterr() == ("", "")


def test_from_python_a_terminal_and_the_log_are_told_once(kernel, capsys, monkeypatch, caplog):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with caplog.at_level("INFO", logger="causal_dag"):
        module = kernel()
        assert module.double(2) + module.triple(2) == 10
    assert capsys.readouterr() == ("", f"causal-dag: {MESSAGE}\n")
    assert caplog.messages == [MESSAGE]


def test_what_is_no_terminal_stays_as_it_is(kernel, capsys):
    assert kernel().double(2) == 4
    assert kernel_cache.notice.is_said
    assert capsys.readouterr() == ("", "")


def test_quiet_is_quiet(kernel, capsys):
    assert command(kernel(), quiet=True) == 10
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["fit", "compare", "advise"])
def test_commands_that_fit_are_told(name):
    from causal_dag.cli import main

    assert hasattr(main.commands[name].callback, "__wrapped__")

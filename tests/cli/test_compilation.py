"""A command that compiles says so, once; one that finds compiled code says nothing."""

import importlib.util

import pytest

from causal_dag.cli.compilation import MESSAGE, says_when_compiling

KERNEL = """
from numba import njit

@njit(cache=True)
def double(x):
    return 2 * x

@njit(cache=True)
def triple(x):
    return 3 * x
"""


@pytest.fixture
def kernel(tmp_path):
    """Return the functions of a module with kernels, as a new process sees them."""
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


def test_quiet_is_quiet(kernel, capsys):
    assert command(kernel(), quiet=True) == 10
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["fit", "compare", "advise"])
def test_commands_that_fit_are_told(name):
    from causal_dag.cli import main

    assert hasattr(main.commands[name].callback, "__wrapped__")

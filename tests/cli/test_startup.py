"""Help loads nothing heavy."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "sklearn", "numba", "matplotlib", "pandas", "rich", "networkx", "cvxpy")
CODE = """
import sys
from causal_dag.cli import main
main({arguments!r}, standalone_mode=False)
print("loaded:", [name for name in {heavy!r} if name in sys.modules])
"""


@pytest.mark.parametrize(
    "arguments",
    [["--help"], *([c, "--help"] for c in ("fit", "compare", "simulate", "evaluate", "plot"))],
)
def test_help_loads_nothing_heavy(arguments, repository):
    code = CODE.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=repository, timeout=120,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "loaded: []"

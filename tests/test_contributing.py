"""CONTRIBUTING.md, followed to the letter in a copy of the repository."""

import re
import shutil
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(repository, tmp_path_factory):
    target = tmp_path_factory.mktemp("contributor") / "causal-dag"
    # Compiled kernels go along: a copy has the times of its files, by which they are known.
    ignored = shutil.ignore_patterns(".git", ".venv", "demo-output", "dist", "build")
    shutil.copytree(repository, target, symlinks=True, ignore=ignored)
    return target


@pytest.mark.slow
def test_adding_a_solver_takes_the_files_and_commands_of_the_page_and_nothing_else(page, copy):
    files = re.findall(r"Write `([\w/.]+)`.*?```python\n(.*?)```", page, flags=re.DOTALL)
    assert [name for name, _ in files] == ["solvers/forest.py", "tests/solvers/test_forest.py"]
    for name, text in files:
        (copy / name).write_text(text, encoding="utf-8")
    section = page[page.index("## How to add a solver") :]
    commands = re.findall(r"^python (.*)$", section, flags=re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        result = subprocess.run(
            [sys.executable, *command.split()], cwd=copy, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        assert " passed" in result.stdout
    result = subprocess.run(
        [sys.executable, "-c", "from causal_dag import Forest; print(Forest())"],
        cwd=copy, capture_output=True, text=True,
    )  # fmt: skip
    assert result.stdout == "Forest()\n", result.stderr

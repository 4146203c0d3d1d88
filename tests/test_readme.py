"""The README's examples, typed as written."""

import os
import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def readme(repository):
    return (repository / "README.md").read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_python_example_runs(readme, capsys):
    (example,) = blocks(readme, "python")
    exec(example, {})
    assert int(capsys.readouterr().out) <= 2


@pytest.mark.slow
def test_the_commands_run_one_after_the_other(readme, repository, tmp_path):
    commands = [
        line
        for block in blocks(readme, "console")
        for line in block.splitlines()
        if line.startswith("causal-dag ")
    ]
    assert len(commands) == 9
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    for command in commands:
        result = subprocess.run(
            [sys.executable, "-m", "causal_dag", *command.split()[1:]],
            cwd=tmp_path, capture_output=True, text=True, env=environment,
        )  # fmt: skip
        assert result.returncode == 0, f"{command}: {result.stderr}"
    assert (tmp_path / "difference.png").stat().st_size > 10_000
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_links_and_pictures_work_on_the_package_index(readme):
    targets = re.findall(r"\]\(([^)]+)\)", readme) + re.findall(
        r"(?:src|href)=[\"']?([^\"' >]+)", readme
    )
    assert not [target for target in targets if not target.startswith(("https://", "#"))]


def test_files_that_are_named_exist(readme, repository):
    named = re.findall(r"`([\w./-]+(?:\.(?:md|cff)|/))`", readme)
    assert len(named) >= 4
    for name in named:
        assert (repository / name).exists(), name

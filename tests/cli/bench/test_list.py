"""``causal-dag bench list``."""

import json

import pytest
from click.testing import CliRunner

from causal_dag.benchmarks.plan import available_suites
from causal_dag.cli import main

SUITE = """
description = "Sorting, in short."
seeds = [3, 4, 5]
limits = { seconds = 90 }

[[data]]
scenario = "er2-ev"
n_samples = 100
n_features = [5, 10]
scales = ["raw", "standardized"]

[[solvers]]
name = "eqvar"
label = "EqVar, strict"
parameters = { penalty = 4.0 }
max_features = 5
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(SUITE)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["bench", "list", *arguments])


def test_all_suites_with_their_descriptions(run):
    output = run().stdout
    assert max(map(len, output.splitlines())) <= 80
    flat = " ".join(output.split())
    for name, description in available_suites().items():
        assert f"{name}: {' '.join(description.split())}" in flat
    assert "288" in output
    entries = json.loads(run("--json").stdout)
    assert [entry["name"] for entry in entries] == list(available_suites())


def test_one_suite_in_full(run):
    lines = run("mine.toml").stdout.splitlines()
    assert lines[0] == "mine: Sorting, in short."
    assert "54 runs, each of at most 90 s and 4096 MB; at most 81 min" in lines[2]
    data = next(line for line in lines if line.startswith("er2-ev"))
    assert data.split() == ["er2-ev", "100", "5,", "10", "raw,", "standardized", "3–5", "54"]
    assert "EqVar, strict: penalty=4.0" in lines
    assert any(line.startswith("EqVar, strict") and line.endswith(" 6") for line in lines)


def test_one_suite_for_programs(run):
    document = json.loads(run("mine.toml", "--json").stdout)
    assert (document["runs"], document["worst_seconds"]) == (54, 54 * 90)
    assert document["limits"] == {"seconds": 90.0, "memory_mb": 4096.0}
    assert document["data"][0]["n_features"] == [5, 10]
    assert document["solvers"][0]["parameters"] == {"penalty": 4.0}
    assert [entry["baseline"] for entry in document["solvers"]] == [False, *[True] * 4]


@pytest.mark.parametrize(
    ("suite", "exit_code", "message"),
    [
        ("quickstar", 2, "error: unknown suite 'quickstar'; did you mean 'quickstart'?"),
        ("none.toml", 1, "error: no such file: none.toml"),
        ("wrong.toml", 1, "error: wrong.toml: unknown key 'seed'; did you mean 'seeds'?"),
    ],
)
def test_mistakes_are_one_line(run, tmp_path, suite, exit_code, message):
    (tmp_path / "wrong.toml").write_text("seed = 3\n")
    result = run(suite)
    assert result.exit_code == exit_code
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1

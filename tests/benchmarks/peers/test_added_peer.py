"""A peer is one file in the folder of adapters: the example of the page, added as it stands."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

SUITE = """
seeds = 1

[[data]]
scenario = "er2-ev"
n_samples = 50
n_features = 5

[[solvers]]
peer = "numpy"
name = "correlations"
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory, repository):
    """A copy of the library with one more file."""
    copy = tmp_path_factory.mktemp("library") / "causal_dag"
    shutil.copytree(repository / "causal_dag", copy)
    page = (repository / "docs" / "developers" / "peer.md").read_text()
    (example,) = re.findall(r":caption: benchmarks/.*?\n\n(.*?)```", page, re.S)
    (copy / "benchmarks" / "peers" / "adapters" / "correlations.py").write_text(example)
    return copy


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a suite that names it."""
    folder = tmp_path_factory.mktemp("folder")
    (folder / "mine.toml").write_text(SUITE)
    return folder


@pytest.fixture(scope="module")
def run(library, folder):
    """Return the output of a command of that copy."""
    settings = {"PYTHONPATH": str(library.parent), "CAUSAL_DAG_PEERS": str(folder / "none")}

    def output_of(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "causal_dag", *arguments],
            env={**os.environ, **settings}, cwd=folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    return output_of


def test_the_command_lists_it(run):
    entries = {
        entry["name"]: entry for entry in json.loads(run("bench", "peers", "list", "--json"))
    }
    assert entries["numpy"]["methods"]["correlations"]["parameters"] == {"threshold": 0.3}
    assert len(entries) > 1


def test_a_suite_runs_it_and_the_report_shows_it(run, folder):
    run("bench", "run", "mine.toml", "--store", "runs.sqlite")
    run("bench", "report", "mine", "--store", "runs.sqlite")
    run("bench", "export", "mine", "--store", "runs.sqlite", "--output", "runs.json")
    (record,) = (
        r for r in json.loads((folder / "runs.json").read_text()) if r["origin"] == "numpy"
    )
    assert (record["status"], record["method"]) == ("done", "correlations")
    assert record["edges"] > 0
    assert "correlations (numpy)" in (folder / "report.md").read_text()

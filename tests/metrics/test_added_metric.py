"""A metric is one file in the folder of metrics, found by being there."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from causal_dag.metrics import available_metrics, register_metric, structural_hamming_distance

EXAMPLE = '''"""Skeleton distance: edges of one graph only, whatever their directions."""

from typing import Any

import numpy as np

from causal_dag.metrics.alignment import aligned
from causal_dag.metrics.registry import register_metric


def skeleton_distance(true: Any, estimate: Any) -> int:
    """Return the number of pairs of nodes that are adjacent in one graph and not in the other."""
    A, B = (graph.adjacency for graph in aligned(true, estimate))
    return int(np.triu((A | A.T) != (B | B.T)).sum())


register_metric("skeleton_distance", skeleton_distance, title="skeleton", better="lower")
'''

SUITE = """
seeds = 2

[[data]]
scenario = "er2-ev"
n_samples = 50
n_features = 5

[[solvers]]
name = "eqvar"

[[solvers]]
name = "empty"
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory, repository):
    """Return the output of a command of a copy of the library with one more file."""
    folder = tmp_path_factory.mktemp("added")
    copy = folder / "library" / "causal_dag"
    shutil.copytree(repository / "causal_dag", copy)
    (copy / "metrics" / "skeleton_distance.py").write_text(EXAMPLE)
    (folder / "mine.toml").write_text(SUITE)

    def output_of(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "causal_dag", *arguments],
            env={**os.environ, "PYTHONPATH": str(copy.parent)}, cwd=folder, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        return done.stdout

    output_of.folder = folder
    return output_of


def test_evaluate_and_compare_show_it(run):
    (run.folder / "true.csv").write_text("source,target\na,b\nb,c\n")
    (run.folder / "estimate.csv").write_text("source,target\nb,a\na,c\n")
    assert (
        json.loads(run("evaluate", "true.csv", "estimate.csv", "--json"))["skeleton_distance"] == 2
    )
    options = ("--dataset", "er2-ev", "--standardize", "no", "-s", "eqvar")
    rows = json.loads(run("compare", *options, "--json"))["rows"]
    assert all(row["skeleton_distance"] <= row["shd"] for row in rows)


def test_the_store_keeps_it_and_the_report_shows_it(run):
    run("bench", "run", "mine.toml", "--store", "runs.sqlite")
    run("bench", "report", "mine", "--store", "runs.sqlite")
    run("bench", "export", "mine", "--store", "runs.sqlite", "--output", "runs.json")
    records = json.loads((run.folder / "runs.json").read_text())
    empty = [record for record in records if record["solver"] == "empty"]
    assert all(record["skeleton_distance"] == record["true_edges"] > 0 for record in empty)
    assert "| skeleton ↓ |" in (run.folder / "report.md").read_text()


def test_a_name_stands_for_one_function():
    with pytest.raises(ValueError, match="the metric 'shd' is registered already"):
        register_metric("shd", structural_hamming_distance, title="mine")
    assert available_metrics()["shd"].title == "SHD"

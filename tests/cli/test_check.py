"""The command says what ``check_graph`` says."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import check_graph
from causal_dag.cli import main
from causal_dag.graph_files import write_graph
from causal_dag.synthetic import make_linear_sem

NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, sem = make_linear_sem(200, 4, edges_per_node=1, random_state=2)
    write_graph(sem, "graph.csv", names=NAMES)
    table = pd.DataFrame(X, columns=pd.Index(NAMES))
    table.to_csv("data.csv", index=False)
    return table


def run(*arguments):
    return CliRunner().invoke(main, ["check", "graph.csv", *arguments])


def test_the_verdict_is_that_of_the_function(table):
    result = run("data.csv", "--json", "-o", "check.svg")
    assert result.exit_code == 0, result.output
    found, expected = json.loads(result.stdout), check_graph("graph.csv", table)
    assert found["is_refuted"] == expected.is_refuted
    assert found["permuted_p_value"] == expected.permuted_p_value
    assert len(found["additions"]) == len(expected.additions)
    assert "<svg" in Path("check.svg").read_text(encoding="utf-8")
    printed = " ".join(run("data.csv").stdout.split())
    assert " ".join(expected.summary().split()) in printed


def test_missing_cells_and_covariances_are_taken(table):
    table.cov().to_csv("covariance.csv", index=False)
    of_rows = json.loads(run("data.csv", "--json").stdout)
    of_covariance = run("covariance.csv", "--covariance", "--rows", "200", "--json")
    assert json.loads(of_covariance.stdout)["permuted_p_value"] == of_rows["permuted_p_value"]
    table.mask(np.eye(len(table), 4, dtype=bool)).to_csv("data.csv", index=False)
    assert run("data.csv").exit_code == 1
    for policy in ("drop", "em"):
        assert run("data.csv", "--missing", policy).exit_code == 0, policy


def test_a_graph_of_other_columns_is_refused(table):
    table.rename(columns={"a": "z"}).to_csv("data.csv", index=False)
    result = run("data.csv")
    assert result.exit_code == 1
    assert "graph.csv: the graph has a node 'a' that is not among" in result.stderr


def test_text_and_swapped_files_are_refused_without_a_word_on_solvers(table):
    swapped = CliRunner().invoke(main, ["check", "data.csv", "graph.csv"])
    assert swapped.exit_code == 1
    assert "name the graph first, then the table" in swapped.stderr
    table.assign(a="yes").to_csv("data.csv", index=False)
    result = run("data.csv")
    assert result.exit_code == 1
    assert "column 'a' holds text" in result.stderr
    assert "--drop a" in result.stderr
    assert "solver" not in swapped.stderr + result.stderr

"""The command shows and writes what ``BootstrapDAG`` finds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import TOPO, BootstrapDAG, PriorKnowledge, load_model
from causal_dag.certainty.resampled_fits import ResampledFits
from causal_dag.cli import main
from causal_dag.synthetic import make_linear_sem


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, _ = make_linear_sem(200, 4, edges_per_node=1, random_state=2)
    table = pd.DataFrame(X, columns=pd.Index(list("abcd")))
    table.to_csv("data.csv", index=False)
    return table


def run(*arguments):
    return CliRunner().invoke(main, ["bootstrap", "data.csv", "--resamples", "6", *arguments])


def test_the_table_is_that_of_the_estimator(table):
    result = run("-o", "edges.csv", "-o", "graph.svg", "--json", "--forbid", "a:b")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    known = PriorKnowledge(forbidden=[("a", "b")])
    model = BootstrapDAG(TOPO(prior_knowledge=known), n_resamples=6).fit(table)
    assert found["edges"] == model.edge_table().to_dict("records")
    assert found["n_resamples"] == 6
    pd.testing.assert_frame_equal(pd.read_csv("edges.csv"), model.edge_table(), check_dtype=False)
    assert "<svg" in Path("graph.svg").read_text(encoding="utf-8")


def test_rows_of_a_group_are_drawn_together_and_its_column_is_not_a_variable(table):
    groups = [f"person {row // 5}" for row in range(len(table))]
    incomplete = table.mask(np.eye(len(table), 4, -7, dtype=bool))
    incomplete.assign(person=groups).to_csv("data.csv", index=False)
    result = run("--groups", "person", "--missing", "drop", "-o", "model.json", "--json")
    assert result.exit_code == 0, result.output
    complete = incomplete.dropna()
    kept = [groups[row] for row in complete.index]
    model = BootstrapDAG(n_resamples=6).fit(complete.reset_index(drop=True), groups=kept)
    assert json.loads(result.stdout)["edges"] == model.edge_table().to_dict("records")
    assert (load_model("model.json").edge_probability_ == model.edge_probability_).all()


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (None, "--groups: there is no column 'person'; columns: 'a', 'b', 'c', 'd'"),
        ("all", "groups: a single label for all 200 rows"),
        ([None] * 3 + list(range(197)), "groups: 3 rows without a label; give each row"),
    ],
)
def test_columns_that_are_not_of_groups_are_refused(table, groups, message):
    if groups is not None:
        table.assign(person=groups).to_csv("data.csv", index=False)
    result = run("--groups", "person")
    assert result.exit_code > 0
    assert message in " ".join(result.stderr.split())


def test_solvers_that_read_labels_leave_the_column_of_groups_out_too(table):
    levels = table.gt(0).assign(person=[row // 2 for row in range(len(table))])
    levels.to_csv("data.csv", index=False)
    result = run("--groups", "person", "-s", "topo-bdeu", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["n_features"] == 4


def test_an_interrupted_run_shows_what_is_done_and_ends_with_130(table, monkeypatch):
    fit_one = ResampledFits.graph

    def interrupted(fits, number):
        if number == 2:
            raise KeyboardInterrupt
        return fit_one(fits, number)

    monkeypatch.setattr(ResampledFits, "graph", interrupted)
    result = run("-o", "edges.csv")
    assert result.exit_code == 130
    assert "2 resamples" in result.stdout
    assert set(pd.read_csv("edges.csv")["probability"]) <= {0.25, 0.5, 0.75, 1.0}


def test_what_needs_rows_refuses_moments(table):
    table.mask(np.eye(len(table), 4, dtype=bool)).to_csv("data.csv", index=False)
    result = run("--missing", "em")
    assert result.exit_code == 2
    assert "--missing drop" in result.stderr
    assert run("--missing", "drop").exit_code == 0

"""What ``fit`` writes is a model to Python, and a graph to the other commands."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import load_model
from causal_dag.cli import main

TABLE = "a,b,c\n" + "\n".join(f"{i},{(i * 7) % 5},{(i * i) % 11}" for i in range(30)) + "\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(TABLE)

    def run(*arguments):
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == 0, result.output
        return result.stdout

    run("fit", "data.csv", "-s", "eqvar", "-p", "penalty=0.1", "-o", "run.json", "-o", "run.dot")
    return run


def test_the_file_of_a_fit_is_a_model(run):
    model = load_model("run.json")
    assert model.penalty == 0.1
    model.predict(pd.read_csv("data.csv"))


def test_the_printed_document_is_a_model_too(run, tmp_path):
    printed = run("fit", "data.csv", "-s", "eqvar", "-p", "penalty=0.1", "--json")
    (tmp_path / "printed.json").write_text(printed)
    assert load_model("printed.json").score(pd.read_csv("data.csv")) == json.loads(printed)["score"]


@pytest.mark.parametrize("name", ["run.json", "run.dot"])
def test_the_other_commands_take_it_for_a_graph(run, name, tmp_path):
    figures = json.loads(run("evaluate", "run.json", name, "--json"))
    assert figures["structural_hamming_distance"] == 0
    run("plot", name, "-o", "run.svg")
    assert "<svg" in (tmp_path / "run.svg").read_text()
    compared = json.loads(run("compare", "data.csv", "-s", "eqvar", "--truth", name, "--json"))
    assert compared["truth"]["raw"]["edges"] == load_model("run.json").adjacency_.sum()

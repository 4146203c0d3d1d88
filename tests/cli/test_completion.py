"""Tab offers what a command would take at that place."""

import pandas as pd
import pytest
from click.shell_completion import ShellComplete

from causal_dag.cli import main
from causal_dag.solvers import available_solvers
from causal_dag.synthetic import available_scenarios


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame([[1.0, 2.0, 3.0]], columns=["rain", "rail", "wet"]).to_csv("data.csv", index=False)
    (tmp_path / "decimal.csv").write_text("größe;b\n1,5;2\n", encoding="latin-1")


def offered(*words):
    *before, incomplete = words
    shell = ShellComplete(main, {}, "causal-dag", "_CAUSAL_DAG_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


@pytest.mark.parametrize("words", [["fit", "-s", ""], ["compare", "--solver", ""], ["solvers", ""]])
def test_solvers_are_offered(words):
    assert offered(*words) == available_solvers()


def test_the_family_of_a_solver_is_offered():
    assert offered("fit", "-s", "topo-bi") == ["topo-bic", "topo-bic-cv", "topo-bic-ev"]


def test_scenarios_and_data_sets_are_offered():
    assert offered("simulate", "--scenario", "") == list(available_scenarios())
    assert offered("compare", "--dataset", "sac") == ["sachs"]


@pytest.mark.parametrize("command", ["fit", "compare", "advise"])
def test_columns_of_the_table_are_offered(command):
    for option in ("--drop", "--root", "--leaf"):
        assert offered(command, "data.csv", option, "ra") == ["rain", "rail"]
    assert offered(command, "data.csv", "--columns", "wet,ra") == ["wet,rain", "wet,rail"]
    assert offered(command, "data.csv", "--forbid", "w") == ["wet:"]
    assert offered(command, "data.csv", "--require", "wet:ra") == ["wet:rain", "wet:rail"]


def test_what_cannot_be_read_offers_nothing():
    assert offered("fit", "absent.csv", "--drop", "") == []
    assert offered("fit", "decimal.csv", "--drop", "") == []

"""``causal-dag advise``: the advice in the terminal, as a document, and as files."""

import dataclasses
import itertools
import json
import shlex
import types

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag.advice import advise, unit_change_audit
from causal_dag.cli import main
from causal_dag.graph_files import read_graph
from causal_dag.problem import Status
from causal_dag.solvers import make_solver
from causal_dag.solvers.topo import TOPO
from causal_dag.synthetic import make_discrete_network, make_linear_sem


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, _ = make_linear_sem(300, 5, edges_per_node=1, random_state=1)
    table = pd.DataFrame(X, columns=list("abcde"))
    table.to_csv("data.csv", index=False)
    table.assign(words="x", two=2, sum=table["a"] + table["b"]).to_csv("broken.csv", index=False)
    return lambda *arguments: CliRunner().invoke(main, ["advise", *arguments])


def test_the_advice_names_findings_solvers_assumptions_and_benchmarks(run):
    result = run("data.csv")
    assert result.exit_code == 0, result.output
    advice = advise(pd.read_csv("data.csv"))
    for finding in advice.audit.findings:
        assert f"  {finding.topic}\n" in result.stdout
    for entry in advice.solvers:
        assert f"{entry.verdict}: {', '.join(entry.solvers)}" in result.stdout
    for assumption in advice.assumptions:
        assert assumption.name in result.stdout
    assert f"{advice.benchmarks[0].n_samples} rows" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_the_command_it_suggests_runs_on_a_table_with_useless_columns(run):
    result = run("broken.csv")
    assert result.exit_code == 0, result.output
    fit, compare = suggested(result.stdout)
    assert fit[:3] == ["causal-dag", "fit", "broken.csv"]
    assert compare[:3] == ["causal-dag", "compare", "broken.csv"]
    assert_runs(fit, compare)


def suggested(text):
    """The commands that are printed, as a shell splits them."""
    lines = text.replace("\\\n", " ").splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith("  causal-dag ")]
    assert [command[1] for command in commands] == ["fit", "compare"]
    return commands


def assert_runs(fit, compare):
    fitted = CliRunner().invoke(main, fit[1:])
    assert fitted.exit_code == 0, fitted.output
    fewer = ["-s", "eqvar", "--standardize", "no", "--json"]
    compared = CliRunner().invoke(main, [*compare[1:], *fewer])
    assert compared.exit_code == 0, compared.output
    assert {row["error"] for row in json.loads(compared.stdout)["rows"]} == {None}


def test_the_commands_it_suggests_read_the_table_as_it_was_read(run, tmp_path):
    table = pd.read_csv("data.csv").rename(columns={"a": "it's, a", "b": "-b $HOME"})
    table.loc[:9, "c"] = None
    table.loc[5, "d"] = np.inf
    table.insert(0, "who", [f"row {number}" for number in range(len(table))])
    odd = table.assign(**{"no numbers": "x", "one": 1.0, "gaps": None})
    odd.to_csv("my table.csv", sep=";", decimal=",", index=False, encoding="latin-1")
    (tmp_path / "tiers.txt").write_text("c,no numbers\nd,e\n")
    arguments = ["my table.csv", "--decimal", ",", "--encoding", "latin-1", "--index-column"]
    arguments += ["--tiers", "tiers.txt", "--root", "no numbers", "--forbid", "d:e"]
    arguments += ["--forbid", "one:e"]
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    fit, compare = suggested(result.stdout)
    for word in ("no numbers", "one", "gaps", "--missing", "d:e"):
        assert word in fit
        assert word in compare
    assert "one:e" not in fit
    assert_runs(fit, compare)


def test_where_dropping_rows_is_biased_it_suggests_to_use_incomplete_ones(run):
    table = pd.read_csv("data.csv")
    table.loc[table["a"] > table["a"].median(), "b"] = np.nan
    table.loc[:20, "b"] = 0.5
    table.to_csv("gaps.csv", index=False)
    fit, compare = suggested(run("gaps.csv").stdout)
    assert fit[3:5] == compare[3:5] == ["--missing", "em"]


def test_rows_that_are_dropped_here_are_dropped_by_the_commands_it_suggests(run):
    table = pd.read_csv("data.csv")
    table.loc[3, "b"] = np.nan
    table.to_csv("gaps.csv", index=False)
    for command in suggested(run("gaps.csv", "--missing", "drop").stdout):
        assert command[3:5] == ["--missing", "drop"]


def test_advice_does_not_depend_on_how_long_it_takes(run, monkeypatch):
    said = run("data.csv", "--json").stdout
    clock = types.SimpleNamespace(perf_counter=itertools.count(step=1000.0).__next__)
    monkeypatch.setattr("causal_dag.problem.time", clock)
    assert run("data.csv", "--json").stdout == said


def test_a_search_that_stopped_at_its_limit_is_said_in_the_headline(run, monkeypatch):
    monkeypatch.setattr("causal_dag.solvers.topo.TOPO.solve", stopped(TOPO.solve))
    headline = run("data.csv").stdout.split("What the table shows")[0]
    assert "stopped at its limit: there may be a better graph" in " ".join(headline.split())


def stopped(solve):
    return lambda solver, problem: dataclasses.replace(
        solve(solver, problem), status=Status.MAX_ITER
    )


def test_json_is_the_document_of_the_python_call(run):
    printed = json.loads(run("broken.csv", "--json").stdout, parse_constant=pytest.fail)
    expected = advise(pd.read_csv("broken.csv")).document()
    assert printed.items() >= json.loads(json.dumps(expected)).items()


def test_quiet_prints_nothing(run):
    assert run("data.csv", "--quiet").output == ""


def test_unit_changes_audit_the_first_solver_and_its_counterpart(run):
    printed = json.loads(run("broken.csv", "--unit-changes", "3", "--json").stdout)
    assert list(printed["unit_changes"]) == ["topo-bic", "topo-bic-ev"]
    assert printed["unit_changes"]["topo-bic"]["n_classes"] == 1
    sources = {edge["source"] for edge in printed["unit_changes"]["topo-bic"]["edges"]}
    assert sources <= set("abcde")  # neither texts, constants nor sums


def test_unit_changes_are_shown_and_written(run):
    result = run(
        "data.csv", "--unit-changes", "3", "-s", "eqvar", "--edges-output", "edges.csv",
        "--graph-output", "kept.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "eqvar in 5 units" in result.stdout
    audit = unit_change_audit(make_solver("eqvar"), pd.read_csv("data.csv"), n_changes=3)
    written = pd.read_csv("edges.csv")
    assert (written["solver"] == "eqvar").all()
    assert written["directed"].to_numpy() == pytest.approx([e.directed for e in audit.edges])
    kept = read_graph("kept.json")
    np.testing.assert_array_equal(kept.adjacency, audit.survivors().adjacency)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "part"),
    [
        (["absent.csv"], 1, "no such file"),
        (["data.csv", "--solver", "eqvar"], 2, "--unit-changes"),
        (["data.csv", "--unit-changes", "0"], 2, "--unit-changes"),
        (["data.csv", "--unit-changes", "2", "--graph-output", "g.json"], 2, "one --solver"),
        (["data.csv", "--unit-changes", "2", "--edges-output", "e.txt"], 2, ".csv"),
        (["data.csv", "--unit-changes", "2", "--edges-output", "no/e.csv"], 1, "no folder"),
        (["data.csv", "--unit-changes", "2", "-s", "topo-logistic"], 1, "no units"),
        (["broken.csv", "--columns", "a,words", "--unit-changes", "2"], 1, "too few usable"),
    ],
)
def test_mistakes_are_one_line(run, arguments, exit_code, part):
    result = run(*arguments)
    assert result.exit_code == exit_code, result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("error: ")
    assert part in line


def test_the_command_for_categories_with_gaps_runs_as_printed(run):
    X, _ = make_discrete_network(200, 3, edges_per_node=1, random_state=0)
    X.iloc[[5, 9], 1] = None
    X.to_csv("levels.csv", index=False)
    command = "fit levels.csv --missing drop --solver topo-bdeu"
    assert f"causal-dag {command}" in run("levels.csv").stdout
    fitted = CliRunner().invoke(main, command.split())
    assert "topo-bdeu on levels.csv (198 rows" in fitted.stdout

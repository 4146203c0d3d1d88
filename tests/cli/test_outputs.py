"""No command replaces what it reads, or writes two things into one file."""

import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag.cli import main

TABLE = "a,b,c\n" + "\n".join(f"{i},{(i * 7) % 5},{(i * i) % 11}" for i in range(30)) + "\n"
GRAPH = "source,target,weight\na,b,1.5\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(TABLE)
    (tmp_path / "graph.csv").write_text(GRAPH)
    (tmp_path / "tiers.csv").write_text("a\nb,c\n")
    (tmp_path / "link.csv").symlink_to("data.csv")
    (tmp_path / "run.edges.csv").write_text(TABLE)
    (tmp_path / "graph.png").write_text(GRAPH)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize(
    "command",
    [
        "fit data.csv -s empty -o data.csv",
        "fit data.csv -s empty -o ./data.csv",
        "fit data.csv -s empty -o link.csv",
        "fit link.csv -s empty -o data.csv",
        "fit run.edges.csv -s empty -o run",
        "fit data.csv -s empty --tiers tiers.csv -o tiers.csv",
        "compare data.csv -s empty -o data.csv",
        "compare data.csv -s empty --truth graph.csv -o graph.csv",
        "advise data.csv --unit-changes 2 -s eqvar --edges-output data.csv",
        "advise data.csv --unit-changes 2 -s eqvar --graph-output data.csv",
        "plot graph.png -o graph.png",
    ],
)
def test_an_input_is_never_replaced(run, tmp_path, command):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = run(*command.split())
    assert result.exit_code == 2, result.output
    assert "would replace an input" in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "command",
    [
        "fit data.csv -s empty -o out.csv -o ./out.csv",
        "fit data.csv -s empty -o out -o out.json",
        "fit data.csv -s empty -o out.png --convergence out.png",
        "compare data.csv -s empty -o out.csv -o out.csv",
        "simulate -o out.csv --graph-output out.csv",
        "advise data.csv --unit-changes 2 -s eqvar --edges-output o.csv --graph-output ./o.csv",
    ],
)
def test_two_outputs_never_share_a_file(run, tmp_path, command):
    before = set(tmp_path.iterdir())
    result = run(*command.split())
    assert result.exit_code == 2, result.output
    assert "would replace what --" in result.stderr
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "command",
    [
        "fit data.csv -s empty -o folder.csv",
        "compare data.csv -s empty -o folder.csv",
        "simulate -o folder.csv",
        "simulate --graph-output nowhere/truth.csv",
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_written(
    run, tmp_path, command
):
    (tmp_path / "folder.csv").mkdir()
    before = set(tmp_path.iterdir())
    result = run(*command.split())
    assert result.exit_code == 1, result.output
    assert "folder" in result.stderr
    assert set(tmp_path.iterdir()) == before


def test_no_column_name_becomes_a_formula_in_a_table_of_edges(run, tmp_path):
    (tmp_path / "odd.csv").write_text(TABLE.replace("a,b", "=a,@b"))
    command = "advise odd.csv --unit-changes 2 -s eqvar -p eqvar.penalty=0 --edges-output edges.csv"
    result = run(*command.split())
    assert result.exit_code == 0, result.output
    written = pd.read_csv(tmp_path / "edges.csv")
    assert set(written["source"]) | set(written["target"]) <= {"'=a", "'@b", "c"}
    assert len(written) > 0

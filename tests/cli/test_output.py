"""What is printed fits the terminal, loses no figure, and never steers the terminal."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag.cli import main
from causal_dag.cli.terminal.output import (
    note,
    print_json,
    print_line,
    print_paragraph,
    print_table,
)

HOSTILE = "dose\x1b[2J\x9b31m\u202e\ud800"


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def assert_harmless(text):
    assert not set(text) & set("\x1b\x9b\u202e\ud800\x07\r")


def test_control_characters_are_written_out(capsys):
    print_line(HOSTILE)
    print_paragraph(HOSTILE)
    print_json({HOSTILE: HOSTILE})
    print_table([HOSTILE, "n"], [[f"{HOSTILE}\nsecond line", 1]], title=HOSTILE)
    note(HOSTILE)
    printed = capsys.readouterr()
    assert_harmless(printed.out)
    assert_harmless(printed.err)
    assert printed.out.count("\\u001b[2J") == 7


def test_json_stays_json_and_keeps_every_character(capsys):
    print_json({HOSTILE: "é\n\t"})
    assert json.loads(capsys.readouterr().out) == {HOSTILE: "é\n\t"}


def test_only_the_output_module_writes_to_the_terminal(repository):
    for path in (repository / "causal_dag" / "cli").rglob("*.py"):
        if path.name != "output.py":
            text = path.read_text(encoding="utf-8")
            assert "click.echo(" not in text, path


def test_wide_tables_are_split_under_the_same_first_column(capsys):
    names = [f"figure {number}" for number in range(20)]
    print_table(["solver", *names], [["a", *range(1000, 1020)], ["b", *range(2000, 2020)]])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    for text in (*names, *map(str, (*range(1000, 1020), *range(2000, 2020)))):
        assert printed.count(text) >= 1
    assert printed.count("solver") == 3


def test_long_texts_are_folded_and_lose_nothing(capsys):
    long_name, words = "x" * 70, "what it does " * 9
    print_table(["name", "says ", "n"], [[long_name, words, 7]])
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert printed.count("x") == 70
    assert printed.count("does") == 9


def test_an_error_about_a_hostile_column_is_one_harmless_line(tmp_path):
    path = tmp_path / "t.csv"
    pd.DataFrame({"a": [1.0, 2, 3], "b\x1b[2J": [1.0, 1, 1]}).to_csv(path, index=False)
    result = CliRunner().invoke(main, ["fit", str(path), "-s", "empty"])
    assert result.exit_code == 1
    assert_harmless(result.stderr)
    assert len(result.stderr.splitlines()) == 1

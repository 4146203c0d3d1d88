"""Texts on the command line become the values a Python caller would write."""

import click
import pytest

from causal_dag.cli.options.knowledge import edge, read_tiers
from causal_dag.cli.options.solvers import literal, parameters_by_solver, solver_parameters
from causal_dag.cli.options.table import split_names
from causal_dag.cli.terminal.output import cell_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", 0.05), ("1e-3", 1e-3), ("7", 7), ("-1", -1), ("true", True), ("False", False),
        ("none", None), ("None", None), ("[1, 2]", [1, 2]), ("'5'", "5"), ("equal", "equal"),
        ("a-b", "a-b"), ("", ""),
    ],
)  # fmt: skip
def test_literals_have_types(text, value):
    result = literal(text)
    assert result == value
    assert type(result) is type(value)


def test_parameters_are_read_by_key_and_by_solver():
    assert solver_parameters(["a=1", "b = x=y"]) == {"a": 1, "b": "x=y"}
    by_solver = parameters_by_solver(["eqvar.penalty=1.5"], ["eqvar", "empty"])
    assert by_solver == {"eqvar": {"penalty": 1.5}, "empty": {}}


def test_edges_may_hold_colons_in_names():
    assert edge("a:b", ["a", "b"]) == ("a", "b")
    assert edge("a:b:c", ["a:b", "c"]) == ("a:b", "c")
    with pytest.raises(click.UsageError, match="in 2 ways"):
        edge("a:b:c", ["a:b", "c", "a", "b:c"])


def test_names_may_be_quoted():
    assert split_names('a, "b, c",d') == ("a", "b, c", "d")
    assert split_names(None) is None


def test_tiers_are_lines_of_names(tmp_path):
    path = tmp_path / "tiers.txt"
    path.write_text('# comment\na, "b, c"\n\n d, e\n', encoding="utf-8")
    assert read_tiers(path, ["a", "b, c", "d", "e"]) == [["a", "b, c"], ["d", "e"]]
    assert read_tiers(path, ["a", "b, c", "d"], left_out=["e"]) == [["a", "b, c"], ["d"]]


@pytest.mark.parametrize("content", ["0: a, b\n1: c\n", "[[a, b], [c]]\n", "tier,node\n1,a\n", ""])
def test_tiers_in_another_format_are_told_the_right_one(content, tmp_path):
    path = tmp_path / "tiers.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="write one tier per line, causes first"):
        read_tiers(path, ["a", "b", "c"])


def test_cells_have_sensible_digits():
    assert [cell_text(v) for v in (None, float("nan"), 2, 0.0, 123.456, -0.5)] == [
        "–", "–", "2", "0.000", "123.5", "-0.500",
    ]  # fmt: skip

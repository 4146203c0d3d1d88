"""Texts on the command line become the values a Python caller would write."""

import click
import pytest

from causal_dag.cli.options import split_names
from causal_dag.cli.output import cell_text
from causal_dag.cli.parameters import (
    edge,
    literal,
    parameters_by_solver,
    read_tiers,
    solver_parameters,
)


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
    assert split_names('a, "b, c",d') == ["a", "b, c", "d"]
    assert split_names(None) is None


def test_tiers_are_lines_of_names(tmp_path):
    (tmp_path / "tiers.txt").write_text('# comment\na, "b, c"\n\n d \n', encoding="utf-8")
    assert read_tiers(tmp_path / "tiers.txt") == [["a", "b, c"], ["d"]]


def test_cells_have_sensible_digits():
    assert [cell_text(v) for v in (None, float("nan"), 2, 0.0, 123.456, -0.5)] == [
        "–", "–", "2", "0.000", "123.5", "-0.500",
    ]  # fmt: skip

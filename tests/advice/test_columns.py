"""Whatever is in a column is reported, and never an error."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.advice import advise, audit_table
from causal_dag.advice.column_report import column_reports, readable_columns


def finding(audit, topic):
    (found,) = [entry for entry in audit.findings if entry.topic == topic]
    return found


def kinds(columns):
    return [report.kind for report in column_reports(readable_columns(pd.DataFrame(columns)))]


def test_a_sound_table_has_no_problems(table, topics):
    assert topics(audit_table(table), "problem") == []


def test_what_a_column_holds_is_told_from_its_values():
    g = np.random.default_rng(0)
    columns = {
        "real": g.normal(size=50),
        "count": g.poisson(50, size=50),
        "discrete": g.integers(1, 6, size=50) / 2,
        "binary": g.integers(0, 2, size=50) * 2 - 1,
        "boolean": g.random(50) < 0.5,
        "constant": np.full(50, 0.1),
        "empty": np.full(50, np.nan),
        "category": ["u", "v"] * 25,
        "date": pd.date_range("2020-01-01", periods=50),
        "huge": g.normal(size=50) * 1e100,
    }
    assert kinds(columns) == [
        "real", "count", "discrete", "binary", "binary", "constant", "empty", "text", "text",
        "extreme",
    ]  # fmt: skip


def test_a_stray_text_is_quoted_and_its_column_left_out(table):
    table = table.astype(object)
    table.iloc[7, 1] = "n.a."
    audit = audit_table(table)
    assert "'n.a.'" in finding(audit, "non-numeric cells").seen
    assert audit.usable == ("a", "c", "d")
    assert audit.n_complete == 300


def test_missing_values_cost_rows_and_gappy_columns_are_set_aside(table):
    table.loc[:2, "a"] = np.nan
    table.loc[3, "b"] = np.inf
    table.loc[:200, "c"] = np.nan
    audit = audit_table(table)
    assert audit.n_complete == 300 - 4
    assert audit.usable == ("a", "b", "d")
    assert finding(audit, "missing values").figures == {"a": 3, "b": 1, "c": 201}


def test_constant_columns_and_row_numbers_are_named(table):
    table["k"], table["id"] = 7, range(300)
    audit = audit_table(table)
    assert finding(audit, "constant columns").columns == ("k",)
    assert finding(audit, "row numbers").columns == ("id",)


def test_outliers_are_counted_and_few_in_gaussian_columns(table):
    assert audit_table(table).columns[0].n_outliers == 0
    table.loc[:3, "a"] = 100.0
    audit = audit_table(table)
    assert finding(audit, "outliers").figures == {"a": 4}


def test_a_code_far_from_the_others_is_an_outlier(table):
    table["answer"] = np.tile([1, 2, 3, 4, 5], 60)
    table.loc[9, "answer"] = 99
    found = finding(audit_table(table), "outliers")
    assert found.figures == {"answer": 1}
    assert "In answer they may be codes, such as 99" in found.remedy
    assert "logarithm" not in found.remedy


def test_among_a_million_gaussian_values_none_is_an_outlier():
    column = np.random.default_rng(1).normal(size=(1_000_000, 1))
    [report] = column_reports(readable_columns(column))
    assert np.abs(column).max() > 4.8
    assert report.n_outliers == 0


@pytest.mark.parametrize(
    ("X", "topic"),
    [
        (pd.DataFrame({"a": [], "b": []}), "too few rows"),
        ([[1.0, 2.0], [3.0, 5.0]], "too few rows"),
        (np.random.default_rng(0).normal(size=(50, 1)), "too few columns"),
        (np.random.default_rng(0).normal(size=(50, 2)).astype(str), "too few columns"),
    ],
)
def test_tables_that_cannot_be_fitted_get_findings_and_no_solver(X, topic):
    if isinstance(X, np.ndarray) and X.dtype.kind == "U":
        X = pd.DataFrame(X).map(lambda cell: f"about {cell}")
    advice = advise(X)
    assert topic in [entry.topic for entry in advice.audit.findings]
    assert advice.first is None
    assert advice.audit.graph is None


@pytest.mark.parametrize("X", [np.zeros(3), np.zeros((2, 2, 2)), [[1, 2], [3]]])
def test_what_is_no_table_is_refused(X):
    with pytest.raises(ValueError, match=r"dimensions|rectangular"):
        audit_table(X)


def test_the_caller_s_table_is_not_changed(table):
    table.loc[3, "b"] = np.inf
    before = table.copy()
    audit_table(table)
    pd.testing.assert_frame_equal(table, before)

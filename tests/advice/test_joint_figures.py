"""Collinearity, dependence between rows, and units."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris

from causal_dag import Moments
from causal_dag.advice import audit_table
from causal_dag.advice.joint_report import determined_columns, row_report, unit_report


def test_columns_that_others_determine_are_named_with_those(table):
    table["fahrenheit"] = 1.8 * table["a"] + 32
    table["total"] = table["b"] + table["c"] + table["d"]
    audit = audit_table(table)
    assert {c.name: c.determined_by for c in audit.determined} == {
        "fahrenheit": ("a",),
        "total": ("b", "c", "d"),
    }
    assert {report.name for report in audit.graph.residuals} == set("abcd")


@pytest.mark.parametrize("seed", range(5))
def test_independent_columns_are_as_many_as_the_rank(seed):
    g = np.random.default_rng(seed)
    X = g.normal(size=(100, 4)) @ g.normal(size=(4, 9))
    moments = Moments.from_rows(X, [f"x{j}" for j in range(9)])
    assert 9 - len(determined_columns(moments)) == np.linalg.matrix_rank(X) == 4


def test_near_copies_are_a_caution(table):
    table["again"] = table["a"] + 1e-3 * np.random.default_rng(1).normal(size=300)
    audit = audit_table(table)
    assert {c.name for c in audit.nearly_determined} == {"a", "again"}
    assert "nearly collinear columns" in [f.topic for f in audit.findings if f.level == "caution"]


def test_sorted_tables_and_walks_depend_on_the_row_before_and_shuffled_ones_do_not(table):
    assert row_report(table.to_numpy(), list("abcd")).autocorrelated == ()
    iris = load_iris(as_frame=True).frame
    names = list(iris.columns)
    assert len(row_report(iris.to_numpy(), names).autocorrelated) == 5
    shuffled = iris.sample(frac=1, random_state=0).to_numpy()
    assert row_report(shuffled, names).autocorrelated == ()


def test_repeated_rows_are_counted(table):
    twice = pd.concat([table, table.iloc[:30]], ignore_index=True)
    audit = audit_table(twice)
    assert audit.rows.n_repeated == 30
    assert "repeated rows" in [f.topic for f in audit.findings if f.level == "caution"]


def test_standardized_columns_are_recognised_even_beside_others():
    X, y = load_diabetes(return_X_y=True)
    report = unit_report(np.column_stack([X, y]), [f"x{j}" for j in range(11)])
    assert report.looks_scaled
    assert "x10" not in report.alike


def test_units_of_measurement_are_not_taken_for_standardized(table):
    X = table.to_numpy() * [1, 10, 100, 1000]
    report = unit_report(X, list("abcd"))
    assert not report.looks_scaled
    assert report.spread_ratio == pytest.approx(X.std(axis=0).max() / X.std(axis=0).min())
    assert report.widest == "d"


def test_columns_from_0_to_1_are_recognised(table):
    scaled = (table - table.min()) / (table.max() - table.min())
    assert unit_report(scaled.to_numpy(), list("abcd")).looks_scaled_to_range


def test_with_more_columns_than_rows_collinearity_is_skipped_and_said(topics):
    audit = audit_table(np.random.default_rng(0).normal(size=(30, 40)))
    assert "few rows" in topics(audit, "caution")
    assert any(part.startswith("collinearity") for part in audit.skipped)
    assert audit.determined == ()


def test_too_many_columns_skip_the_first_fit_and_say_so():
    audit = audit_table(np.random.default_rng(0).normal(size=(40, 501)))
    assert audit.graph is None
    assert any(part.startswith("the first fit") for part in audit.skipped)

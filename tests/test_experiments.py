"""Targets as users write them, and rows that cannot be used."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.experiments import experiments_of, target_sets
from causal_dag.tables.columns import Columns

NAMES = ("a", "b", "c;d")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (None, ()), ("", ()), (" ", ()), (np.nan, ()), (pd.NA, ()), (pd.NaT, ()), ([], ()),
        ("a", (0,)), (1, (1,)), (np.int64(1), (1,)), (1.0, (1,)), ("b; a", (0, 1)),
        ("c;d", (2,)), (["c;d", "a"], (0, 2)), (("b", 0), (0, 1)), ({1}, (1,)),
        (np.array([2.0, 0.0]), (0, 2)), (np.array(["a", ""]), (0,)), ([1, np.nan, None], (1,)),
    ],
)  # fmt: skip
def test_an_entry_names_nothing_a_column_or_several(entry, expected):
    assert target_sets([entry, None], 2, Columns(3, NAMES)) == [expected, ()]


def test_columns_of_a_frame_are_targets_as_they_stand():
    written = pd.Series(["a", None, "a;b"])
    assert target_sets(written, 3, Columns(3, NAMES)) == [(0,), (), (0, 1)]
    assert target_sets(pd.Series([0, None, 1]), 3, Columns(3, NAMES)) == [(0,), (), (1,)]


def test_long_arrays_of_targets_are_told_apart():
    # ``repr`` shortens arrays of more than 1000 entries.
    first = np.arange(1200)
    second = np.where(first == 600, 1200, first)
    found = target_sets([first, second], 2, Columns(1201))
    assert found == [tuple(first.tolist()), (*range(600), *range(601, 1201))]


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        ("ab", ValueError, "one entry per row"),
        (None, ValueError, "one entry per row"),
        (np.array("a"), ValueError, "one entry per row"),
        (pd.DataFrame({"of": ["a"], "by": ["b"]}), ValueError, "one column of a data frame"),
        (["a"], ValueError, "1 entry for 2 rows"),
        (["z", None], ValueError, "targets: there is no column 'z'"),
        ([7, None], ValueError, "targets: there is no column 7"),
        (["a;a", None], ValueError, "'a' and 'a' are the same column"),
        ([True, None], TypeError, "neither a column name nor a column number"),
        ([1.5, None], TypeError, "neither a column name nor a column number"),
        ([["a", ["b"]], None], TypeError, "neither a column name nor a column number"),
    ],
)
def test_entries_that_name_no_columns_are_refused(targets, error, message):
    with pytest.raises(error, match=message):
        target_sets(targets, 2, Columns(3, NAMES))


def table(n=60):
    return np.random.default_rng(0).normal(size=(n, 3))


@pytest.mark.parametrize(
    ("targets", "settings", "message"),
    [
        (["a"] * 60, {}, "column 'a' is a target in every row"),
        (["a"] * 58 + ["b"] * 2, {"means": "pooled"}, "column 'a' is a target in all rows but 2"),
        ([None] * 58 + ["a"] * 2, {}, "target 'a': 2 rows, and intervention='hard' .* at least 3"),
        ([None] * 55 + ["a;b"] * 5, {"kind": "soft"}, "target 'a' and 'b': 5 rows.* at least 10"),
        ([None, None] + ["a"] * 29 + ["b"] * 29, {}, "rows without a target: 2 rows"),
    ],
)
def test_too_few_rows_are_refused_by_name(targets, settings, message):
    with pytest.raises(ValueError, match=message):
        experiments_of(targets, table(), ("a", "b", "c"), **settings)


def test_a_column_that_does_not_vary_where_it_is_needed_is_named():
    X = table()
    X[30:, 0] = 1.5
    targets = [None] * 30 + ["a"] * 30
    experiments_of(targets, X, ("a", "b", "c"))
    with pytest.raises(ValueError, match=r"column 'a' is constant in rows .* 'a' is a target"):
        experiments_of(targets, X, ("a", "b", "c"), "soft")
    with pytest.raises(ValueError, match=r"column 'a' is constant in rows .* 'b' is not a target"):
        experiments_of(["b"] * 30 + ["a"] * 30, X, ("a", "b", "c"))


def test_moments_are_computed_once_per_pattern_of_targets():
    experiments = experiments_of([None] * 20 + [0] * 20 + [1] * 20, table(), None)
    own = experiments.own_moments
    assert [moments.n_samples for moments in own] == [40, 40, 60]
    assert experiments.separated.tolist() == [
        [False, True, True], [True, False, True], [True, True, False],
    ]  # fmt: skip
    together = experiments_of([None] * 20 + [(0, 1)] * 40, table(), None)
    assert together.own_moments[0] is together.own_moments[1]
    assert not together.separated[0, 1]

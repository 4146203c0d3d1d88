"""What columns hold is detected, can be overridden, and is remembered for other tables."""

import numpy as np
import pandas as pd
import pytest

from causal_dag.tables.detected_kinds import read_kinds

TABLE = pd.DataFrame(
    {
        "color": ["red", "blue", "red", "green"],
        "smoker": [True, False, True, True],
        "dose": pd.Categorical(
            ["low", "high", "mid", "low"], ["low", "mid", "high", "never"], ordered=True
        ),
        "age": [30, 10, 10, 20],
        "half": pd.qcut([1.0, 2.0, 3.0, 4.0], 2),
    }
)


def read(X=TABLE, stated=None, **settings):
    return read_kinds(X, stated, **{"has_numbers": False, **settings})


def test_kinds_and_levels_are_detected_and_levels_that_do_not_occur_left_out():
    kinds, rows = read()
    assert kinds.description() == [
        "color: unordered (blue, green, red)",
        "smoker: binary (False, True)",
        "dose: ordered (low < mid < high)",
        "age: unordered (10, 20, 30)",
        "half: binary ((0.999, 2.5], (2.5, 4.0])",
    ]
    assert rows[:, 0].tolist() == [2, 0, 2, 1]
    assert kinds.n_levels.tolist() == [3, 2, 3, 3, 2]
    assert kinds.is_ordered.tolist() == [False, True, True, False, True]


def test_numbers_stay_numbers_where_a_solver_takes_them():
    kinds, rows = read(has_numbers=True)
    assert kinds.columns[3].kind == "number"
    assert rows[:, 3].tolist() == [30, 10, 10, 20]
    assert kinds.n_levels[3] == 0


def test_a_statement_overrides_what_is_detected():
    stated = {"color": ["red", "green", "blue"], "age": "ordered", 2: "unordered"}
    kinds, rows = read(stated=stated, has_numbers=True)
    assert [column.kind for column in kinds.columns[:4]] == [
        "ordered", "binary", "unordered", "ordered",
    ]  # fmt: skip
    assert rows[:, 0].tolist() == [0, 2, 0, 1]
    with pytest.raises(ValueError, match="'sorted' is not a kind; choose one of 'number'"):
        read(stated={"color": "sorted"})
    with pytest.raises(ValueError, match="kinds=3 is not a mapping"):
        read(stated=3)
    with pytest.raises(ValueError, match="kinds: there is no column 'colour'; did you mean"):
        read(stated={"colour": "ordered"})


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (["r", "g"], "column 'color' has the value 'red', which is none of the levels"),
        ([], "column 'color' has the value 'red', which is none of the levels"),
        (["red"], "has the value 'blue', which is none of the levels .* list all of them"),
        ([["red"], "green", "blue"], "has the value 'red', which is none of the levels"),
        (["red", "blue", "green", "red"], "kinds: .* lists a level twice"),
        (b"rgb", "kinds: b'rgb' is not a kind"),
        ("number", "column 'color' holds 3 levels, and kinds states 'number'; leave it out"),
        ("binary", "column 'color' holds 3 levels, and kinds states 'binary'; leave it out"),
    ],
)
def test_a_statement_that_does_not_hold_is_refused(stated, message):
    with pytest.raises(ValueError, match=message):
        read(stated={"color": stated})


def test_numbers_are_not_stated_for_solvers_that_take_none():
    with pytest.raises(ValueError, match="column 'age' holds 3 levels, and kinds states 'number'"):
        read(stated={"age": "number"})


@pytest.mark.parametrize("has_numbers", [False, True])
def test_codes_become_labels_of_the_same_types_again(has_numbers):
    kinds, rows = read(has_numbers=has_numbers)
    labels = kinds.decode(rows)
    assert labels["color"].tolist() == TABLE["color"].tolist()
    assert labels["color"].dtype == TABLE["color"].dtype
    assert labels["smoker"].dtype == bool
    assert labels["dose"].cat.ordered
    assert np.array_equal(kinds.encode(labels), rows)
    assert np.array_equal(kinds.encode(TABLE), rows)


def test_arrays_of_numbers_come_back_as_arrays():
    X = np.array([[3, 0], [1, 1], [3, 1]])
    kinds, rows = read(X)
    assert rows.tolist() == [[1, 0], [0, 1], [1, 1]]
    assert np.array_equal(kinds.decode(rows), X)


def test_a_level_that_was_not_seen_is_named():
    kinds, _ = read()
    other = TABLE.assign(color=["red", "red", "pink", "blue"])
    with pytest.raises(ValueError, match=r"column 'color' has the value 'pink' in row 2.*'green'"):
        kinds.encode(other)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["red"] * 100, "column 'x' is constant .value 'red'.; drop constant"),
        ([f"id {row}" for row in range(100)], "'x' has 100 different values in 100 rows.*qcut"),
        ([*range(99), 0], "column 'x' has 99 different values in 100 rows"),
        (["red", None] * 50, "column 'x' has 50 NaN .missing. values"),
        ([("red", 1)] * 100, "column 'x' holds values of type 'tuple'"),
    ],
)  # fmt: skip
def test_columns_that_are_no_categories_are_refused_with_the_remedy(column, message):
    X = pd.DataFrame({"x": column, "y": ["a", "b"] * 50})
    with pytest.raises(ValueError, match=message):
        read(X)


def test_more_than_a_thousand_levels_are_refused_however_many_rows_there_are():
    X = np.column_stack([np.arange(12_000) % 1200, np.arange(12_000) % 2])
    with pytest.raises(ValueError, match="column 0 has 1200 different values in 12000 rows"):
        read(X)

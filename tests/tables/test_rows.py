"""Whatever a Python user may pass as a table is read, or refused in words that help."""

import doctest
import pathlib
from decimal import Decimal
from fractions import Fraction

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from causal_dag import EmptyDAG, Moments, kkt_report
from causal_dag.advice.column_report import readable_columns
from causal_dag.comparison.compare import compare_solvers
from causal_dag.tables.columns import column_names
from causal_dag.tables.numeric_columns import ColumnTypeError
from causal_dag.tables.rows import finite_rows, usable_rows

ROWS = np.array([[0.5, 1.0], [2.0, -1.0], [3.5, 4.0], [1.0, 0.25]])
NAMES = ["rain", "wet"]
FRAME = pd.DataFrame(ROWS, columns=NAMES)


class FrameOfSpark:
    """What a frame that lives elsewhere looks like."""

    columns = NAMES

    def toPandas(self):
        return FRAME


def polars_frame(kind):
    return getattr(pytest.importorskip("polars"), kind)(FRAME.to_dict("list"))


def arrow_table(kind, frame=FRAME):
    return getattr(pytest.importorskip("pyarrow"), kind).from_pandas(frame)


def polars_decimals():
    polars = pytest.importorskip("polars")
    return polars_frame("LazyFrame").cast(polars.Decimal(10, 4))


def test_the_page_on_tables_is_true(repository):
    page = repository / "docs" / "guide" / "tables.md"
    failed, attempted = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert (failed, attempted > 10) == (0, True)


TABLES = {
    "pandas": lambda: FRAME,
    "single precision": lambda: FRAME.astype(np.float32),
    "objects": lambda: FRAME.astype(object),
    "decimals": lambda: FRAME.map(Decimal),
    "fractions": lambda: FRAME.map(Fraction),
    "nullable": lambda: FRAME.astype("Float64"),
    "index with repetitions": lambda: FRAME.set_index(pd.Index([7, 7, 3, 1])),
    "record array": lambda: FRAME.to_records(index=False),
    "frame of Spark": FrameOfSpark,
    "arrow": lambda: arrow_table("Table"),
    "arrow with an index": lambda: arrow_table("Table", FRAME.set_index(pd.Index([7, 8, 3, 1]))),
    "arrow batch": lambda: arrow_table("RecordBatch"),
    "pandas on arrow": lambda: arrow_table("Table").to_pandas(types_mapper=pd.ArrowDtype),
    "dask": lambda: pytest.importorskip("dask.dataframe").from_pandas(FRAME, npartitions=2),
    "polars": lambda: polars_frame("DataFrame"),
    "lazy polars": lambda: polars_frame("LazyFrame"),
    "lazy polars of decimals": polars_decimals,
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_table_is_read_with_its_names(kind):
    table = TABLES[kind]()
    np.testing.assert_array_equal(finite_rows(table), ROWS)
    assert column_names(table) == tuple(NAMES)
    model = EmptyDAG().fit(table)
    assert model.feature_names_in_.tolist() == NAMES
    assert model.predict(table).shape == ROWS.shape
    assert Moments.from_rows(table).feature_names == tuple(NAMES)


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind != "pandas on arrow"])
def test_audits_and_comparisons_read_every_table(kind):
    assert [column.name for column in readable_columns(TABLES[kind]())] == NAMES
    rows = compare_solvers(TABLES[kind](), ["empty"], baselines=False, scales=["raw"]).rows
    assert [row.status for row in rows] == ["converged"]
    assert rows[0].graph.names == tuple(NAMES)


def test_a_true_graph_of_names_beside_an_array_warns():
    with pytest.warns(UserWarning, match="compared by position, in the order 'wet', 'rain'"):
        compare_solvers(ROWS, ["empty"], true=nx.DiGraph([("wet", "rain")]))


def test_a_certificate_refuses_reordered_labels():
    frame = pd.DataFrame(ROWS, columns=[1, 0])
    model = EmptyDAG().fit(frame)
    kkt_report(model, frame)
    for table, reordered in ((frame, frame[[0, 1]]), (frame[[0, 1]], frame)):
        with pytest.raises(ValueError, match=r"same columns in the same order|bring them into"):
            kkt_report(EmptyDAG().fit(table), reordered)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("data.csv", r"'data.csv' is not a table; .*read_table\('data.csv'\)"),
        (pathlib.Path("data.csv"), r"read_table\('data.csv'\)"),
        (b"data.csv", "is not a table"),
        ({"a": [1.0, 2.0], "b": [2.0, 1.0]}, r"a dict is not a table; pass pandas.DataFrame\(X\)"),
        ([{"a": 1.0}, {"a": 2.0}], r"list of records is not a table; pass pandas.DataFrame\(X\)"),
        ({1, 2}, "is not a table; pass rows and columns"),
        (None, "None is not a table; pass rows and columns"),
        (iter([[1, 2], [3, 4]]), "is not a table; pass rows and columns"),
        (pd.DataFrame, "DataFrame is a class, not a table"),
        (nx.DiGraph([(0, 1)]), "is a graph, not a table"),
        (FRAME.style, "a Styler is not a table"),
        (Moments.from_rows(ROWS), "moments, not rows; use fit_moments"),
        (FRAME["wet"], r"^Expected 2D array, got one of shape \(\d+,\) instead. Reshape"),
        (3.5, r"got one of shape \(\) instead"),
        (np.zeros((1, 2, 2)), r"got one of shape \(1, 2, 2\) instead"),
        (scipy.sparse.dok_array((3, 2)), "sparse"),
        ([[1.0, 2.0], [3.0]], "not rectangular"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_pass(table, message):
    for use in (EmptyDAG().fit, finite_rows, Moments.from_rows):
        with pytest.raises(ValueError, match=message) as refusal:
            use(table)
        assert "\n" not in str(refusal.value)


def test_cells_of_any_kind_of_number_are_numbers():
    cells = [
        True,
        np.bool_(False),
        Decimal("1.5"),
        Fraction(1, 4),
        np.float32(2),
        np.int8(3),
        4,
        5.5,
    ]
    column = pd.DataFrame({"a": pd.Series(cells, dtype=object)})
    assert finite_rows(column)[:, 0].tolist() == [1, 0, 1.5, 0.25, 2, 3, 4, 5.5]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (10**400, r"a number beyond the range of float64 \(an integer of 1329 bits in row 1\)"),
        pytest.param(-(10**5000), "beyond the range of float64", id="huge"),
        (Decimal("1e400"), r"1 infinite \(inf\) value, in row 1"),
        (pd.NA, r"1 NaN \(missing\) value, in row 1"),
        (pd.NaT, r"1 NaN \(missing\) value"),
        (None, r"1 NaN \(missing\) value"),
        (Decimal("sNaN"), r"1 NaN \(missing\) value"),
        (np.array([1.0, 2.0]), r"values of type 'ndarray' \(array\(\[1\., 2\.\]\) in row 1\)"),
        (pd.Timestamp("2020-01-01"), "values of type 'Timestamp'"),
        ("", r"text \('' in row 1\)"),
        ("NaT", r"text \('NaT' in row 1\)"),
        ("1_000", r"text|written as text"),
        ("x" * 5000, r"text \('xxx.*\.\.\..*xxx' in row 1\)"),
        ("a\x1b[31m\n", r"text \('a\\x1b\[31m\\n' in row 1\)"),
        ("\ud800", r"text \('\\ud800' in row 1\)"),
        (b"1,5", "text"),
    ],
)
def test_a_cell_that_is_no_number_is_quoted_with_its_row(cell, message):
    column = np.array([1.0, None, 2.0], dtype=object)
    column[1] = cell
    for table in (pd.DataFrame({"a": column}), column[:, None]):
        with pytest.raises(ValueError, match=message) as refusal:
            EmptyDAG().fit(table)
        assert str(refusal.value).isprintable()
        assert len(str(refusal.value)) < 300


def test_all_problem_columns_are_in_one_message():
    table = pd.DataFrame({
        "text": ["1", "2", "*"],
        "date": pd.date_range("2020-01-01", periods=3),
        "fine": [1.0, 2.0, 4.0],
        "gap": [1.0, np.nan, np.nan],
        "flat": [0.1, 0.1, 0.1],
        "huge": [1e70, 2.0, 3.0],
        "tiny": [1e-70, 2e-70, 3e-70],
    })  # fmt: skip
    with pytest.raises(ColumnTypeError) as refusal:
        usable_rows(table)
    message = str(refusal.value)
    for part in ("'text' holds text ('*' in row 2)", "'date' holds values of type datetime64",
                 "'gap' has 2 NaN (missing) values, the first in row 1",
                 "'flat' is constant (value 0.1)", "'huge' has values up to 1e+70",
                 "'tiny' varies by 2e-70 only"):  # fmt: skip
        assert part in message
    assert "'fine'" not in message


def test_of_many_problem_columns_the_first_are_listed():
    with pytest.raises(ValueError, match=r"column 9 is constant .*; and 990 more columns; drop"):
        usable_rows(np.ones((5, 1000)))
    names = [f"{'n' * 100_000}{j}" for j in range(20)]
    with pytest.raises(ValueError, match="and 10 more columns") as refusal:
        usable_rows(pd.DataFrame(np.ones((5, 20)), columns=names))
    assert len(str(refusal.value)) < 2000


@pytest.mark.parametrize("n", [2, 10, 1000, 100_000])
@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e9 + 0.1, -7e-9, 123456.789, 1e-50, 1e59, 0.0])
def test_constant_columns_are_found_whatever_their_mean_rounds_to(n, value):
    rows = np.column_stack([np.full(n, value), np.arange(n)])
    with pytest.raises(ValueError, match=r"column 0 is constant \(value"):
        usable_rows(rows)
    up_to_rounding = rows * [1.0, 1.0]
    up_to_rounding[::2, 0] = np.nextafter(value, np.inf) if value else 0.0
    with pytest.raises(ValueError, match="column 0 is constant"):
        usable_rows(up_to_rounding)


def test_a_range_beyond_the_largest_number_is_refused_without_a_warning():
    with pytest.raises(ValueError, match=r"column 0 has values up to 1\.7e\+308"):
        usable_rows([[1.7e308, 1.0], [-1.7e308, 2.0]])


@pytest.mark.parametrize(
    ("offset", "spread"), [(1e9, 1e-4), (1.7e9, 1e-3), (1e6, 1e-8), (0.1, 1e-14)]
)
def test_columns_that_vary_little_beside_their_mean_are_data(offset, spread):
    noise = np.random.default_rng(0).normal(size=(2000, 2))
    X = usable_rows(offset + spread * noise)
    near = Moments.from_rows(X - offset)
    far = Moments.from_rows(X)
    np.testing.assert_allclose(far.covariance, near.covariance, rtol=1e-6, atol=1e-6 * spread**2)


def test_repeated_names_are_refused_in_our_own_words():
    with pytest.raises(ValueError, match="column name 'wet' occurs more than once; rename"):
        EmptyDAG().fit(pd.DataFrame(ROWS, columns=["wet", "wet"]))


def test_the_table_is_not_changed():
    for table in (FRAME.astype(object), ROWS.copy(), np.ma.array(ROWS, mask=ROWS > 9)):
        before = table.copy()
        finite_rows(table)
        assert (before == table).all(axis=None)


def test_masked_cells_are_missing_ones():
    with pytest.raises(ValueError, match=r"column 1 has 1 NaN \(missing\) value, in row 2"):
        finite_rows(np.ma.array(ROWS, mask=ROWS == 4.0))

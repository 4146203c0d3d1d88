"""Tables are read with their column names, and nothing is dropped or renamed silently."""

import gzip
import io
import os

import numpy as np
import pandas as pd
import pytest

from causal_dag.files.table_columns import TableError
from causal_dag.files.table_files import read_cells, read_covariance, read_table, write_table

ROWS = np.array([[0.1 + 0.2, 1.0], [-1e-17, 2.5], [1e300, 1 / 3]])


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "T.CSV"])
def test_a_round_trip_keeps_names_and_exact_values(name, tmp_path):
    write_table(ROWS, tmp_path / name, names=["temperature, °C", "b"])
    table = read_table(tmp_path / name)
    assert table.columns.tolist() == ["temperature, °C", "b"]
    assert table.to_numpy() == pytest.approx(ROWS, rel=1e-15, abs=0)


@pytest.mark.parametrize("separator", [",", ";", "\t", ", ", "|"])
def test_separators_are_recognised(separator, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(separator.join(["a", "b"]) + "\n" + separator.join(["1", "2.5"]) + "\n")
    table = read_table(path)
    assert table.columns.tolist() == ["a", "b"]
    assert table.to_numpy().tolist() == [[1, 2.5]]


def test_columns_are_chosen_and_dropped_by_name(tmp_path):
    write_table(np.arange(6.0).reshape(2, 3), tmp_path / "t.csv", names=["a", "b", "c"])
    assert read_table(tmp_path / "t.csv", columns=["c", "a"]).to_numpy().tolist() == [
        [2, 0],
        [5, 3],
    ]
    assert read_table(tmp_path / "t.csv", drop=["b"]).columns.tolist() == ["a", "c"]
    with pytest.raises(ValueError, match="no column 'cc'; did you mean 'c'"):
        read_table(tmp_path / "t.csv", drop=["cc"])
    with pytest.raises(ValueError, match=r"one text, not a list of names; write drop=\['b'\]"):
        read_table(tmp_path / "t.csv", drop="b")
    with pytest.raises(ValueError, match=r"no column of .* is left"):
        read_table(tmp_path / "t.csv", drop=["a", "b", "c"])


# What is wrong, where it stands, and what would help.
NO_TABLES = {
    "nothing": ("", "no header row"),
    "blank lines": ("\n  \n", "no header row"),
    "header only": ("a,b\n", "has a header and no rows"),
    "no header": ("1,2\n3,4\n", "holds numbers, not column names"),
    "years": ("2020,2021\n3,4\n", "begin its names with a letter"),
    "row labels": (
        ",a\nx,1\ny,2\n",
        "first column .* has no name; name it, or pass index_column=0",
    ),
    "a nameless column": ("a,,b\n0,1,2\n1,2,3\n", "without a name after 'a'"),
    "repeated names": ("a,b,a,b\n0,1,2,3\n", "holds 'a', 'b' more than once"),
    "short and long rows": (
        "a,b\n0,1\n0\n1,2,3\n",
        "names 2 columns, but line 3 has 1, line 4 has 3",
    ),
    "long rows only": ("a,b\n0,1,2\n0,1,2\n", "names 2 columns, but line 2 has 3, line 3 has 3"),
    "two empty cells more": ("a,b\n0,1\n0,1,,\n", "line 3 has 4"),
    "very long first row": ("a,b\n0,1,,5\n0,1\n", "line 2 has 4"),
    "an open quotation": ('a,"b\n1,2\n', "never closed"),
    "a stray text": ("a,b\n1.5,1\n2.5,2\n*,3\n", r"column 'a' holds text \('\*' in line 4\)"),
    "text behind a blank line": ('"a\nb"\n\n1\n*\n', r"holds text \('\*' in line 5\)"),
    "thousands": ("a;b\n1,234;1\n2,345;2\n", "commas that mark decimals or thousands"),
    "decimal commas": ("a;b\n1,5;1\n2,25;2\n", "decimal commas .*; .*pass decimal=','"),
    "a gap": ("a,b\n1,\n2,5\n", r"column 'b' has 1 missing cell \(in line 2\); .*missing='drop'"),
    "infinity": ("a,b\n1,inf\n2,5\n", "column 'b' has 1 infinite cell"),
    "a huge integer": ("a,b\n" + "1" * 400 + ",2\n2,5\n", "column 'a' has 1 infinite cell"),
    "a long cell": ("a,b\n" + "x" * 200_000 + ",2\n2,5\n", "column 'a' holds text"),
    "a long name": ("x" * 200_000 + ",b\n2,5\n", "not a CSV table"),
    "an empty column": ("a,b\n1,\n2,\n", r"column 'b' is empty; pass drop=\['b'\]"),
    "thousands and decimals": ("a;b\n1.000,5;1\n2,5;2\n", "column 'a' holds text"),
    "a covariance": (",a,b\na,1,0\nb,0,1\n", "called like its columns.*--covariance --rows N"),
    "weights": (",a,b\na,0,1.5\nb,0,0\n", "weights of a graph, not data; name the table"),
    "edges": (
        "source,target,weight,decided_by\na,b,1.5,open\n",
        "list of edges, not data; name the table",
    ),
    "a spreadsheet": ("PK\x03\x04", "spreadsheet"),
    "a NUL": ("a,b\n\0,1\n", "holds text|is empty"),  # older pandas drop it
}


@pytest.mark.parametrize("kind", NO_TABLES)
def test_what_is_no_table_is_refused_in_one_short_message(kind, tmp_path):
    content, message = NO_TABLES[kind]
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(TableError, match=message) as caught:
        read_table(tmp_path / "t.csv")
    assert len(str(caught.value)) < 400


def test_a_symmetric_table_is_taken_for_a_covariance_and_not_fitted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n2,1,0.5\n1,3,0.25\n0.5,0.25,4\n")
    with pytest.raises(TableError, match=r"symmetric, as a covariance is.*--covariance --rows N"):
        read_cells(path).variables()
    assert read_covariance(path, 10).covariance.shape == (3, 3)
    path.write_text("a,b,c\n2,1,0.5\n1,3,0.25\n0.5,0.3,4\n")
    assert read_cells(path).variables().shape == (3, 3)


def test_all_problem_columns_are_in_one_message(tmp_path):
    lines = ["a,b,c,d,e", "1,x,,1,1", "1,2,1,2,inf", "1,y,2,3,3"]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    with pytest.raises(TableError) as caught:
        read_cells(tmp_path / "t.csv").variables()
    problems = [
        "'a' is constant",
        "'b' holds text ('x' in line 2",
        "'c' has 1",
        "'e' has 1 infinite",
    ]
    assert all(problem in str(caught.value) for problem in problems)
    assert caught.value.options == {"drop": ["a", "b"], "missing": "drop"}
    table = read_table(tmp_path / "t.csv", **caught.value.options)
    assert table.to_numpy().tolist() == [[2, 3, 3]]


def test_rows_with_gaps_are_dropped_on_demand(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n,3\n4,inf\n5,6\n")
    table = read_table(tmp_path / "t.csv", missing="drop")
    assert table.to_numpy().tolist() == [[1, 2], [5, 6]]
    (tmp_path / "t.csv").write_text("a,b\n1,\n,3\n")
    with pytest.raises(TableError, match=r"no row of .* is complete; missing cells by column: 'a'"):
        read_table(tmp_path / "t.csv", missing="drop")
    with pytest.raises(ValueError, match="missing='em' is not known"):
        read_table(tmp_path / "t.csv", missing="em")


def test_tables_of_other_countries_and_programs_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("größe;b\n1,5;2\n2,5;3,25\n".encode("latin-1"))
    with pytest.raises(TableError, match="pass encoding='latin-1'"):
        read_table(path, decimal=",")
    table = read_table(path, decimal=",", encoding="latin-1")
    assert table.columns.tolist() == ["größe", "b"]
    assert table.to_numpy().tolist() == [[1.5, 2], [2.5, 3.25]]
    path.write_bytes("größe,b\n1,2\n2,3\n".encode("utf-16"))
    with pytest.raises(TableError, match="pass encoding='utf-16'"):
        read_table(path)
    assert read_table(path, encoding="utf-16").shape == (2, 2)
    with pytest.raises(TableError, match="encoding 'klingon' is unknown"):
        read_table(path, encoding="klingon")


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("columns", [["a", "b"], [0, 1]])
def test_what_pandas_writes_is_read(index, columns, tmp_path):
    written = pd.DataFrame([[1.5, 2.0], [3.0, 4.0]], columns=columns)
    written.to_csv(tmp_path / "t.csv", index=index)
    table = read_table(tmp_path / "t.csv")
    assert table.columns.tolist() == [str(name) for name in columns]
    np.testing.assert_array_equal(table, written)


def test_row_labels_are_set_aside_by_name_or_place(tmp_path):
    (tmp_path / "t.csv").write_text("a,who,b\n1,x,2\n3,y,4\n")
    for column in ("who", 1, "1"):
        table = read_table(tmp_path / "t.csv", index_column=column)
        assert table.columns.tolist() == ["a", "b"]
        assert table.index.tolist() == ["x", "y"]
    with pytest.raises(TableError, match="no column 'whom'; did you mean 'who'"):
        read_table(tmp_path / "t.csv", index_column="whom")


def test_names_may_hold_separators_quotes_and_line_breaks(tmp_path):
    names = ['a"b', "c,d", "e;f", "g\nh", "-x"]
    pd.DataFrame([[1, 2, 3, 4, 5]] * 2, columns=names).to_csv(tmp_path / "t.csv", index=False)
    assert read_table(tmp_path / "t.csv").columns.tolist() == names


def test_empty_cells_behind_the_last_column_do_no_harm(tmp_path):
    for content in ("a,b\n1,2,\n3,4,\n", "a,b,\n1,2,\n3,4,\n"):
        (tmp_path / "t.csv").write_text(content)
        assert read_table(tmp_path / "t.csv").to_numpy().tolist() == [[1, 2], [3, 4]]


def test_standard_input_is_a_table_of_either_kind(tmp_path, monkeypatch):
    write_table(ROWS, tmp_path / "t.csv.gz", names=["a", "b"])
    write_table(ROWS, tmp_path / "t.parquet", names=["a", "b"])
    for name in ("t.csv.gz", "t.parquet"):
        content = io.BytesIO((tmp_path / name).read_bytes())
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(content))
        assert read_table("-").to_numpy() == pytest.approx(ROWS, rel=1e-15, abs=0)


def test_pipes_and_devices_are_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "t.csv")
    for path in (tmp_path / "t.csv", "/dev/null"):
        with pytest.raises(TableError, match="is a pipe or a device"):
            read_table(path)


def test_other_bytes_folders_and_missing_files_are_refused(tmp_path):
    (tmp_path / "t.csv").write_bytes(bytes(range(256)))
    with pytest.raises(TableError, match="not a text file"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(TableError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    (tmp_path / "t.xlsx").write_text("a,b\n")
    with pytest.raises(TableError, match="unknown kind"):
        read_table(tmp_path / "t.xlsx")
    with pytest.raises(ValueError, match="unknown kind"):
        write_table(ROWS, tmp_path / "t.xlsx", names=["a", "b"])


def test_damaged_files_are_refused(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7 % 13) for i in range(1000)))
    for damaged in (whole[:40], whole[:60] + b"\xff" + whole[61:]):
        (tmp_path / "t.csv.gz").write_bytes(damaged)
        with pytest.raises(TableError, match="not a CSV table"):
            read_table(tmp_path / "t.csv.gz")
    for damaged in (b"", b"PAR1", b"a,b\n1,2\n"):
        (tmp_path / "t.parquet").write_bytes(damaged)
        with pytest.raises(TableError, match="not a Parquet file"):
            read_table(tmp_path / "t.parquet")


def test_a_damaged_file_with_a_further_fault_is_refused(tmp_path):
    rows = b"".join(b"%d,%d\n" % (i, i * 7 % 13) for i in range(12))
    for fault in (b"\xff\n", b"1,2,3,4\n", b"x,1\n", b'"'):
        whole = gzip.compress(b"a,b\n" + fault + rows)
        for end in range(20, len(whole)):
            (tmp_path / "t.csv.gz").write_bytes(whole[:end])
            with pytest.raises(TableError, match=r"t\.csv\.gz"):
                read_table(tmp_path / "t.csv.gz")


def test_a_covariance_is_read_as_moments(tmp_path):
    covariance = pd.DataFrame([[2.0, 1.0], [1.0, 3.0]], index=["a", "b"], columns=["a", "b"])
    path = tmp_path / "c.csv"
    covariance.to_csv(path)
    moments = read_covariance(path, 100)
    assert (moments.n_samples, moments.feature_names) == (100, ("a", "b"))
    np.testing.assert_array_equal(moments.covariance, covariance)
    covariance.loc[["b", "a"]].to_csv(path)
    np.testing.assert_array_equal(read_covariance(path, 100).covariance, covariance)
    covariance.to_csv(path, index=False)
    swapped = read_covariance(path, 100, columns=["b", "a"])
    np.testing.assert_array_equal(swapped.covariance, [[3, 1], [1, 2]])
    assert read_covariance(path, 100, drop=["b"]).feature_names == ("a",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,0\n0,1\n1,1\n", "3 rows and 2 columns"),
        (",a,b\nx,1,0\ny,0,1\n", "called x, y and its columns a, b"),
        (",a,b\na,1,*\nb,0,1\n", r"column 'b' holds text \('\*' in line 2"),
        ("a,b\n1,0.5\n0,1\n", "symmetric"),
    ],
)
def test_what_is_no_covariance_is_refused(content, message, tmp_path):
    (tmp_path / "c.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        read_covariance(tmp_path / "c.csv", 10)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    write_table(ROWS, tmp_path / "t.parquet", names=["a", "b"])

    monkeypatch.setattr("pandas.io.parquet.get_engine", _no_engine)
    with pytest.raises(ValueError, match="pip install pyarrow"):
        read_table(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="pip install pyarrow"):
        write_table(ROWS, tmp_path / "u.parquet", names=["a", "b"])


def _no_engine(engine):
    raise ImportError("no engine")

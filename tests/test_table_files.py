"""Tables are read with their column names, and nothing is dropped or renamed silently."""

import gzip

import numpy as np
import pytest

from causal_dag.table_files import read_table, write_table

ROWS = np.array([[0.1 + 0.2, 1.0], [-1e-17, 2.5], [1e300, 1 / 3]])


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "T.CSV"])
def test_a_round_trip_keeps_names_and_exact_values(name, tmp_path):
    write_table(ROWS, tmp_path / name, names=["temperature, °C", "b"])
    table = read_table(tmp_path / name)
    assert table.columns.tolist() == ["temperature, °C", "b"]
    assert table.to_numpy() == pytest.approx(ROWS, rel=1e-15, abs=0)


@pytest.mark.parametrize("separator", [",", ";", "\t", ", "])
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
    with pytest.raises(ValueError, match=r"no column of .* is left"):
        read_table(tmp_path / "t.csv", drop=["a", "b", "c"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", "no header row"),
        ("t.csv", "1,2\n3,4\n", "holds numbers, not column names"),
        ("t.csv", ",a\n0,1\n", "column 1 of .* has no name"),
        ("t.csv", "a,a\n0,1\n", "column name 'a' occurs more than once"),
        ("t.csv", "a,b\n0,1\n0,1,2\n", "not a CSV table"),
        ("t.csv", "a,b\n0,1,2\n0,1,2\n", "more values than its header names"),
        ("t.xlsx", "a,b\n", "unknown kind"),
        ("t.parquet", "a,b\n", "not a Parquet file"),
        ("t.csv.gz", "a,b\n", "not a CSV table"),
    ],
)
def test_what_is_no_table_is_refused(name, content, message, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=message):
        read_table(tmp_path / name)


def test_bytes_folders_and_missing_files_are_refused(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ValueError, match="not a text file"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(ValueError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(ValueError, match="unknown kind"):
        write_table(ROWS, tmp_path / "t.xlsx", names=["a", "b"])


def test_a_truncated_archive_is_refused(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n" * 1000)[:40])
    with pytest.raises(ValueError, match="not a CSV table"):
        read_table(tmp_path / "t.csv.gz")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    write_table(ROWS, tmp_path / "t.parquet", names=["a", "b"])

    monkeypatch.setattr("pandas.io.parquet.get_engine", _no_engine)
    with pytest.raises(ValueError, match="pip install pyarrow"):
        read_table(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="pip install pyarrow"):
        write_table(ROWS, tmp_path / "u.parquet", names=["a", "b"])


def _no_engine(engine):
    raise ImportError("no engine")

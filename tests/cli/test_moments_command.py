"""``causal-dag moments``, and fits to what it writes."""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import Moments
from causal_dag.cli import main
from causal_dag.files import table_files
from causal_dag.files.moments_files import read_moments, write_moments
from causal_dag.synthetic import make_discrete_network


def run(*arguments, exit_code=0):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    y = 2 * x + rng.normal(size=500)
    return pd.DataFrame({"x": x, "y": y, "z": rng.normal(size=500) - y})


def test_a_file_of_moments_keeps_every_digit_and_no_row(tmp_path, table):
    moments = Moments.from_rows(table)
    path = tmp_path / "table.moments"
    write_moments(moments, path)
    read = read_moments(path)
    assert (read.n_samples, read.feature_names) == (500, ("x", "y", "z"))
    np.testing.assert_array_equal(read.mean, moments.mean)
    np.testing.assert_array_equal(read.mean_remainder, moments.mean_remainder)
    np.testing.assert_array_equal(read.covariance, moments.covariance)
    assert set(json.loads(path.read_text())) == {
        *("format", "version", "n_samples", "mean", "mean_remainder", "covariance"),
        "feature_names",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "not a file of moments"),
        ("a,b\n1,2\n", "not JSON"),
        ('{"format": "causal-dag moments", "version": 1}', "version 1 .*again"),
        ('{"format": "causal-dag moments", "version": 2, "mean": [0]}', "lacks n_samples"),
    ],
)
def test_what_is_no_file_of_moments_is_refused_by_name(tmp_path, text, message):
    (tmp_path / "wrong.moments").write_text(text)
    with pytest.raises(ValueError, match=rf"wrong\.moments: .*{message}"):
        read_moments(tmp_path / "wrong.moments")


def test_moments_of_sites_merge_to_those_of_the_whole_table(tmp_path, table):
    table[:200].to_parquet(tmp_path / "north.parquet")
    table[200:].to_parquet(tmp_path / "south.parquet")
    north, both = tmp_path / "north.moments", tmp_path / "both.moments"
    run("moments", tmp_path / "north.parquet", "-o", north)
    report = run("moments", north, tmp_path / "south.parquet", "-o", both)
    assert "moments of 500 rows, 3 columns" in report.output
    expected = Moments.from_rows(table)
    np.testing.assert_allclose(read_moments(both).covariance, expected.covariance, rtol=1e-10)


def test_csv_files_are_read_in_batches_and_merged_with_other_files(tmp_path, table, monkeypatch):
    monkeypatch.setattr(table_files, "ROWS_PER_BATCH", 60)
    table[:130].to_csv(tmp_path / "north.csv")  # with row numbers
    table[130:300][["z", "x", "y"]].to_csv(tmp_path / "west.csv.gz", index=False)
    write_moments(Moments.from_rows(table[300:]), tmp_path / "south.moments")
    files = [tmp_path / name for name in ("north.csv", "west.csv.gz", "south.moments")]
    report = run("moments", *files, "-o", tmp_path / "all.moments")
    assert "moments of 500 rows, 3 columns" in report.output
    expected, found = Moments.from_rows(table), read_moments(tmp_path / "all.moments")
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-12)
    run("moments", files[1], "--columns", "y,z", "-o", tmp_path / "two.moments")
    assert read_moments(tmp_path / "two.moments").feature_names == ("y", "z")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n" + "1,2\n" * 70 + "1,red\n", "batches of 5000 rows: batch 0: column 'y'"),
        ("x,y\n" + "1,2\n" * 70 + "1\n", "the header of .* names 2 columns, but line 72 has 1"),
        ("x,y\n" + "1,2\n" * 70 + "1,2,3,4\n", "names 2 columns, but line 72 has 4"),
        ("x,y\n", "has a header and no rows"),
        ("", "has no header row"),
        ("x,y\n1,2\n1,\n", "column 'y' has 1 NaN"),
    ],
)
def test_csv_files_that_are_not_tables_of_numbers_are_refused(tmp_path, text, message):
    (tmp_path / "table.csv").write_text(text)
    report = run("moments", tmp_path / "table.csv", "-o", tmp_path / "out.moments", exit_code=1)
    assert "table.csv" in report.output
    assert re.search(message, " ".join(report.output.split()))
    assert not (tmp_path / "out.moments").exists()


def test_a_fit_to_a_file_of_moments_is_that_to_the_rows(tmp_path, table):
    table.to_csv(tmp_path / "table.csv", index=False)
    write_moments(Moments.from_rows(table), tmp_path / "table.moments")
    of_rows, of_moments = (
        json.loads(run("fit", tmp_path / f"table{ending}", "-s", "eqvar", "--json").stdout)
        for ending in (".csv", ".moments")
    )
    np.testing.assert_allclose(of_moments["weights"], of_rows["weights"], rtol=1e-9)
    assert of_moments["n_samples"] == 500


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "-s", "direct-lingam"], "needs rows, which a file .moments does not provide"),
        (["fit", "--drop", "x"], "holds moments, not rows; omit --drop"),
        (["bootstrap"], "bootstrap resamples rows"),
        (["advise"], "this command needs rows"),
        (["moments", "--columns", "x", "-o", "out.moments"], "--columns selects columns of tables"),
    ],
)
def test_what_needs_rows_is_refused_for_moments(tmp_path, monkeypatch, table, arguments, message):
    monkeypatch.chdir(tmp_path)
    write_moments(Moments.from_rows(table), "table.moments")
    result = run(*arguments, "table.moments", exit_code=2)
    assert message in " ".join(result.output.split())


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """A table of categories: texts, truth values, codes that are numbers in some rows only."""
    monkeypatch.chdir(tmp_path)
    X, _ = make_discrete_network(900, 4, edges_per_node=1, n_levels=(2, 3), random_state=1)
    X = X.astype(str)
    X["x0"] = X["x0"].map({"a": "1", "b": "2", "c": "C"})
    X["x1"] = X["x1"] == "a"
    X["x2"] = X["x2"].map({"a": "1", "b": "2", "c": "10"})
    X = X.sort_values("x0", ignore_index=True)
    X.to_csv("all.csv", index=False)
    pd.read_csv("all.csv").to_parquet("all.parquet", row_group_size=100)
    X[:500].to_csv("north.csv", index=False, sep=";", encoding="utf-16")
    X[500:].to_csv("south.csv.gz", index=False)
    return json.loads(run("fit", "all.csv", "-s", "topo-bdeu", "--json").stdout)


@pytest.mark.parametrize("output", ["counts.csv", "counts.parquet"])
@pytest.mark.parametrize("source", ["all.csv", "all.parquet"])
def test_a_fit_to_counted_rows_is_that_to_all_rows(answers, source, output, monkeypatch):
    monkeypatch.setattr(table_files, "ROWS_PER_BATCH", 70)
    report = run("moments", source, "-o", output)
    found = json.loads(run("fit", output, "-s", "topo-bdeu", "--weights", "count", "--json").stdout)
    assert found["weights"] == answers["weights"]
    assert found["kinds"] == answers["kinds"]
    assert (found["n_samples"], found["n_features"]) == (900, 4)
    assert found["score"] == pytest.approx(answers["score"], rel=1e-12)
    assert re.search(r"wrote counts\.\w+: \d\d distinct rows of 900 rows, 4 columns", report.output)


def test_counts_of_sites_are_counted_together(answers):
    run("moments", "north.csv", "--encoding", "utf-16", "-o", "north_counts.csv")
    run("moments", "south.csv.gz", "-o", "south_counts.csv")
    run("moments", *["north_counts.csv", "south_counts.csv"], "--weights", "count", "-o", "c.csv")
    counts = pd.read_csv("c.csv")
    assert counts["count"].sum() == 900
    assert not counts.duplicated(["x0", "x1", "x2", "x3"]).any()
    found = json.loads(
        run("fit", "c.csv", "-s", "topo-bdeu", "--weights", "count", "--json").stdout
    )
    assert found["weights"] == answers["weights"]
    message = "a column is called 'count' like that of the counts"
    assert message in run("moments", "c.csv", "-o", "d.csv", exit_code=1).output


def test_moments_of_weighted_tables_with_decimal_commas(tmp_path, monkeypatch, table):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(table_files, "ROWS_PER_BATCH", 60)
    weights = np.random.default_rng(1).integers(0, 4, size=500)
    weighted = table.assign(n=weights)
    weighted.to_csv("table.csv", index=False, sep=";", decimal=",")
    weighted.to_parquet("table.parquet")
    expected = Moments.from_rows(table, sample_weight=weights)
    for options in (["table.csv", "--decimal", ","], ["table.parquet"]):
        run("moments", *options, "--weights", "n", "-o", "table.moments")
        found = read_moments("table.moments")
        assert (found.n_samples, found.feature_names) == (weights.sum(), ("x", "y", "z"))
        np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-12)
    refused = run("moments", "table.csv", "--weights", "m", "-o", "table.moments", exit_code=2)
    assert "--weights: table.csv has no column 'm'" in refused.output


@pytest.mark.parametrize("solver", ["topo-bic", "direct-lingam", "topo-mixed"])
def test_a_fit_to_weighted_rows_is_that_to_repeated_rows(tmp_path, monkeypatch, table, solver):
    monkeypatch.chdir(tmp_path)
    weights = np.arange(500) % 3
    table.assign(n=weights).to_csv("weighted.csv", index=False)
    table.loc[table.index.repeat(weights)].to_csv("repeated.csv", index=False)
    options = ["-s", solver, "--json"]
    if solver != "topo-mixed":
        options.append("--standardize")
    expected = json.loads(run("fit", "repeated.csv", *options).stdout)
    found = json.loads(run("fit", "weighted.csv", "--weights", "n", *options).stdout)
    for figure in ("weights", "score", "n_samples"):
        np.testing.assert_allclose(found[figure], expected[figure], rtol=1e-6, atol=1e-9)


def test_rows_of_groups_count_as_the_effective_number(tmp_path, monkeypatch, table):
    monkeypatch.chdir(tmp_path)
    table.loc[table.index.repeat(4)].assign(person=np.repeat(np.arange(500), 4)).to_csv(
        "visits.csv", index=False
    )
    table.to_csv("once.csv", index=False)
    found = json.loads(run("fit", "visits.csv", "--groups", "person", "--json").stdout)
    assert found["objective"] == pytest.approx(
        json.loads(run("fit", "once.csv", "--json").stdout)["objective"]
    )
    for options, message in [
        (["--groups", "person", "--missing", "em"], "--groups needs rows"),
        (["--groups", "person", "--lags", "1"], "omit --covariance, --targets, --groups"),
        (["--groups", "x", "--weights", "person"], "--weights cannot be combined"),
        (["--weights", "person", "--covariance", "--rows", "9"], "--weights requires rows"),
    ]:
        refused = run("fit", "visits.csv", *options, exit_code=2)
        assert message in " ".join(refused.output.split())


def test_text_in_a_table_for_moments_is_refused_with_what_takes_it(answers):
    refused = run("moments", "all.csv", "-o", "all.moments", exit_code=1)
    assert "--output counts.csv counts the distinct rows of categories" in refused.output
    run("moments", "north.csv", "--encoding", "utf-16", "-o", "north.parquet")
    run("moments", "all.csv", "--columns", "x2", "-o", "two.moments")
    refused = run("moments", "two.moments", "-o", "two.csv", exit_code=2)
    assert "two.moments holds moments, from which rows cannot be counted" in refused.output


def test_counted_rows_with_missing_cells_are_left_out(answers):
    table = pd.read_csv("all.csv")
    table.mask(np.arange(table.size).reshape(table.shape) % 13 == 5).to_csv("gaps.csv", index=False)
    run("moments", "gaps.csv", "-o", "counts.csv")
    options = ["-s", "topo-bdeu", "--missing", "drop", "--json"]
    expected = json.loads(run("fit", "gaps.csv", *options).stdout)
    found = json.loads(run("fit", "counts.csv", "--weights", "count", *options).stdout)
    assert found["n_samples"] == expected["n_samples"] < 900
    assert found["weights"] == expected["weights"]


def test_labels_that_csv_files_cannot_keep_apart_are_counted_together_or_refused(answers):
    frame = pd.DataFrame({"code": ["1", "01", "1", "2"], "kind": ["NA", "b", "NA", "b"]})
    frame[["code"]].assign(kind="a").to_csv("codes.csv", index=False)
    run("moments", "codes.csv", "-o", "counts.csv")
    assert pd.read_csv("counts.csv").to_numpy().tolist() == [[1, "a", 3], [2, "a", 1]]
    frame.to_parquet("labels.parquet")
    run("moments", "labels.parquet", "-o", "counts.parquet")
    counts = pd.read_parquet("counts.parquet").to_numpy().tolist()
    assert counts == [["1", "NA", 2], ["01", "b", 1], ["2", "b", 1]]
    for column in frame:
        refused = run(
            "moments", "labels.parquet", "--columns", column, "-o", "c.csv", exit_code=1
        ).output
        assert re.search(f"labels of column .{column}.*write a file .parquet", refused, re.DOTALL)
        assert not Path("c.csv").exists()


def test_a_column_of_weights_or_groups_is_no_variable(tmp_path, monkeypatch, table):
    monkeypatch.chdir(tmp_path)
    table.assign(n=1 + np.arange(500) % 2).to_csv("table.csv", index=False)
    table.assign(n=1 + np.arange(500) % 2).to_parquet("table.parquet")
    for command in (
        ["fit", "table.csv", "--weights", "n"],
        ["fit", "table.csv", "--groups", "n"],
        ["fit", "table.csv", "--targets", "n"],
        ["moments", "table.csv", "--weights", "n", "-o", "t.moments"],
        ["moments", "table.parquet", "--weights", "n", "-o", "t.csv"],
    ):
        refused = run(*command, "--columns", "x,y,n", exit_code=2)
        assert f"{command[2]}: column 'n' says something of the rows and is no" in refused.output
    for option in ("--weights", "--groups"):
        run("fit", "table.csv", option, "n", "--columns", "x,y")
    with pytest.raises(ValueError, match="'n' holds the weights of rows and is no variable"):
        Moments.from_parquet("table.parquet", columns=["x", "n"], sample_weight="n")


def test_counts_are_not_written_among_the_parts_that_they_count(answers):
    Path("parts/new").mkdir(parents=True)
    shutil.copy("all.parquet", "parts")
    for output in ("parts/counts.parquet", "parts/new/counts.pq", "parts/../parts/c.parquet"):
        refused = run("moments", "parts", "-o", output, exit_code=2).output
        assert "lies in parts, and would be read as a part of it the next time" in refused
    run("moments", "parts", "-o", "parts/counts.csv")
    report = run("moments", "parts", "-o", "counts.parquet")
    assert "distinct rows of 900 rows" in report.output


def test_weights_that_are_no_counts_are_refused_by_file_and_column(tmp_path, monkeypatch, table):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(table_files, "ROWS_PER_BATCH", 60)
    table.assign(n=np.where(np.arange(500) == 70, -1, 1)).to_csv("table.csv", index=False)
    pd.read_csv("table.csv").to_parquet("table.parquet")
    wrong = "column 'n': sample_weight: the weight -1 of row"
    for command, message in (
        (["fit", "table.csv"], f"table.csv, {wrong} 70 "),
        (["moments", "table.csv", "-o", "c.csv"], f"table.csv, batch from row 60, {wrong} 10 "),
        (["moments", "table.csv", "-o", "c.moments"], f"table.csv, batch from row 60, {wrong} 10 "),
        (
            ["moments", "table.parquet", "-o", "c.csv"],
            f"table.parquet, batch from row 0, {wrong} 70 ",
        ),
    ):
        assert message in run(*command, "--weights", "n", exit_code=1).output


def test_row_numbers_are_no_column_of_the_rows_that_are_counted(answers):
    pd.read_csv("all.csv").to_csv("numbered.csv")
    run("moments", "numbered.csv", "-o", "numbered_counts.csv")
    run("moments", "all.csv", "-o", "counts.csv")
    assert Path("numbered_counts.csv").read_text() == Path("counts.csv").read_text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.csv")
    refused = run("moments", "pipe.csv", "-o", "c.csv", exit_code=1)
    assert "pipe.csv is a pipe or a device" in refused.output

"""``causal-dag moments``, and fits to what it writes."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import Moments
from causal_dag.cli import main
from causal_dag.files.moments_files import read_moments, write_moments


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
        (["moments", "--columns", "x", "-o", "out.moments"], "--columns selects columns of Parq"),
    ],
)
def test_what_needs_rows_is_refused_for_moments(tmp_path, monkeypatch, table, arguments, message):
    monkeypatch.chdir(tmp_path)
    write_moments(Moments.from_rows(table), "table.moments")
    result = run(*arguments, "table.moments", exit_code=2)
    assert message in " ".join(result.output.split())

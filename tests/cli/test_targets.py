"""``--targets``: a column of the table that names what was intervened on."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import TOPO
from causal_dag.cli import main
from causal_dag.synthetic import LinearSEM, make_experiments


@pytest.fixture
def table(tmp_path):
    sem = LinearSEM([[0, 1, 0], [0, 0, 1], [0, 0, 0]], feature_names=["a", "b", "c"])
    X, targets = make_experiments(sem, ["b", ["a", "c"]])
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame["experiment"] = [";".join("abc"[j] for j in found) for found in targets]
    frame.loc[3, "a"] = np.nan
    frame.to_csv(tmp_path / "cells.csv", index=False)
    return tmp_path / "cells.csv", frame


def run(*arguments):
    return CliRunner().invoke(main, ["fit", *map(str, arguments)])


def test_the_fit_is_that_of_python_without_the_column_of_targets(table):
    path, frame = table
    options = ["--targets", "experiment", "--missing", "drop", "-p", "intervention=soft"]
    result = run(path, *options, "--json")
    complete = frame.dropna()
    data, targets = complete[["a", "b", "c"]], complete["experiment"]
    expected = TOPO(intervention="soft").fit(data, targets=targets)
    document = json.loads(result.stdout)
    np.testing.assert_allclose(document["weights"], expected.weights_)
    assert document["targets"] == [[], [1], [0, 2]]
    assert [edge["decided_by"] for edge in document["edges"]] == ["targets", "targets"]


def test_the_summary_says_that_targets_decided(table):
    result = run(table[0], "--targets", "experiment", "--missing", "drop")
    assert "the rows with interventions decide this direction" in result.stdout
    assert "(mean log-likelihood per row, all as observations)" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--targets", "nothing"], "there is no column 'nothing'"),
        (["--targets", "experiment", "--columns", "a,b"], "targets: there is no column 'c'"),
        (["--targets", "experiment", "-s", "eqvar"], "EqVar with these parameters treats all rows"),
        (["--targets", "a", "--covariance", "--rows", "9"], "--targets requires rows"),
    ],
)
def test_what_cannot_be_used_is_named(table, options, message):
    result = (
        run(table[0], "--missing", "drop", *options)
        if "--rows" not in options
        else run(table[0], *options)
    )
    assert result.exit_code in (1, 2)
    assert message in result.stderr

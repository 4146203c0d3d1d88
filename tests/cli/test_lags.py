"""``--lags``: the rows of the table follow time."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import LaggedDAG, load_model
from causal_dag.cli import main
from causal_dag.synthetic import make_time_series


@pytest.fixture(scope="module")
def shops():
    series, _ = make_time_series([90, 120], 3, n_lags=2, random_state=0)
    parts = [pd.DataFrame(X, columns=["rain", "sales", "price"]) for X in series]
    return pd.concat([part.assign(shop=name) for part, name in zip(parts, "BA", strict=True)])


@pytest.fixture
def table(tmp_path, shops):
    shops.to_csv(tmp_path / "shops.csv", index=False)
    return tmp_path / "shops.csv"


def run(*arguments):
    return CliRunner().invoke(main, ["fit", *map(str, arguments)])


def test_the_fit_is_that_of_python_and_is_saved_and_drawn(table, shops):
    saved, drawn = table.with_name("model.json"), table.with_name("graph.png")
    options = ["--series", "shop", "--lags", "1,2", "--forbid", "rain[t-1]:sales"]
    result = run(table, *options, "-o", saved, "-o", drawn)
    model = load_model(saved)
    parts = [shops[shops["shop"] == name].drop(columns="shop") for name in "BA"]
    expected = LaggedDAG(model.estimator, n_lags=[1, 2]).fit(parts)
    assert model.n_samples_ == 210 - 2 * model.n_lags_
    assert model.lagged_weights_[0, 0, 1] == 0
    np.testing.assert_allclose(
        model.lagged_weights_, expected.lagged_weights_, rtol=1e-12, atol=1e-12
    )
    assert model.summary() == expected.summary()
    assert model.summary() in result.stdout
    assert drawn.stat().st_size > 0


def test_the_json_document_has_lagged_edges_and_the_number_of_lags(table):
    document = json.loads(run(table, "--drop", "shop", "--lags", "2", "--json").stdout)
    assert (document["n_lags"], document["n_features"]) == (2, 3)
    assert any(edge["source"].endswith("[t-2]") for edge in document["edges"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--series", "shop"], "--series requires --lags"),
        (["--series", "town", "--lags", "1"], "--series: there is no column 'town'"),
        (["--lags", "0"], "'0' is not a number of rows"),
        (["--lags", "1", "--missing", "drop"], "--lags needs consecutive rows"),
        (["--lags", "1", "--targets", "shop"], "omit --covariance, --targets"),
        (["--lags", "1", "-s", "topo-bdeu"], "topo-bdeu is for categories"),
    ],
)
def test_what_cannot_be_used_is_named(table, options, message):
    result = run(table, *options)
    assert result.exit_code == 2
    assert message in result.stderr

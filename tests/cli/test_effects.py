"""``causal-dag effects``: what Python computes, from a table or a saved model."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from causal_dag import TOPO, EqVar, PriorKnowledge
from causal_dag.cli import main
from causal_dag.cli.effects import ASSUMPTIONS
from causal_dag.identification import Assumption


@pytest.fixture
def table(tmp_path):
    generator = np.random.default_rng(0)
    season = generator.normal(size=300)
    price = season + generator.normal(size=300)
    sales = 3 * season - 2 * price + generator.normal(size=300)
    frame = pd.DataFrame({"season": season, "price": price, "sales": sales})
    frame.to_csv(tmp_path / "data.csv", index=False)
    return tmp_path / "data.csv", frame


def run(*arguments):
    return CliRunner().invoke(main, ["effects", *map(str, arguments)])


def test_the_effects_are_those_of_python(table):
    path, frame = table
    result = run(path, "--on", "sales", "--root", "season", "--json")
    expected = TOPO(prior_knowledge=PriorKnowledge(roots=["season"])).fit(frame).effects(on="sales")
    found = pd.DataFrame(json.loads(result.stdout)["effects"])
    assert found["cause"].tolist() == expected["cause"].tolist()
    for name in ("lowest", "highest", "interval_low", "interval_high"):
        np.testing.assert_allclose(found[name], expected[name])
    shown = run(path, "--on", "sales").stdout
    assert "price — season" in shown
    assert "95 % intervals" in " ".join(shown.split())


def test_a_saved_model_is_taken_as_it_is(table, tmp_path):
    model = EqVar().fit(table[1])
    model.save(tmp_path / "model.json")
    options = ["--on", "sales", "--do", "price=3", "--assume", "equal-variances", "--json"]
    document = json.loads(run(tmp_path / "model.json", *options).stdout)
    expected = model.interventional_mean({"price": 3}, assume="equal-variances").loc["sales"]
    assert document["means"][0]["lowest"] == pytest.approx(expected["lowest"])
    assert document["do"] == {"price": 3.0}
    refused = run(tmp_path / "model.json", "--on", "sales", "--drop", "price")
    assert "is a fitted model, which is taken as it is" in refused.stderr


def test_means_of_levels_are_shown_level_by_level(tmp_path):
    generator = np.random.default_rng(1)
    a = generator.choice(["yes", "no"], 200)
    b = np.where(generator.random(200) < 0.9, a, "no")
    pd.DataFrame({"a": a, "b": b}).to_csv(tmp_path / "levels.csv", index=False)
    result = run(tmp_path / "levels.csv", "-s", "topo-bdeu", "--on", "b", "--do", "a=yes")
    assert result.exit_code == 0
    assert {"yes", "no"} <= set(result.stdout.split())


@pytest.mark.parametrize(
    ("options", "message", "exit_code"),
    [
        (["--on", "slaes"], "did you mean 'sales'", 2),
        (["--on", "slaes", "--do", "price=1"], "did you mean 'sales'", 2),
        (["--on", "sales", "--do", "price"], "write --do COLUMN=VALUE", 2),
        (["--on", "sales", "--assume", "curves"], "makes no assumption", 1),
        (["--on", "sales", "-s", "topo-curves"], "on the command line --do column=a", 1),
        (["--on", "sales", "-s", "topo-curves", "--do", "price=1"], "(--root, --forbid)", 1),
    ],
)
def test_mistakes_are_explained_in_one_line(table, options, message, exit_code):
    result = run(table[0], *options)
    assert result.exit_code == exit_code
    assert message in " ".join(result.stderr.split())


def test_the_command_knows_every_assumption():
    assert set(ASSUMPTIONS) == set(Assumption.__args__)

"""Rows that come in batches are fitted like all rows at once."""

import numpy as np
import pandas as pd
import pytest

from causal_dag import TOPO, EqVar, load_model
from causal_dag.solvers import make_solver


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    rows = rng.uniform(size=(300, 4)) @ (np.eye(4) + np.triu(np.ones((4, 4)), 1))
    rows[:, 3] += 1e6
    return pd.DataFrame(rows, columns=["price", "sales", "stock", "visits"])


@pytest.mark.parametrize("name", ["topo-bic", "eqvar", "notears", "ges"])
def test_the_fit_to_batches_is_that_to_all_rows(table, name):
    expected = make_solver(name).fit(table)
    model = make_solver(name)
    for batch in (table[:100], table[100:101], table[101:]):
        assert model.partial_fit(batch) is model
    # Members of a class have equal scores, and rounding chooses among them.
    np.testing.assert_array_equal(model.cpdag_, expected.cpdag_)
    np.testing.assert_allclose(model.objective_, expected.objective_, rtol=1e-6)
    if name in ("eqvar", "notears"):
        np.testing.assert_allclose(model.weights_, expected.weights_, atol=1e-6)
    assert model.moments_.n_samples == 300
    assert list(model.feature_names_in_) == list(table.columns)


def test_batches_continue_a_fit_a_saved_model_and_moments(tmp_path, table):
    expected = EqVar().fit(table)
    EqVar().fit(table[:100]).save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    times = np.where(np.arange(200) < 100, 0, 1)
    for model in (loaded, EqVar().fit_moments(loaded.moments_)):
        model.partial_fit(table[100:200]).partial_fit(table[100:], sample_weight=times)
        np.testing.assert_allclose(model.weights_, expected.weights_, atol=1e-9)


def test_a_refused_batch_leaves_the_model_as_it_was(table):
    model = EqVar().partial_fit(table[:100])
    weights = model.weights_
    for batch in (table[:50].replace(table.iloc[3, 1], np.nan), table[["price", "sales"]]):
        with pytest.raises(ValueError, match=r"'sales' has 1 NaN|feature names should match"):
            model.partial_fit(batch)
        assert model.weights_ is weights
        assert model.moments_.n_samples == 100


def test_only_solvers_that_need_moments_alone_take_batches(table):
    for solver in (make_solver("direct-lingam"), TOPO(criterion="non-gaussian")):
        assert not hasattr(solver, "partial_fit")
    assert not hasattr(EqVar(missing="em"), "partial_fit")
    model = TOPO(n_restarts=0).fit(table, targets=["price"] * 150 + [None] * 150)
    with pytest.raises(ValueError, match=r"rows with targets.*pass all rows to fit"):
        model.partial_fit(table)

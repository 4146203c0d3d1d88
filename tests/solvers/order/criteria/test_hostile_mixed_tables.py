"""Mixed tables with anything in them: errors are ``ValueError``, and what is fitted can be used."""

import warnings

import numpy as np
import pandas as pd
import pytest

from causal_dag import load_model
from causal_dag.solvers import make_solver
from causal_dag.tables.column_kinds import KINDS


def labels_with_gaps(g, n):
    cells = pd.Series(g.choice(["p", "q"], size=n), dtype=object)
    return cells.mask(g.random(n) < 0.1, g.choice([None, pd.NaT]))


def numbers_with_gaps(g, n):
    cells = g.normal(size=n) * 10.0 ** g.integers(-70, 70)
    cells[g.random(n) < 0.1] = g.choice([np.nan, np.inf])
    return cells


def one_rare_level(g, n):
    return np.array(["rare"] * int(g.integers(2)) + ["c"] * n, dtype=object)[:n]


def categories(g, n):
    cells = g.choice(list("xyz"), size=n)
    return pd.Categorical(cells, categories=list("zyxw"), ordered=bool(g.integers(2)))


# Columns that can be fitted, and others.
USUAL = [
    lambda g, n: g.normal(size=n),
    lambda g, n: g.choice(["a", "b", "", " ", "ü"], size=n).astype(object),
    lambda g, n: g.random(n) < g.choice([0.02, 0.5, 0.98]),
    lambda g, n: g.poisson(g.choice([0.1, 3, 100, 1e6]), size=n),
    lambda g, n: g.integers(-(2**62), 2**62, size=n),
    lambda g, n: pd.array(g.integers(0, 5, size=n), dtype="Int64"),
    lambda g, n: pd.cut(g.normal(size=n), 3),
    labels_with_gaps,
    one_rare_level,
    categories,
]
UNUSUAL = [
    *USUAL,
    lambda g, n: pd.Series([10 ** int(k) for k in g.integers(0, 40, size=n)], dtype=object),
    lambda g, n: pd.Series(g.choice([1, "1", True, 2.0, "b"], size=n)).astype(object),
    lambda g, n: pd.date_range("2020", periods=n),
    lambda g, n: [f"id{row}" for row in range(n)],
    numbers_with_gaps,
]


def hostile_table(g):
    makers, sizes = (USUAL, [30, 60, 120]) if g.random() < 0.75 else (UNUSUAL, [1, 2, 3, 8, 50])
    n, d = int(g.choice(sizes)), int(g.integers(1, 7))
    columns = [makers[int(g.integers(len(makers)))](g, n) for _ in range(d)]
    if g.random() < 0.2:
        columns.append(columns[0])
    names = [f"v{j}" for j in range(len(columns))]
    names[-1] = {0: "v0", 1: "", 2: 3}.get(int(g.integers(15)), names[-1])
    table = pd.concat([pd.Series(column).reset_index(drop=True) for column in columns], axis=1)
    table.columns = pd.Index(names, dtype=object)
    return table


def settings_for(g, table):
    names = list(table)
    settings = {"missing": g.choice(["refuse", "drop", "em"], p=[0.2, 0.78, 0.02])}
    if g.random() < 0.3:
        settings |= {"criterion": "mixed-cuts", "penalty": 3.0}
    if g.random() < 0.3:
        settings["kinds"] = {names[0]: str(g.choice(KINDS))}
    if g.random() < 0.3:
        settings["groups"] = {"together": names[-2:]}
    return settings


def check(seed, folder):
    """Return whether the table was fitted."""
    g = np.random.default_rng(seed)
    table = hostile_table(g)
    solver = make_solver("topo-mixed", n_restarts=2, **settings_for(g, table))
    try:
        model = solver.fit(table)
    except ValueError:
        return False
    whole = table[table.notna().all(axis=1) & ~table.isin([np.inf, -np.inf]).any(axis=1)]
    sample, predicted = model.sample(9), model.predict(whole)
    assert predicted.shape == whole.shape
    assert sample.shape == (9, table.shape[1])
    assert not pd.isna(predicted).any(axis=None)
    assert not pd.isna(sample).any(axis=None)
    assert np.isfinite(np.asarray(model.predict_proba(whole), dtype=float)).all()
    assert np.isfinite(model.score(whole))
    model.save(folder / "model.json")
    loaded = load_model(folder / "model.json")
    assert loaded.score(whole) == model.score(whole)
    assert np.array_equal(np.asarray(loaded.sample(9)), np.asarray(sample))
    return True


@pytest.mark.parametrize("n_tables", [12, pytest.param(1000, marks=pytest.mark.slow)])
def test_tables_are_refused_with_a_reason_or_fitted_for_good(n_tables, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        n_fitted = sum(check(seed, tmp_path) for seed in range(n_tables))
    assert n_tables // 5 <= n_fitted < n_tables

"""A row with weight w counts as w equal rows."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from causal_dag import TOPO, EqVar, Moments
from causal_dag.solvers import make_solver

COLUMNS = ["price", "sales", "stock", "visits"]


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    rows = rng.uniform(size=(80, 4)) @ (np.eye(4) + np.triu(np.ones((4, 4)), 1))
    rows[:, 3] += 1e8
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(1).integers(0, 5, size=80)


@pytest.fixture(scope="module")
def repeated(table, weights):
    return table.loc[table.index.repeat(weights)]


def assert_equal_moments(moments, expected):
    assert (moments.n_samples, moments.feature_names) == (
        expected.n_samples,
        expected.feature_names,
    )
    np.testing.assert_allclose(moments.mean, expected.mean, rtol=1e-14)
    scale = np.sqrt(np.outer(expected.variance, expected.variance))
    assert (np.abs(moments.covariance - expected.covariance) <= 1e-12 * scale).all()


def test_moments_of_weighted_rows_are_those_of_repeated_rows(tmp_path, table, weights, repeated):
    expected = Moments.from_rows(repeated)
    assert_equal_moments(Moments.from_rows(table, sample_weight=weights), expected)
    weights_of_batches = [weights[:1], np.zeros(9), weights[10:]]
    batches = [table[:1], table[1:10], table[10:][COLUMNS[::-1]]]
    without = repeated.drop(index=range(1, 10), errors="ignore")
    found = Moments.from_batches(batches, sample_weight=iter(weights_of_batches))
    assert_equal_moments(found, Moments.from_rows(without))
    table.assign(n=weights).to_parquet(tmp_path / "table.parquet")
    for columns in (None, COLUMNS):
        found = Moments.from_parquet(tmp_path, columns, batch_rows=30, sample_weight="n")
        assert_equal_moments(found, expected)


SOLVERS = [
    *(make_solver(name) for name in ("topo-bic", "eqvar", "notears", "ges", "direct-lingam")),
    EqVar(missing="drop"),
    EqVar(missing="em"),
    EqVar(polish=make_solver("topo-nongaussian", n_restarts=0)),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("solver", SOLVERS, ids=str)
def test_a_fit_to_weighted_rows_is_that_to_repeated_rows(solver, table, weights, repeated):
    table, repeated = table - [0, 0, 0, 1e8], repeated - [0, 0, 0, 1e8]
    expected = clone(solver).fit(repeated)
    for rows in (table, table.to_numpy()):
        model = solver.fit(rows, sample_weight=weights.tolist())
        # Members of a class have equal scores, and rounding chooses among them.
        np.testing.assert_array_equal(model.cpdag_, expected.cpdag_)
        np.testing.assert_allclose(model.objective_, expected.objective_, rtol=1e-6)
        assert model.moments_.n_samples == weights.sum()


def test_missing_cells_and_targets_are_repeated_with_their_rows(table, weights, repeated):
    gappy = table.mask(np.arange(320).reshape(80, 4) % 37 == 5)
    model = EqVar(missing="drop").fit(gappy, sample_weight=weights)
    expected = EqVar(missing="drop").fit(gappy.loc[repeated.index])
    np.testing.assert_array_equal(model.weights_, expected.weights_)
    targets = np.where(np.arange(80) < 40, "", "sales")
    model = TOPO(n_restarts=0).fit(table, targets=targets, sample_weight=weights)
    expected = TOPO(n_restarts=0).fit(repeated, targets=targets[repeated.index])
    assert model.targets_ == expected.targets_ == ((), (1,))
    np.testing.assert_array_equal(model.weights_, expected.weights_)


def test_weights_are_routed_through_pipelines_and_grid_searches(table, weights):
    with sklearn.config_context(enable_metadata_routing=True):
        solver = TOPO(n_restarts=0).set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        model = make_pipeline(scaler, solver).fit(table, sample_weight=weights)[-1]
        grid = GridSearchCV(solver, {"penalty": [1.0, 2.0]}, cv=2)
        grid.fit(table, sample_weight=weights)
    assert model.moments_.n_samples == weights.sum()
    assert grid.best_estimator_.moments_.n_samples == weights.sum()


@pytest.mark.parametrize(
    ("sample_weight", "message"),
    [
        (np.full(80, 0.5), r"the weight 0\.5 of row 0 is not a whole number >= 0"),
        ([1] * 79 + [-1], "the weight -1 of row 79"),
        ([1] * 79 + [np.nan], "the weight nan of row 79"),
        ([1] * 79, r"shape \(79,\); expected \(80,\)"),
        (["many"] * 80, "must be one number per row"),
        (np.full(80, 1j), "must be one number per row"),
        (np.full(80, 1e18), "add up to 8e[+]19 rows"),
        (np.full(80, 1e308), "divide all weights by a common factor"),
        (np.zeros(80), "all weights are zero"),
    ],
)
def test_weights_that_are_not_frequencies_are_refused(table, sample_weight, message):
    for take in (EqVar().fit, make_solver("direct-lingam").fit, Moments.from_rows):
        with pytest.raises(ValueError, match=message):
            take(table, sample_weight=sample_weight)


def test_batches_and_weights_must_match(tmp_path, table):
    for n_weights, message in [(1, "ended before the batches"), (3, "more entries than batches")]:
        weights = [np.ones(80)] * n_weights
        with pytest.raises(ValueError, match=message):
            Moments.from_batches([table, table], sample_weight=weights)
    table.to_parquet(tmp_path / "table.parquet")
    with pytest.raises(ValueError, match="has no column 'n'"):
        Moments.from_parquet(tmp_path, sample_weight="n")


def test_tables_that_repeated_rows_make_too_large_are_refused_before_they_are_made(table):
    weights, message = np.full(80, 2**40), "87960930222080 rows would have to be repeated"
    assert EqVar().fit(table, sample_weight=weights).moments_.n_samples == weights.sum()
    with pytest.raises(ValueError, match=message):
        make_solver("direct-lingam").fit(table, sample_weight=weights)
    with pytest.raises(ValueError, match=message):
        make_solver("topo-bic").fit(table, sample_weight=weights, targets=[None] * 80)

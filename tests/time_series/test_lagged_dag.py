"""Graphs of time series: earlier rows are causes, never effects, and never of another series."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from causal_dag import TOPO, LaggedDAG, PriorKnowledge, load_model
from causal_dag.solvers import make_solver
from causal_dag.synthetic import LaggedSEM, make_time_series


@pytest.fixture(scope="module")
def drawn():
    return make_time_series(600, 5, n_lags=2, noise_variance=(0.5, 2.0), random_state=3)


@pytest.fixture(scope="module")
def frame(drawn):
    return pd.DataFrame(drawn[0], columns=list("abcde"))


@pytest.fixture(scope="module")
def model(frame):
    return LaggedDAG(n_lags=2).fit(frame)


@pytest.mark.parametrize("noise", ["gaussian", "laplace"])
def test_the_graph_is_found(noise):
    X, process = make_time_series(1000, 5, n_lags=2, noise=noise, random_state=1)
    model = LaggedDAG(n_lags=2).fit(X)
    assert (model.lagged_adjacency_ == process.lagged_adjacency).all()
    assert (model.adjacency_ | model.adjacency_.T == process.adjacency | process.adjacency.T).all()


@pytest.mark.parametrize("name", ["topo-bic-ev", "topo-ls", "eqvar", "notears", "colide-ev"])
def test_equal_variances_direct_edges_within_a_row(name):
    """The lagged variables vary much more than the noise, which alone has equal variances."""
    weights = np.array([[0.0, 0.0], [0.8, 0.0]])
    lagged = np.array([[[0.95, 0.0], [0.0, 0.3]]])
    X = LaggedSEM(weights, lagged).sample(2000, random_state=0)
    solver = make_solver(name, weight_threshold=0.15)
    model = LaggedDAG(solver).fit(X)
    assert model.adjacency_.tolist() == [[False, False], [True, False]]
    assert model.lagged_adjacency_[0].tolist() == [[True, False], [False, True]]


def test_weights_are_regressions_on_the_row_and_those_before(frame, model):
    X, j = frame.to_numpy(), 2
    causes = np.column_stack([X[2:], X[1:-1], X[:-2], np.ones(len(X) - 2)])
    weights = np.concatenate([model.weights_[None], model.lagged_weights_])[:, :, j].ravel()
    chosen = np.append(np.flatnonzero(weights), causes.shape[1] - 1)
    expected = np.linalg.lstsq(causes[:, chosen], X[2:, j], rcond=None)[0]
    found = np.append(weights, model.intercept_[j])[chosen]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_time_decides_lagged_edges_and_what_follows_from_them():
    # a acts on its next value, so that a - b within a row is directed: b's past is free of a.
    X = LaggedSEM(np.array([[0, 0.8], [0, 0]]), np.array([[[0.7, 0.0], [0.0, 0.0]]])).sample(500)
    model = LaggedDAG().fit(pd.DataFrame(X, columns=["a", "b"]))
    edges = model.edges_.set_index(["cause", "effect", "lag"])["decided_by"].to_dict()
    assert edges == {("a", "b", 0): "knowledge", ("a", "a", 1): "knowledge"}
    assert model.cpdag_.tolist() == [[False, True], [False, False]]
    # Without any effect of the past nothing directs it.
    X = LaggedSEM(np.array([[0, 0.8], [0, 0]]), np.zeros((1, 2, 2))).sample(500)
    model = LaggedDAG().fit(X)
    assert model.cpdag_.tolist() == [[False, True], [True, False]]
    assert model.edges_["decided_by"].tolist() == ["open"]


def test_lags_never_cross_series(frame, model):
    """Cut in two, a series loses only the rows that would look across the cut."""
    first, second = frame.iloc[:250], frame.iloc[250:]
    cut = LaggedDAG(n_lags=2).fit([first, second])
    assert cut.n_samples_ == model.n_samples_ - 2 == len(frame) - 4
    swapped = LaggedDAG(n_lags=2).fit([second, first])
    np.testing.assert_allclose(swapped.lagged_weights_, cut.lagged_weights_, rtol=1e-9)
    predicted = cut.predict([first, second])
    assert [len(part) for part in predicted] == [248, len(second) - 2]


def test_predictions_use_earlier_rows_only(frame, model):
    changed = frame.copy()
    changed.iloc[100:] += 1000.0
    before, after = model.predict(frame), model.predict(changed)
    assert (before[:99] == after[:99]).all()
    # The forecast of the last row from the rows before it.
    np.testing.assert_allclose(model.forecast(frame.iloc[:-1])[0], before[-1], rtol=1e-9)


def test_score_is_the_likelihood_of_the_noise(frame, model):
    X = frame.to_numpy()
    noise = X[2:] - X[2:] @ model.weights_ - model.intercept_
    noise -= X[1:-1] @ model.lagged_weights_[0] + X[:-2] @ model.lagged_weights_[1]
    variance = model.noise_variance_
    density = -0.5 * (np.log(2 * np.pi * variance) + noise**2 / variance)
    assert model.score(frame) == pytest.approx(density.sum(axis=1).mean())
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert model.score(frame.to_numpy()) == model.score(frame)


def test_samples_go_on_from_a_start_and_obey_interventions(frame, model):
    assert model.sample(50).shape == (50, 5)
    assert (model.sample(50, random_state=1) == model.sample(50, random_state=1)).all()
    values = np.arange(30.0)
    drawn = model.sample(30, start=frame, do={"c": values}, random_state=0)
    assert (drawn[:, 2] == values).all()
    assert (model.forecast(frame, 30, do={"c": 7.0})[:, 2] == 7.0).all()
    again = LaggedDAG(n_lags=2).fit(model.sample(20_000, random_state=2))
    np.testing.assert_allclose(again.lagged_weights_, model.lagged_weights_, atol=0.04)


def test_a_model_that_is_not_stationary_needs_a_start():
    steps = np.random.default_rng(0).normal(size=(300, 1))
    X = np.cumsum(steps, axis=0) * 1.02 ** np.arange(300)[:, None]
    model = LaggedDAG().fit(X)
    with pytest.raises(ValueError, match=r"spectral radius 1\.\d+.*start=X"):
        model.sample(5)
    assert model.sample(5, start=X).shape == (5, 1)
    assert "not stationary" in model.summary()


def test_the_number_of_lags_is_chosen_by_bic(frame):
    model = LaggedDAG(n_lags=[4, 1, 2]).fit(frame)
    assert model.n_lags_ == 2
    assert min(model.lag_scores_.values()) == pytest.approx(model.lag_scores_[2])
    assert model.n_samples_ == len(frame) - 2
    assert model.lag_scores_[1] > model.lag_scores_[2]


def test_prior_knowledge_can_name_earlier_values(frame, model):
    cause, effect, lag = next(
        (row.cause, row.effect, row.lag) for row in model.edges_.itertuples() if row.lag == 2
    )
    name = f"{cause}[t-{lag}]"
    knowledge = PriorKnowledge(forbidden=[(name, effect)], roots=["a"])
    told = LaggedDAG(TOPO(prior_knowledge=knowledge), n_lags=2).fit(frame)
    edges = set(told.edges_[["cause", "effect", "lag"]].itertuples(index=False, name=None))
    assert (cause, effect, lag) not in edges
    assert not told.adjacency_[:, 0].any()
    assert not told.lagged_adjacency_[:, :, 0].any()
    wrong = LaggedDAG(TOPO(prior_knowledge=PriorKnowledge(required=[("b", "a[t-1]")])))
    with pytest.raises(ValueError, match=r"required and 'a\[t-1\]' is given"):
        wrong.fit(frame)


def test_a_variable_can_be_given_too(frame):
    model = LaggedDAG(TOPO(prior_knowledge=PriorKnowledge(given=["a"]))).fit(frame)
    assert not model.adjacency_[:, 0].any()
    with pytest.raises(ValueError, match="column 'a' is given"):
        model.forecast(frame)
    assert model.forecast(frame, 2, do={"a": 0.0}).shape == (2, 5)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones((2, 1)) * [[1.0], [2.0]], "n_lags=2 needs more than 2; lower n_lags"),
        (np.array([[1.0], [2.0], [4.0]]), "n_lags=2 leaves 1 sample .* at least 2"),
        ([np.random.default_rng(0).normal(size=(9, 1)), [[1.0], [2.0]]],
         "series 1 has 2 samples.*leave the series out"),
        ([np.zeros((9, 2)), np.zeros((9, 1))], "series 1: its columns are 1 without names"),
        ([np.zeros((9, 1)), [[0.0], [np.nan], [1.0], [1.0]]], "series 1: column 0 has 1 NaN"),
        (np.column_stack([np.arange(9.0) ** 2, np.ones(9)]), r"'x1' is constant"),
        (pd.DataFrame({"a": [1.0, 2, 3]}, index=pd.to_datetime(["2020", "2021", "2019"])),
         "not in the order of time"),
        (pd.DataFrame({"a": [1.0, 2, 3]}, index=pd.PeriodIndex(["2020", "2021", "2019"], freq="Y")),
         "not in the order of time"),
        (pd.DataFrame({"a": [1.0, 2, 3]}, index=pd.to_datetime(["2020", "2020", "2021"])),
         "several rows have the time 2020-01-01.* as a list"),
        (pd.DataFrame({"a": np.arange(8.0)}, index=pd.MultiIndex.from_product([[0, 1], range(4)])),
         "index of 2 levels.*pass a list of series"),
        (np.zeros((0, 9, 2)), "Expected 2D array"),
        ([[0.0], [np.nan], [1.0], [1.0]], "1 NaN .*; impute them, or pass the series before"),
        (pd.DataFrame({"a": np.arange(9.0) ** 2, "a[t-1]": np.arange(9.0)}),
         r"a\[t-1\].*more than once"),
    ],
)  # fmt: skip
def test_errors_name_the_series_the_column_and_the_remedy(X, message):
    with pytest.raises(ValueError, match=message):
        LaggedDAG(n_lags=2).fit(X)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_lags": 0}, "n_lags=0 must be"),
        ({"n_lags": []}, r"n_lags=\[\] must be"),
        ({"estimator": "topo-bic"}, "estimator='topo-bic' is not a solver; write"),
        ({"estimator": make_solver("topo-bic-cv")}, "cannot leave given columns out"),
    ],
)
def test_parameters_are_checked(frame, parameters, message):
    with pytest.raises(ValueError, match=message):
        LaggedDAG(**parameters).fit(frame)


def test_it_is_an_estimator_like_others(frame, model):
    estimator = LaggedDAG(TOPO(), n_lags=[1, 2])
    nested = clone(estimator).set_params(estimator__penalty=1.0)
    assert nested.get_params()["estimator__penalty"] == 1.0
    assert nested.fit(frame).estimator_.penalty == 1.0
    assert estimator.estimator.prior_knowledge is None
    assert pickle.loads(pickle.dumps(model)).summary() == model.summary()
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"a": "z"}))


#: Predictions depend on the rows before, and the first rows have none.
NEEDS_ROWS_BEFORE = {
    "check_methods_sample_order_invariance": "rows are in the order of time",
    "check_methods_subset_invariance": "rows are in the order of time",
}


@pytest.mark.filterwarnings("ignore")
def test_it_passes_scikit_learn_s_checks():
    check_estimator(LaggedDAG(), expected_failed_checks=NEEDS_ROWS_BEFORE, on_skip=None)


def test_the_summary_has_the_edges_and_what_decided_them(model):
    text = model.summary()
    assert text.startswith("TOPO with 2 lags: 598 rows, 5 variables\n")
    assert all(f" {decided}" in text for decided in model.edges_["decided_by"].unique())


@pytest.mark.parametrize("has_names", [True, False])
def test_a_saved_model_is_the_same_again(frame, tmp_path, has_names):
    X = frame if has_names else frame.to_numpy()
    model = LaggedDAG(TOPO(penalty=1.0), n_lags=[1, 2]).fit(X)
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert vars(loaded).keys() == vars(model).keys()
    assert loaded.summary() == model.summary()
    assert loaded.estimator.penalty == 1.0
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    np.testing.assert_array_equal(loaded.sample(9), model.sample(9))
    assert loaded.score(X) == model.score(X)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("n_features", 10**12, "not those of the solver's columns"),
        ("n_features", 3, "not those of the solver's columns"),
        ("n_samples", "2", "n_samples='2'"),
        ("lag_scores", 1.0, "lagged is not a model of time series"),
    ],
)
def test_a_file_that_contradicts_its_solver_is_refused(model, tmp_path, key, value, message):
    model.save(tmp_path / "model.json")
    document = json.loads((tmp_path / "model.json").read_text())
    items = dict(document["lagged"]["items"])
    document["lagged"]["items"] = [[name, value if name == key else items[name]] for name in items]
    (tmp_path / "model.json").write_text(json.dumps(document))
    with pytest.raises(ValueError, match=message):
        load_model(tmp_path / "model.json")


def test_text_in_a_series_is_not_sent_to_solvers_that_cannot_follow_time():
    series = pd.DataFrame({"a": ["x", "y"] * 20, "b": np.arange(40.0)})
    with pytest.raises(ValueError, match=r"'a' holds text .*time series take numbers only$"):
        LaggedDAG().fit(series)

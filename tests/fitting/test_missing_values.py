"""What ``missing`` does with gaps: refuse them, leave out their rows, or use incomplete rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.utils import get_tags

from causal_dag import NOTEARS, TOPO, TOPOCV, EmptyDAG, Moments, load_model
from causal_dag.incomplete.missing_cells import MissingCells
from causal_dag.selection import regularization_path
from causal_dag.solvers import available_solvers, make_solver
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def complete():
    X, _ = make_linear_sem(400, 4, edges_per_node=1, random_state=5)
    return pd.DataFrame(X, columns=list("abcd"))


@pytest.fixture(scope="module")
def gappy(complete):
    is_missing = np.random.default_rng(0).random(complete.shape) < 0.15
    is_missing[7] = True
    return complete.mask(is_missing)


def test_gaps_are_refused_and_the_message_names_two_remedies(gappy):
    with pytest.raises(ValueError, match=r'them out with missing="drop", and use .* missing="em"'):
        TOPO().fit(gappy)


def test_dropping_fits_the_complete_rows(gappy):
    model = TOPO(missing="drop").fit(gappy.replace({"a": {gappy["a"][0]: np.inf}}))
    whole = gappy.drop(index=0).dropna()
    np.testing.assert_array_equal(model.weights_, TOPO().fit(whole).weights_)
    cells = model.missing_cells_
    assert (cells.n_rows, cells.n_rows_used, cells.n_samples) == (400, len(whole), len(whole))
    lost = 400 - len(whole)
    assert cells.sentence == f"15 % of the cells are missing; {lost} of 400 rows left out"


def test_em_fits_the_moments_of_incomplete_rows(gappy):
    model = TOPO(missing="em").fit(gappy)
    moments = Moments.from_incomplete_rows(gappy)
    np.testing.assert_array_equal(model.weights_, TOPO().fit_moments(moments).weights_)
    assert list(model.feature_names_in_) == list("abcd")
    seen = gappy.notna().to_numpy()
    np.testing.assert_array_equal(model.missing_cells_.pair_counts, seen.T.astype(int) @ seen)
    assert model.missing_cells_.n_samples == moments.n_samples < 399
    assert model.missing_cells_.n_rows_used == 399


@pytest.mark.parametrize("policy", ["drop", "em"])
def test_without_gaps_the_fit_is_the_same_bit_by_bit(complete, policy):
    model = NOTEARS(missing=policy).fit(complete)
    np.testing.assert_array_equal(model.weights_, NOTEARS().fit(complete).weights_)
    assert model.missing_cells_.n_cells == 0
    assert not hasattr(NOTEARS().fit(complete), "missing_cells_")


@pytest.mark.parametrize("name", [n for n in available_solvers() if make_solver(n).needs_rows])
def test_solvers_of_rows_refuse_em_and_name_drop(complete, name):
    with pytest.raises(ValueError, match='needs rows; use missing="drop"'):
        make_solver(name, missing="em").fit(complete)


def test_targets_are_those_of_the_rows_that_are_kept(complete, gappy):
    targets = ["a" if row < 100 else None for row in range(400)]
    model = TOPO(missing="drop").fit(gappy, targets=targets)
    kept = gappy.notna().all(axis=1)
    expected = TOPO().fit(gappy[kept], targets=pd.Series(targets)[kept].tolist())
    np.testing.assert_array_equal(model.weights_, expected.weights_)
    with pytest.raises(ValueError, match=f"{kept.sum()} entr[a-z]+ for 400 rows"):
        TOPO(missing="drop").fit(gappy, targets=targets[: kept.sum()])
    with pytest.raises(ValueError, match=r"targets='aaaa.* must be a sequence with one entry"):
        TOPO(missing="drop").fit(gappy, targets="a" * 400)
    with pytest.raises(ValueError, match=r'targets: .* use missing="drop"'):
        TOPO(missing="em").fit(gappy, targets=targets)


def test_dropping_keeps_the_complete_rows_of_categories():
    levels = np.random.default_rng(0).choice(["x", "y"], size=(60, 3)).astype(object)
    levels[::7, 0] = None
    table = pd.DataFrame(levels, columns=list("abc"))
    table["d"] = np.random.default_rng(1).choice([1.0, 2.0], size=60)
    table.loc[5, "d"] = np.inf
    model = make_solver("topo-bdeu", missing="drop").fit(table)
    whole = table.dropna().drop(index=5)
    expected = make_solver("topo-bdeu").fit(whole)
    np.testing.assert_array_equal(model.adjacency_, expected.adjacency_)
    assert model.missing_cells_.n_rows_used == len(whole)


@pytest.mark.parametrize("solver", ["topo-mixed", "topo-curves"])
def test_only_dropping_is_advised_where_em_cannot_work(gappy, solver):
    with pytest.raises(ValueError, match=r"missing=\"drop\" leaves them out$"):
        make_solver(solver).fit(gappy)
    criterion = solver.removeprefix("topo-")
    with pytest.raises(ValueError, match=rf"but TOPO\(criterion={criterion!r}\) needs rows; use"):
        make_solver(solver, missing="em").fit(gappy)
    table = gappy.assign(b=np.nan)
    with pytest.raises(ValueError, match=r"column 'b' has 400\)$"):
        make_solver(solver, missing="drop").fit(table)


def test_a_grid_over_policies_scores_the_complete_rows(gappy):
    grid = GridSearchCV(TOPO(), {"missing": ["drop", "em"]}, cv=2).fit(gappy)
    assert np.isfinite(grid.cv_results_["mean_test_score"]).all()
    with pytest.raises(ValueError, match="score: every row has a missing cell"):
        grid.best_estimator_.score(gappy.assign(b=np.nan))
    labels = gappy.assign(e=np.where(gappy["a"] > 0, "high", "low"))
    mixed = make_solver("topo-mixed", missing="drop").fit(labels)
    assert mixed.score(labels) == pytest.approx(mixed.score(labels.dropna()))


def test_a_polishing_search_of_rows_refuses_em(gappy):
    with pytest.raises(ValueError, match=r'polish=TOPO\(...\) needs rows.* without missing="em"'):
        NOTEARS(missing="em", polish="topo-logistic").fit(gappy)


def test_too_few_complete_rows_are_an_error_that_counts_them(gappy):
    table = gappy.copy()
    table.loc[1:, "b"] = np.nan
    with pytest.raises(ValueError, match=r"[01] of 400 rows are complete.*column 'b' has 399.*em"):
        TOPO(missing="drop").fit(table)


def test_em_without_any_number_names_the_column_and_not_itself():
    table = pd.DataFrame({"a": [np.nan] * 4, "b": [np.nan] * 4})
    with pytest.raises(ValueError, match=r"column 'a' holds no number; .*drop it$"):
        TOPO(missing="em").fit(table)


def test_a_column_that_is_constant_in_the_rows_left_is_refused():
    table = pd.DataFrame({"a": [1.0, 1.0, 1.0, 2.0], "b": [1.0, 2.0, 4.0, np.nan]})
    with pytest.raises(ValueError, match="column 'a' is constant"):
        EmptyDAG(missing="drop").fit(table)


@pytest.mark.parametrize("policy", ["drop", "em"])
def test_text_is_refused_in_any_case(gappy, policy):
    with pytest.raises(ValueError, match="column 'd' holds text"):
        TOPO(missing=policy).fit(gappy.assign(d="x"))


def test_what_is_fitted_to_gaps_predicts_scores_and_samples(complete, gappy):
    model = TOPO(missing="em").fit(gappy)
    assert model.predict(complete).shape == (400, 4)
    assert np.isfinite(model.score(complete))
    assert model.sample(10).shape == (10, 4)
    assert model.score(gappy) == pytest.approx(model.score(gappy.dropna()))
    with pytest.raises(ValueError, match="NaN"):
        TOPO().fit(complete).score(gappy)
    with pytest.raises(ValueError, match="NaN"):
        TOPO().fit(complete).predict(gappy)


def test_a_prediction_is_nan_where_a_parent_is_missing(complete, gappy):
    model = TOPO(missing="em").fit(gappy)
    lacks_parent = gappy.isna().to_numpy() @ model.adjacency_
    expected = np.where(lacks_parent, np.nan, model.predict(complete))
    assert lacks_parent.any()
    np.testing.assert_allclose(model.predict(gappy), expected)


def test_a_refused_fit_keeps_the_report_of_the_fit_before(gappy):
    model = EmptyDAG(missing="em").fit(gappy)
    before = model.missing_cells_
    with pytest.raises(ValueError, match="holds no number"):
        model.fit(gappy.assign(b=np.nan))
    assert model.missing_cells_ is before


def test_saved_models_keep_what_was_missing(gappy, tmp_path):
    model = TOPO(missing="em").fit(gappy)
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert loaded.missing == "em"
    assert isinstance(loaded.missing_cells_, MissingCells)
    assert loaded.missing_cells_.sentence == model.missing_cells_.sentence
    np.testing.assert_array_equal(
        loaded.missing_cells_.pair_counts, model.missing_cells_.pair_counts
    )


def test_paths_and_selection_use_incomplete_rows_too(gappy):
    moments = Moments.from_incomplete_rows(gappy)
    (point,) = regularization_path(NOTEARS(missing="em"), gappy, lambdas=[0.1])
    expected = NOTEARS(lambda1=0.1).fit_moments(moments).raw_weights_
    np.testing.assert_array_equal(point.weights, expected)
    selected = TOPOCV(missing="em").fit(gappy)
    assert selected.lambda1_ == TOPOCV().fit_moments(moments).lambda1_


def test_scikit_learn_is_told_whether_gaps_are_allowed():
    allowed = {p: get_tags(TOPO(missing=p)).input_tags.allow_nan for p in ("refuse", "drop", "em")}
    assert allowed == {"refuse": False, "drop": True, "em": True}

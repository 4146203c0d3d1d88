"""The containers of rows that fitted models return, chosen as scikit-learn's users choose them."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from causal_dag import EmptyDAG, EqVar, LaggedDAG, load_model
from causal_dag.solvers import make_solver
from causal_dag.synthetic import make_linear_sem

NAMES = ["price", "sales", "<visits>"]


@pytest.fixture(scope="module")
def table():
    X = make_linear_sem(60, 3, edges_per_node=1, random_state=2)[0]
    return pd.DataFrame(X, columns=NAMES, index=[f"row {k}" for k in range(60)])


def test_predictions_are_arrays_by_default_whatever_scikit_learn_does_to_transformations(table):
    with config_context(transform_output="pandas"):
        assert isinstance(EqVar().fit(table).predict(table), np.ndarray)


def test_frames_have_the_names_and_the_index_of_what_is_predicted(table):
    model = EqVar().fit(table)
    values = model.predict(table)
    expected = pd.DataFrame(values, index=table.index, columns=NAMES)
    predicted = model.set_output(transform="pandas").predict(table)
    pd.testing.assert_frame_equal(predicted, expected, check_column_type=False)
    assert model.sample(4, do={"price": 1.0}).columns.tolist() == NAMES
    would_have_been = model.counterfactual(table, {"price": 1.0}, assume="equal-variances")
    assert would_have_been.index.equals(table.index)
    polars = pytest.importorskip("polars")
    predicted = model.set_output(transform="polars").predict(table)
    assert isinstance(predicted, polars.DataFrame)
    assert predicted.columns == NAMES
    np.testing.assert_array_equal(predicted.to_numpy(), values)
    assert isinstance(model.set_output().sample(4), polars.DataFrame)
    assert isinstance(model.set_output(transform="default").sample(4), np.ndarray)


def test_a_pipeline_hands_names_to_the_graph_and_frames_to_the_user(table):
    pipeline = make_pipeline(StandardScaler(), EqVar().set_output(transform="pandas"))
    pipeline.set_output(transform="pandas").fit(table)
    assert pipeline[-1].feature_names_in_.tolist() == NAMES
    assert pipeline.predict(table).columns.tolist() == NAMES
    assert pipeline.get_feature_names_out().tolist() == NAMES
    assert clone(pipeline).fit(table).predict(table).index.equals(table.index)


def test_columns_without_names_are_numbered(table):
    model = EmptyDAG().fit(table.to_numpy()).set_output(transform="pandas")
    assert model.predict(table.to_numpy()).columns.tolist() == ["x0", "x1", "x2"]


def test_labels_stay_labels_in_both_kinds_of_frames():
    levels = pd.DataFrame({"a": ["no", "yes", "yes"] * 20, "b": pd.Categorical(["u", "v"] * 30)})
    model = make_solver("topo-bdeu").fit(levels)
    expected = model.predict(levels)
    pd.testing.assert_frame_equal(
        model.set_output(transform="pandas").predict(levels), expected, check_column_type=False
    )
    pytest.importorskip("polars")
    rows = model.set_output(transform="polars").predict(levels).rows()
    assert rows == list(expected.itertuples(index=False, name=None))


def test_series_are_predicted_with_the_index_of_their_later_rows(table):
    model = LaggedDAG(EqVar()).set_output(transform="pandas").fit(table)
    assert model.predict(table).index.equals(table.index[1:])
    assert [part.shape for part in model.predict([table, table[:9]])] == [(59, 3), (8, 3)]
    assert model.forecast(table, 2).columns.tolist() == model.sample(3).columns.tolist() == NAMES


def test_the_container_is_no_part_of_a_saved_model(table, tmp_path):
    EqVar().set_output(transform="pandas").fit(table).save(tmp_path / "model.json")
    assert isinstance(load_model(tmp_path / "model.json").predict(table), np.ndarray)


def test_an_unknown_container_is_refused():
    with pytest.raises(ValueError, match=r"^transform='frame' .*'default', 'pandas', 'polars'"):
        EqVar().set_output(transform="frame")

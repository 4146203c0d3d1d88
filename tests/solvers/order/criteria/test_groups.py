"""Several columns as one node of the graph of a mixed table."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from causal_dag import TOPO, ExactDAG, PriorKnowledge, load_model
from causal_dag.metrics import cpdag_distance
from causal_dag.solvers import make_solver

GROUPS = {"position": ["x", "y"], "weather": ["sky", "wind"]}


def table(n=1500, seed=0):
    """Weather and age act on the position, which acts on the cost."""
    generator = np.random.default_rng(seed)
    age, wind, common = generator.normal(size=(3, n))
    sky = generator.choice(["clear", "gray", "dark"], size=n)
    x = wind + common + generator.normal(size=n)
    y = (sky == "dark") + 0.5 * age - common + generator.normal(size=n)
    cost = x + y + generator.normal(size=n)
    return pd.DataFrame({"x": x, "sky": sky, "cost": cost, "y": y, "age": age, "wind": wind})


NODES = ["position", "weather", "cost", "age"]


@pytest.fixture(scope="module")
def fitted():
    frame = table()
    return make_solver("topo-mixed", groups=GROUPS).fit(frame), frame


def test_the_graph_is_one_of_nodes(fitted):
    model, frame = fitted
    assert model.feature_names_in_.tolist() == NODES
    truth = np.zeros((4, 4))
    truth[[1, 3, 0], [0, 0, 2]] = 1
    assert cpdag_distance(truth, model) == 0
    strengths = model.weights_[model.adjacency_]
    assert ((strengths > 0) & (strengths < 1)).all()
    exact = ExactDAG(criterion="mixed", penalty=1.5, groups=GROUPS).fit(frame)
    assert exact.objective_ == pytest.approx(model.objective_, rel=1e-12)


def test_the_score_of_a_group_is_that_of_a_regression_of_all_its_columns():
    frame = table()[["x", "y", "age", "cost"]]
    knowledge = PriorKnowledge(
        required=[("age", "position")],
        forbidden=[(a, "cost") for a in ("position", "age")]
        + [("cost", a) for a in ("position", "age")],
    )
    model = make_solver("topo-mixed", groups={"position": ["x", "y"]}, prior_knowledge=knowledge)
    fit = model.fit(frame)
    design, target = frame[["age"]], frame[["x", "y"]]
    residual = target - LinearRegression().fit(design, target).predict(design)
    n, price = len(frame), 1.5 * np.log(len(frame)) * 2
    expected = n * np.linalg.slogdet(residual.T @ residual / n)[1] + price
    expected += n * np.log(frame[["age", "cost"]].var(ddof=0)).sum()
    assert fit.objective_ == pytest.approx(expected, rel=1e-10)


def test_neither_the_order_nor_an_invertible_map_of_a_group_changes_the_graph(fitted):
    model, frame = fitted
    turned = frame.assign(x=frame["x"] + 2 * frame["y"], y=frame["x"] - 100 * frame["y"])
    other = make_solver("topo-mixed", groups={"weather": ["wind", "sky"], "position": ["y", "x"]})
    assert np.array_equal(other.fit(turned).cpdag_, model.cpdag_)
    assert np.abs(other.weights_) == pytest.approx(np.abs(model.weights_), abs=1e-8)


def test_predictions_use_parents_only_and_are_of_the_columns_of_the_table(fitted):
    model, frame = fitted
    predicted = model.predict(frame)
    assert predicted.columns.tolist() == frame.columns.tolist()
    parents = pd.get_dummies(frame[["sky", "wind", "age"]], drop_first=True).astype(float)
    for column in ("x", "y"):
        expected = LinearRegression().fit(parents, frame[column]).predict(parents)
        assert predicted[column].to_numpy() == pytest.approx(expected)
    elsewhere = frame.assign(x=0.0, y=0.0)
    assert np.array_equal(model.predict(elsewhere)[["x", "y"]], predicted[["x", "y"]])
    assert model.predict_proba(frame).columns.unique(0).tolist() == ["sky"]


def test_samples_keep_what_the_columns_of_a_group_have_in_common(fitted):
    model, frame = fitted
    sample = model.sample(4000)
    assert (sample.dtypes == frame.dtypes).all()
    own, drawn = (data[["x", "y", "cost"]].cov().to_numpy() for data in (frame, sample))
    assert drawn == pytest.approx(own, abs=0.5)
    moved = model.sample(500, do={"x": 3.0, "y": np.zeros(500)})
    assert moved["cost"].mean() == pytest.approx(3, abs=0.3)
    with pytest.raises(ValueError, match="do sets column 'x' and not column 'y' of the same group"):
        model.sample(5, do={"x": 3.0})


def test_the_likelihood_of_a_group_is_that_of_its_joint_distribution():
    frame = table()[["x", "y", "age"]]
    groups = {"all": ["x", "y", "age"]}
    model = make_solver("topo-mixed", groups=groups).fit(frame.assign(noise=table(seed=1)["x"]))
    alone = make_solver("topo-mixed", groups=groups).fit(frame)
    covariance = np.cov(frame.T, ddof=0)
    expected = -0.5 * (3 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + 3)
    assert alone.score(frame) == pytest.approx(expected)
    assert model.adjacency_.sum() == 0


def test_a_fitted_model_of_groups_is_saved_and_loaded(fitted, tmp_path):
    model, frame = fitted
    model.save(tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    assert loaded.score(frame) == model.score(frame)
    assert loaded.predict(frame[:5]).equals(model.predict(frame[:5]))
    assert loaded.sample(20).equals(model.sample(20))
    assert loaded.edges_.equals(model.edges_)


def test_columns_without_names_can_be_grouped():
    rows = table()[["x", "y", "age", "cost"]].to_numpy()
    model = make_solver("topo-mixed", groups={"position": [0, 1]}).fit(rows)
    assert model.feature_names_in_.tolist() == ["position", "x2", "x3"]
    assert model.predict(rows).shape == rows.shape
    assert model.sample(7).shape == (7, 4)
    with pytest.raises(ValueError, match="X has 3 features"):
        model.predict(rows[:, :3])


def test_columns_of_a_group_may_determine_each_other():
    frame = table().assign(copy=lambda data: 2 * data["x"])
    model = make_solver("topo-mixed", groups={"position": ["x", "y", "copy"]}).fit(frame)
    assert np.isfinite(model.score(frame))
    assert np.isfinite(model.objective_)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["x", "y"], "groups=.* is not a Mapping"),
        ({"position": "xy"}, "groups: 'position' is 'xy'; write groups="),
        ({"position": []}, "a name and a list of columns"),
        ({"position": ["x", "z"]}, "groups: there is no column 'z'"),
        ({"a": ["x", "y"], "b": ["y"]}, "groups: 'y' and 'y' are the same column"),
        ({"cost": ["x", "y"]}, "node name 'cost' occurs more than once"),
    ],
)
def test_groups_that_mean_nothing_are_refused(groups, message):
    with pytest.raises(ValueError, match=message):
        make_solver("topo-mixed", groups=groups).fit(table())


def test_solvers_without_kinds_or_groups_refuse_them(fitted):
    numbers = table()[["x", "y", "age"]]
    with pytest.raises(ValueError, match=r"groups: with criterion='bic' every column is a node"):
        TOPO(groups={"position": ["x", "y"]}).fit(numbers)
    with pytest.raises(ValueError, match=r"groups: with criterion='bdeu' every column"):
        make_solver("topo-bdeu", groups=GROUPS).fit(table())
    with pytest.raises(ValueError, match=r"kinds: with criterion='bic' all columns hold numbers"):
        ExactDAG(kinds={"x": "ordered"}).fit(numbers)
    assert clone(fitted[0]).groups == GROUPS

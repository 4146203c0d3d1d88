"""``score`` is the log-likelihood of every kind of model, and scikit-learn's tools choose by it."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from causal_dag import TOPO, TOPOCV, PriorKnowledge
from causal_dag.synthetic import make_linear_sem


@pytest.fixture(scope="module")
def numbers():
    X, _ = make_linear_sem(200, 4, graph="er", edges_per_node=1, random_state=3)
    return X


@pytest.fixture(scope="module")
def categories():
    generator = np.random.default_rng(0)
    weather = generator.choice(["dry", "wet"], 300)
    road = np.where(generator.random(300) < 0.8, weather, "icy")
    return pd.DataFrame({"weather": weather, "road": road})


@pytest.fixture(scope="module")
def mixed(categories):
    noise = np.random.default_rng(1).normal(size=len(categories))
    return categories.assign(speed=noise - 2.0 * (categories["road"] == "icy"))


def test_the_score_of_numbers_is_the_density_of_the_multivariate_normal_distribution(numbers):
    model = TOPO().fit(numbers[:100])
    inverse = np.linalg.inv(np.eye(4) - model.weights_)
    covariance = inverse.T @ np.diag(model.noise_variance_) @ inverse
    expected = multivariate_normal(model.intercept_ @ inverse, covariance).logpdf(numbers[100:])
    assert model.score(numbers[100:]) == pytest.approx(expected.mean(), rel=1e-9)


def test_the_probabilities_of_all_rows_of_categories_sum_to_one(categories):
    model = TOPO(criterion="bdeu").fit(categories)
    assert model.adjacency_.sum() == 1
    rows = itertools.product(["dry", "wet"], ["dry", "wet", "icy"])
    frames = (pd.DataFrame([row], columns=categories.columns) for row in rows)
    assert sum(np.exp(model.score(frame)) for frame in frames) == pytest.approx(1.0)


def test_the_density_of_a_mixed_table_sums_and_integrates_to_one(mixed):
    table = mixed[["road", "speed"]]
    model = TOPO(criterion="mixed").fit(table)
    assert model.adjacency_.sum() == 1

    speeds, step = np.linspace(-9, 7, 65, retstep=True)
    points = itertools.product(["dry", "wet", "icy"], speeds)
    frames = (pd.DataFrame([point], columns=table.columns) for point in points)
    total = step * sum(np.exp(model.score(frame)) for frame in frames)
    assert total == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("criterion", "table"), [("bic", "numbers"), ("bdeu", "categories"), ("mixed", "mixed")]
)
def test_held_out_likelihood_prefers_the_dependence_that_there_is(criterion, table, request):
    X = request.getfixturevalue(table)
    solver = TOPO(criterion=criterion, n_restarts=1)
    empty = clone(solver).set_params(prior_knowledge=PriorKnowledge(max_parents=0))
    scores = [cross_val_score(model, X, cv=3).mean() for model in (solver, empty)]
    assert scores[0] > scores[1] + 0.1


def test_a_grid_search_chooses_a_parameter_of_a_solver_in_a_pipeline(numbers):
    pipeline = Pipeline([("scale", StandardScaler()), ("graph", TOPO(n_restarts=1))])
    grid = {"graph__penalty": [2.0, 1e6]}
    for search in (
        GridSearchCV(pipeline, grid, cv=3),
        RandomizedSearchCV(pipeline, grid, n_iter=2, cv=3, random_state=0),
    ):
        search.fit(numbers)
        assert search.best_params_ == {"graph__penalty": 2.0}
        found = search.best_estimator_.named_steps["graph"]
        expected = TOPO(penalty=2.0, n_restarts=1).fit(StandardScaler().fit_transform(numbers))
        assert (found.adjacency_ == expected.adjacency_).all()


def test_a_selecting_estimator_can_be_selected_among(numbers):
    search = GridSearchCV(TOPOCV(lambdas=[1e6, 2.0]), {"n_edges": [0, None]}, cv=2).fit(numbers)
    assert search.best_params_ == {"n_edges": None}

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoLarsIC, LinearRegression

from causal_dag import PriorKnowledge, SortNRegress
from causal_dag.problem import Status
from causal_dag.synthetic import make_linear_sem

CRITERIA = ["variance", "r2"]


@pytest.fixture(scope="module")
def X():
    return make_linear_sem(300, 8, edges_per_node=2, random_state=0)[0]


def by_definition(X, order):
    """The published recipe on rows: adaptive lasso on all before, by scikit-learn."""
    W = np.zeros((X.shape[1], X.shape[1]))
    for position, child in enumerate(order[1:], start=1):
        before = order[:position]
        strength = np.abs(LinearRegression().fit(X[:, before], X[:, child]).coef_)
        lasso = LassoLarsIC(criterion="bic").fit(X[:, before] * strength, X[:, child])
        W[before, child] = lasso.coef_ * strength
    return W


def r2_on_all_others(X):
    return [
        LinearRegression()
        .fit(np.delete(X, j, axis=1), X[:, j])
        .score(np.delete(X, j, axis=1), X[:, j])
        for j in range(X.shape[1])
    ]


def test_variables_are_sorted_by_variance_or_by_r2_on_all_others(X):
    assert SortNRegress().fit(X).order_.tolist() == np.argsort(X.var(axis=0)).tolist()
    by_r2 = SortNRegress(criterion="r2").fit(X)
    assert by_r2.order_.tolist() == np.argsort(r2_on_all_others(X)).tolist()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_weights_are_those_of_the_published_recipe_on_rows(X, criterion):
    model = SortNRegress(criterion=criterion).fit(X)
    np.testing.assert_allclose(model.raw_weights_, by_definition(X, model.order_), atol=1e-7)


def test_sorting_by_r2_does_not_depend_on_units_and_by_variance_does(X):
    units = 10.0 ** np.random.default_rng(0).uniform(-3, 3, 8)
    r2, rescaled = (SortNRegress(criterion="r2").fit(data) for data in (X, X * units))
    assert rescaled.order_.tolist() == r2.order_.tolist()
    np.testing.assert_allclose(rescaled.weights_, r2.weights_ * units / units[:, None], rtol=1e-5)
    assert SortNRegress().fit(X).order_.tolist() != SortNRegress().fit(X * units).order_.tolist()


def test_the_order_of_raw_simulated_data_is_given_away_by_variance():
    X, sem = make_linear_sem(1000, 20, edges_per_node=2, random_state=1)
    order = SortNRegress().fit(X).order_
    position = np.argsort(order)
    causes, effects = np.nonzero(sem.weights)
    assert (position[causes] < position[effects]).mean() > 0.9


@pytest.mark.parametrize("criterion", CRITERIA)
def test_prior_knowledge_holds(X, criterion):
    knowledge = PriorKnowledge(required=[(7, 0), (6, 3)], forbidden=[(1, 2), (2, 1), (4, 5)])
    model = SortNRegress(criterion=criterion, prior_knowledge=knowledge).fit(X)
    position = np.argsort(model.order_)
    assert model.adjacency_[7, 0]
    assert model.adjacency_[6, 3]
    assert not (model.raw_weights_ != 0)[knowledge.resolve(8).forbidden].any()
    assert position[7] < position[0]
    assert position[6] < position[3]


@pytest.mark.parametrize("criterion", CRITERIA)
def test_permuted_columns_give_the_permuted_answer(X, criterion):
    columns = np.random.default_rng(1).permutation(8)
    model, permuted = (SortNRegress(criterion=criterion).fit(data) for data in (X, X[:, columns]))
    np.testing.assert_allclose(
        permuted.weights_, model.weights_[np.ix_(columns, columns)], atol=1e-8
    )


def test_the_objective_is_the_least_squares_loss(X):
    model = SortNRegress().fit(X)
    residual = X - X.mean(axis=0)
    residual = residual - residual @ model.raw_weights_
    assert model.objective_ == pytest.approx((residual**2).sum() / len(X) / 2)


def test_stopping_early_leaves_the_rest_without_parents(X):
    model = SortNRegress(callback=lambda record: record.stage == 3).fit(X)
    assert model.status_ == Status.CALLBACK
    assert len(model.trace_) == 4
    assert not model.raw_weights_[:, model.order_[4:]].any()
    assert model.raw_weights_[:, model.order_[:4]].any()
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        hurried = SortNRegress(time_budget=1e-9).fit(X)
    assert not hurried.weights_.any()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_one_variable_has_no_edges(X, criterion):
    assert SortNRegress(criterion=criterion).fit(X[:, :1]).weights_.tolist() == [[0.0]]


def test_an_unknown_criterion_raises(X):
    with pytest.raises(ValueError, match="criterion='mean'"):
        SortNRegress(criterion="mean").fit(X)

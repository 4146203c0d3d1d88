"""Scores of orders by scikit-learn regressors, against scikit-learn's own cross-validation."""

import itertools
from functools import partial

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from causal_dag import Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.problem import Monitor, Problem
from causal_dag.solvers.order.criteria.regressor import (
    RegressorNodes,
    RegressorScore,
    correlation_ratio,
    quantile_bins,
)
from causal_dag.solvers.order.search.iterated_local_search import (
    OrderSearcher,
    iterated_local_search,
)
from causal_dag.solvers.order.search.named_moves import insertion_search
from causal_dag.synthetic import make_nonlinear_sem

SPLINES = make_pipeline(SplineTransformer(5, extrapolation="linear"), Ridge(0.1))
TREE = DecisionTreeRegressor(min_samples_leaf=10)
KERNEL = KernelRidge(alpha=0.1, kernel="rbf", gamma=0.3)


def nonlinear(n, d, seed=0):
    return make_nonlinear_sem(
        n, d, mechanism="sine", edges_per_node=1, noise_variance=0.3, random_state=seed
    )


def problem_of(X, knowledge=None):
    d = X.shape[1]
    constraints = Constraints.none(d) if knowledge is None else knowledge.resolve(d)
    return Problem(Moments.from_rows(X), constraints, rows=X)


def nodes_of(X, estimator, folds=None, price=0.0, max_parents=99, max_candidates=99):
    everything = np.arange(len(X))
    folds = [(everything, everything)] if folds is None else folds
    return RegressorNodes(estimator, X, folds, price, max_parents, max_candidates)


def contiguous_folds(n, k):
    parts = np.array_split(np.arange(n), k)
    return [(np.setdiff1d(np.arange(n), part), part) for part in parts]


def mask(d, members):
    chosen = np.zeros(d, dtype=bool)
    chosen[list(members)] = True
    return chosen


def searched(score, d):
    precedence = np.zeros((d, d), dtype=bool)
    generator = np.random.default_rng(0)
    return iterated_local_search(
        [
            OrderSearcher(
                partial(insertion_search, score, tolerance=1e-9), np.arange(d), precedence, score
            )
        ],
        generator=generator,
        n_restarts=3,
        max_passes=100,
        tolerance=1e-9,
        monitor=Monitor(),
    )


@pytest.mark.parametrize("estimator", [SPLINES, TREE, KERNEL], ids=["splines", "tree", "kernel"])
@pytest.mark.parametrize("parents", [(1,), (0, 3)])
def test_the_score_is_the_held_out_log_likelihood(estimator, parents):
    X, _ = nonlinear(120, 4)
    folds = contiguous_folds(120, 4)
    seeded = clone(estimator)
    if "random_state" in seeded.get_params():
        seeded.set_params(random_state=0)
    value = nodes_of(X, seeded, folds, price=7.0).given(2, mask(4, parents)).value
    standardized = StandardScaler().fit_transform(X)
    predicted = cross_val_predict(
        seeded, standardized[:, list(parents)], standardized[:, 2], cv=folds
    )
    error = ((standardized[:, 2] - predicted) ** 2).mean() * X[:, 2].var()
    assert value == pytest.approx(120 * np.log(error) + 7.0 * len(parents), rel=1e-9)


def test_a_root_is_predicted_by_the_mean_of_the_other_folds():
    X, _ = nonlinear(50, 3)
    folds = contiguous_folds(50, 5)
    errors = [((X[held_out, 1] - X[fitted, 1].mean()) ** 2).sum() for fitted, held_out in folds]
    value = nodes_of(X, TREE, folds).given(1, mask(3, [])).value
    assert value == pytest.approx(50 * np.log(sum(errors) / 50))


def test_in_sample_linear_regression_is_the_bayesian_information_criterion(variance_given):
    X, _ = nonlinear(200, 4)
    problem = problem_of(X)
    score = RegressorScore(LinearRegression(), cv=None, penalty=2.0).order_score(problem)
    order, expected = np.array([2, 0, 3, 1]), 0.0
    for position, child in enumerate(order):
        subsets = itertools.chain.from_iterable(
            itertools.combinations(order[:position], k) for k in range(position + 1)
        )
        expected += min(
            200 * np.log(variance_given(problem.moments.covariance, child, subset))
            + 2 * len(subset) * np.log(200)
            for subset in subsets
        )
    assert score.loss(order) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("estimator", "seed"),
    [
        pytest.param(SPLINES, 0, id="splines"),
        pytest.param(TREE, 0, id="tree"),
        pytest.param(KERNEL, 0, id="kernel", marks=pytest.mark.slow),
        pytest.param(SPLINES, 1, id="splines-of-other-rows", marks=pytest.mark.slow),
        pytest.param(TREE, 1, id="tree-of-other-rows", marks=pytest.mark.slow),
    ],
)
def test_nonlinear_models_are_recovered_where_linear_scores_fail(estimator, seed):
    X, sem = nonlinear(300, 4, seed)
    found = {}
    for name, regressor in {"linear": LinearRegression(), "flexible": estimator}.items():
        score = RegressorScore(regressor, random_state=0).order_score(problem_of(X))
        found[name] = score.weights(searched(score, 4).order) != 0
    assert (found["flexible"] == sem.adjacency).all()
    assert (found["linear"] != sem.adjacency).sum() >= 3


@pytest.mark.parametrize("seed", range(2))
def test_the_search_finds_the_best_of_all_orders(seed):
    X, _ = nonlinear(200, 4, seed)
    score = RegressorScore(TREE, random_state=0).order_score(problem_of(X))
    losses = [score.loss(np.array(order)) for order in itertools.permutations(range(4))]
    assert searched(score, 4).loss == pytest.approx(min(losses), rel=1e-9)
    assert max(losses) > min(losses) + 10


def test_equal_seeds_give_equal_bits_and_the_estimator_stays_as_it_was():
    X, _ = nonlinear(100, 3)
    forest = RandomForestRegressor(2)
    before = repr(forest.get_params())
    order = np.array([2, 0, 1])

    def loss(seed):
        score = RegressorScore(forest, random_state=seed).order_score(problem_of(X))
        return score.loss(order)

    assert loss(0) == loss(0)
    assert loss(0) != loss(1)
    # Without a seed of its own, it is the problem's generator that decides.
    assert loss(None) == loss(None)
    assert repr(forest.get_params()) == before
    assert not hasattr(forest, "estimators_")


def test_random_states_within_pipelines_are_set_and_those_of_the_user_kept():
    X, _ = nonlinear(60, 3)
    pipeline = make_pipeline(StandardScaler(), RandomForestRegressor(3))
    fixed = make_pipeline(StandardScaler(), RandomForestRegressor(3, random_state=5))
    problem = problem_of(X)
    seeded = RegressorScore(pipeline, random_state=5, cv=None).order_score(problem)
    same = RegressorScore(fixed, random_state=6, cv=None).order_score(problem)
    assert seeded.loss(np.arange(3)) == same.loss(np.arange(3))


def test_weights_are_the_linear_part_and_keep_edges_that_have_none():
    cause = np.tile([-1.0, 0.0, 1.0], 40)
    other = np.repeat([-1.0, 1.0], 60)
    effect = cause**2 + 2 * other + 0.01 * np.sin(np.arange(120.0))
    nodes = nodes_of(np.column_stack([cause, other, effect]), TREE.set_params(random_state=0))
    weights = nodes.given(2, mask(3, [0, 1])).weights
    design = np.column_stack([np.ones(120), cause, other])
    expected = np.linalg.lstsq(design, effect, rcond=None)[0]
    np.testing.assert_allclose(weights[:2], expected[1:], atol=1e-12)
    uncorrelated = np.column_stack([np.array([1.0, -1, 1, -1] * 9), np.array([1.0, 1, -1, -1] * 9)])
    assert nodes_of(uncorrelated, LinearRegression()).given(1, mask(2, [0])).weights[0] > 0


def test_the_residual_points_to_the_parents_that_are_missing():
    generator = np.random.default_rng(0)
    causes = generator.normal(size=(400, 6))
    effect = causes[:, 4] ** 2 + 2 * causes[:, 1] + 0.3 * generator.normal(size=400)
    X = np.column_stack([causes, effect])
    all_tried = nodes_of(X, SPLINES, contiguous_folds(400, 3), price=6.0)
    screened = nodes_of(X, SPLINES, contiguous_folds(400, 3), price=6.0, max_candidates=1)
    for nodes in (all_tried, screened):
        fit = nodes.best(6, mask(7, range(6)), mask(7, []), mask(7, []))
        assert np.flatnonzero(fit.weights).tolist() == [1, 4]
    fits = [nodes._remembered.cache_info().misses for nodes in (screened, all_tried)]
    assert fits[0] < fits[1] / 2


def test_the_correlation_ratio_sees_what_the_correlation_does_not():
    x = np.linspace(-1, 1, 400)
    bins = quantile_bins(x, 8)
    assert np.bincount(bins).tolist() == [50] * 8
    assert abs(np.corrcoef(x, x**2)[0, 1]) < 1e-12
    assert correlation_ratio(x**2, bins) > 0.8
    assert correlation_ratio(np.ones(400), bins) == 0.0
    groups = [x[bins == b] ** 2 for b in range(8)]
    within = sum(((g - g.mean()) ** 2).sum() for g in groups)
    total = ((x**2 - (x**2).mean()) ** 2).sum()
    assert correlation_ratio(x**2, bins) == pytest.approx(1 - within / total)


def test_no_node_has_more_than_max_parents_unless_they_are_required():
    generator = np.random.default_rng(0)
    causes = generator.normal(size=(200, 4))
    X = np.column_stack([causes, causes.sum(axis=1) + 0.1 * generator.normal(size=200)])
    order = np.arange(5)
    for knowledge, expected in [
        (PriorKnowledge(roots=range(4)), 2),
        (PriorKnowledge(roots=range(4), required=[(0, 4), (1, 4), (2, 4)]), 3),
    ]:
        criterion = RegressorScore(LinearRegression(), max_parents=2, random_state=0)
        score = criterion.order_score(problem_of(X, knowledge))
        assert score.n_edges(order) == expected


def test_a_perfect_fit_has_a_finite_score():
    x = np.arange(40.0)
    X = np.column_stack([x, 2 * x])
    score = RegressorScore(LinearRegression(), random_state=0).order_score(problem_of(X))
    assert np.isfinite(score.loss(np.array([0, 1])))
    assert score.n_edges(np.array([0, 1])) == 1


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_units_shift_the_score_and_change_nothing_else(factor):
    X, _ = nonlinear(100, 3)
    order = np.array([1, 2, 0])
    score = RegressorScore(KERNEL, random_state=0).order_score(problem_of(X))
    units = np.array([1.0, factor, 1.0])
    rescaled = RegressorScore(KERNEL, random_state=0).order_score(problem_of(X * units))
    shift = 100 * np.log(factor**2)
    assert rescaled.loss(order) == pytest.approx(score.loss(order) + shift, rel=1e-6)
    expected = score.weights(order) * units / units[:, None]
    np.testing.assert_allclose(rescaled.weights(order), expected, rtol=1e-6)


class Overflowing(LinearRegression):
    def predict(self, X):
        return np.full(len(X), np.inf)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"estimator": LogisticRegression()}, "not a scikit-learn regressor"),
        ({"estimator": LinearRegression}, "not a scikit-learn regressor"),
        ({"estimator": "forest"}, "not a scikit-learn regressor"),
        ({"estimator": TREE, "cv": 1}, "cv=1"),
        ({"estimator": TREE, "cv": 31}, "cv=31"),
        ({"estimator": TREE, "penalty": -1.0}, "penalty=-1.0"),
        ({"estimator": TREE, "max_parents": 0}, "max_parents=0"),
        ({"estimator": TREE, "max_candidates": 1.5}, "max_candidates=1.5"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    X, _ = nonlinear(30, 3)
    with pytest.raises(ValueError, match=message):
        RegressorScore(**parameters).order_score(problem_of(X))


def test_predictions_that_are_not_finite_are_an_error():
    X, _ = nonlinear(30, 3)
    score = RegressorScore(Overflowing()).order_score(problem_of(X))
    with pytest.raises(ValueError, match="Overflowing predicts values that are not finite"):
        score.loss(np.arange(3))

"""Logistic and Poisson scores of orders, against statsmodels, scikit-learn and brute force."""

import itertools
from functools import partial

import numpy as np
import pytest
from scipy.special import expit

from causal_dag import Moments, PriorKnowledge, graph
from causal_dag.constraints import Constraints
from causal_dag.problem import Monitor, Problem
from causal_dag.solvers.order.criteria.generalized_linear import Logistic, Poisson
from causal_dag.solvers.order.scores.exponential_family import (
    Bernoulli,
    PenalizedLikelihood,
    PoissonCounts,
)
from causal_dag.solvers.order.scores.generalized_linear import GeneralizedLinearNodes
from causal_dag.solvers.order.search.iterated_local_search import (
    OrderSearcher,
    iterated_local_search,
)
from causal_dag.solvers.order.search.named_moves import insertion_search
from causal_dag.synthetic import make_nonlinear_sem

CASES = {"logistic": (Logistic, Bernoulli()), "poisson": (Poisson, PoissonCounts())}
MECHANISMS = list(CASES)


def table(mechanism, n, d, seed=0, edges_per_node=1.5):
    return make_nonlinear_sem(
        n, d, mechanism=mechanism, edges_per_node=edges_per_node, random_state=seed
    )


def problem_of(X, constraints=None):
    constraints = Constraints.none(X.shape[1]) if constraints is None else constraints
    return Problem(Moments.from_rows(X), constraints, rows=X)


def mask(d, members):
    chosen = np.zeros(d, dtype=bool)
    chosen[list(members)] = True
    return chosen


def best_subset(nodes, node, candidates, required=()):
    d = nodes.rows.shape[1]
    free = [c for c in candidates if c not in required]
    subsets = itertools.chain.from_iterable(
        itertools.combinations(free, k) for k in range(len(free) + 1)
    )
    return min(nodes.given(node, mask(d, {*s, *required})).value for s in subsets)


def searched(score, constraints, generator, n_restarts=5):
    d = constraints.forbidden.shape[0]
    return iterated_local_search(
        [
            OrderSearcher(
                partial(insertion_search, score, tolerance=1e-9),
                np.arange(d),
                constraints.precedence,
                score,
            )
        ],
        generator=generator,
        n_restarts=n_restarts,
        max_passes=100,
        tolerance=1e-9,
        monitor=Monitor(),
    )


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("parents", [(), (1,), (2, 4), (1, 2, 3, 4)])
def test_a_fit_is_the_generalized_linear_model_of_statsmodels(mechanism, parents):
    import statsmodels.api as sm

    X, _ = table(mechanism, 300, 5)
    family = {"logistic": sm.families.Binomial(), "poisson": sm.families.Poisson()}[mechanism]
    fit = GeneralizedLinearNodes(CASES[mechanism][1], X, price=3.0).given(0, mask(5, parents))
    model = sm.GLM(X[:, 0], sm.add_constant(X[:, list(parents)]), family=family).fit(tol=1e-12)
    assert fit.value == pytest.approx(-2 * model.llf + 3.0 * len(parents), rel=1e-7)
    np.testing.assert_allclose(fit.weights[list(parents)], model.params[1:], rtol=1e-5)
    assert np.flatnonzero(fit.weights).tolist() == list(parents)


def test_logistic_weights_are_those_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    X, _ = table("logistic", 400, 4)
    fit = GeneralizedLinearNodes(Bernoulli(), X, price=0.0).given(3, mask(4, [0, 1, 2]))
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X[:, :3], X[:, 3])
    np.testing.assert_allclose(fit.weights[:3], model.coef_[0], rtol=1e-4)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_slope_and_curvature_are_derivatives_of_the_log_likelihood(mechanism):
    family = CASES[mechanism][1]
    predictor = np.array([-30.0, -2.0, 0.0, 0.7, 3.0])
    values = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    expansion = family.expand(predictor, values)
    for i, step in enumerate(np.eye(5) * 1e-5):
        above, below = (
            family.expand(predictor + step, values),
            family.expand(predictor - step, values),
        )
        slope = (above.log_likelihood - below.log_likelihood) / 2e-5
        assert expansion.slope[i] == pytest.approx(slope, rel=1e-6, abs=1e-8)
        curvature = (below.slope[i] - above.slope[i]) / 2e-5
        assert expansion.curvature[i] == pytest.approx(curvature, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_penalised_slope_vanishes_at_the_maximum(mechanism):
    X, _ = table(mechanism, 200, 4)
    design = np.vstack([np.ones(200), ((X - X.mean(axis=0)) / X.std(axis=0)).T[1:]])
    coefficients, expansion = PenalizedLikelihood(CASES[mechanism][1], design, X[:, 0]).maximum()
    slope = design @ expansion.slope - 1e-6 * np.array([0, 1, 1, 1]) * coefficients
    np.testing.assert_allclose(slope, 0.0, atol=1e-7)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("seed", range(5))
def test_no_change_of_one_parent_improves_on_the_chosen_ones(mechanism, seed):
    X, _ = table(mechanism, 500, 6, seed)
    nodes = GeneralizedLinearNodes(CASES[mechanism][1], X, price=2 * np.log(500))
    for node, start in itertools.product(range(6), ([], range(6))):
        others = mask(6, {*range(6)} - {node})
        chosen = nodes.best(node, others, mask(6, []), mask(6, start))
        parents = set(np.flatnonzero(chosen.weights).tolist())
        changed = [nodes.given(node, mask(6, parents ^ {i})).value for i in np.flatnonzero(others)]
        assert chosen.value == nodes.given(node, mask(6, parents)).value
        assert min(changed) >= chosen.value * (1 - 1e-9)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("seed", range(3))
def test_in_sparse_graphs_the_chosen_parents_are_the_best_of_all_subsets(mechanism, seed):
    X, sem = table(mechanism, 500, 6, seed, edges_per_node=1)
    nodes = GeneralizedLinearNodes(CASES[mechanism][1], X, price=2 * np.log(500))
    n_parents = 0
    for node in range(6):
        others = [i for i in range(6) if i != node]
        chosen = nodes.best(node, mask(6, others), mask(6, []), mask(6, []))
        assert chosen.value == pytest.approx(best_subset(nodes, node, others), rel=1e-9)
        n_parents += np.count_nonzero(chosen.weights)
    assert n_parents >= sem.adjacency.sum()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_required_parents_stay_and_others_than_candidates_never_enter(mechanism):
    X, _ = table(mechanism, 300, 6, edges_per_node=2)
    nodes = GeneralizedLinearNodes(CASES[mechanism][1], X, price=2 * np.log(300))
    start = mask(6, [1, 2, 3, 4, 5])
    for required in ([], [4], [1, 4]):
        chosen = nodes.best(0, mask(6, [1, 2, 4]), mask(6, required), start)
        parents = set(np.flatnonzero(chosen.weights).tolist())
        assert set(required) <= parents <= {1, 2, 4}
        assert chosen.value == pytest.approx(best_subset(nodes, 0, [1, 2, 4], required), rel=1e-9)


def test_predicted_changes_approach_the_true_ones_for_weak_effects():
    generator = np.random.default_rng(0)
    causes = (generator.random((20_000, 3)) < 0.4).astype(float)
    effect = generator.random(20_000) < expit(causes @ np.array([0.15, -0.1, 0.0]))
    nodes = GeneralizedLinearNodes(Bernoulli(), np.column_stack([causes, effect]), price=9.0)
    for parents in ([], [0], [0, 1]):
        regression = nodes.given(3, mask(4, parents))
        for other in range(3):
            toggled = nodes.given(3, mask(4, set(parents) ^ {other}))
            change = toggled.value - regression.value
            assert regression.predicted_change[other] == pytest.approx(change, rel=0.02, abs=0.02)


def test_parents_that_separate_the_outcomes_get_finite_slopes():
    cause = np.repeat([0.0, 1.0], 50)
    other = np.tile([0.0, 1.0], 50)
    nodes = GeneralizedLinearNodes(Bernoulli(), np.column_stack([cause, cause, other]), price=2.0)
    fit = nodes.best(0, mask(3, [1, 2]), mask(3, []), mask(3, []))
    assert 10 < fit.weights[1] < 100
    assert fit.value == pytest.approx(2.0, abs=1e-3)  # log-likelihood 0, and one edge
    copies = nodes.given(2, mask(3, [0, 1]))
    assert np.isfinite(copies.weights).all()
    assert copies.value == pytest.approx(nodes.given(2, mask(3, [0])).value + 2.0, abs=1e-6)


def test_counts_of_any_size_get_finite_answers():
    base = np.arange(60.0)
    X = np.column_stack([base**6, base, (59 - base) ** 5, np.where(base == 59, 1e12, 0.0)])
    nodes = GeneralizedLinearNodes(PoissonCounts(), X, price=8.0)
    for node in range(4):
        others = mask(4, {0, 1, 2, 3} - {node})
        fit = nodes.best(node, others, mask(4, []), mask(4, []))
        assert np.isfinite(fit.value)
        assert np.isfinite(fit.weights).all()
        assert fit.value <= nodes.given(node, mask(4, [])).value


def test_fewer_rows_than_columns_are_no_obstacle():
    X = (np.random.default_rng(3).random((8, 12)) < 0.5).astype(float)
    X[0], X[1] = 0.0, 1.0
    score = Logistic().order_score(problem_of(X))
    assert np.isfinite(score.loss(np.arange(12)))


@pytest.mark.parametrize("criterion", [Logistic, Poisson])
def test_the_extended_criterion_adds_four_gamma_log_d_an_edge(criterion):
    X, _ = table("logistic", 500, 6)
    order = np.arange(6)
    knowledge = PriorKnowledge(required=[(0, 1), (2, 5)], roots=[0, 2, 3, 4], leaves=[1, 5])
    problem = problem_of(X, knowledge.resolve(6))
    plain = criterion(penalty=100.0).order_score(problem)
    extended = criterion(penalty=100.0, gamma=0.5).order_score(problem)
    assert plain.n_edges(order) == 2
    assert extended.loss(order) == pytest.approx(plain.loss(order) + 2 * 2 * np.log(6))


@pytest.mark.parametrize(
    ("criterion", "value", "message"),
    [
        (Logistic, 0.5, "column 'smoke' has the value 0.5"),
        (Logistic, 2.0, "recode the column"),
        (Poisson, -1.0, "column 'smoke' has the value -1"),
        (Poisson, 1.5, "counts"),
    ],
)
def test_values_that_the_model_cannot_take_are_named(criterion, value, message):
    X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, value]])
    moments = Moments.from_rows(X, ["fire", "smoke"])
    with pytest.raises(ValueError, match=message):
        criterion().order_score(Problem(moments, Constraints.none(2), rows=X))


@pytest.mark.parametrize("criterion", [Logistic, Poisson])
def test_constant_columns_are_named(criterion):
    X = np.column_stack([np.tile([0.0, 1.0], 5), np.ones(10)])
    with pytest.raises(ValueError, match="column 1 is constant"):
        criterion().order_score(problem_of(X))


@pytest.mark.parametrize("parameter", ["penalty", "gamma"])
@pytest.mark.parametrize("criterion", [Logistic, Poisson])
def test_negative_prices_are_refused(criterion, parameter):
    X, _ = table("logistic", 20, 4)
    with pytest.raises(ValueError, match=f"{parameter}=-1"):
        criterion(**{parameter: -1}).order_score(problem_of(X))


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("seed", range(3))
def test_the_search_finds_the_best_of_all_orders(mechanism, seed):
    X, _ = table(mechanism, 400, 4, seed)
    score = CASES[mechanism][0]().order_score(problem_of(X))
    losses = [score.loss(np.array(order)) for order in itertools.permutations(range(4))]
    result = searched(score, Constraints.none(4), np.random.default_rng(seed))
    assert result.loss == pytest.approx(min(losses), rel=1e-9)
    assert max(losses) > min(losses) + 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_a_logistic_model_is_recovered_up_to_equivalence(seed):
    X, sem = table("logistic", 5000, 6, seed)
    score = Logistic().order_score(problem_of(X))
    result = searched(score, Constraints.none(6), np.random.default_rng(0))
    found = score.weights(result.order) != 0
    assert (graph.cpdag(found) == graph.cpdag(sem.adjacency)).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_poisson_model_is_recovered_with_all_directions(seed):
    X, sem = table("poisson", 2000, 6, seed, edges_per_node=1)
    score = Poisson().order_score(problem_of(X))
    result = searched(score, Constraints.none(6), np.random.default_rng(0))
    assert ((score.weights(result.order) != 0) == sem.adjacency).all()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_permuting_the_columns_permutes_the_scores(mechanism):
    X, _ = table(mechanism, 300, 5)
    permutation = np.array([3, 0, 4, 1, 2])
    order = np.array([1, 4, 2, 0, 3])
    score = CASES[mechanism][0]().order_score(problem_of(X))
    permuted = CASES[mechanism][0]().order_score(problem_of(X[:, permutation]))
    same_order = np.argsort(permutation)[order]
    assert permuted.loss(same_order) == pytest.approx(score.loss(order), rel=1e-12)
    np.testing.assert_allclose(
        permuted.weights(same_order),
        score.weights(order)[np.ix_(permutation, permutation)],
        rtol=1e-6,
        atol=1e-12,
    )

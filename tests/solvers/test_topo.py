import itertools

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import TOPO, EmptyDAG, EqVar, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.metrics import structural_hamming_distance
from causal_dag.problem import Problem, Status
from causal_dag.solvers import make_solver
from causal_dag.solvers.order.scores.least_squares import DenseLeastSquares
from causal_dag.synthetic import make_linear_sem

MOVES = ["insertion", "swap"]
# 40 cases each.
BATCHES = [0, 1, 2, *(pytest.param(batch, marks=pytest.mark.slow) for batch in range(3, 20))]


def least_squares(**params):
    return make_solver("topo-ls", **params)


def exact_optimum(covariance, constraints):
    """Least loss over all orders that respect the constraints: dynamic programme over subsets."""
    d = len(covariance)
    best = {frozenset(): 0.0}
    for size in range(d):
        for taken in map(frozenset, itertools.combinations(range(d), size)):
            if taken not in best:
                continue
            for child in set(range(d)) - taken:
                if not taken.issuperset(np.flatnonzero(constraints.precedence[:, child])):
                    continue
                parents = [v for v in sorted(taken) if constraints.allowed[v, child]]
                slopes = np.linalg.solve(
                    covariance[np.ix_(parents, parents)], covariance[parents, child]
                )
                variance = covariance[child, child] - covariance[child, parents] @ slopes
                extended = taken | {child}
                best[extended] = min(best.get(extended, np.inf), best[taken] + variance)
    return best[frozenset(range(d))] / 2


def small_case(seed):
    """Moments of a small data set: equal or unequal variances, dense, or standardized."""
    generator = np.random.default_rng(seed)
    d = int(generator.integers(2, 7))
    n = int(generator.choice([d + 2, 2 * d, 20, 100, 1000]))
    kind = seed % 4
    if kind == 3:
        return Moments.from_rows(generator.normal(size=(n, d)) @ generator.normal(size=(d, d)))
    moments = Moments.from_rows(
        make_linear_sem(
            n,
            d,
            edges_per_node=min(2.0, (d - 1) / 2),
            noise_variance=(0.5, 10.0) if kind == 1 else 1.0,
            random_state=seed,
        )[0]
    )
    return moments.standardized() if kind == 2 else moments


def small_knowledge(d, seed):
    generator = np.random.default_rng(seed)
    first, second = (int(v) for v in generator.permutation(d)[:2])
    pairs = set(itertools.permutations(range(d), 2)) - {(first, second)}
    return PriorKnowledge(
        required=[(first, second)] if seed % 2 else [],
        forbidden=[pair for pair in sorted(pairs) if generator.random() < 0.3],
    )


def er4(d, seed):
    return make_linear_sem(1000, d, edges_per_node=4, random_state=seed)


@pytest.mark.parametrize("batch", BATCHES)
def test_the_optimum_over_all_orders_is_found_where_it_can_be_enumerated(batch):
    for seed in range(40 * batch, 40 * batch + 40):
        moments = small_case(seed)
        model = least_squares(random_state=seed).fit_moments(moments)
        exact = exact_optimum(moments.covariance, Constraints.none(moments.n_features))
        assert model.objective_ == pytest.approx(exact, rel=1e-9), seed


@pytest.mark.parametrize("batch", BATCHES)
def test_the_optimum_over_all_orders_that_obey_prior_knowledge_is_found(batch):
    for seed in range(40 * batch, 40 * batch + 40):
        moments = small_case(seed)
        knowledge = small_knowledge(moments.n_features, seed)
        constraints = knowledge.resolve(moments.n_features)
        model = least_squares(random_state=seed, prior_knowledge=knowledge).fit_moments(moments)
        exact = exact_optimum(moments.covariance, constraints)
        assert model.objective_ == pytest.approx(exact, rel=1e-9), seed
        assert not model.raw_weights_[constraints.forbidden].any()
        assert not np.tril(constraints.precedence[np.ix_(model.order_, model.order_)]).any()


@pytest.mark.parametrize("d", [20, 50, 100])
@pytest.mark.parametrize("seed", range(2))
def test_from_a_random_order_the_loss_is_that_of_the_top_down_order(d, seed):
    X, _ = er4(d, seed)
    score = DenseLeastSquares(Moments.from_rows(X))
    top_down = score.loss(EqVar().fit(X).order_)
    for params in ({}, {"n_restarts": 0}, {"n_restarts": 0, "moves": "swap"}):
        model = least_squares(random_state=seed, **params).fit(X)
        assert model.objective_ == pytest.approx(top_down, rel=1e-3)
        assert model.objective_ == pytest.approx(score.loss(model.order_), rel=1e-9)


@pytest.mark.parametrize("moves", MOVES)
def test_equal_variance_graphs_are_found(moves):
    X, sem = make_linear_sem(5000, 10, edges_per_node=2, random_state=1)
    model = least_squares(moves=moves, random_state=0).fit(X)
    assert structural_hamming_distance(sem.weights, model.weights_) == 0


def test_the_dense_loss_says_nothing_where_noise_variances_are_unequal():
    # Documented: with a noisy cause and a quiet effect, the better order is the wrong one.
    covariance = np.array([[9.0, 9.0], [9.0, 9.5]])
    assert least_squares().fit_moments(Moments(1000, np.zeros(2), covariance)).order_.tolist() == [
        0,
        1,
    ]
    standardized = Moments(1000, np.zeros(2), covariance).standardized()
    score = DenseLeastSquares(standardized)
    assert score.loss(np.array([0, 1])) == pytest.approx(score.loss(np.array([1, 0])))


@pytest.mark.parametrize("moves", MOVES)
@pytest.mark.parametrize("known", [None, PriorKnowledge(required=[(0, 3)], forbidden=[(2, 4)])])
def test_restarts_and_passes_never_make_the_loss_worse(moves, known):
    X, _ = make_linear_sem(100, 18, edges_per_node=4, random_state=0)
    settings = {"moves": moves, "prior_knowledge": known, "random_state": 0}
    losses = [least_squares(n_restarts=k, **settings).fit(X).objective_ for k in (0, 1, 5, 20)]
    assert losses == sorted(losses, reverse=True)
    with pytest.warns(ConvergenceWarning, match="max_iter"):
        first_pass = least_squares(n_restarts=0, max_iter=1, **settings).fit(X)
    assert first_pass.objective_ >= losses[0]
    assert first_pass.status_ == Status.MAX_ITER


@pytest.mark.parametrize("moves", MOVES)
def test_the_search_starts_from_init_and_is_never_worse(moves):
    X, _ = make_linear_sem(60, 12, edges_per_node=3, random_state=0)
    score = DenseLeastSquares(Moments.from_rows(X))
    order = np.random.default_rng(0).permutation(12)
    fitted = EqVar().fit(X)
    weights = fitted.weights_
    for init in (order, order.tolist(), fitted, weights, EmptyDAG().fit(X)):
        model = least_squares(init=init, moves=moves, n_restarts=0).fit(X)
        start = init.order_ if hasattr(init, "order_") else order
        assert init is weights or model.objective_ <= score.loss(start) * (1 + 1e-12)
        assert (
            model.raw_weights_.tobytes()
            == least_squares(init=init, moves=moves, n_restarts=0).fit(X).raw_weights_.tobytes()
        )


@pytest.mark.parametrize("known", [False, True])
def test_permuted_columns_give_the_permuted_answer(known):
    X, _ = make_linear_sem(200, 9, edges_per_node=2, random_state=4)
    columns = np.random.default_rng(0).permutation(9)
    place = np.argsort(columns)
    edges = [(0, 5), (3, 2)] if known else []
    moved = [(int(place[i]), int(place[j])) for i, j in edges]
    model = least_squares(random_state=0, prior_knowledge=PriorKnowledge(required=edges)).fit(X)
    permuted = least_squares(random_state=0, prior_knowledge=PriorKnowledge(required=moved)).fit(
        X[:, columns]
    )
    np.testing.assert_allclose(
        permuted.raw_weights_, model.raw_weights_[np.ix_(columns, columns)], atol=1e-8
    )
    assert columns[permuted.order_].tolist() == model.order_.tolist()


def test_common_units_scale_the_loss_and_change_nothing_else():
    X, _ = make_linear_sem(200, 8, edges_per_node=2, random_state=0)
    model, scaled = (least_squares(random_state=0).fit(c * X) for c in (1.0, 1e20))
    assert scaled.order_.tolist() == model.order_.tolist()
    assert scaled.objective_ == pytest.approx(1e40 * model.objective_)
    np.testing.assert_allclose(scaled.raw_weights_, model.raw_weights_, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("moves", MOVES)
@pytest.mark.parametrize("known", [None, PriorKnowledge(forbidden=[(0, 1)])])
def test_two_variables_and_one(moves, known):
    cause = np.random.default_rng(0).normal(size=200)
    X = np.column_stack([2 * cause + np.random.default_rng(1).normal(size=200), cause])
    model = least_squares(moves=moves, prior_knowledge=known).fit(X)
    assert model.order_.tolist() == [1, 0]
    assert model.weights_[1, 0] == pytest.approx(2.0, abs=0.2)
    alone = least_squares(moves=moves).fit(X[:, :1])
    assert alone.weights_.tolist() == [[0.0]]
    assert alone.objective_ == pytest.approx(X[:, 0].var() / 2)


@pytest.mark.parametrize("moves", MOVES)
def test_the_callback_and_the_time_budget_keep_the_best_order_so_far(moves):
    X, _ = er4(20, 0)
    settings = {"moves": moves, "random_state": 0}
    stopped = least_squares(callback=lambda record: record.stage == 2, **settings).fit(X)
    assert stopped.status_ == Status.CALLBACK
    assert len(stopped.trace_) == 3
    assert stopped.objective_ == stopped.trace_[-1].objective
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        hurried = least_squares(time_budget=1e-9, **settings).fit(X)
    assert hurried.n_iter_ == 1
    score = DenseLeastSquares(Moments.from_rows(X))
    assert hurried.objective_ == pytest.approx(score.loss(hurried.order_))


def test_the_trace_ends_at_the_objective_and_never_rises():
    X, _ = er4(20, 1)
    model = least_squares(random_state=0).fit(X)
    objectives = [record.objective for record in model.trace_]
    assert (np.diff(objectives) <= 1e-12 * objectives[0]).all()
    assert objectives[-1] == model.objective_
    assert {record.non_zeros for record in model.trace_} == {190}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"criterion": "bic!"}, "criterion='bic!'"),
        ({"moves": "jump"}, "moves='jump'"),
        ({"n_restarts": -1}, "n_restarts=-1"),
        ({"n_restarts": 1.5}, "n_restarts=1.5"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"tol": -1e-3}, "tol=-0.001"),
        ({"start": "left"}, "start='left'"),
        ({"penalty": -2}, "penalty=-2"),
        ({"gamma": -1}, "gamma=-1"),
        ({"lambda1": -0.1}, "lambda1=-0.1"),
        ({"n_jobs": 0}, "n_jobs=0"),
        ({"init": [0, 0, 1]}, "init"),
    ],
)
def test_parameters_out_of_range_raise_and_are_named(params, message):
    X = np.random.default_rng(0).normal(size=(20, 3))
    for solver in (TOPO, least_squares):
        with pytest.raises(ValueError, match=message):
            solver(**params).fit(X)


def test_zero_tolerance_still_ends():
    X = np.random.default_rng(0).normal(size=(40, 12))
    assert least_squares(tol=0.0, random_state=0).fit(X).converged_


def test_nearly_collinear_columns_give_finite_weights_and_an_end():
    generator = np.random.default_rng(0)
    X = generator.normal(size=(300, 10))
    X[:, 9] = X[:, :9].sum(axis=1) + 1e-5 * generator.normal(size=300)
    model = least_squares(tol=0.0, random_state=0).fit(X)
    assert np.isfinite(model.raw_weights_).all()
    assert model.converged_


def test_solve_is_a_pure_function_of_the_problem():
    moments = small_case(5)
    constraints = Constraints.none(moments.n_features)
    answers = [least_squares().solve(Problem(moments, constraints)) for _ in range(2)]
    assert answers[0].weights.tobytes() == answers[1].weights.tobytes()


def test_ctrl_c_keeps_the_best_order_so_far():
    X, _ = er4(18, 0)

    def interrupt(record):
        if record.stage == 5:
            raise KeyboardInterrupt

    for n_jobs in (1, 2):
        model = least_squares(random_state=0, n_jobs=n_jobs, callback=interrupt)
        with pytest.warns(ConvergenceWarning, match="Ctrl-C"):
            model.fit(X)
        assert model.status_ == Status.INTERRUPTED
        assert model.objective_ == model.trace_[-1].objective

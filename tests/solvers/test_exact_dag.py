from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from causal_dag import TOPO, ExactDAG, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.graph import cpdag, is_dag
from causal_dag.problem import Problem
from causal_dag.solvers.order import exact_search
from causal_dag.solvers.order.criteria.lasso import Lasso, ProfiledCoLiDE
from causal_dag.solvers.order.criteria.least_squares import LeastSquares
from causal_dag.solvers.order.scores.decomposable import DecomposableScore
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.local_score import NodeFit
from causal_dag.solvers.order.search import subset_programme
from causal_dag.solvers.order.search.insertions import insertion_search
from causal_dag.solvers.order.search.subset_programme import best_parent_sets
from causal_dag.synthetic import make_linear_sem

KNOWLEDGE = {
    "none": None,
    "some": PriorKnowledge(required=[(3, 0)], forbidden=[(1, 2), (2, 1)]),
}


def all_dags(d):
    edges = [(i, j) for i in range(d) for j in range(d) if i != j]
    for present in product([False, True], repeat=len(edges)):
        adjacency = np.zeros((d, d), dtype=bool)
        adjacency[tuple(np.array(edges)[list(present)].T)] = True
        if is_dag(adjacency):
            yield adjacency


DAGS = list(all_dags(4))


def residual_variances(X, adjacency):
    centred = X - X.mean(axis=0)
    variances = np.empty(X.shape[1])
    for node in range(X.shape[1]):
        parents = centred[:, adjacency[:, node]]
        fitted = parents @ np.linalg.lstsq(parents, centred[:, node], rcond=None)[0]
        variances[node] = np.mean((centred[:, node] - fitted) ** 2)
    return variances


def price_of(X, adjacency, penalty="auto", gamma=0.0):
    n, d = X.shape
    if penalty != "auto":
        return (penalty * np.log(n) + 4 * gamma * np.log(d)) * adjacency.sum()
    added = [np.log((d - k) / k) for sizes in adjacency.sum(axis=0) for k in range(1, sizes + 1)]
    return sum(max(np.log(n) + 2 * term, 0.5 * np.log(n)) for term in added)


def bic(X, adjacency, **price):
    return len(X) * np.log(residual_variances(X, adjacency)).sum() + price_of(X, adjacency, **price)


def bic_ev(X, adjacency, **price):
    variance = residual_variances(X, adjacency).mean()
    return X.size * np.log(variance) + price_of(X, adjacency, **price)


def least_squares(X, adjacency, **_):
    return residual_variances(X, adjacency).sum() / 2


CRITERIA = {"bic": bic, "bic-ev": bic_ev, "least-squares": least_squares}


def table(seed, n=40, d=4):
    X, _ = make_linear_sem(
        n, d, graph="er", edges_per_node=1, noise_variance=(0.3, 3.0), random_state=seed
    )
    return X


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("knowledge", KNOWLEDGE)
@pytest.mark.parametrize(
    ("seed", "price"), [(0, {}), (1, {"penalty": 2.0}), (2, {"penalty": 0.5, "gamma": 0.25})]
)
def test_no_dag_on_four_nodes_scores_lower(criterion, knowledge, seed, price):
    X, prior = table(seed), KNOWLEDGE[knowledge]
    model = ExactDAG(criterion=criterion, prior_knowledge=prior, **price).fit(X)
    possible = DAGS
    if prior is not None:
        constraints = prior.resolve(4)
        possible = [
            A
            for A in DAGS
            if (constraints.required <= A).all() and not A[constraints.forbidden].any()
        ]
        assert 0 < len(possible) < len(DAGS)
    expected = min(CRITERIA[criterion](X, A, **price) for A in possible)
    assert model.objective_ == pytest.approx(expected, rel=1e-8)
    assert CRITERIA[criterion](X, model.adjacency_, **price) == pytest.approx(expected, rel=1e-8)
    assert model.converged_


@pytest.mark.parametrize("criterion", ["bic", "bic-ev"])
@pytest.mark.parametrize("solver", [ExactDAG, TOPO])
def test_no_dag_on_four_nodes_scores_lower_where_prices_fall(criterion, solver):
    X = table(0)
    model = solver(criterion=criterion, penalty="auto").fit(X)
    expected = min(CRITERIA[criterion](X, A, penalty="auto") for A in DAGS)
    assert model.objective_ == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_of_an_equivalence_class_the_graph_of_most_equal_noise_is_returned(seed):
    X = table(seed, n=100)
    model = ExactDAG().fit(X)
    members = [A for A in DAGS if (cpdag(A) == model.cpdag_).all()]
    spread = [np.log(residual_variances(X, A)).var() for A in members]
    np.testing.assert_array_equal(model.adjacency_, members[int(np.argmin(spread))])


def test_some_classes_have_more_than_one_graph():
    models = [ExactDAG().fit(table(seed, n=100)) for seed in range(6)]
    assert any((model.cpdag_ != model.adjacency_).any() for model in models)


@pytest.mark.parametrize("seed", range(3))
def test_the_true_class_is_found_and_with_equal_variances_the_true_graph(seed):
    X, sem = make_linear_sem(5000, 9, graph="er", edges_per_node=1.5, random_state=seed)
    truth = sem.weights != 0
    np.testing.assert_array_equal(ExactDAG().fit(X).cpdag_, cpdag(truth))
    model = ExactDAG(criterion="bic-ev").fit(X)
    np.testing.assert_array_equal(model.adjacency_, truth)
    np.testing.assert_allclose(model.weights_, sem.weights, atol=0.15)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("seed", range(3))
def test_permuted_columns_give_the_permuted_graph(criterion, seed):
    X = table(seed, n=100, d=7)
    permutation = np.random.default_rng(seed).permutation(7)
    model = ExactDAG(criterion=criterion).fit(X)
    permuted = ExactDAG(criterion=criterion).fit(X[:, permutation])
    expected = model.weights_[np.ix_(permutation, permutation)]
    np.testing.assert_allclose(permuted.weights_, expected, atol=1e-9)
    np.testing.assert_array_equal(permutation[permuted.order_], model.order_)


def test_units_change_no_graph_of_the_bic():
    X = table(0, n=100, d=6)
    scaled = X * np.array([1e8, 1e-6, 1.0, 1e3, 1e-3, 1.0])
    np.testing.assert_array_equal(ExactDAG().fit(X).cpdag_, ExactDAG().fit(scaled).cpdag_)


def test_an_order_search_finds_nothing_better():
    X = table(1, n=100, d=7)
    score = DecomposableScore(GaussianBIC(Moments.from_rows(X)), Constraints.none(7))
    model = ExactDAG().fit(X)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(7)
        found = list(insertion_search(score, order, 1e-9))[-1]
        assert model.objective_ <= found.loss + 1e-9 * abs(found.loss)


@dataclass(frozen=True)
class AbsoluteDeviation:
    """A criterion of the user's own that needs rows: n log of the mean absolute residual."""

    price: float = 8.0
    needs_rows = True
    needs_full_rank = False

    def order_score(self, problem):
        return DecomposableScore(
            AbsoluteDeviationNodes(problem.rows, self.price), problem.constraints
        )


@dataclass(frozen=True)
class AbsoluteDeviationNodes:
    rows: np.ndarray
    price: float

    def given(self, node, parents):
        centred = self.rows - self.rows.mean(axis=0)
        weights = np.zeros(parents.size)
        weights[parents] = np.linalg.lstsq(centred[:, parents], centred[:, node], rcond=None)[0]
        deviation = np.abs(centred[:, node] - centred @ weights).mean()
        return NodeFit(len(self.rows) * np.log(deviation) + self.price * parents.sum(), weights)


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_a_criterion_of_the_users_own_is_minimised_over_all_dags(knowledge):
    X, prior = table(2), KNOWLEDGE[knowledge]
    criterion = AbsoluteDeviation()
    nodes = AbsoluteDeviationNodes(X, criterion.price)
    model = ExactDAG(criterion=criterion, prior_knowledge=prior).fit(X)
    constraints = (prior or PriorKnowledge()).resolve(4)
    scores = [
        sum(nodes.given(j, A[:, j]).value for j in range(4))
        for A in DAGS
        if (constraints.required <= A).all() and not A[constraints.forbidden].any()
    ]
    assert model.objective_ == pytest.approx(min(scores))
    assert model.adjacency_.any()


@dataclass(frozen=True)
class TabulatedScores:
    """A criterion whose local scores are given by a table."""

    values: np.ndarray
    needs_rows = False
    needs_full_rank = False

    def order_score(self, problem):
        return DecomposableScore(self, problem.constraints)

    def given(self, node, parents):
        return NodeFit(self.values[node, parents @ (1 << np.arange(4))], parents.astype(float))


@pytest.mark.parametrize("seed", range(5))
def test_one_dominating_local_score_hides_no_better_graph(seed):
    values = np.random.default_rng(seed).normal(size=(4, 16))
    values[0, 0b1110] = 1e12
    model = ExactDAG(criterion=TabulatedScores(values)).fit(table(seed))
    sums = [sum(values[j, A[:, j] @ (1 << np.arange(4))] for j in range(4)) for A in DAGS]
    assert model.objective_ == pytest.approx(min(sums), rel=1e-12)
    np.testing.assert_array_equal(model.adjacency_, DAGS[int(np.argmin(sums))])


@pytest.mark.parametrize("criterion", [Lasso(0.1), ProfiledCoLiDE("unequal", 0.1)])
@pytest.mark.parametrize("prior", KNOWLEDGE.values(), ids=KNOWLEDGE)
def test_a_penalised_score_is_the_least_of_all_orders(criterion, prior):
    moments = Moments.from_rows(table(3))
    constraints = (prior or PriorKnowledge()).resolve(4)
    score = criterion.order_score(Problem(moments, constraints))
    possible = [
        np.array(order)
        for order in permutations(range(4))
        if not np.tril(constraints.precedence[np.ix_(order, order)]).any()
    ]
    model = ExactDAG(criterion=criterion, prior_knowledge=prior).fit_moments(moments)
    assert model.objective_ == pytest.approx(min(map(score.loss, possible)), rel=1e-9)
    assert score.loss(model.order_) == pytest.approx(model.objective_, rel=1e-9)
    np.testing.assert_allclose(score.weights(model.order_), model.raw_weights_, atol=1e-8)


def test_a_noise_scale_that_all_share_is_no_sum_of_local_scores():
    with pytest.raises(ValueError, match="not a sum of local scores"):
        ExactDAG(criterion=ProfiledCoLiDE("equal")).fit(table(0))


def test_a_criterion_that_looks_at_rows_refuses_moments():
    with pytest.raises(ValueError, match="use fit"):
        ExactDAG(criterion=AbsoluteDeviation()).fit_moments(Moments.from_rows(table(0)))


def test_a_used_up_time_budget_is_said_where_graphs_were_left_out():
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        model = ExactDAG(criterion=AbsoluteDeviation(), time_budget=1e-9).fit(table(0))
    assert not model.converged_
    assert is_dag(model.weights_)
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        model = ExactDAG(criterion="bic-ev", time_budget=1e-9).fit(table(0))
    best = ExactDAG(criterion="bic-ev").fit(table(0)).objective_
    assert model.objective_ >= best - 1e-12 * abs(best)  # computed in another way


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_perfect_fit_has_a_finite_score(criterion):
    X = table(0)
    X[:, 3] = X[:, 0] + X[:, 1]
    with pytest.warns(UserWarning, match="is determined by its parents") as caught:
        model = ExactDAG(criterion=criterion).fit(X)
    assert caught[0].filename == __file__
    assert np.isfinite(model.objective_)
    assert is_dag(model.weights_)


@pytest.mark.parametrize(("criterion", "most"), [("bic", 22), ("bic-ev", 22), (Lasso(0.1), 15)])
def test_more_columns_than_feasible_are_refused(criterion, most):
    X = np.random.default_rng(0).normal(size=(40, most + 1))
    message = rf"n_features={most + 1}.*feasible for at most {most}; .*topo-bic"
    with pytest.raises(ValueError, match=message):
        ExactDAG(criterion=criterion).fit(X)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"criterion": "aic"}, "criterion='aic' is not known; choose one of 'bdeu', 'bic'"),
        ({"criterion": 3}, "criterion=3 is not known"),
        ({"criterion": LeastSquares}, "criterion=.* is not known"),
        ({"criterion": ProfiledCoLiDE()}, "is not a sum of local scores.*ExactDAG needs.*'bic'"),
        ({"criterion": "colide-ev"}, "is not a sum of local scores.*ExactDAG needs.*'bic'"),
        ({"penalty": -1.0}, "penalty=-1.0 must be a number >= 0"),
        ({"gamma": "a"}, "gamma='a' must be a number >= 0"),
    ],
)
def test_wrong_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        ExactDAG(**parameters).fit(table(0))


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_a_search_that_is_stopped_returns_the_graph_of_a_local_search(criterion, knowledge):
    X, prior = table(0, d=15), KNOWLEDGE[knowledge]
    settings = {"criterion": criterion, "prior_knowledge": prior}
    with pytest.warns(ConvergenceWarning, match="time_budget"):
        model = ExactDAG(time_budget=1e-9, **settings).fit(X)
    assert not model.converged_
    assert is_dag(model.weights_)
    constraints = (prior or PriorKnowledge()).resolve(15)
    assert (constraints.required <= model.adjacency_).all()
    assert not model.adjacency_[constraints.forbidden].any()
    assert model.objective_ == pytest.approx(CRITERIA[criterion](X, model.adjacency_))
    assert model.objective_ == model.trace_[-1].objective


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("n_calls", [0, 1])
def test_ctrl_c_keeps_the_best_graph_so_far(monkeypatch, criterion, n_calls):
    calls = iter(range(n_calls))

    def interrupted(*arguments):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return best_parent_sets(*arguments)

    X = table(0, d=6)
    best = ExactDAG(criterion=criterion).fit(X).objective_
    for module in (exact_search, subset_programme):
        monkeypatch.setattr(module, "best_parent_sets", interrupted)
    if n_calls == 1 and criterion != "bic-ev":
        assert ExactDAG(criterion=criterion).fit(X).converged_  # there is one program only
        return
    with pytest.warns(ConvergenceWarning, match="Ctrl-C"):
        model = ExactDAG(criterion=criterion).fit(X)
    assert model.objective_ == pytest.approx(CRITERIA[criterion](X, model.adjacency_))
    assert model.objective_ >= best - 1e-9 * abs(best)
    with pytest.raises(KeyboardInterrupt):
        TOPO(criterion=criterion).fit(X)


def test_the_time_that_a_search_takes_is_logged(caplog, monkeypatch):
    monkeypatch.setattr(exact_search, "SECONDS_PER_MESSAGE", -1.0)
    with caplog.at_level("INFO", logger="causal_dag"):
        ExactDAG().fit(table(0, d=16))
    assert "exact search of 16 columns: about 1 s and 0.0 GB" in caplog.messages[0]
    assert "exact search: 0 of about 0 s" in caplog.messages[-2]


@pytest.mark.slow
@pytest.mark.parametrize(("criterion", "d"), [("bic", 22), ("least-squares", 20), ("bic-ev", 18)])
def test_as_many_as_twenty_two_columns_are_possible(criterion, d):
    X, sem = make_linear_sem(2000, d, graph="er", edges_per_node=1.5, random_state=0)
    model = ExactDAG(criterion=criterion, weight_threshold=0.3).fit(X)
    if criterion != "bic":
        np.testing.assert_array_equal(model.adjacency_, sem.weights != 0)
    else:
        np.testing.assert_array_equal(model.cpdag_, cpdag(sem.weights))

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import causal_dag
from causal_dag import EmptyDAG, EqVar, Moments, PriorKnowledge, kkt_report
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.problem import Problem
from causal_dag.solvers import make_solver
from causal_dag.solvers.order.criteria.lasso import Lasso
from causal_dag.solvers.order.scores.least_squares import DenseLeastSquares
from causal_dag.solvers.order.search.candidate_swaps import large_set_size, ranked_by_paths
from causal_dag.solvers.order.search.insertions import insertion_search
from causal_dag.synthetic import make_linear_sem


def least_squares(**params):
    return make_solver("topo-ls", **params)


def examined(model, X, **settings):
    return kkt_report(model, X, **{"criterion": "least-squares"} | settings)


def fitted(weights, order):
    """All that a certificate asks of a model."""
    return SimpleNamespace(weights_=np.asarray(weights), order_=np.asarray(order))


def best_order(covariance, slow_loss):
    orders = itertools.permutations(range(len(covariance)))
    return np.array(min(orders, key=lambda order: slow_loss(covariance, order)))


def swapped(order, a, b):
    result = list(order)
    result[a], result[b] = order[b], order[a]
    return result


def inserted(order, node, position):
    rest = [v for v in order if v != node]
    return [*rest[:position], node, *rest[position:]]


@pytest.mark.parametrize("d", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_orders_with_its_own_weights_is_optimal(random_moments, slow_loss, d, seed):
    moments = random_moments(d, seed)
    order = best_order(moments.covariance, slow_loss)
    weights = DenseLeastSquares(moments).weights(order)
    report = examined(fitted(weights, order), moments)
    assert report.is_optimal
    assert report.graph_is_kkt
    assert report.best_move is None
    assert report.loss_of_order == pytest.approx(slow_loss(moments.covariance, order))
    assert report.loss_of_graph == pytest.approx(report.loss_of_order)
    assert report.best_swap.gain <= 1e-9 * report.loss_of_order
    assert report.best_insertion.gain <= 1e-9 * report.loss_of_order


@pytest.mark.parametrize("seed", range(6))
def test_the_gains_stated_are_the_largest_differences_of_losses_and_the_moves_reach_them(
    random_moments, slow_loss, seed
):
    moments = random_moments(6, seed, spread=0.5)
    order = np.random.default_rng(seed).permutation(6)
    weights = DenseLeastSquares(moments).weights(order)
    report = examined(fitted(weights, order), moments)

    loss = slow_loss(moments.covariance, order)
    swaps = [swapped(order, a, b) for a, b in itertools.combinations(range(6), 2)]
    insertions = [inserted(order, node, k) for node in order for k in range(6)]
    for move, candidates in ((report.best_swap, swaps), (report.best_insertion, insertions)):
        losses = [slow_loss(moments.covariance, candidate) for candidate in candidates]
        assert move.gain == pytest.approx(loss - min(losses), rel=1e-8)
        assert loss - slow_loss(moments.covariance, move.order) == pytest.approx(move.gain)
        assert [list(move.order).index(node) for node in move.nodes] == list(move.positions)
    assert report.best_swap.order.tolist() in swaps
    assert report.best_insertion.order.tolist() in insertions

    assert not report.is_optimal
    gain = max(report.best_swap.gain, report.best_insertion.gain)
    assert report.best_move.gain == gain > 0


@pytest.mark.parametrize("seed", range(6))
def test_the_steepest_slope_is_that_of_finite_differences_over_edges_that_close_no_cycle(
    random_moments, seed
):
    d = 5
    moments = random_moments(d, seed, spread=1.0)
    generator = np.random.default_rng(seed)
    weights = np.triu(generator.normal(size=(d, d)) * (generator.random((d, d)) < 0.5), k=1)
    C, scale = moments.covariance, np.sqrt(moments.variance)

    def score(W):
        return 0.5 * np.trace((np.eye(d) - W).T @ C @ (np.eye(d) - W))

    def derivative(W, i, j):
        step = np.zeros((d, d))
        step[i, j] = scale[j] / scale[i]
        # A central difference is exact for a quadratic function.
        return (score(W + step) - score(W - step)) / 2

    open_edges = []
    for i, j in itertools.permutations(range(d), 2):
        adjacency = weights != 0
        adjacency[i, j] = True
        if is_dag(adjacency):
            open_edges.append((i, j))
    assert 0 < len(open_edges) < d * (d - 1)
    # At W = 0 the steepest slope into j is that of j itself, its variance.
    steepest = [max(abs(derivative(0 * C, i, j)) for i in range(d)) for j in range(d)]
    np.testing.assert_allclose(steepest, moments.variance, rtol=1e-9)
    relative = {(i, j): abs(derivative(weights, i, j)) / moments.variance[j] for i, j in open_edges}
    slope = examined(SimpleNamespace(weights_=weights), moments).slope_of_graph
    assert slope.edge == max(relative, key=relative.get)
    assert slope.relative == pytest.approx(max(relative.values()), rel=1e-6)
    i, j = slope.edge
    assert slope.derivative * scale[j] / scale[i] == pytest.approx(
        derivative(weights, i, j), rel=1e-6
    )


@pytest.mark.parametrize("seed", range(4))
def test_an_edge_taken_away_is_where_the_slope_is(random_moments, seed):
    moments = random_moments(5, seed, spread=0.3)
    weights = DenseLeastSquares(moments).weights(np.arange(5))
    assert examined(fitted(weights, np.arange(5)), moments).graph_is_kkt
    without = weights.copy()
    without[1, 3] = 0.0
    report = examined(fitted(without, np.arange(5)), moments)
    assert not report.graph_is_kkt
    assert report.slope_of_graph.edge == (1, 3)
    # The order has not changed, and its own weights are as they were.
    assert report.order_is_kkt
    assert report.loss_of_graph > report.loss_of_order


@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e5])
def test_a_dense_fit_is_a_kkt_point_whatever_the_units_of_one_column(unit):
    X, _ = make_linear_sem(200, 6, random_state=0)
    X = X * np.array([1, 1, unit, 1, 1, 1])
    report = examined(least_squares(random_state=0, weight_threshold=0).fit(X), X)
    assert report.graph_is_kkt
    assert report.is_optimal


@pytest.mark.parametrize("seed", range(4))
def test_the_result_of_an_insertion_search_is_insertion_optimal(seed):
    X, _ = make_linear_sem(60, 12, graph="er", edges_per_node=4, random_state=seed)
    model = least_squares(moves="insertion", n_restarts=0, random_state=seed).fit(X)
    report = examined(model, X)
    assert report.is_insertion_optimal
    assert report.order.tolist() == model.order_.tolist()
    assert report.loss_of_order == pytest.approx(model.objective_, rel=1e-12)
    random_order = np.random.default_rng(seed).permutation(12)
    unsearched = fitted(np.zeros((12, 12)), random_order)
    assert not examined(unsearched, X).is_insertion_optimal


@pytest.mark.parametrize("seed", range(4))
def test_the_result_of_a_swap_search_is_optimal_among_the_swaps_of_the_large_set(seed):
    X, _ = make_linear_sem(60, 12, graph="er", edges_per_node=4, random_state=seed)
    model = least_squares(moves="swap", n_restarts=0, random_state=seed).fit(X)
    report = examined(model, X)
    score = DenseLeastSquares(Moments.from_rows(X))
    first, second = (part[: large_set_size(12)] for part in ranked_by_paths(score, model.order_))
    large_set = set(zip(first.tolist(), second.tolist(), strict=True))
    improving = tuple(sorted(report.best_swap.positions))
    assert report.is_swap_optimal or improving not in large_set


def lasso_model(moments, lambda1):
    problem = Problem(moments, Constraints.none(moments.n_features))
    score = Lasso(lambda1=lambda1).order_score(problem)
    *_, last = insertion_search(score, np.arange(moments.n_features), 1e-9)
    return fitted(score.weights(last.order), last.order)


@pytest.mark.parametrize("seed", range(3))
def test_a_sparse_score_is_examined_at_the_weights_it_gives_to_the_order(seed):
    X, _ = make_linear_sem(300, 7, graph="er", edges_per_node=2, random_state=seed)
    moments = Moments.from_rows(X)
    model = lasso_model(moments, 0.1)
    report = examined(model, X, criterion=Lasso(lambda1=0.1))
    assert np.count_nonzero(model.weights_) < 21
    assert report.is_insertion_optimal
    assert report.graph_is_kkt == report.order_is_kkt
    assert report.loss_of_graph == pytest.approx(report.loss_of_order, rel=1e-8)

    thinned = fitted(np.where(np.abs(model.weights_) > 0.3, model.weights_, 0), model.order_)
    thinned_report = examined(thinned, X, criterion=Lasso(lambda1=0.1))
    assert thinned_report.loss_of_order == report.loss_of_order
    assert thinned_report.loss_of_graph >= report.loss_of_graph * (1 - 1e-12)
    assert examined(model, X).criterion == "least-squares"
    assert report.criterion == "Lasso"


def test_a_kkt_point_can_be_beaten_by_a_swap(random_moments):
    # Dense least squares along any order is a KKT point: every edge left closes a cycle.
    moments = random_moments(5, 0)
    order = np.argsort(-moments.variance)
    report = examined(fitted(DenseLeastSquares(moments).weights(order), order), moments)
    assert report.graph_is_kkt
    assert not report.is_swap_optimal
    assert not report.is_optimal


def test_moves_and_slopes_that_prior_knowledge_forbids_do_not_count(random_moments):
    moments = random_moments(4, 1)
    knowledge = PriorKnowledge(required=[(0, 1), (1, 2), (2, 3)], forbidden=[(0, 3)])
    model = least_squares(prior_knowledge=knowledge, weight_threshold=0).fit_moments(moments)
    report = examined(model, moments)
    assert report.best_swap is report.best_insertion is report.best_move is None
    assert report.is_optimal
    assert report.graph_is_kkt
    assert "none is allowed" in str(report)
    # The same graph without the knowledge: the forbidden edge has a slope, and moves are free.
    free = examined(fitted(model.weights_, model.order_), moments)
    assert free.slope_of_graph.edge == (0, 3)
    assert free.best_swap is not None
    given = examined(fitted(model.weights_, model.order_), moments, prior_knowledge=knowledge)
    assert str(given) == str(report)


def test_the_report_names_columns_moves_and_gains():
    X, _ = make_linear_sem(100, 6, random_state=3)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    model = EmptyDAG().fit(frame)
    report = examined(model, frame)
    text = str(report)
    assert text.startswith("least-squares, 6 variables\n")
    move = report.best_insertion
    label = "abcdef"[move.nodes[0]]
    assert f"{label} to position {move.positions[0]} lowers the loss by {move.gain:.6g}" in text
    cause, effect = ("abcdef"[node] for node in report.slope_of_graph.edge)
    assert f"along {cause} -> {effect}" in text
    assert report.names == tuple("abcdef")
    assert "above that of its order" in text
    best = str(examined(least_squares(random_state=0, weight_threshold=0).fit(frame), frame))
    assert best.count("none lowers the loss") == 2
    assert "that of its order" in best


@pytest.mark.parametrize("d", [1, 2])
def test_one_and_two_columns_are_no_special_case(random_moments, d):
    moments = random_moments(d, 0)
    report = examined(least_squares(random_state=0).fit_moments(moments), moments)
    assert report.is_optimal
    assert (report.best_swap is None) == (d == 1)
    assert report.slope_of_order.edge is None or d == 2


def test_an_estimator_without_an_order_is_examined_along_one_of_its_graph():
    X, _ = make_linear_sem(200, 6, random_state=0)
    model = EqVar().fit(X)
    report = examined(SimpleNamespace(weights_=model.weights_), X)
    position = np.argsort(report.order)
    causes, effects = np.nonzero(model.weights_)
    assert (position[causes] < position[effects]).all()


def test_data_and_graphs_that_do_not_fit_are_refused():
    X, _ = make_linear_sem(100, 5, edges_per_node=1, random_state=0)
    model = least_squares(random_state=0).fit(X)
    with pytest.raises(ValueError, match="TOPO is not fitted"):
        examined(least_squares(), X)
    with pytest.raises(ValueError, match=r"shape \(5, 5\), but the data has 4 columns"):
        examined(model, X[:, :4])
    with pytest.raises(ValueError, match="criterion='lest-squares' is not known"):
        examined(model, X, criterion="lest-squares")
    with pytest.raises(ValueError, match="tol=-1 must be"):
        examined(model, X, tol=-1)
    with pytest.raises(ValueError, match="have a cycle"):
        examined(SimpleNamespace(weights_=np.ones((5, 5)) - np.eye(5)), X)
    with pytest.raises(ValueError, match="not a topological order"):
        examined(fitted(model.weights_, model.order_[::-1]), X)
    with pytest.raises(ValueError, match="needs more rows than columns"):
        examined(model, X[:4])
    cause, effect = np.argwhere(model.adjacency_)[0]
    with pytest.raises(ValueError, match=f"has the forbidden edge {cause} -> {effect}"):
        examined(model, X, prior_knowledge=PriorKnowledge(forbidden=[(cause, effect)]))
    linked = model.adjacency_ | model.adjacency_.T | np.eye(5, dtype=bool)
    cause, effect = np.argwhere(~linked)[0]
    with pytest.raises(ValueError, match=f"lacks the required edge {cause} -> {effect}"):
        examined(model, X, prior_knowledge=PriorKnowledge(required=[(cause, effect)]))
    named = least_squares(random_state=0).fit(pd.DataFrame(X, columns=list("abcde")))
    with pytest.raises(ValueError, match="fitted to the columns 'a', 'b', 'c', 'd', 'e'"):
        examined(named, pd.DataFrame(X, columns=list("edcba")))


def test_a_criterion_that_looks_at_rows_gets_them_or_says_so():
    class LooksAtRows(Lasso):
        needs_rows = True

        def order_score(self, problem):
            assert problem.rows is not None
            return super().order_score(problem)

    X, _ = make_linear_sem(100, 5, edges_per_node=1, random_state=0)
    model = EqVar().fit(X)
    assert examined(model, X, criterion=LooksAtRows()).criterion == "LooksAtRows"
    with pytest.raises(ValueError, match=r"needs rows.*pass the rows"):
        examined(model, Moments.from_rows(X), criterion=LooksAtRows())


def test_both_names_are_public():
    assert causal_dag.kkt_report is kkt_report
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert isinstance(examined(EmptyDAG().fit(X), X), causal_dag.KKTReport)
    assert {"kkt_report", "KKTReport"} <= set(dir(causal_dag))

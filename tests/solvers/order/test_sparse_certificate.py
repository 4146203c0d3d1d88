"""Certificates of graphs under scores that count edges."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from causal_dag import TOPO, EmptyDAG, ExactDAG, Moments, kkt_report
from causal_dag.constraints import Constraints
from causal_dag.graph import topological_order
from causal_dag.problem import Problem
from causal_dag.solvers import make_solver
from causal_dag.solvers.order.criteria.gaussian import BIC, EqualVarianceBIC
from causal_dag.synthetic import make_linear_sem

SPARSE = {"bic": BIC(), "bic-ev": EqualVarianceBIC()}


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_graphs_is_an_optimal_kkt_point(name, seed):
    X, _ = make_linear_sem(200, 6, edges_per_node=1.5, random_state=seed)
    best = ExactDAG(criterion=name).fit(X)
    report = kkt_report(best, X, criterion=name)
    assert report.is_optimal
    assert report.graph_is_kkt
    assert report.loss_of_graph == pytest.approx(best.objective_, rel=1e-9)
    assert report.loss_of_graph <= report.loss_of_order * (1 + 1e-9)
    searched = make_solver(f"topo-{name}", random_state=0).fit(X)
    assert kkt_report(searched, X, criterion=name).is_optimal


def swapped(order, a, b):
    result = list(order)
    result[a], result[b] = order[b], order[a]
    return result


def inserted(order, node, position):
    rest = [v for v in order if v != node]
    return [*rest[:position], node, *rest[position:]]


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("seed", range(2))
def test_moves_of_sparse_scores_gain_what_is_stated(name, seed):
    X, _ = make_linear_sem(200, 6, edges_per_node=1.5, random_state=seed)
    problem = Problem(Moments.from_rows(X), Constraints.none(6))
    score = SPARSE[name].order_score(problem)
    order = np.random.default_rng(seed).permutation(6)
    empty = SimpleNamespace(weights_=np.zeros((6, 6)), order_=order)
    report = kkt_report(empty, X, criterion=name)
    before = score.loss(order)
    swaps = [swapped(order, a, b) for a, b in itertools.combinations(range(6), 2)]
    insertions = [inserted(order, node, k) for node in order for k in range(6) if order[k] != node]
    for move, candidates in ((report.best_swap, swaps), (report.best_insertion, insertions)):
        assert move.order.tolist() in candidates
        assert move.gain == pytest.approx(before - score.loss(move.order))
        best = before - min(score.loss(np.array(candidate)) for candidate in candidates)
        # A tangent may take another move for the best, but never states more than there is.
        assert move.gain <= best + 1e-9 * abs(before)
        assert name == "bic-ev" or move.gain == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("name", SPARSE)
def test_the_slope_of_a_sparse_score_is_what_one_more_edge_lowers_it_by(name):
    X, _ = make_linear_sem(200, 5, edges_per_node=1.5, random_state=0)
    empty = EmptyDAG().fit(X)
    report = kkt_report(empty, X, criterion=name)
    assert not report.graph_is_kkt
    assert report.slope_of_graph.derivative < 0
    edge = np.zeros((5, 5), dtype=bool)
    edge[report.slope_of_graph.edge] = True
    problem = Problem(Moments.from_rows(X), Constraints.exactly(edge))
    with_edge = SPARSE[name].order_score(problem).loss(topological_order(edge))
    gain = report.loss_of_graph - with_edge
    # The tangent of a concave score bounds it from above.
    assert gain >= -report.slope_of_graph.derivative - 1e-6
    assert name == "bic-ev" or gain == pytest.approx(-report.slope_of_graph.derivative)


def test_the_default_is_the_score_of_the_default_search():
    X, _ = make_linear_sem(200, 5, edges_per_node=1, random_state=0)
    model = TOPO(random_state=0).fit(X)
    report = kkt_report(model, X)
    assert report.criterion == "bic"
    assert report.loss_of_graph == pytest.approx(model.objective_)
    assert report.is_optimal

"""The compiled search finds what brute force and other searches find, and keeps prior knowledge."""

import itertools

import numpy as np
import pytest

from causal_dag import TOPO, Moments, PriorKnowledge
from causal_dag.constraints import Constraints
from causal_dag.graph import is_dag
from causal_dag.problem import Monitor, Problem
from causal_dag.solvers.order.scores.gaussian_node_scores import GaussianBIC
from causal_dag.solvers.order.scores.node_columns import NodeColumns, NodeColumnsBIC
from causal_dag.solvers.order.search.iterated_local_search import iterated_local_search
from causal_dag.solvers.order.search.likelihood_search import adjacency_of
from causal_dag.solvers.order.search.local_score_search import LocalScoreSearcher
from causal_dag.solvers.order.search.subset_programme import (
    best_parent_sets,
    local_scores,
    with_constraints,
)
from causal_dag.synthetic import make_linear_sem


def sparse_table(d, seed, n=400):
    X, _ = make_linear_sem(
        n, d, graph="er", edges_per_node=2, noise_variance=(0.5, 2), random_state=seed
    )
    return X


def score_of(X):
    moments = Moments.from_rows(X)
    nodes = [NodeColumns((j,), (j,), (moments,)) for j in range(X.shape[1])]
    return NodeColumnsBIC(nodes, np.full(X.shape[1], 2 * np.log(len(X))))


def searched(X, constraints=None, *, n_threads=1, n_restarts=20, **start):
    moments = Moments.from_rows(X)
    d = moments.n_features
    problem = Problem(moments, constraints or Constraints.none(d), Monitor(**start))
    first = np.array(list(problem.constraints.precedence.sum(axis=0).argsort(kind="stable")))
    searchers = [
        LocalScoreSearcher(problem, score_of(X), first, None, 1e-9) for _ in range(n_threads)
    ]
    result = iterated_local_search(
        searchers,
        n_restarts=n_restarts,
        max_passes=1000,
        tolerance=1e-9,
        monitor=problem.monitor,
        generator=np.random.default_rng(0),
    )
    return result, searchers[0]


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_the_score_that_the_subset_programme_finds(seed):
    X = sparse_table(7, seed)
    score, constraints = score_of(X), Constraints.none(7)
    table, _ = local_scores(score, constraints, lambda: False)
    best = table[np.arange(7), best_parent_sets(table.copy())].sum()
    result, _ = searched(X, n_restarts=100)
    assert result.loss == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_it_ends_where_the_search_of_swept_rows_ends(seed):
    X = sparse_table(20, seed)
    result, _ = searched(X)
    assert result.loss == pytest.approx(TOPO(penalty=2.0).fit(X).objective_, abs=1e-6)


def test_what_it_returns_is_a_dag_along_the_order_whose_scores_add_up_to_the_loss():
    X = sparse_table(12, 0)
    result, searcher = searched(X, n_restarts=3)
    adjacency, moments = adjacency_of(result.best), Moments.from_rows(X)
    assert is_dag(adjacency)
    position = np.argsort(result.order)
    causes, effects = np.nonzero(adjacency)
    assert (position[causes] < position[effects]).all()
    values = [GaussianBIC(moments).given(j, adjacency[:, j]).value for j in range(12)]
    assert result.loss == pytest.approx(sum(values))
    assert ((searcher.weights(result.best) != 0) == adjacency).all()


def test_no_addition_removal_or_exchange_with_what_comes_before_is_left_that_improves():
    X = sparse_table(10, 3)
    result, _ = searched(X, n_restarts=0)
    adjacency, score = adjacency_of(result.best), score_of(X)
    for q, u in enumerate(result.order):
        value = score.given(u, adjacency[:, u]).value
        for x in result.order[:q]:
            changed = adjacency[:, u].copy()
            changed[x] ^= True
            assert score.given(u, changed).value >= value - 1e-5


def test_prior_knowledge_holds_and_the_best_graph_with_it_is_found():
    X = sparse_table(6, 1)
    knowledge = PriorKnowledge(required=[(5, 0)], forbidden=[(1, 2), (2, 1)], max_parents=2)
    constraints = knowledge.resolve(6, None)
    result, _ = searched(X, constraints)
    adjacency = adjacency_of(result.best)
    assert adjacency[5, 0]
    assert not adjacency[1, 2]
    assert not adjacency[2, 1]
    assert adjacency.sum(axis=0).max() <= 2
    table, _ = local_scores(score_of(X), constraints, lambda: False)
    table = with_constraints(table, constraints)
    best = table[np.arange(6), best_parent_sets(table.copy())].sum()
    assert result.loss == pytest.approx(best, rel=1e-12)


def test_any_number_of_threads_gives_the_same_bits():
    X = sparse_table(15, 2, n=100)
    one, _ = searched(X)
    three, _ = searched(X, n_threads=3)
    assert one.loss == three.loss
    assert (adjacency_of(one.best) == adjacency_of(three.best)).all()


def test_permuted_columns_have_the_permuted_optimum():
    X = sparse_table(8, 4)
    losses = {
        round(searched(X[:, permutation])[0].loss, 6)
        for permutation in itertools.islice(itertools.permutations(range(8)), 0, 40320, 10080)
    }
    assert len(losses) == 1


def test_a_search_without_time_stops_at_a_graph():
    result, _ = searched(sparse_table(30, 0), time_budget=1e-9)
    assert is_dag(adjacency_of(result.best))
